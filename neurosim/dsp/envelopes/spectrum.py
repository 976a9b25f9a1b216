"""The spectrum of a signal, and what filters are designed from it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neurosim.core.spec import Float


@dataclass(frozen=True, eq=False)
class Spectrum:
    """Power over frequency of a stationary signal.

    Parameters
    ----------
    psd
        Two-sided density at 0, fs/n, ..., fs/2 ``(n // 2 + 1,)``, n even [unit²/Hz].
    fs
        Sampling rate [Hz].

    Examples
    --------
    White noise of variance 9:

    >>> white = Spectrum(np.full(129, 9.0 / 256), fs=256.0)
    >>> white.autocorrelation(3).round(9).tolist()
    [9.0, 0.0, 0.0]
    >>> white.band_power(8, 12), 2 * 4 * 9 / 256
    (0.28125, 0.28125)
    """

    psd: Float
    fs: float

    @property
    def n(self) -> int:
        """Number of points from -fs/2 to fs/2."""
        return 2 * (len(self.psd) - 1)

    @property
    def frequency_hz(self) -> Float:
        """Where `psd` is given [Hz]."""
        frequency: Float = np.arange(len(self.psd), dtype=np.float64) * (self.fs / self.n)
        return frequency

    def autocorrelation(self, n_lags: int) -> Float:
        """Return the autocorrelation at lags of 0, 1, ... samples, at most n / 2 [unit²]."""
        steps = np.sinc(np.arange(n_lags) / self.n)  # of a spectrum that is constant around each point
        correlation: Float = np.fft.irfft(self.psd * self.fs)[:n_lags] * steps
        return correlation

    def band_power(self, low_hz: float, high_hz: float) -> float:
        """Return the mean square of what lies in a band [unit²]."""
        inside, _, width = self._inside(low_hz, high_hz)
        return float(2.0 * np.sum(self.psd[inside] * width))

    def analytic_covariance(self, low_hz: float, high_hz: float, lag_s: Float) -> NDArray[np.complex128]:
        """Return E[z(t) x(t - lag)] of a band's analytic signal z and the signal x ``(lag,)`` [unit²]."""
        inside, middle, width = self._inside(low_hz, high_hz)
        waves = np.exp(2j * np.pi * np.multiply.outer(lag_s, middle)) * np.sinc(np.multiply.outer(lag_s, width))
        covariance: NDArray[np.complex128] = np.sum(2.0 * self.psd[inside] * width * waves, axis=-1)
        return covariance

    def _inside(self, low_hz: float, high_hz: float) -> tuple[NDArray[np.intp], Float, Float]:
        """Return which points stand for a part of a band, and the middle and width of that part [Hz]."""
        step = self.fs / self.n
        low = np.maximum(self.frequency_hz - step / 2, low_hz)
        high = np.minimum(self.frequency_hz + step / 2, high_hz)
        inside = np.flatnonzero(high > low)
        return inside, (low + high)[inside] / 2.0, (high - low)[inside]
