"""At which pace of breathing a heart swings most: the assessment of the resonance frequency."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from neurosim.core.errors import ConfigError
from neurosim.core.spec import Float, Samples

#: The paces that are tried, first to last [1/min] (Lehrer, Vaschillo & Vaschillo 2000).
PACES_PER_MIN = (7.5, 7.0, 6.5, 6.0, 5.5, 5.0, 4.5)

_BUFFER_S = 60.0  # until the heart has settled at a new pace
_LF_HZ = (0.04, 0.15)
_RATE_HZ = 4.0


@dataclass(frozen=True)
class PaceResult:
    """What the heart did at a pace.

    Parameters
    ----------
    pace_per_min
        Breaths a minute.
    heart_rate_bpm
        Mean heart rate [1/min].
    peak_to_trough_bpm
        Mean over the breaths of highest less lowest heart rate [1/min].
    lf_ms2
        Power of the intervals from 0.04 to 0.15 Hz [ms^2].
    phase_turns
        How far the heart rate is behind the volume of the lungs [turns], -1/2 to 1/2; None when breaths are not known.
    """

    pace_per_min: float
    heart_rate_bpm: float
    peak_to_trough_bpm: float
    lf_ms2: float
    phase_turns: float | None


@dataclass(frozen=True)
class Resonance:
    """Result of an assessment.

    Parameters
    ----------
    paces
        In the order they were tried.
    resonance_per_min
        The pace with the best mean rank in swing, LF power and, where it is known, smallness of the phase.
    """

    paces: tuple[PaceResult, ...]
    resonance_per_min: float


def list_beats(beats: Samples, fs: float) -> tuple[Float, Float]:
    """Return when beats were [s], and the interval before each [s], from what a stage of beats gave.

    Parameters
    ----------
    beats
        ``(3, time)``: ibi, time since the beat, ibi as measured [s]. Intervals that were corrected are left out.
    fs
        Sampling rate [Hz].

    Returns
    -------
    at_s, ibi_s : (beat,)
    """
    ibi_s, since_s, raw_s = beats
    reports = np.flatnonzero(np.diff(since_s) < 0) + 1
    reports = reports[(raw_s[reports] > 0) & (raw_s[reports] == ibi_s[reports])]
    return reports / fs - since_s[reports], ibi_s[reports]


def assess_resonance(
    at_s: Float,
    ibi_s: Float,
    steps: Sequence[tuple[float, float, float]],
    volume: Float | None = None,
    volume_fs: float = 0.0,
) -> Resonance:
    """Compare how the heart swings at several paces of breathing.

    The first minute of each step is left out, in which the heart settles.

    Parameters
    ----------
    at_s, ibi_s
        When beats were, and the interval before each ``(beat,)`` [s]; as `list_beats` gives them.
    steps
        Pace [1/min], beginning and end [s] of each step.
    volume, volume_fs
        A signal that rises with inspiration ``(time,)`` and its sampling rate [Hz], for the phase.

    Raises
    ------
    ConfigError
        When a step is shorter than the minute of settling and three breaths, or has too few beats.
    """
    results = []
    for pace, start_s, stop_s in steps:
        first_s, length_s = start_s + _BUFFER_S, 60.0 / pace
        if stop_s - first_s < 3.0 * length_s:
            raise ConfigError(f"the step at {pace:g}/min must last {_BUFFER_S + 3.0 * length_s:.0f} s at least")
        inside = (at_s - ibi_s >= first_s) & (at_s <= stop_s)
        if inside.sum() < 4 or ibi_s[inside].sum() < 0.5 * (stop_s - first_s):
            raise ConfigError(f"too few trusted beats at {pace:g}/min")
        # The mean heart rate of an interval stands in its middle.
        results.append(_at_pace(pace, at_s[inside] - ibi_s[inside] / 2.0, ibi_s[inside], volume, volume_fs))
    return Resonance(tuple(results), _best(results))


def _at_pace(pace: float, at_s: Float, ibi_s: Float, volume: Float | None, volume_fs: float) -> PaceResult:
    from scipy import interpolate, signal

    length_s = 60.0 / pace
    rate = 60.0 / ibi_s
    cycle = np.floor((at_s - at_s[0]) / length_s)
    swings = [np.ptp(rate[cycle == c]) for c in range(int(cycle[-1]))]  # whole breaths
    times = np.arange(at_s[0], at_s[-1], 1.0 / _RATE_HZ)
    intervals = interpolate.CubicSpline(at_s, 1000.0 * ibi_s, bc_type="natural")(times)
    hz, psd = signal.periodogram(intervals, _RATE_HZ, "hann", detrend="linear", nfft=8 * len(times))
    low_frequency = (hz >= _LF_HZ[0]) & (hz <= _LF_HZ[1])
    phase = None
    if volume is not None:
        shift = _harmonic(rate, at_s, length_s)
        seen = slice(round(at_s[0] * volume_fs), round(at_s[-1] * volume_fs))
        volume_at_s = np.arange(len(volume))[seen] / volume_fs
        phase = float(np.angle(_harmonic(volume[seen], volume_at_s, length_s) / shift)) / (2.0 * np.pi)
    return PaceResult(
        pace, float(60.0 / ibi_s.mean()), float(np.mean(swings)), float(np.trapezoid(psd[low_frequency],
        hz[low_frequency])), phase
    )  # fmt: skip


def _harmonic(values: Float, at_s: Float, length_s: float) -> complex:
    """Return the amplitude at a period, by least squares; samples need not be even."""
    turns = 2.0 * np.pi * at_s / length_s
    design = np.stack([np.cos(turns), np.sin(turns), np.ones_like(turns)], axis=1)
    cosine, sine, _ = np.linalg.lstsq(design, values, rcond=None)[0]
    return complex(cosine, -sine)


def _best(results: Sequence[PaceResult]) -> float:
    criteria = [[-r.peak_to_trough_bpm for r in results], [-r.lf_ms2 for r in results]]
    if all(r.phase_turns is not None for r in results):
        criteria.append([abs(r.phase_turns or 0.0) for r in results])
    ranks = np.mean([np.argsort(np.argsort(each)) for each in criteria], axis=0)
    tied = np.flatnonzero(ranks == ranks.min())
    return max((results[int(i)] for i in tied), key=lambda r: r.peak_to_trough_bpm).pace_per_min
