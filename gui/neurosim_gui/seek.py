"""Where in a recording the session is, and the ways to another place of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QHBoxLayout, QInputDialog, QLabel, QSlider, QWidget

from neurosim_gui.look import Look
from neurosim_gui.texts import text
from neurosim_gui.widgets import clock_words

if TYPE_CHECKING:
    from neurosim.session.commands import Command
    from neurosim.session.session import Session

#: How far a key goes [s].
STEP_S = 10.0
_STEPS_A_SECOND = 10


class SeekBar(QWidget):
    """A slider over the whole recording; it is seen only where there is one.

    The handle follows the session until it is taken; the session goes where it is let go.

    Parameters
    ----------
    look
        Theme and sizes.
    submit
        Hands a command to the session.

    Attributes
    ----------
    slider
        In tenths of a second.
    """

    def __init__(self, look: Look, submit: Callable[[Command], bool]) -> None:
        super().__init__()
        self._submit = submit
        self._session: Session | None = None
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.slider.setStatusTip(text("seek.sentence"))
        self.setStatusTip(text("seek.sentence"))
        self.slider.sliderReleased.connect(self._let_go)
        self.slider.actionTriggered.connect(self._clicked)
        self.slider.valueChanged.connect(self._tell_place)
        self._name, self.place = QLabel(text("seek.recording")), QLabel()
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 0, 8, 0)
        row.addWidget(self._name)
        row.addWidget(self.slider, 1)
        row.addWidget(self.place)
        self.hide()
        self.set_look(look)

    def set_look(self, look: Look) -> None:
        """Take another theme or size."""
        for label in (self._name, self.place):
            label.setFont(look.font())

    def follow(self, session: Session | None) -> None:
        """Belong to another session."""
        length_s = None if session is None else session.source.length_s
        self._session = session if length_s is not None else None
        if length_s is not None:
            self.slider.setRange(0, int(length_s * _STEPS_A_SECOND))
            self._tell_place()
        self.setVisible(length_s is not None)

    @property
    def place_s(self) -> float | None:
        """The place in the recording that comes next [s]; None where there is no recording."""
        return None if self._session is None else self._session.source.place_s(self._session.tick_index)

    def refresh(self) -> None:
        """Move the handle to where the session is, unless it is held."""
        place_s = self.place_s
        if place_s is None or self.slider.isSliderDown():
            return
        value = int(place_s * _STEPS_A_SECOND)
        if value // _STEPS_A_SECOND != self.slider.value() // _STEPS_A_SECOND:
            with QSignalBlocker(self.slider):
                self.slider.setValue(value)
            self._tell_place()

    def go(self, to_s: float) -> bool:
        """Go to a place, or to the nearest one there is; returns False, and it is told why, where that cannot be."""
        from neurosim.session.commands import Seek

        session = self._session
        if session is None or session.source.length_s is None:
            return self._submit(Seek(to_s=0.0))  # which says why not
        last_s = session.source.length_s - session.grid.start_s(1)
        return self._submit(Seek(to_s=round(min(max(to_s, 0.0), last_s), 3)))

    def do_go_back(self) -> None:
        """Go back by some seconds."""
        self.go((self.place_s or 0.0) - STEP_S)

    def do_go_forward(self) -> None:
        """Go on by some seconds."""
        self.go((self.place_s or 0.0) + STEP_S)

    def do_go_to(self) -> None:
        """Ask where to go."""
        session = self._session
        if session is None or session.source.length_s is None:
            self.go(0.0)
            return
        chosen, yes = QInputDialog.getDouble(
            self, text("command.go_to"), text("seek.ask"), self.place_s or 0.0, 0.0, session.source.length_s, 1
        )
        if yes:
            self.go(chosen)

    def _let_go(self) -> None:
        self.go(self.slider.value() / _STEPS_A_SECOND)

    def _clicked(self, action: int) -> None:
        if action != QSlider.SliderAction.SliderMove.value:  # a click beside the handle, or the wheel
            self.go(self.slider.sliderPosition() / _STEPS_A_SECOND)

    def _tell_place(self) -> None:
        seconds = self.slider.value() / _STEPS_A_SECOND
        end_s = self.slider.maximum() / _STEPS_A_SECOND
        self.place.setText(text("seek.place", now=clock_words(seconds), end=clock_words(end_s)))
