"""Sums and moments of the samples of each lane."""

from __future__ import annotations

import numpy as np

from neurosim.core.kernels.jit import kernel

#: What `window_moments` gives.
RMS, KURTOSIS = range(2)


@kernel
def window_moments(x, start, n_block, which, ring, sums, held, out):
    """Root mean square about the mean, or excess kurtosis, of a window, anew at the end of each block.

    In two passes over the window, so that neither an offset nor a spike that has passed leaves rounding behind.
    Blocks lie on absolute sample indices; while the window fills it is over what there is.
    ``x, out (time, lane)``; ``ring (window, lane)``, ``held (lane,)`` are the state, ``sums (3, lane)`` room.
    """
    n_ring = ring.shape[0]
    mean, second, fourth = sums[0], sums[1], sums[2]
    for t in range(x.shape[0]):
        index = start + t
        ring[index % n_ring] = x[t]
        if (index + 1) % n_block == 0:
            n = min(index + 1, n_ring)
            sums[:] = 0.0
            for j in range(n):
                row = ring[j]
                for lane in range(row.shape[0]):
                    mean[lane] += row[lane]
            for lane in range(mean.shape[0]):
                mean[lane] /= n
            for j in range(n):
                row = ring[j]
                for lane in range(row.shape[0]):
                    d = row[lane] - mean[lane]
                    square = d * d
                    second[lane] += square
                    fourth[lane] += square * square
            for lane in range(held.shape[0]):
                variance = second[lane] / n
                if which == RMS:
                    held[lane] = np.sqrt(variance)
                else:
                    held[lane] = fourth[lane] / n / (variance * variance) - 3.0 if variance > 1e-24 else 0.0
        out[t] = held


@kernel
def add_in_order(x, sums):
    """Add the sum over time of ``x (time, channel, subject)`` to ``sums (channel, subject)``, first sample first.

    In this order whatever the shape, where NumPy's sum goes pairwise, and by memory's order.
    """
    total = np.zeros(sums.shape)
    for t in range(x.shape[0]):
        for c in range(total.shape[0]):
            for b in range(total.shape[1]):
                total[c, b] += x[t, c, b]
    for c in range(total.shape[0]):
        for b in range(total.shape[1]):
            sums[c, b] += total[c, b]
