"""The head of the Console: what runs, the transport, the clock, and whether it keeps time."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QToolButton, QWidget

from neurosim.core.pace import PacedClock
from neurosim_gui.look import Look
from neurosim_gui.texts import text
from neurosim_gui.widgets import Elided, clock_words, small_button

if TYPE_CHECKING:
    from neurosim.session.session import Session

#: Seconds of the session for each second of the clock.
SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, math.inf)


#: The least room for the title, and that between two parts [px].
_TITLE_PX, _APART_PX = 120, 8


def speed_words(speed: float) -> str:
    """Write a speed."""
    return text("head.speed_max") if math.isinf(speed) else text("head.speed_times", speed=speed)


class HeadBar(QWidget):
    """One line above everything.

    Parameters
    ----------
    look
        Theme and sizes.
    actions
        The commands of the window, by name.
    clock
        Of the session.
    """

    def __init__(self, look: Look, actions: Mapping[str, QAction], clock: PacedClock) -> None:
        super().__init__()
        self._clock = clock
        self.title, self.time, self.record, self.timing = Elided(), QLabel(), QLabel(), QLabel()
        self.play = small_button("", text("does.play"))
        self.step = small_button(text("head.step"), text("does.step"))
        self.speed = QComboBox()
        self.speed.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.speed.setToolTip(text("head.speed"))
        self.speed.setStatusTip(text("head.speed"))
        self.setStatusTip(text("head.sentence"))
        self.speed.addItems([speed_words(speed) for speed in SPEEDS])
        self.speed.activated.connect(lambda i: self._clock.set_speed(SPEEDS[i]))
        self.play.clicked.connect(actions["play"].trigger)
        self.step.clicked.connect(actions["step"].trigger)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 2, 8, 2)
        row.addWidget(self.title, 1)
        for part in (self.play, self.step, self.speed, self.time, self.record, self.timing):
            row.addWidget(part)
        self.record.hide()
        self._buttons = (self.play, self.step)
        self._forms: tuple[str, ...] = ()
        self.set_look(look)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 Qt's name
        """Leave out late ticks, and then the delay, where the title has no room beside them."""
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        others = sum(part.sizeHint().width() + _APART_PX for part in (self.play, self.step, self.speed, self.time))
        room, metrics = self.width() - others - 2 * _APART_PX, self.timing.fontMetrics()
        whole = self.title.fontMetrics().horizontalAdvance(self.title.text())
        beside = [(whole, words) for words in self._forms] + [(_TITLE_PX, words) for words in self._forms[-1:]]
        words = next((words for title, words in beside if title + metrics.horizontalAdvance(words) <= room), "")
        _tell(self.timing, words)
        self.timing.setVisible(bool(words))

    def follow(self, clock: PacedClock) -> None:
        """Show another clock."""
        self._clock = clock

    def set_look(self, look: Look) -> None:
        """Take another theme or size."""
        for part in (*self._buttons, self.speed, self.time, self.record, self.timing):
            part.setFont(look.font())
        self.title.setFont(look.font("title", bold=True))
        self.record.setStyleSheet(f"color: {look.palette.invalid}; font-weight: bold;")

    def set_title(self, words: str) -> None:
        """Say what runs."""
        self.title.setText(words)

    def set_recording(self, recording: bool) -> None:
        """Say whether it is recorded."""
        self.record.setText(f"● {text('head.record')}")
        self.record.setVisible(recording)

    def show_state(self, session: Session, now_s: float, delay_s: float) -> None:
        """Tell clock, speed, delay and late ticks."""
        clock = self._clock
        _tell(self.play, text("head.pause" if clock.playing else "head.play"))
        at = min(range(len(SPEEDS)), key=lambda i: abs(math.log(min(SPEEDS[i], 1e9) / min(clock.speed, 1e9))))
        if self.speed.currentIndex() != at:
            self.speed.setCurrentIndex(at)
        end_s = session.grid.start_s(session.n_ticks)
        _tell(self.time, text("head.clock", now=clock_words(now_s), end=clock_words(end_s)))
        late = text("head.late", late=clock.late_ticks, n=session.tick_index)
        delay = text("head.delay_s", s=delay_s) if delay_s >= 1.0 else text("head.delay_ms", ms=1000.0 * delay_s)
        rewards = bool(getattr(session.protocol.rule, "conditions", ()))
        whose = "head.fed_back" if session.protocol.does == "trains" and rewards else "head.measured"
        told = text(whose, delay=delay)
        self._forms = (f"{told} · {late}", told)
        self._make_room()


def _tell(part: QLabel | QToolButton, words: str) -> None:
    if part.text() != words:  # words that stay need no painting
        part.setText(words)
