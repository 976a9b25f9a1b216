"""Smooth steps of feedback."""

from __future__ import annotations

from neurosim.core.kernels.elementary import exp
from neurosim.core.kernels.jit import kernel


@kernel
def logistic(x, out):
    """``1 / (1 + exp(-x))`` of each lane; `x, out (lane,)`, not NaN."""
    for lane in range(x.shape[0]):
        v = min(max(x[lane], -40.0), 40.0)  # the ends differ from 0 and 1 by less than rounding shows
        out[lane] = 1.0 / (1.0 + exp(-v))
