"""Followers of slow signals; they start at the first sample, since 30 degC do not come from 0."""

from __future__ import annotations

from neurosim.core.kernels.jit import kernel


@kernel
def follow(x, rise, fall, most, level, started, out):
    """``y += gain (x - y)``, with a gain for rising and one for falling, and a gap of ``most`` at the most.

    ``x, out (time, lane)``, which may be the same; ``level, started (lane,)`` are the state.
    """
    for t in range(x.shape[0]):
        for lane in range(x.shape[1]):
            if not started[lane]:
                started[lane], level[lane] = True, x[t, lane]
            gap = min(max(x[t, lane] - level[lane], -most), most)
            level[lane] += (rise if gap > 0.0 else fall) * gap
            out[t, lane] = level[lane]
