"""Statistics of an EEG channel, by SciPy and neurodsp."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from neurodsp.timefrequency import amp_by_time
from scipy import integrate, ndimage, signal, stats

from neurosim.core.spec import Float

_WINDOW_S = 2.0
_TOTAL_HZ = (1.0, 40.0)
#: Left out of the line through the background.
_RHYTHM_HZ = (7.0, 14.0)
BANDS = {
    "delta, 1-4 Hz": (1.0, 4.0),
    "theta, 4-8 Hz": (4.0, 8.0),
    "alpha, 8-13 Hz": (8.0, 13.0),
    "beta, 13-30 Hz": (13.0, 30.0),
}


@dataclass(frozen=True)
class Spectrum:
    """A power spectrum [uV^2/Hz]."""

    hz: Float
    power: Float

    def band(self, band_hz: tuple[float, float]) -> float:
        """Return the power in a band [uV^2]."""
        inside = (self.hz >= band_hz[0]) & (self.hz <= band_hz[1])
        return float(integrate.trapezoid(self.power[inside], self.hz[inside]))

    @property
    def rms_uv(self) -> float:
        """The rms from 1 to 40 Hz [uV]."""
        return float(np.sqrt(self.band(_TOTAL_HZ)))

    def share(self, band_hz: tuple[float, float]) -> float:
        """Return the share of a band in the power from 1 to 40 Hz."""
        return self.band(band_hz) / self.band(_TOTAL_HZ)

    def line(self) -> tuple[float, float]:
        """Return slope and intercept of a robust line (Theil-Sen) from 2 to 40 Hz in log-log, without 7 to 14 Hz."""
        at = np.geomspace(2.0, 40.0, 80)
        at = at[(at < _RHYTHM_HZ[0]) | (at > _RHYTHM_HZ[1])]
        log_power = np.interp(np.log10(at), np.log10(self.hz[1:]), np.log10(self.power[1:]))
        slope, intercept, *_ = stats.theilslopes(log_power, np.log10(at))
        return float(slope), float(intercept)

    @property
    def exponent(self) -> float:
        """The exponent of the background, power ~ 1/f^exponent."""
        return -self.line()[0]

    @property
    def alpha_peak_hz(self) -> float:
        """Where alpha stands out most from the background: centre of gravity 1 Hz around the highest point [Hz]."""
        slope, intercept = self.line()
        above = self.power - 10 ** (intercept + slope * np.log10(np.maximum(self.hz, 1e-9)))
        band = (self.hz >= 7.0) & (self.hz <= 12.5)
        top = self.hz[band][np.argmax(above[band])]
        near = np.abs(self.hz - top) <= 1.0
        weight = np.maximum(above[near], 0.0)
        return float((self.hz[near] * weight).sum() / weight.sum()) if weight.sum() > 0 else float("nan")


def spectrum(segments: Sequence[Float], fs: float) -> Spectrum:
    """Return the median over windows of 2 s (Welch's method), so that blinks and pops do not count.

    Parameters
    ----------
    segments
        Stretches of one state, each ``(n_times,)`` [uV].
    fs
        Sampling rate [Hz].
    """
    n = round(_WINDOW_S * fs)
    windows = []
    for segment in segments:
        if len(segment) >= n:
            hz, _, power = signal.spectrogram(segment, fs, "hann", n, n // 2, detrend="linear")
            windows.append(power)
    # The median of a chi-squared variable with two degrees of freedom is ln 2 times its mean.
    return Spectrum(hz, np.median(np.hstack(windows), axis=1) / np.log(2.0))


def envelope_cv(segments: Sequence[Float], fs: float, peak_hz: float) -> float:
    """Return SD over mean of the envelope 2 Hz around the peak of alpha (neurodsp); 0.523 for filtered noise.

    What lies within 0.5 s of a blink or a spike, more than 6 robust SDs from 1 to 40 Hz, is left out.
    """
    second, envelopes = round(fs), []
    broad = signal.butter(2, _TOTAL_HZ, "bandpass", fs=fs, output="sos")
    for segment in segments:
        if len(segment) < 5 * second:
            continue
        centred = segment - np.median(segment)
        filtered = np.abs(signal.sosfiltfilt(broad, centred))
        wild = filtered > 6.0 * np.median(filtered) / stats.norm.ppf(0.75)
        near = ndimage.binary_dilation(wild, iterations=second // 2)
        envelope = amp_by_time(centred, fs, (peak_hz - 2.0, peak_hz + 2.0), remove_edges=False)
        envelopes.append(envelope[second:-second][~near[second:-second]])
    envelope = np.concatenate(envelopes)
    return float(envelope.std() / envelope.mean())
