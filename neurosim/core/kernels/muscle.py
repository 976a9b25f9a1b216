"""What a muscle does: tension that follows its nerve, fatigue, and the noise at its electrodes."""

from __future__ import annotations

import numpy as np

from neurosim.core.kernels.elementary import exp
from neurosim.core.kernels.filters import pole_zero
from neurosim.core.kernels.jit import inlined, kernel

# Rows of the table of designs, one column for each level of fatigue.
POLE_LOW, POLE_HIGH, ZERO_A, ZERO_B, GAIN = range(5)


@kernel
def tension(tone, effort, extra, rest, most, out):
    """Fill ``out`` with ``rest exp(tone) + most effort + extra``; all ``(step, lane)``, ``rest, most (lane,)``."""
    for t in range(out.shape[0]):
        for lane in range(out.shape[1]):
            out[t, lane] = rest[lane] * exp(tone[t, lane]) + most[lane] * effort[t, lane] + extra[t, lane]


@inlined
def _follow(target, decay, ratio, first, second):
    """Bring two equal lags in a row closer to where they go, exactly while that stays; all ``(lane,)``.

    ``decay`` is ``exp(-dt / tau)``, ``ratio`` is ``dt / tau``.
    """
    for lane in range(target.shape[0]):
        gap = first[lane] - target[lane]
        second[lane] = target[lane] + decay * (second[lane] - target[lane] + ratio * gap)
        first[lane] = target[lane] + decay * gap


@kernel
def lag(target, decay, ratio, state, out):
    """Two equal lags in a row, each time before they move; ``target, out (step, lane)``, ``state (2, lane)``."""
    for t in range(out.shape[0]):
        now, row = state[1], out[t]
        for lane in range(row.shape[0]):
            row[lane] = now[lane]
        _follow(target[t], decay, ratio, state[0], state[1])


@inlined
def _tire(effort, rise, fall, fatigue, level, designs, poles, zeros, gain):
    """Fatigue over a step, and the filter where its level changes."""
    top = designs.shape[1] - 1
    for lane in range(fatigue.shape[0]):
        u, f = effort[lane], fatigue[lane]
        fatigue[lane] = f + rise * u * (1.0 - f) - fall * (1.0 - u) * f
    for lane in range(fatigue.shape[0]):
        new = np.int64(fatigue[lane] * top + 0.5)
        if new != level[lane]:
            level[lane] = new
            poles[0, lane] = designs[POLE_LOW, new]
            poles[1, lane] = designs[POLE_HIGH, new]
            poles[2, lane] = designs[POLE_HIGH, new]
            zeros[1, lane] = designs[ZERO_A, new]
            zeros[2, lane] = designs[ZERO_B, new]
            gain[lane] = designs[GAIN, new]


@kernel
def electromyogram(
    x, edges, begins, target, effort, decay, ratio, rise, fall, designs,
    state, fatigue, level, poles, zeros, filtered, gain, out,
):  # fmt: skip
    """White noise to an electromyogram, steps of the body one after the other.

    ``x (time, muscle * subject)`` white noise, which is overwritten; ``edges (piece + 1,)`` where steps begin,
    ``begins`` whether the first piece does; ``target [uV], effort (piece, lane)``; ``decay, ratio`` of the lag for
    a sample, ``rise, fall`` of the fatigue for a step; ``designs (5, level)``. The state: ``state (2, lane)`` tension,
    ``fatigue, level, gain (lane,)``, ``poles, zeros, filtered (3, lane)``. ``out (time, subject, muscle)``.
    """
    n_subjects, n_muscles = out.shape[1], out.shape[2]
    for i in range(edges.shape[0] - 1):
        if i > 0 or begins:
            _tire(effort[i], rise, fall, fatigue, level, designs, poles, zeros, gain)
        pole_zero(x[edges[i] : edges[i + 1]], poles, zeros, filtered)
        for t in range(edges[i], edges[i + 1]):
            _follow(target[i], decay, ratio, state[0], state[1])
            row, amplitude = x[t], state[1]
            for lane in range(row.shape[0]):
                row[lane] *= gain[lane] * amplitude[lane]
            for m in range(n_muscles):
                for b in range(n_subjects):
                    out[t, b, m] = row[m * n_subjects + b]
