"""How good the electrodes are, and how much of the time could not be trusted, and why."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTableWidgetItem

from neurosim.core.errors import ConfigError
from neurosim.core.spec import Float, SignalSpec
from neurosim.core.stage import Stage
from neurosim.dsp import ElectrodeQuality
from neurosim_gui.look import Look
from neurosim_gui.panels.minutes import dress_table, plain_table
from neurosim_gui.panels.panel import Panel
from neurosim_gui.panels.rate import Meter
from neurosim_gui.rings import TICK_ROWS, History
from neurosim_gui.texts import text
from neurosim_gui.units import unit_words

_EVERY_S, _OVER_S = 0.5, 60.0
_RMS_S = 2.0
_VALID = TICK_ROWS.index("valid")
#: Above the first an electrode is good, below the second it is not to be used: where a gate closes.
_GOOD, _BAD = 0.8, 0.5
_COLUMNS = ("channel", "mark", "rms")


class QualityPanel(Panel):
    """A row a channel with its mark from 1, good, to 0, not to be used; and the share of time that was not trusted.

    Both come from the signals alone, and tell nothing of what is trained or shown.

    Parameters
    ----------
    look
        Theme and sizes.
    stream, spec
        The stream of the electrodes.
    update_interval_s
        Length of a tick [s].

    Attributes
    ----------
    marks
        The newest mark of each channel ``(channel,)``; NaN where the rate of the stream is too low for one.
    """

    tab = "quality"

    def __init__(self, look: Look, stream: str, spec: SignalSpec, update_interval_s: float) -> None:
        super().__init__(look, text("quality.title"))
        self._stream, self._spec = stream, spec
        self._n_ticks = round(_OVER_S / update_interval_s)
        self._stage = _prepare(spec)
        self._next = 0
        self.marks: Float = np.full(spec.n_channels, np.nan)
        self.invalid = Meter(look, "invalid", hatched=True)
        self.head.addWidget(self.invalid, 1)
        self.table = plain_table(spec.n_channels, len(_COLUMNS))
        self.table.setHorizontalHeaderLabels([text(f"quality.{c}", unit=unit_words(spec.unit)) for c in _COLUMNS])
        for row, name in enumerate(spec.ch_names):
            self._write(row, [name, "", ""])
        self.body.addWidget(self.table, 1)
        self.set_look(look)

    def set_look(self, look: Look) -> None:
        super().set_look(look)
        self.invalid.set_look(look)
        dress_table(self.table, look)

    def refresh(self, history: History) -> None:
        if not history.ticks.total or not self.due("quality", _EVERY_S):
            return
        ring = history.streams[self._stream]
        with history.lock:
            valid = history.ticks.newest(self._n_ticks)[_VALID]
            start, x = ring.read(self._next)
            recent = ring.newest(round(_RMS_S * self._spec.fs))
        share = 1.0 - float(valid.mean())
        self.invalid.show_share(share, text("rate.invalid", share=share))
        if not x.shape[1]:
            return
        if self._stage is not None:
            if start != self._next:  # it was not looked at for minutes
                self._stage.reset()
            self.marks = self._stage.process(np.ascontiguousarray(x.T).T)[:, -1]
        self._next = start + x.shape[1]
        for row, rms in enumerate(recent.std(axis=1)):
            self._write(row, [self._spec.ch_names[row], _mark_words(self.marks[row]), f"{rms:.1f}"])

    def _write(self, row: int, words: Sequence[str]) -> None:
        for column, each in enumerate(words):
            item = self.table.item(row, column)
            if item is None:
                item = QTableWidgetItem()
                item.setTextAlignment(Qt.AlignmentFlag.AlignCenter)
                self.table.setItem(row, column, item)
            if item.text() != each:
                item.setText(each)


def _prepare(spec: SignalSpec) -> Stage | None:
    try:
        return ElectrodeQuality().prepare(spec)
    except ConfigError:  # the rate is too low to see the mains
        return None


def _mark_words(mark: float) -> str:
    if np.isnan(mark):
        return text("quality.unknown")
    kind = "good" if mark > _GOOD else "bad" if mark < _BAD else "fair"
    return text("quality.value", mark=mark, words=text(f"quality.{kind}"))
