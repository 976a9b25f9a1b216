"""Recursive filters over ``(time, lane)``; the inner loop runs across lanes."""

from __future__ import annotations

import numpy as np

from neurosim.core.kernels.elementary import sincos
from neurosim.core.kernels.jit import inlined, kernel


@inlined
def _section(coefficients, state, source, row):
    """One second-order section at one time; ``state (2, lane)``, ``source, row (lane,)``; row may be source."""
    b0, b1, b2, a1, a2 = coefficients[0], coefficients[1], coefficients[2], coefficients[4], coefficients[5]
    w0, w1 = state[0], state[1]
    for lane in range(row.shape[0]):
        v = source[lane]
        y = b0 * v + w0[lane]
        w0[lane] = b1 * v - a1 * y + w1[lane]
        w1[lane] = b2 * v - a2 * y
        row[lane] = y


@inlined
def _cascade(sos, state, source, row):
    """All sections at one time. Those after the first work in place, and are told so, or they would not vectorise."""
    _section(sos[0], state[0], source, row)
    for s in range(1, sos.shape[0]):
        _section(sos[s], state[s], row, row)


@kernel
def sosfilt(x, sos, state, out):
    """Second-order sections, one at least, transposed direct form II.

    ``x, out (time, lane)``, ``sos (section, 6)`` as SciPy's, ``state (section, 2, lane)``; out may be x.
    """
    for t in range(x.shape[0]):
        _cascade(sos, state, x[t], out[t])


@inlined
def _power(sos, state, gain, smoothed, source, row):
    """Filter, square and smooth at one time; ``smoothed (lane,)`` is the state of the smoothing."""
    _cascade(sos, state, source, row)
    for lane in range(row.shape[0]):
        v = row[lane]
        y = smoothed[lane] + gain * (v * v - smoothed[lane])
        smoothed[lane] = y
        row[lane] = y


@kernel
def band_powers(x, sos, state, gains, smoothed, out):
    """Filter each band as `sosfilt` does, square, and smooth as `one_pole` does.

    ``x (time, lane)``, ``sos (band, section, 6)``, ``state (band, section, 2, lane)``, ``gains (band,)``,
    ``smoothed (band, lane)``, ``out (time, band, lane)``.
    """
    for band in range(sos.shape[0]):
        for t in range(x.shape[0]):
            _power(sos[band], state[band], gains[band], smoothed[band], x[t], out[t, band])


@kernel
def demodulate(x, step, index, out):
    """Shift a frequency to 0 and double: ``x (time, lane)``, ``out (time, 2 * lane)``, real parts first.

    ``step`` is the frequency [turns per sample / 2**32], ``index`` that of the first sample.
    """
    n = x.shape[1]
    for t in range(x.shape[0]):
        sine, cosine = sincos((np.uint64(index + t) * np.uint64(step)) & np.uint64(0xFFFFFFFF))
        a, b, source, re, im = 2.0 * cosine, -2.0 * sine, x[t], out[t, :n], out[t, n:]
        for lane in range(n):
            re[lane] = a * source[lane]
            im[lane] = b * source[lane]


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
def ar1(x, pole, gain, state):
    """``y = pole y + gain x`` in place; ``x (time, lane)``, ``state (1, lane)``."""
    last = state[0]
    for t in range(x.shape[0]):
        row = x[t]
        for lane in range(row.shape[0]):
            y = pole * last[lane] + gain * row[lane]
            last[lane] = y
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

    ``x (time, source * subject)``, ``weights (source, channel)``, ``out (time, subject * channel)``, to which it adds.
    """
    n_sources, n_channels = weights.shape
    for t in range(x.shape[0]):
        for s in range(n_sources):
            source = x[t, s * n_subjects : (s + 1) * n_subjects]
            if n_channels == 1:
                row, w = out[t], weights[s, 0]
                for b in range(n_subjects):
                    row[b] += w * source[b]
            else:
                for b in range(n_subjects):
                    row, w, v = out[t, b * n_channels : (b + 1) * n_channels], weights[s], source[b]
                    for c in range(n_channels):
                        row[c] += w[c] * v


@inlined
def _lower(a, b):
    """Return the smaller of two finite numbers; ``min`` asks for NaN as well, and would not vectorise."""
    return a if a < b else b


@inlined
def _higher(a, b):
    """Return the larger of two finite numbers."""
    return a if a > b else b


@kernel
def extremes(x, start, n_block, n_blocks, low, high, out):
    """Peak-to-peak over the last ``n_blocks`` blocks of ``n_block`` samples, the running one included.

    Blocks lie on absolute sample indices. ``x, out (time, lane)``; ``low, high (n_blocks + 1, lane)`` hold the
    extremes of each block, in a ring, and in the last row those of all blocks but the running one.
    """
    others_low, others_high = low[n_blocks], high[n_blocks]
    for t in range(x.shape[0]):
        index = start + t
        slot = (index // n_block) % n_blocks
        now_low, now_high, source, row = low[slot], high[slot], x[t], out[t]
        if index % n_block == 0:
            now_low[:] = np.inf
            now_high[:] = -np.inf
            others_low[:] = np.inf
            others_high[:] = -np.inf
            for b in range(n_blocks):
                block_low, block_high = low[b], high[b]
                for lane in range(row.shape[0]):
                    others_low[lane] = _lower(others_low[lane], block_low[lane])
                    others_high[lane] = _higher(others_high[lane], block_high[lane])
        for lane in range(row.shape[0]):
            now_low[lane] = _lower(now_low[lane], source[lane])
            now_high[lane] = _higher(now_high[lane], source[lane])
            row[lane] = _higher(now_high[lane], others_high[lane]) - _lower(now_low[lane], others_low[lane])


@kernel
def average(x, n_channels, out):
    """Mean over the channels of each subject in a fixed order; ``x (time, subject * channel)``."""
    for t in range(x.shape[0]):
        for b in range(out.shape[1]):
            total = 0.0
            for c in range(n_channels):
                total += x[t, b * n_channels + c]
            out[t, b] = total / n_channels
