"""Samples from outside are rounded to the step of the recording before anything is made from them.

A recording keeps whole numbers of a step. What is rounded first and stored then reads back to the bit, so a replay from
the file makes the same decisions as the live session did (law 7).
"""

from __future__ import annotations

import numpy as np

from neurosim.core.spec import Float

#: A recording has 24 bits for a sample.
MOST_STEPS = 2**23 - 1

# Powers of two, so that a whole number of steps is exact in binary. In 24 bits 1/16 uV reaches +-524 mV, more than any
# electrode's offset (`Entrance`), and adds 0.018 uV rms of noise, less than any amplifier has.
_STEPS = {"uV": 2.0**-4, "mV": 2.0**-14, "degC": 2.0**-16, "uS": 2.0**-14}
_OTHER = 2.0**-10  # of a unit nobody knows: +-8191


def recording_step(unit: str) -> float:
    """Return the step in which samples of a unit are recorded [unit]; a power of two."""
    return _STEPS.get(unit, _OTHER)


def round_to_step(samples: Float, step: float | Float | None) -> Float:
    """Round samples of any shape to whole steps.

    What 24 bits cannot hold becomes the largest value they can; NaN stays NaN.

    Parameters
    ----------
    samples
        Any shape [unit].
    step
        `SignalSpec.step`, or one for each channel in the shape of `samples`; None leaves the samples as they are.

    Examples
    --------
    >>> round_to_step(np.array([0.1, np.nan, 1e9]), 0.0625)
    array([1.25000000e-01,            nan, 5.24287938e+05])
    """
    if step is None:
        return samples
    rounded: Float = np.rint(samples / step)
    np.clip(rounded, -MOST_STEPS, MOST_STEPS, out=rounded)
    rounded *= step
    return rounded
