"""The spectrum of a stretch of signal, and what filters are designed from it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from neurosim.core.spec import Bool, Float

#: A measured spectrum is given this much finer than its segments resolve, so that its autocorrelation does not wrap.
_ZERO_PADDING = 4
#: So many segments are transformed at once: their spectra stay in the processor's cache, and in memory that is there.
_AT_ONCE = 8


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


def measure_spectrum(x: Float, valid: Bool, fs: float, segment_s: float, least_s: float) -> Spectrum | None:
    """Measure the spectrum of one channel's trusted stretches (Welch 1967: Hann windows, three quarters overlap).

    Parameters
    ----------
    x, valid
        Samples and which can be trusted ``(time,)``. Their mean is taken away.
    fs
        Sampling rate [Hz].
    segment_s
        Length of a segment [s]; half of it where gaps leave too little otherwise.
    least_s
        How much of the signal segments must cover [s].

    Returns
    -------
    Spectrum | None
        None where there is too little signal, or none.
    """
    n_full = round(segment_s * fs)
    for n in (n_full, n_full // 2):
        starts, n_covered = _segments(valid, n, max(1, n // 4))
        if starts and n_covered >= least_s * fs:
            break
    else:
        return None
    centred = x - np.mean(x[valid])
    if not np.any(centred[valid]):
        return None
    taper = 0.5 - 0.5 * np.cos(2.0 * np.pi * np.arange(n) / n)
    n_grid = 2 ** int(np.ceil(np.log2(_ZERO_PADDING * n_full)))
    total = np.zeros(n_grid // 4 + 1)
    segments = np.lib.stride_tricks.sliding_window_view(centred, n)
    for some in np.split(np.array(starts), range(_AT_ONCE, len(starts), _AT_ONCE)):
        wave = np.fft.rfft(segments[some] * taper, n_grid // 2)
        total += np.sum(wave.real**2 + wave.imag**2, axis=0)
    return Spectrum(_finer(total) / (len(starts) * fs * np.sum(taper**2)), fs)


def _finer(power: Float) -> Float:
    """Return a spectrum of segments twice as fine, from the sum ``(n // 2 + 1,)`` of those padded to at least double.

    Padding to double keeps all lags that a segment has apart; so the autocorrelation has all there is to know, and one
    transform of it stands for those of all segments on the finer grid.
    """
    lags = np.fft.irfft(power)
    half = len(lags) // 2
    apart = np.concatenate([lags[:half], np.zeros(len(lags) + 1), lags[half + 1 :]])
    finer: Float = np.maximum(np.fft.rfft(apart).real, 0.0)  # rounding may leave less than nothing
    return finer


def _segments(valid: Bool, n: int, hop: int) -> tuple[list[int], int]:
    """Return where segments of n trusted samples begin, run by run, and how many samples they cover."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], valid, [False])).astype(np.int8)))
    starts: list[int] = []
    n_covered = 0
    for begin, end in edges.reshape(-1, 2).tolist():
        here = range(begin, end - n + 1, hop)
        starts += here
        n_covered += here[-1] + n - begin if here else 0
    return starts, n_covered
