"""What a doctor would count or rate, from the signals: time in long bursts of beta, seizures."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from neurosim.core.spec import Float

#: A burst of beta is long from here on [s] (Tinkhauser et al. 2017, doi:10.1093/brain/awx010).
LONG_BURST_S = 0.4
#: In a seizure the slow potential of a focus stands this far below its rest [uV], for longer than a second.
SEIZURE_UV, SEIZURE_S = -100.0, 1.0


def stretches(holds: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the length of each stretch in which something holds ``(stretch,)`` [samples].

    Examples
    --------
    >>> import numpy as np
    >>> stretches(np.array([True, True, False, False, True, True, True])).tolist()
    [2, 3]
    """
    steps = np.diff(np.concatenate([[0], holds.astype(np.int8), [0]]))
    return (np.flatnonzero(steps == -1) - np.flatnonzero(steps == 1)).astype(np.int64)


def time_in_long_bursts(envelope: Float, threshold: Float | float, fs: float) -> float:
    """Return the share of the time that an envelope spends above a threshold for more than 0.4 s at a stretch.

    Parameters
    ----------
    envelope
        Of one subject ``(time,)``.
    threshold
        Where a burst begins: the 75th percentile of what was before treatment.
    fs
        Sampling rate of the envelope [Hz].
    """
    lengths = stretches(envelope > threshold)
    return float(lengths[lengths > LONG_BURST_S * fs].sum() / len(envelope))


def seizures(potential: Float, fs: float = 250.0) -> int:
    """Return how many seizures there are in the potential beside a focus ``(time,)`` [uV].

    A mean over half a second stays at least a second below -100 uV, or it is none; gaps of less than half a second
    inside one do not end it, as the mean bridges them.
    """
    half_s = round(0.5 * fs)
    sums = np.concatenate([[0.0], np.cumsum(potential)])
    low = (sums[half_s:] - sums[:-half_s]) / half_s < SEIZURE_UV
    return int((stretches(low) > (SEIZURE_S - 0.5) * fs).sum())
