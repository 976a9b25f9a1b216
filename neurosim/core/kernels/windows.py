"""The last values of each lane, kept sorted: exact percentiles of a sliding window."""

from __future__ import annotations

import numpy as np

from neurosim.core.kernels.jit import inlined, kernel


@inlined
def _place(row, n, v):
    """Return the first index of ``row[:n]`` whose value is not below v."""
    low, high = 0, n
    while low < high:
        middle = (low + high) // 2
        if row[middle] < v:
            low = middle + 1
        else:
            high = middle
    return low


@kernel
def slide(values, take, ring, ordered, head, filled):
    """Add a value to each lane's window where ``take``, dropping the oldest when it is full.

    ``values, take (lane,)``; ``ring, ordered (lane, window)``, ``head, filled (lane,)`` are the state.
    """
    size = ring.shape[1]
    for lane in range(values.shape[0]):
        if not take[lane]:
            continue
        row = ordered[lane]
        n = filled[lane]
        v = values[lane]
        new = _place(row, n, v)
        old = n  # the place that becomes free: behind all while the window fills, then that of the oldest
        if n == size:
            old = _place(row, n, ring[lane, head[lane]])
        else:
            filled[lane] = n + 1
        if old < new:
            new -= 1
            for i in range(old, new):
                row[i] = row[i + 1]
        for i in range(old, new, -1):
            row[i] = row[i - 1]
        row[new] = v
        ring[lane, head[lane]] = v
        head[lane] = (head[lane] + 1) % size


@kernel
def percentile(ordered, filled, fraction, least, out):
    """Linearly interpolated quantile of each lane's window; NaN below ``least`` values."""
    for lane in range(out.shape[0]):
        n = filled[lane]
        if n < least or n == 0:
            out[lane] = np.nan
            continue
        position = fraction * (n - 1)
        i = int(position)
        j = min(i + 1, n - 1)
        low = ordered[lane, i]
        out[lane] = low + (position - i) * (ordered[lane, j] - low)
