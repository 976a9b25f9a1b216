"""Statistics of heart beats, the ECG's shape, pulses and their relation to breathing, by NeuroKit2 and SciPy."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from fractions import Fraction

import neurokit2 as nk
import numpy as np
from scipy import interpolate, signal

from neurosim.core.spec import Float

#: Everything is brought to this rate first, so that the sampling of a recording does not count.
FS = 1000.0
_TACHOGRAM_HZ = 4.0
_SEGMENT = 256  # 64 s


def to_rate(samples: Float, fs: float, target: float) -> Float:
    """Bring a signal ``(n_times,)`` to another rate."""
    ratio = Fraction(target) / Fraction(fs)
    brought: Float = signal.resample_poly(samples, ratio.numerator, ratio.denominator, padtype="line")
    return brought


@dataclass(frozen=True)
class Beats:
    """What is measured of beats: times [s], and heart rate variability as NeuroKit2 defines it."""

    times_s: Float
    hr: float
    sdnn: float
    rmssd: float
    lf: float
    hf: float


def beats_of(times_s: Float) -> Beats:
    """Measure beats at ``times_s`` [s]; LF 0.04 to 0.15 Hz and HF 0.15 to 0.4 Hz in ms^2."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # NeuroKit2's own, about bands that we do not use
        intervals = {"RRI": 1000.0 * np.diff(times_s), "RRI_Time": times_s[1:]}
        time = nk.hrv_time(intervals, sampling_rate=1000)
        frequency = nk.hrv_frequency(intervals, sampling_rate=1000, normalize=False)
    sdnn, rmssd = float(time["HRV_SDNN"].iloc[0]), float(time["HRV_RMSSD"].iloc[0])
    lf, hf = float(frequency["HRV_LF"].iloc[0]), float(frequency["HRV_HF"].iloc[0])
    return Beats(times_s, 60.0 / float(np.diff(times_s).mean()), sdnn, rmssd, lf, hf)


def r_times(ecg: Float, fs: float) -> Float:
    """Return the times of R waves [s]: NeuroKit2's, each at the highest sample at 1000 Hz near it."""
    fine = to_rate(ecg, fs, FS)
    _, found = nk.ecg_peaks(nk.ecg_clean(fine, sampling_rate=FS), sampling_rate=FS)
    peaks = np.asarray(found["ECG_R_Peaks"], dtype=int)
    peaks = peaks[(peaks > 50) & (peaks < len(fine) - 51)]
    near = np.arange(-50, 51)
    times: Float = (peaks + near[np.argmax(fine[peaks[:, None] + near], axis=1)]) / FS
    return times


def average_beat(ecg: Float, fs: float, times_s: Float) -> Float:
    """Return the median beat from 300 ms before R to 500 ms after ``(800,)``, R wave 1 high."""
    fine = to_rate(ecg - np.median(ecg), fs, FS)
    at = np.rint(times_s * FS).astype(int)
    at = at[(at >= 300) & (at < len(fine) - 500)]
    beat = np.median(fine[at[:, None] + np.arange(-300, 500)], axis=0)
    beat = beat - np.median(beat[:150])
    whole: Float = beat / beat[300]
    return whole


def qrs_ms(beat: Float) -> float:
    """Return how long the QRS complex is: from the first to the last slope above a tenth of the steepest [ms]."""
    slope = np.abs(np.gradient(signal.savgol_filter(beat, 15, 3)))[220:400]
    steep = np.flatnonzero(slope > 0.1 * slope.max())
    return float(steep[-1] - steep[0])


def r_to_t_ms(beat: Float) -> float:
    """Return the time from the R wave to the peak of the T wave [ms]."""
    return float(np.argmax(beat[420:750]) + 120)


def qrs_share(ecg: Float, fs: float) -> float:
    """Return the share of 5 to 15 Hz in the power from 5 to 40 Hz."""
    hz, power = signal.welch(to_rate(ecg, fs, 200.0), 200.0, nperseg=800)
    return float(power[(hz >= 5) & (hz <= 15)].sum() / power[(hz >= 5) & (hz <= 40)].sum())


@dataclass(frozen=True)
class WithBreath:
    """How heart rate goes with breathing.

    Parameters
    ----------
    hz
        Where breathing is strongest [Hz].
    coherence
        Of breathing and heart rate there (squared, 64-s windows).
    lag_deg
        By how much heart rate lags behind the volume of the lungs there [deg].
    """

    hz: float
    coherence: float
    lag_deg: float


def with_breath(times_s: Float, breath: Float, fs: float) -> WithBreath:
    """Relate heart rate to breathing ``(n_times,)``."""
    breath = signal.sosfiltfilt(signal.butter(2, 1.5, fs=fs, output="sos"), breath)
    at = np.arange(times_s[1], min(times_s[-1], len(breath) / fs), 1.0 / _TACHOGRAM_HZ)
    # A beat's interval is the rate between its two ends.
    middle = (times_s[1:] + times_s[:-1]) / 2.0
    rate = interpolate.PchipInterpolator(middle, 60.0 / np.diff(times_s), extrapolate=True)(at)
    lungs = np.interp(at, np.arange(len(breath)) / fs, breath)
    n = min(_SEGMENT, len(at) // 2)
    hz, power = signal.welch(lungs, _TACHOGRAM_HZ, nperseg=n)
    band = (hz >= 0.08) & (hz <= 0.5)
    top = int(np.flatnonzero(band)[np.argmax(power[band])])
    coherence = signal.coherence(lungs, rate, _TACHOGRAM_HZ, nperseg=n)[1][top]
    cross = signal.csd(lungs, rate, _TACHOGRAM_HZ, nperseg=n)[1][top]
    return WithBreath(float(hz[top]), float(coherence), float(-np.degrees(np.angle(cross))))
