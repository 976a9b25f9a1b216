"""The spectrum of the trained channel, with the trained band shaded and its peak told."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtGui import QBrush, QColor
from PySide6.QtWidgets import QLabel

from neurosim.core.spec import Float
from neurosim_gui.look import Look
from neurosim_gui.panels.panel import PlotPanel
from neurosim_gui.rings import History
from neurosim_gui.texts import text
from neurosim_gui.units import unit_words

_WINDOW_S, _MUSCLE_WINDOW_S = 2.0, 0.25
#: Above that frequency a spectrum is broad, and a short window tells it with less noise [Hz].
_BROAD_HZ = 100.0
_PADDING = 4
_TAU_S = 1.0
_EVERY_S = 0.125
_WORDS_S = 0.5
_SCALE_S = 2.0
_FLOOR = 1e-6


class Psd:
    """One-sided power spectral density of windows, through a Hann window.

    Parameters
    ----------
    fs
        Sampling rate [Hz].
    window_s
        Length of a window [s].
    shown_hz
        From where to where [Hz].
    padding
        So many times finer than the window resolves.
    """

    def __init__(self, fs: float, window_s: float, shown_hz: tuple[float, float], padding: int = 1) -> None:
        self.n = round(window_s * fs)
        self._taper = np.hanning(self.n + 1)[:-1]
        self._norm = 2.0 / (fs * float(self._taper @ self._taper))
        self._n_fft = self.n * padding
        hz = np.fft.rfftfreq(self._n_fft, 1.0 / fs)
        self._seen = (hz >= shown_hz[0]) & (hz <= shown_hz[1])
        self.hz: Float = hz[self._seen].astype(np.float64)

    def __call__(self, x: Float) -> Float:
        """Return the density ``(..., frequency)`` of windows ``(..., n)``."""
        windows = self._taper * (x - x.mean(axis=-1, keepdims=True))
        density: Float = self._norm * np.abs(np.fft.rfft(windows, self._n_fft)[..., self._seen]) ** 2
        return density


class SpectrumPanel(PlotPanel):
    """Power density of one channel, averaged over about a second: two seconds through a Hann window, 1/4 s of muscles.

    Parameters
    ----------
    look
        Theme and sizes.
    stream, fs, unit, channel, ch_name
        What it is made from: the stream, its rate [Hz] and unit, the index of the channel and its name.
    bands
        Edges of the trained bands [Hz].
    shown_hz
        From where to where it is drawn [Hz].
    """

    tab = "spectrum"

    def __init__(
        self, look: Look, stream: str, fs: float, unit: str, channel: int, ch_name: str,
        bands: list[tuple[float, float]], shown_hz: tuple[float, float] = (1.0, 40.0),
    ) -> None:  # fmt: skip
        density = text("spectrum.psd", unit=unit_words(unit))
        super().__init__(look, text("spectrum.title", channel=ch_name), text("spectrum.frequency"), density)
        self._stream, self._fs, self._channel = stream, fs, channel
        window_s = _WINDOW_S if shown_hz[1] < _BROAD_HZ else _MUSCLE_WINDOW_S
        self._density = Psd(fs, window_s, shown_hz, _PADDING)
        self._psd: Float | None = None
        self._drawn = 0
        self._curve = pg.PlotCurveItem()
        self._band_hz = bands
        self._bands = [pg.LinearRegionItem(band, movable=False) for band in bands]
        self.peak = QLabel()
        self.head.addWidget(self.peak)
        for item in (*self._bands, self._curve):
            self.plot.addItem(item)
        self.plot.setXRange(*shown_hz, padding=0)
        self.plot.setLogMode(False, True)
        self._range = (-2.0, 2.0)
        self._show_range()
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
        self.peak.setStyleSheet(f"color: {look.palette.feature};")

    def refresh(self, history: History) -> None:
        ring, n = history.streams[self._stream], self._density.n
        if ring.total - self._drawn < _EVERY_S * self._fs or ring.total < n or not self.due("curve", _EVERY_S):
            return
        with history.lock:
            x = ring.newest(n)[self._channel]
            elapsed_s = (ring.total - self._drawn) / self._fs
            self._drawn = ring.total
        psd = self._density(x)
        share = 1.0 if self._psd is None else 1.0 - np.exp(-elapsed_s / _TAU_S)
        self._psd = psd if self._psd is None else self._psd + share * (psd - self._psd)
        shown = np.log10(np.maximum(self._psd, _FLOOR))
        self._curve.setData(self._density.hz, shown)
        if self.due("scale", _SCALE_S):
            self._scale(shown)
        if self.due("peak", _WORDS_S):
            self._tell_peak()

    def _scale(self, shown: Float) -> None:
        low, high = np.floor(np.percentile(shown, 2.0)), np.ceil(shown.max() + 0.1)
        if low < self._range[0] or high > self._range[1] or high - low < self._range[1] - self._range[0] - 1.0:
            self._range = (min(low, high - 2.0), high)
            self._show_range()

    def _show_range(self) -> None:
        """Number the tens alone, all in one way: PyQtGraph writes 10² beside 0.01, and 80 over 90."""
        low, high = self._range
        self.plot.setYRange(low, high, padding=0)
        tens = np.arange(np.ceil(low), np.floor(high) + 1.0)
        between = [(ten + np.log10(k), "") for ten in (*(tens - 1.0), *tens[-1:]) for k in range(2, 10)]
        numbered = [(ten, np.format_float_positional(10.0**ten, trim="-")) for ten in tens]
        self.plot.getAxis("left").setTicks([numbered, between])

    def _tell_peak(self) -> None:
        if self._psd is None or not self._band_hz:
            return
        low, high = self._band_hz[0]
        inside = np.flatnonzero((self._density.hz >= low) & (self._density.hz <= high))
        if len(inside):
            at = inside[np.argmax(self._psd[inside])]
            self.peak.setText(text("spectrum.peak", hz=float(self._density.hz[at])))
