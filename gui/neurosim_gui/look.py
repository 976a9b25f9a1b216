"""How large and in which colours: pixels in the Console, shares of the picture's height on the Stage."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from PySide6.QtGui import QColor, QFont, QPalette

from neurosim.core.palette import LIGHT, PALETTES, Palette

#: Shares of the height of the picture. A reader six picture heights away needs letters without ascenders of 3 %
#: of the height (ANSI/AVIXA V202.01, basic decision making): 5.8 % of font size, or 4.2 % where there are digits alone.
_STAGE = {"words": 0.058, "title": 0.058, "ticks": 0.042, "number": 0.10, "signal": 0.003, "feature": 0.0045,
          "marker": 0.025}  # fmt: skip
_CONSOLE_PX = {"words": 14.0, "title": 16.0, "ticks": 12.0, "number": 22.0, "signal": 1.0, "feature": 2.0,
               "marker": 8.0}  # fmt: skip

#: Smallest and largest size of words against the usual, and that of a Console that is projected.
TEXT_SCALES = (0.8, 2.0)
_PROJECTED = 1.5


@dataclass(frozen=True)
class Look:
    """A theme and a scale.

    Parameters
    ----------
    palette
        The colours.
    text_scale
        Size of words against the usual, 0.8 to 2.
    stage_height_px
        Height of the picture where sizes are shares of it; None in the Console.
    """

    palette: Palette = LIGHT
    text_scale: float = 1.0
    stage_height_px: float | None = None

    @classmethod
    def themed(cls, name: str) -> Look:
        """Return a theme: light, dark, or stage, which is light with the words half as large again, to be projected."""
        return cls(LIGHT, _PROJECTED) if name == "stage" else cls(PALETTES[name])

    def size_px(self, what: str) -> float:
        """Return the size of words, title, ticks, number or a marker, or the width of a signal or feature line [px]."""
        scale = 1.0 if what in ("signal", "feature") else self.text_scale
        if self.stage_height_px is not None:
            return _STAGE[what] * self.stage_height_px * scale
        return _CONSOLE_PX[what] * scale

    def font(self, what: str = "words", *, bold: bool = False) -> QFont:
        """Return the font of words, title, ticks or number."""
        font = QFont()
        font.setPixelSize(max(1, math.ceil(self.size_px(what))))  # never smaller than the rule
        font.setBold(bold)
        return font

    def with_text_scale(self, scale: float) -> Look:
        """Return the same with larger or smaller words, from 80 to 200 %."""
        low, high = TEXT_SCALES
        return replace(self, text_scale=min(max(round(scale, 2), low), high))

    def qt_palette(self) -> QPalette:
        """Return the colours for Qt's own widgets."""
        p, colors = QPalette(), self.palette
        ground, panel, text = QColor(colors.ground), QColor(colors.panel), QColor(colors.text)
        roles = QPalette.ColorRole
        for role, color in (
            (roles.Window, ground),
            (roles.Base, ground),
            (roles.AlternateBase, panel),
            (roles.Button, panel),
            (roles.WindowText, text),
            (roles.Text, text),
            (roles.ButtonText, text),
            (roles.BrightText, text),
            (roles.ToolTipBase, panel),
            (roles.ToolTipText, text),
            (roles.PlaceholderText, QColor(colors.faint)),
            (roles.Highlight, QColor(colors.signal)),
            (roles.HighlightedText, QColor("#FFFFFF")),
            (roles.Link, QColor(colors.signal)),
        ):
            p.setColor(role, color)
        disabled = QPalette.ColorGroup.Disabled
        for role in (roles.WindowText, roles.Text, roles.ButtonText):
            p.setColor(disabled, role, QColor(colors.faint))
        return p
