"""Recursive filters over ``(time, lane)``; the inner loop runs across lanes."""

from __future__ import annotations

import numpy as np

from neurosim.core.kernels.jit import kernel


@kernel
def sosfilt(x, sos, state, out):
    """Second-order sections, transposed direct form II.

    ``x, out (time, lane)``, ``sos (section, 6)`` as SciPy's, ``state (section, 2, lane)``; out may be x.
    """
    n_times, n_lanes = x.shape
    n_sections = sos.shape[0]
    for t in range(n_times):
        row = out[t]
        if n_sections == 0:
            row[:] = x[t]
        for s in range(n_sections):
            source = x[t] if s == 0 else row
            b0, b1, b2, a1, a2 = sos[s, 0], sos[s, 1], sos[s, 2], sos[s, 4], sos[s, 5]
            w0, w1 = state[s, 0], state[s, 1]
            for lane in range(n_lanes):
                v = source[lane]
                y = b0 * v + w0[lane]
                w0[lane] = b1 * v - a1 * y + w1[lane]
                w1[lane] = b2 * v - a2 * y
                row[lane] = y


@kernel
def one_pole(x, gain, state, out):
    """``y += gain (x - y)``; ``x, out (time, lane)``, ``state (lane,)``; out may be x."""
    for t in range(x.shape[0]):
        row, source = out[t], x[t]
        for lane in range(x.shape[1]):
            y = state[lane] + gain * (source[lane] - state[lane])
            state[lane] = y
            row[lane] = y


@kernel
def pole_zero(x, poles, zeros, state):
    """First-order sections in place, with coefficients of each lane's own.

    ``y = x - zero * x_before + pole * y_before`` for each section;
    ``x (time, lane)``, ``poles, zeros, state (section, lane)``. The state holds ``pole y - zero x``.
    """
    for t in range(x.shape[0]):
        row = x[t]
        for s in range(poles.shape[0]):
            p, z, w = poles[s], zeros[s], state[s]
            for lane in range(x.shape[1]):
                v = row[lane]
                y = v + w[lane]
                w[lane] = p[lane] * y - z[lane] * v
                row[lane] = y


@kernel
def dc_block(x, pole, max_step, previous, level, started, out):
    """One-pole high-pass that lets no step larger than ``max_step`` in.

    ``x, out (time, lane)``; ``previous, level, started (lane,)`` are its state.
    """
    for t in range(x.shape[0]):
        for lane in range(x.shape[1]):
            v = x[t, lane]
            step = v - previous[lane] if started[lane] else 0.0
            if not abs(step) <= max_step:
                step = 0.0
            y = pole * level[lane] + step
            previous[lane] = v
            level[lane] = y
            started[lane] = True
            out[t, lane] = y


@kernel
def mix(x, weights, n_subjects, out):
    """Weigh and add lanes in a fixed order of summation.

    ``x (time, source * subject)``, ``weights (channel, source)``, ``out (time, subject * channel)``.
    """
    n_channels, n_sources = weights.shape
    if n_channels == 1:
        for t in range(x.shape[0]):
            row = out[t]
            row[:] = 0.0
            for s in range(n_sources):
                w = weights[0, s]
                source = x[t, s * n_subjects : (s + 1) * n_subjects]
                for b in range(n_subjects):
                    row[b] += w * source[b]
    else:
        for t in range(x.shape[0]):
            for b in range(n_subjects):
                for c in range(n_channels):
                    total = 0.0
                    for s in range(n_sources):
                        total += weights[c, s] * x[t, s * n_subjects + b]
                    out[t, b * n_channels + c] = total


@kernel
def extremes(x, start, n_block, n_blocks, low, high, out):
    """Peak-to-peak over the last ``n_blocks`` blocks of ``n_block`` samples, the running one included.

    Blocks lie on absolute sample indices. ``x, out (time, lane)``; ``low, high (n_blocks, lane)`` hold the
    extremes of each block, in a ring.
    """
    for t in range(x.shape[0]):
        index = start + t
        slot = (index // n_block) % n_blocks
        fresh = index % n_block == 0
        for lane in range(x.shape[1]):
            v = x[t, lane]
            if fresh:
                low[slot, lane] = v
                high[slot, lane] = v
            else:
                low[slot, lane] = min(low[slot, lane], v)
                high[slot, lane] = max(high[slot, lane], v)
            lowest = low[0, lane]
            highest = high[0, lane]
            for b in range(1, n_blocks):
                lowest = min(lowest, low[b, lane])
                highest = max(highest, high[b, lane])
            out[t, lane] = highest - lowest


@kernel
def repair(x, flat_n, last, run, out, valid):
    """Hold the last finite value over bad samples, and tell which samples can be trusted.

    A sample is bad when it is not finite, or when the channel has not changed for ``flat_n`` samples.
    ``x, out, valid (time, lane)``; ``last, run (lane,)`` are its state.
    """
    for t in range(x.shape[0]):
        for lane in range(x.shape[1]):
            v = x[t, lane]
            if np.isfinite(v):
                run[lane] = run[lane] + 1 if v == last[lane] else 0
                last[lane] = v
                valid[t, lane] = run[lane] < flat_n
            else:
                valid[t, lane] = False
            out[t, lane] = last[lane]


@kernel
def mean_square(x, gain, state):
    """Square and smooth in place: ``y += gain (x^2 - y)``; ``x (time, lane)``, ``state (lane,)``."""
    for t in range(x.shape[0]):
        row = x[t]
        for lane in range(x.shape[1]):
            v = row[lane]
            y = state[lane] + gain * (v * v - state[lane])
            state[lane] = y
            row[lane] = y


@kernel
def hold(exceeded, limit, n_hold, remaining, out):
    """Write 0 while ``exceeded > limit (lane,)`` and for ``n_hold`` samples after, else 1; out may be exceeded."""
    for t in range(exceeded.shape[0]):
        for lane in range(exceeded.shape[1]):
            if not exceeded[t, lane] <= limit[lane]:
                remaining[lane] = n_hold + 1
            out[t, lane] = 0.0 if remaining[lane] > 0 else 1.0
            if remaining[lane] > 0:
                remaining[lane] -= 1


@kernel
def average(x, n_channels, out):
    """Mean over the channels of each subject in a fixed order; ``x (time, subject * channel)``."""
    for t in range(x.shape[0]):
        for b in range(out.shape[1]):
            total = 0.0
            for c in range(n_channels):
                total += x[t, b * n_channels + c]
            out[t, b] = total / n_channels
