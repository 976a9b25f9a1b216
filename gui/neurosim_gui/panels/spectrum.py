"""The spectrum of the trained channel, with the trained band shaded."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtGui import QBrush, QColor

from neurosim.core.spec import Float
from neurosim_gui.look import Look
from neurosim_gui.panels.panel import PlotPanel
from neurosim_gui.rings import History
from neurosim_gui.texts import text

_WINDOW_S = 2.0
_SHOWN_HZ = (1.0, 40.0)
_TAU_S = 1.0
_EVERY_S = 0.125


class SpectrumPanel(PlotPanel):
    """Power density of one channel: two seconds through a Hann window, averaged over about a second.

    Parameters
    ----------
    look
        Theme and sizes.
    stream, fs, channel, ch_name
        What it is made from: the stream, its rate [Hz], the index of the channel and its name.
    bands
        Edges of the trained bands [Hz].
    """

    def __init__(
        self, look: Look, stream: str, fs: float, channel: int, ch_name: str, bands: list[tuple[float, float]]
    ) -> None:
        super().__init__(
            look, text("spectrum.title", channel=ch_name), text("spectrum.frequency"), text("spectrum.psd")
        )
        self._stream, self._fs, self._channel = stream, fs, channel
        self._n = round(_WINDOW_S * fs)
        window = np.hanning(self._n + 1)[:-1]
        self._window = window
        self._norm = 2.0 / (fs * float(window @ window))
        frequencies = np.fft.rfftfreq(self._n, 1 / fs)
        self._seen = (frequencies >= _SHOWN_HZ[0]) & (frequencies <= _SHOWN_HZ[1])
        self._frequencies = frequencies[self._seen]
        self._psd: Float | None = None
        self._drawn = 0
        self._curve = pg.PlotCurveItem()
        self._bands = [pg.LinearRegionItem(band, movable=False) for band in bands]
        for item in (*self._bands, self._curve):
            self.plot.addItem(item)
        self.plot.setXRange(*_SHOWN_HZ, padding=0)
        self.plot.setLogMode(False, True)
        self.plot.setYRange(-2.0, 2.5, padding=0)
        self.set_look(look)

    def set_look(self, look: Look) -> None:
        super().set_look(look)
        shade = QColor(look.palette.feature)
        shade.setAlpha(60)
        for band in self._bands:
            band.setBrush(QBrush(shade))
            for line in band.lines:
                line.setPen(pg.mkPen(look.palette.feature))
        self._curve.setPen(pg.mkPen(look.palette.signal, width=1))

    def refresh(self, history: History) -> None:
        ring = history.streams[self._stream]
        if ring.total - self._drawn < _EVERY_S * self._fs or ring.total < self._n:
            return
        with history.lock:
            x = ring.newest(self._n)[self._channel]
            elapsed_s = (ring.total - self._drawn) / self._fs
            self._drawn = ring.total
        psd = self._norm * np.abs(np.fft.rfft(self._window * (x - x.mean()))[self._seen]) ** 2
        share = 1.0 if self._psd is None else 1.0 - np.exp(-elapsed_s / _TAU_S)
        self._psd = psd if self._psd is None else self._psd + share * (psd - self._psd)
        self._curve.setData(self._frequencies, np.log10(np.maximum(self._psd, 1e-6)))
