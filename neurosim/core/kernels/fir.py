"""Complex FIR filters and the magnitude of what comes out.

History and taps are lane-major here: a sum over taps runs along memory, where one channel alone is as fast per lane
as 32.
"""

from __future__ import annotations

import numpy as np

from neurosim.core.kernels.jit import kernel, summing

BLOCK = 4  # outputs that are worked out together, so that taps are read once for all of them


@summing
def _four_powers(real, imag, past, powers):
    """Squared magnitude of the filter's output at four successive times; ``past (tap + 3,)``, oldest first.

    Always four, even where fewer are wanted: each output then has one and the same order of summation, wherever a
    chunk begins or ends.
    """
    n = real.shape[0]
    p0, p1, p2, p3 = past[:n], past[1 : n + 1], past[2 : n + 2], past[3 : n + 3]
    a0 = a1 = a2 = a3 = b0 = b1 = b2 = b3 = 0.0
    for k in range(n):
        a, b = real[k], imag[k]
        a0 += a * p0[k]
        b0 += b * p0[k]
        a1 += a * p1[k]
        b1 += b * p1[k]
        a2 += a * p2[k]
        b2 += b * p2[k]
        a3 += a * p3[k]
        b3 += b * p3[k]
    powers[0] = a0 * a0 + b0 * b0
    powers[1] = a1 * a1 + b1 * b1
    powers[2] = a2 * a2 + b2 * b2
    powers[3] = a3 * a3 + b3 * b3


@kernel
def fir_magnitude(x, real, imag, history, end, powers, out):
    """Magnitude of a complex FIR filter's output; returns the new ``end``.

    ``x, out (time, lane)``; ``real, imag (lane or 1, tap)``, for the oldest sample first;
    ``history (lane, 2 tap + BLOCK)`` holds the past up to before column ``end``, at least ``tap``, and moves back to
    the beginning when it is full; ``powers (BLOCK,)`` is room to work in.
    """
    n_taps, n_columns = real.shape[1], history.shape[1]
    start = 0
    while start < x.shape[0]:
        if end + BLOCK > n_columns:
            for lane in range(history.shape[0]):
                row = history[lane]
                for k in range(n_taps):
                    row[k] = row[end - n_taps + k]
            end = n_taps
        n = min(x.shape[0] - start, n_columns - BLOCK + 1 - end)
        for lane in range(history.shape[0]):
            row, own = history[lane], lane if real.shape[0] > 1 else 0
            for t in range(n):
                row[end + t] = x[start + t, lane]
            for t in range(0, n, BLOCK):
                first = end + t - n_taps + 1
                _four_powers(real[own], imag[own], row[first : first + n_taps + BLOCK - 1], powers)
                for i in range(min(BLOCK, n - t)):
                    out[start + t + i, lane] = np.sqrt(powers[i])
        start += n
        end += n
    return end


@summing
def _power_at(real, imag, past):
    """Squared magnitude of one filter's output at one time."""
    a = b = 0.0
    for k in range(real.shape[0]):
        a += real[k] * past[k]
        b += imag[k] * past[k]
    return a * a + b * b


@kernel
def band_periodogram(x, real, imag, n_update, hop, index, history, end, powers, latest, out):
    """Power of a bank of FIR filters, worked out every ``n_update`` samples and held; returns the new ``end``.

    Updates lie on absolute sample indices, ``index`` is that of the first sample. The powers of all filters
    ``real, imag (filter, tap)`` add up; the mean is taken over this update and those 1, 2, ... times ``hop`` updates
    ago: ``powers (past, lane)`` is a ring with one row an update. ``x, out (time, lane)``,
    ``history (lane, 2 tap)`` as in `fir_magnitude`, ``latest (lane,)`` what is held.
    """
    n_taps, n_ring = real.shape[1], powers.shape[0]
    n_mean = (n_ring - 1) // hop + 1
    for t in range(x.shape[0]):
        if end == history.shape[1]:
            for lane in range(history.shape[0]):
                row = history[lane]
                for k in range(n_taps):
                    row[k] = row[end - n_taps + k]
            end = n_taps
        for lane in range(history.shape[0]):
            history[lane, end] = x[t, lane]
        end += 1
        if (index + t + 1) % n_update == 0:
            update = (index + t) // n_update
            for lane in range(history.shape[0]):
                power = 0.0
                for f in range(real.shape[0]):
                    power += _power_at(real[f], imag[f], history[lane, end - n_taps : end])
                powers[update % n_ring, lane] = power
                total = 0.0
                for j in range(n_mean):
                    total += powers[(update - j * hop) % n_ring, lane]
                latest[lane] = total / n_mean
        out[t] = latest
    return end
