"""How a Console looks and where it is: theme, size of words, units and place, chosen by commands and remembered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QSize

from neurosim.core.palette import DARK, LIGHT, PALETTES, Palette
from neurosim_gui.look import Look
from neurosim_gui.memory import Memory, Place, screens
from neurosim_gui.texts import text
from neurosim_gui.units import Units

if TYPE_CHECKING:
    from neurosim_gui.console import Console

_TEXT_STEP = 0.1
_WISHED_PX = (1920, 1080)
_UNITS = ("fahrenheit", "peak_to_peak")


class Appearance:
    """The commands of theme, size and units.

    Parameters
    ----------
    window
        What looks so.
    memory
        What is remembered of it.

    Attributes
    ----------
    units
        How temperatures and amplitudes are written.
    """

    def __init__(self, window: Console, memory: Memory) -> None:
        self._window, self._memory = window, memory
        self.units = Units()

    def do_larger(self) -> None:
        """Write larger."""
        self._set_text_scale(self._window.look.text_scale + _TEXT_STEP)

    def do_smaller(self) -> None:
        """Write smaller."""
        self._set_text_scale(self._window.look.text_scale - _TEXT_STEP)

    def do_light(self) -> None:
        """Take the light theme, for the window that is in front."""
        self._choose_palette(LIGHT)

    def do_dark(self) -> None:
        """Take the dark theme, for the window that is in front."""
        self._choose_palette(DARK)

    def do_fahrenheit(self) -> None:
        """Write temperatures in °F, or in °C."""
        self._set_units(Units(fahrenheit=not self.units.fahrenheit, peak_to_peak=self.units.peak_to_peak))

    def do_peak_to_peak(self) -> None:
        """Write amplitudes from peak to peak, or rms."""
        self._set_units(Units(fahrenheit=self.units.fahrenheit, peak_to_peak=not self.units.peak_to_peak))

    def do_full_screen(self) -> None:
        """Let the window that is in front fill the screen, or go back."""
        window = self._window.screens.in_front() or self._window
        (window.showNormal if window.isFullScreen() else window.showFullScreen)()

    def do_reset_layout(self) -> None:
        """Let everything be where and as large as at first."""
        self._window.area.forget()
        self._set_units(Units())
        self._set_text_scale(1.0)
        self.set_palette(LIGHT)
        self._memory.forget()
        self._window.screens.forget()
        self._window.tell(text("help.layout"))

    def set_palette(self, palette: Palette) -> None:
        """Take another theme."""
        look = self._window.look
        self._window.set_look(Look(palette, look.text_scale, look.stage_height_px))

    def recall(self) -> None:
        """Take text size, theme and units that are remembered for this screen."""
        window, memory, look = self._window, self._memory, self._window.look
        palette = PALETTES.get(memory.recall_words(window, "theme", look.palette.name), look.palette)
        scale = memory.recall_number(window, "text_scale", look.text_scale)
        fahrenheit, peak_to_peak = (bool(memory.recall_number(window, name, 0.0)) for name in _UNITS)
        self.units = Units(fahrenheit=fahrenheit, peak_to_peak=peak_to_peak)
        window.set_look(Look(palette, stage_height_px=look.stage_height_px).with_text_scale(scale))

    def place(self, size: tuple[int, int] | None) -> None:
        """Be as large as asked, or where and as large as last time; never where no screen is."""
        window = self._window
        if size is not None:
            window.resize(*size)
            return
        first = Place(QRect(screens()[0].topLeft(), QSize(*_WISHED_PX)))
        (self._memory.recall_place() or first).take(window)
        self.recall()

    def keep_place(self) -> None:
        """Keep where the window is."""
        self._memory.keep_place(self._window)

    def _set_text_scale(self, scale: float) -> None:
        window = self._window
        window.set_look(window.look.with_text_scale(scale))
        window.area.fold(window.look)
        self._memory.keep(window, "text_scale", window.look.text_scale)

    def _choose_palette(self, palette: Palette) -> None:
        if not self._window.screens.take_theme(palette):
            self.set_palette(palette)
            self._memory.keep(self._window, "theme", palette.name)

    def _set_units(self, units: Units) -> None:
        self.units = units
        for name in _UNITS:
            self._memory.keep(self._window, name, float(getattr(units, name)))
        for panel in self._window.area.panels:
            panel.set_units(units)
