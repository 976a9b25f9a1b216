"""What a magnetic pulse evokes: the hand's twitch and the EEG's potential, averaged over the pulses of each block."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPen
from PySide6.QtWidgets import QComboBox, QLabel

from neurosim.core.spec import Float
from neurosim.session.session import Session
from neurosim_gui.look import Look
from neurosim_gui.panels.panel import PlotPanel
from neurosim_gui.rings import History
from neurosim_gui.texts import text
from neurosim_gui.units import unit_words

_EVERY_S = 0.5
#: Around the pulse [s]; and how long before it no other one may have come, for its answer to be its own [s].
_BEFORE_S, _ALONE_S = 0.05, 1.0
#: Where the twitch of the hand is after the pulse [s].
_TWITCH_S = (0.015, 0.05)
_DASHES = (Qt.PenStyle.DashLine, Qt.PenStyle.SolidLine, Qt.PenStyle.DotLine, Qt.PenStyle.DashDotLine)


@dataclass(frozen=True)
class Answer:
    """Where the answer to a pulse is looked for.

    Parameters
    ----------
    stream, row, fs, unit
        The channel, its rate [Hz] and unit.
    after_s
        How long after the pulse [s].
    """

    stream: str
    row: int
    fs: float
    unit: str
    after_s: float


def answers_of(session: Session) -> dict[str, Answer]:
    """Return where pulses are answered, by name: the muscle of the hand, the EEG over the hand area."""
    specs, found = session.source.specs, dict[str, Answer]()
    if (hand := specs.get("hand_emg")) is not None:
        found["hand"] = Answer("hand_emg", 0, hand.fs, hand.unit, 0.08)
    if (eeg := specs.get("eeg")) is not None and "C3" in eeg.ch_names:
        found["eeg"] = Answer("eeg", eeg.ch_names.index("C3"), eeg.fs, eeg.unit, 0.3)
    return found


class Average:
    """The mean of stretches of a signal around single pulses, a mean for each block.

    Parameters
    ----------
    answer
        Where it is looked for.

    Attributes
    ----------
    sums, counts
        Of each block, by name.
    """

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.sums: dict[str, Float] = {}
        self.counts: dict[str, int] = {}
        self.heights: dict[str, list[float]] = {}
        self._next = 0
        self._last_s = -np.inf
        self._block = ""

    @property
    def times_ms(self) -> Float:
        """Time of each sample after the pulse [ms]."""
        n_before, n = self._lengths()
        return 1000.0 * (np.arange(n, dtype=np.float64) - n_before) / self.answer.fs

    def _lengths(self) -> tuple[int, int]:
        n_before = round(_BEFORE_S * self.answer.fs)
        return n_before, n_before + round(self.answer.after_s * self.answer.fs)

    def listen(self, history: History) -> None:
        """Take the pulses that are new, whose answer is whole, and that come alone."""
        answer, (n_before, n) = self.answer, self._lengths()
        with history.lock:
            events, ring = history.events, history.streams[answer.stream]
            while self._next < len(events):
                event = events[self._next]
                at = round(event.onset_s * answer.fs) - n_before
                if event.kind == "tms_pulse" and at + n > ring.total:
                    return
                self._next += 1
                if event.kind == "block":
                    self._block = event.text
                elif event.kind == "tms_pulse":
                    before_s, self._last_s = event.onset_s - self._last_s, event.onset_s
                    following = (e.onset_s for e in events[self._next :] if e.kind == event.kind)
                    after_s = next(following, np.inf) - event.onset_s
                    alone = before_s >= _ALONE_S and after_s >= answer.after_s
                    start, x = ring.read(at, at + n)
                    if alone and start == at and x.shape[1] == n:
                        self._add(x[answer.row] - x[answer.row, :n_before].mean())

    def _add(self, x: Float) -> None:
        block = self._block
        self.sums[block] = self.sums.get(block, 0.0) + x
        self.counts[block] = self.counts.get(block, 0) + 1
        first, last = (round((_BEFORE_S + s) * self.answer.fs) for s in _TWITCH_S)
        self.heights.setdefault(block, []).append(float(np.ptp(x[first:last])))


class EvokedPanel(PlotPanel):
    """The answer to a pulse, averaged, a line a block, with the size of the twitch.

    Parameters
    ----------
    look
        Theme and sizes.
    session
        The session.
    """

    tab = "evoked"

    def __init__(self, look: Look, session: Session) -> None:
        self._averages = {name: Average(answer) for name, answer in answers_of(session).items()}
        first = next(iter(self._averages.values()))
        super().__init__(look, text("evoked.title"), text("evoked.time"),
                         text("evoked.potential", unit=unit_words(first.answer.unit)))  # fmt: skip
        self.choice, self.told = QComboBox(), QLabel()
        self.choice.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.choice.setStatusTip(text("evoked.choose"))
        self.choice.addItems([text(f"evoked.{name}") for name in self._averages])
        self.choice.currentIndexChanged.connect(lambda _: self.hurry())
        self.head.addWidget(self.choice)
        self.put_below_title(self.told)
        self._curves: list[pg.PlotCurveItem] = []
        self.set_look(look)

    @property
    def average(self) -> Average:
        """What is looked at."""
        return list(self._averages.values())[self.choice.currentIndex()]

    def set_look(self, look: Look) -> None:
        super().set_look(look)
        self.choice.setFont(look.font())
        self.hurry()

    def refresh(self, history: History) -> None:
        if not self.due("curves", _EVERY_S):
            return
        for average in self._averages.values():
            average.listen(history)
        shown = self.average
        self.label_axis("left", text("evoked.potential", unit=unit_words(shown.answer.unit)))
        colors = self.look.palette
        for curve in self._curves:
            self.plot.removeItem(curve)
        self._curves, words = [], []
        for i, (block, total) in enumerate(shown.sums.items()):
            color = QColor((colors.faint, colors.signal, colors.reward, colors.feature)[i % 4])
            curve = pg.PlotCurveItem(shown.times_ms, total / shown.counts[block])
            curve.setPen(QPen(color, 0, _DASHES[i % len(_DASHES)]))
            self.plot.addItem(curve)
            self._curves.append(curve)
            words.append(self._legend(i, block, color.name(), shown))
        self.told.setText(" &nbsp; ".join(words) or text("evoked.none"))

    def _legend(self, number: int, block: str, color: str, shown: Average) -> str:
        sign = ("╌", "─", "┈", "┄")[number % 4]
        height = float(np.mean(shown.heights[block])) if shown.answer.stream == "hand_emg" else None
        size = "" if height is None else text("evoked.size", size=height, unit=unit_words(shown.answer.unit))
        words = text("evoked.legend", block=block, n=shown.counts[block], size=size)
        return f'<span style="color:{color}">{sign}</span> {words}'
