"""The step of a recording: what samples are rounded to before anything is decided on them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from neurosim.core.spec import Samples, SignalSpec, time_first, time_last

#: Largest stored integer of a stream that goes into BDF; 24 bits hold twice as much, and their lowest means no number.
DIGITAL_LIMIT = 2**22
#: Steps in a microvolt: 31.25 nV, the step of a BioSemi ActiveTwo; with it +-131 mV can be stored.
_PER_UV = 32.0
#: Steps in any other unit where samples are written as decimals.
_PER_UNIT = 1e6


@dataclass(frozen=True)
class Step:
    """The grid that the samples of a stream stand on once they are recorded.

    Parameters
    ----------
    per_unit
        Steps in a unit of the samples: a power of two or of ten, so that a stored integer reads back to the bit.
    limit
        Largest number of steps that can be stored; larger samples are clipped.
    """

    per_unit: float
    limit: float = math.inf

    def round(self, x: Samples) -> Samples:
        """Return samples as they read back: whole steps, and NaN for whatever is not finite."""
        steps = np.rint(np.multiply(time_first(x), self.per_unit, order="C"))
        np.clip(steps, -self.limit, self.limit, out=steps, where=np.isfinite(steps))
        steps[~np.isfinite(steps)] = np.nan
        steps /= self.per_unit
        return time_last(steps)


def step_of(stream: str, spec: SignalSpec, full_scale: float | None = None) -> Step:
    """Return the step of a stream.

    Parameters
    ----------
    stream
        Its name; ``eeg`` goes into BDF, everything else into tables with six decimals.
    spec
        What it means.
    full_scale
        Its largest sample, where that is known beforehand: samples of an unknown unit then keep 22 bits, and large ones
        are not clipped.

    Examples
    --------
    >>> step_of("eeg", SignalSpec(256.0, ("Cz",), "uV")).per_unit
    32.0
    """
    if stream != "eeg":
        return Step(_PER_UNIT)
    per_unit = _PER_UV
    if full_scale:
        # 2^27 steps a unit is the finest whose range has room in the eight characters of a header.
        fits = 2.0 ** min(27, math.floor(math.log2(DIGITAL_LIMIT / full_scale)))
        per_unit = min(per_unit, fits) if spec.unit == "uV" else fits
    return Step(per_unit, DIGITAL_LIMIT)
