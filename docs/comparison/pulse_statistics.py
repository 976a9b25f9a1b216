"""Statistics of the pulse at a finger, by SciPy."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy import signal

from neurosim.core.spec import Float

from .heart_statistics import to_rate

FS = 256.0
_POINTS = 100


@dataclass(frozen=True)
class Pulse:
    """What is measured of a pulse.

    Parameters
    ----------
    upstrokes_s
        When each pulse rises most steeply [s].
    shape
        The median pulse from foot to foot, from 0 to 1 ``(100,)``.
    rise_ms
        Median time from foot to peak [ms].
    likeness
        Median correlation of a pulse with the median pulse.
    """

    upstrokes_s: Float
    shape: Float
    rise_ms: float
    likeness: float


def measure(ppg: Float, fs: float) -> Pulse:
    """Measure a pulse wave ``(n_times,)``."""
    fine = to_rate(ppg, fs, FS)
    fine = signal.sosfiltfilt(signal.butter(3, [0.5, 8.0], "bandpass", fs=FS, output="sos"), fine)
    slope = np.gradient(fine)
    # The steepest rises, at least a third of a second from each other and half as steep as usual ones.
    usual = np.percentile(slope[signal.find_peaks(slope, distance=round(0.4 * FS))[0]], 75)
    steepest, _ = signal.find_peaks(slope, height=0.4 * usual, distance=round(FS / 3))
    steepest = steepest[(steepest > 0) & (steepest < len(slope) - 1)]
    before, at, after = slope[steepest - 1], slope[steepest], slope[steepest + 1]
    upstrokes_s = (steepest + 0.5 * (before - after) / (before - 2 * at + after)) / FS
    feet = np.array([a + np.argmin(fine[a:b]) for a, b in pairwise(steepest)])
    shapes, rises = [], []
    for a, b in pairwise(feet):
        pulse = fine[a : b + 1] - np.linspace(fine[a], fine[b], b + 1 - a)
        if pulse.max() > 0.5 * np.ptp(pulse) > 0:
            shape = np.interp(np.linspace(0, 1, _POINTS), np.linspace(0, 1, len(pulse)), pulse)
            shapes.append(shape / shape.max())
            rises.append(1000.0 * int(np.argmax(pulse)) / FS)
    median = np.median(shapes, axis=0)
    likeness = float(np.median([np.corrcoef(shape, median)[0, 1] for shape in shapes]))
    return Pulse(upstrokes_s, median / median.max(), float(np.median(rises)), likeness)


def rr_correlation(r_times_s: Float, upstrokes_s: Float) -> tuple[float, float, int]:
    """Return how RR intervals and the pulse's intervals correlate, the mean delay [s], and how many beats had one.

    A beat's pulse is the first upstroke from 0.08 to 0.5 s after its R wave.
    """
    at = np.searchsorted(upstrokes_s, r_times_s + 0.08)
    there = at < len(upstrokes_s)
    delay = np.full(len(r_times_s), np.nan)
    delay[there] = upstrokes_s[at[there]] - r_times_s[there]
    delay[delay > 0.5] = np.nan
    both = np.isfinite(delay[1:]) & np.isfinite(delay[:-1])
    rr = np.diff(r_times_s)[both]
    pulse = np.diff(r_times_s + delay)[both]
    return float(np.corrcoef(rr, pulse)[0, 1]), float(np.nanmean(delay)), int(both.sum())
