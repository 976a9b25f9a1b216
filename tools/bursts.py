"""Bursts of a rhythm in two arms: how often they come, how large and how long they are.

Once in truth, by the body's own marks, and once by a detector that knows nothing of it: neurodsp's dual threshold
(Feingold et al. 2015, doi:10.1073/pnas.1506269112), at 1 and 2 times the median amplitude of the FIRST baseline of each
person. These are fixed in microvolts, so that more bursts do not lift the thresholds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurosim.cohort import UNDRIVEN
from neurosim.core.spec import Bool, Float
from tools.training_trials import FS, AlphaTrial

_BAND_HZ = (8, 12)


@dataclass(frozen=True)
class Bursts:
    """The whole bursts of a series.

    Attributes
    ----------
    onset_hz
        Onsets in a second of the time between bursts.
    per_min
        Onsets a minute.
    durations_s, amplitudes
        Of each burst ``(burst,)``; amplitudes are means of the envelope [uV].
    """

    onset_hz: float
    per_min: float
    durations_s: Float
    amplitudes: Float

    @classmethod
    def of(cls, marks: Bool, envelope: Float) -> Bursts:
        """Return the bursts of marks ``(time,)`` with their envelope ``(time,)``."""
        edges = np.flatnonzero(np.diff(marks.astype(np.int8)))
        begins, ends = edges[marks[edges + 1]] + 1, edges[~marks[edges + 1]] + 1
        onset_hz = len(begins) / np.count_nonzero(~marks) * FS
        per_min = len(begins) / (len(marks) / FS / 60.0)
        ends = ends[ends > begins[0]]
        begins = begins[: len(ends)]
        total = np.concatenate([[0.0], np.cumsum(envelope, dtype=float)])
        return cls(onset_hz, per_min, (ends - begins) / FS, (total[ends] - total[begins]) / (ends - begins))


def true_bursts(trial: AlphaTrial, arm: str) -> list[Bursts]:
    """Return the bursts of every source of alpha of every person, in the last block of training."""
    marks, envelope = trial.last.of("bursts", arm), trial.last.of("envelope", arm)
    return [Bursts.of(marks[at], envelope[at]) for at in np.ndindex(marks.shape[:2])]


def detected_bursts(trial: AlphaTrial, arm: str) -> list[Bursts]:
    """Return what the detector finds in the EEG of every person, in the last block of training."""
    return [
        _detect(*(np.asarray(kept.of("eeg", arm)[person], dtype=float) for kept in (trial.first, trial.last)))
        for person in range(trial.course.plan.people)
    ]


def _detect(rest: NDArray[Any], x: NDArray[Any]) -> Bursts:
    from neurodsp.burst import detect_bursts_dual_threshold
    from neurodsp.timefrequency import amp_by_time

    at_rest, amplitude = (amp_by_time(signal, FS, _BAND_HZ) for signal in (rest, x))
    fixed = float(np.nanmedian(at_rest) / np.nanmedian(amplitude))  # neurodsp counts in medians of what it is given
    marks = detect_bursts_dual_threshold(x, FS, (fixed, 2.0 * fixed), _BAND_HZ)
    return Bursts.of(marks, np.nan_to_num(amplitude))


def ratios(trial: AlphaTrial, *, truth: bool) -> dict[str, Float]:
    """Return rate, amplitude and duration with real feedback over those of the same series undriven ``(series,)``."""
    find = true_bursts if truth else detected_bursts
    pairs = list(zip(find(trial, "real"), find(trial, UNDRIVEN), strict=True))
    rate = [(a.onset_hz / b.onset_hz) if truth else (a.per_min / b.per_min) for a, b in pairs]
    return {
        "rate": np.array(rate),
        "amplitude": np.array([a.amplitudes.mean() / b.amplitudes.mean() for a, b in pairs]),
        "duration": np.array([a.durations_s.mean() / b.durations_s.mean() for a, b in pairs]),
    }
