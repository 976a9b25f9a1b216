"""The spectrum of the trained channel over time."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout

from neurosim.core.spec import Float
from neurosim_gui.look import Look
from neurosim_gui.panels.color_bar import ColorBar
from neurosim_gui.panels.panel import PlotPanel
from neurosim_gui.panels.spectrum import Psd
from neurosim_gui.rings import History
from neurosim_gui.sweep import ColumnSweep, color_table
from neurosim_gui.texts import text
from neurosim_gui.units import unit_words

_SHOWN_S, _COLUMN_S = 60.0, 0.25
_WINDOW_S, _PADDING = 1.0, 2
_SCALE_S = 4.0
_STEP_DB = 5.0


class SpectrogramPanel(PlotPanel):
    """Power density over a minute: a second through a Hann window, four times a second; only new columns are drawn.

    Parameters
    ----------
    look, stream, fs, unit, channel, ch_name, bands, shown_hz
        As of `SpectrumPanel`.
    """

    tab = "spectrogram"

    def __init__(
        self, look: Look, stream: str, fs: float, unit: str, channel: int, ch_name: str,
        bands: list[tuple[float, float]], shown_hz: tuple[float, float] = (1.0, 40.0),
    ) -> None:  # fmt: skip
        super().__init__(
            look, text("spectrogram.title", channel=ch_name), text("spectrogram.time"), text("spectrogram.frequency")
        )
        self._stream, self._channel = stream, channel
        self._hop = round(_COLUMN_S * fs)
        self._density = Psd(fs, _WINDOW_S, shown_hz, _PADDING)
        colors = color_table()
        self.sweep = ColumnSweep(fs / self._hop, _SHOWN_S, colors)
        self.sweep.place = shown_hz
        self._range = (-20.0, 20.0)
        self.sweep.set_range(*self._range)
        self.plot.addItem(self.sweep)
        self._edges = [pg.InfiniteLine(edge, angle=0) for band in bands for edge in band]
        for line in self._edges:
            self.plot.addItem(line)
        self.plot.setRange(xRange=(0.0, _SHOWN_S), yRange=shown_hz, padding=0)
        self.bar = ColorBar(look, colors, text("spectrogram.bar", unit=unit_words(unit)))
        row = QHBoxLayout()
        self.body.removeWidget(self.canvas)
        row.addWidget(self.canvas, 1)
        row.addWidget(self.bar)
        self.body.addLayout(row, 1)
        self.bar.set_range(*self._range)
        self.set_look(look)

    def set_look(self, look: Look) -> None:
        super().set_look(look)
        self.sweep.set_look(look.palette.ground)
        self.bar.set_look(look)
        for line in self._edges:
            line.setPen(pg.mkPen(look.palette.feature, style=Qt.PenStyle.DashLine))

    def refresh(self, history: History) -> None:
        ring, n = history.streams[self._stream], self._density.n
        # A column ends where the next one begins; the first ones have no whole window.
        total, first = ring.total // self._hop, -(-n // self._hop) - 1
        start = max(self.sweep.wanted(total), first)
        if start >= total:
            return
        with history.lock:
            at, x = ring.read((start + 1) * self._hop - n, total * self._hop)
        lost = -(-(at - ((start + 1) * self._hop - n)) // self._hop)
        start += lost
        if start >= total:
            return
        x = x[self._channel, (start + 1) * self._hop - n - at :]
        windows = np.lib.stride_tricks.sliding_window_view(x, n)[:: self._hop]
        db: Float = 10.0 * np.log10(np.maximum(self._density(windows), 1e-9))
        self.sweep.append(start, db.T)
        if self.due("scale", _SCALE_S):
            self._scale(db)

    def _scale(self, db: Float) -> None:
        low = _STEP_DB * np.floor(np.percentile(db, 5.0) / _STEP_DB)
        high = _STEP_DB * np.ceil(db.max() / _STEP_DB)
        now_low, now_high = self._range
        if low < now_low - 10.0 or low > now_low + 15.0 or high > now_high + 5.0 or high < now_high - 15.0:
            self._range = (low, max(high, low + 10.0))
            self.sweep.set_range(*self._range)
            self.bar.set_range(*self._range)
