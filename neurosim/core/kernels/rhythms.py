"""The EEG step by step: eyes, background, and rhythms with two-state bursts (Matsuda & Komaki 2017 oscillators).

Samples are cut into the steps of the body by ``bounds (piece + 1,)``; row ``i`` of what moves slowly belongs to piece
``i``. The first piece may be the rest of a step that has begun before; then ``fresh`` is False.
"""

from __future__ import annotations

import numpy as np

from neurosim.core.kernels.elementary import exp, log
from neurosim.core.kernels.jit import inlined, kernel
from neurosim.core.kernels.philox import philox, unit

_LOW = np.uint64(0xFFFFFFFF)
_SHIFT = np.uint64(32)

# Rows of the lane tables of `advance_rhythms`.
COSINE, SINE, INNOVATION, RAMP, GAIN_POLE, GAIN_SD, GAIN_SCALE, ON_RATE, OFF_RATE, BURST_GAIN, FLOOR, NORM = range(12)
OPEN_UV, CLOSED_UV, ROUND, ARCH = range(12, 16)
N_PARAMETERS = 16
RE, IM, AMPLITUDE, TARGET, GAIN, HAZARD, HAZARD_LIMIT = range(7)
N_STATES = 7


@kernel
def follow(aim, row, fresh, up, down, level, out):
    """Let a level go where a quantity is, with one gain upwards and another downwards.

    ``aim (piece, quantity, subject)``, of which ``row`` is followed; ``level (subject,)`` is its state,
    ``out (piece, subject)``.
    """
    for i in range(out.shape[0]):
        if i > 0 or fresh:
            for b in range(level.shape[0]):
                gap = aim[i, row, b] - level[b]
                level[b] += (up if gap > 0.0 else down) * gap
        out[i] = level


@kernel
def advance_background(bounds, share, ends, now, shown, state, x):
    """Turn white noise into 1/f noise in place, with sections that move between two sets of coefficients.

    ``y = x - zero * x_before + pole * y_before`` for each section, then a factor. ``share (piece, subject)`` tells how
    far from the first set to the second; ``ends (2, 2 * section + 1, lane)`` are poles, zeros and the factor of both,
    ``now`` those in between for the shares ``shown (subject,)``; ``state (section, lane)``, ``x (time, lane)``,
    lanes ``(channel, subject)``.
    """
    n_sections, n_lanes = state.shape
    n_subjects = shown.shape[0]
    for i in range(share.shape[0]):
        moved = False
        for b in range(n_subjects):
            moved |= share[i, b] != shown[b]
        if moved:
            for k in range(now.shape[0]):
                for first in range(0, n_lanes, n_subjects):
                    for b in range(n_subjects):
                        a = ends[0, k, first + b]
                        now[k, first + b] = a + share[i, b] * (ends[1, k, first + b] - a)
            shown[:] = share[i]
        factor = now[2 * n_sections]
        for t in range(bounds[i], bounds[i + 1]):
            row = x[t]
            for s in range(n_sections):
                p, z, w = now[s], now[n_sections + s], state[s]
                for lane in range(n_lanes):
                    v = row[lane]
                    y = v + w[lane]
                    w[lane] = p[lane] * y - z[lane] * v
                    row[lane] = y
            for lane in range(n_lanes):
                row[lane] *= factor[lane]


@inlined
def _step(dt, moved, drives, levels, closed, p, state, on, count, slow, key, subjects, channels, base):
    """One step of the body for all lanes: gain, on/off process, target amplitude."""
    n_lanes, n_subjects = on.shape[0], closed.shape[0]
    for s in range(drives.shape[0]):
        for b in range(n_subjects):
            lane = s * n_subjects + b
            urge = max(0.0, 1.0 + 0.5 * p[BURST_GAIN, lane] * moved[drives[s], b])
            rate = p[OFF_RATE, lane] if on[lane] else p[ON_RATE, lane] * urge * urge
            state[HAZARD, lane] += rate * dt
    # The few that turn on or off are looked up first, or the loop would draw a threshold for every lane.
    turning, n_turning = np.empty(n_lanes, dtype=np.int64), 0
    for lane in range(n_lanes):
        turning[n_turning] = lane
        n_turning += state[HAZARD, lane] >= state[HAZARD_LIMIT, lane]
    for lane in turning[:n_turning]:
        on[lane] = not on[lane]
        count[lane] += 1
        index = np.uint64(base + count[lane])
        word = philox(index & _LOW, index >> _SHIFT, subjects[lane], channels[lane], key[0], key[1])[0]
        state[HAZARD_LIMIT, lane] = -log(unit(word))
        state[HAZARD, lane] = 0.0
    for s in range(drives.shape[0]):
        for b in range(n_subjects):
            lane = s * n_subjects + b
            g = p[GAIN_POLE, lane] * state[GAIN, lane] + p[GAIN_SD, lane] * slow[lane]
            state[GAIN, lane] = g
            scale = p[GAIN_SCALE, lane]
            level = moved[levels[s], b] if levels[s] >= 0 else 0.0
            gain = exp(scale * g - scale * scale + level)  # of the slow part alone the mean square is 1
            strength = p[OPEN_UV, lane] + closed[b] * (p[CLOSED_UV, lane] - p[OPEN_UV, lane])
            burst = 1.0 if on[lane] else p[FLOOR, lane]
            state[TARGET, lane] = strength * gain * burst * p[NORM, lane]


@kernel
def advance_rhythms(
    bounds, fresh, dt, moved, drives, levels, closed, p, state, on, count, slow, key, subjects, channels, base,
    noise, out, envelope, in_burst,
):  # fmt: skip
    """All steps and samples of a chunk; lanes are ``(source, subject)``.

    ``moved (piece, quantity, subject)``, of which ``drives (source,)`` move the rate of bursts and ``levels (source,)``
    the logarithm of the strength (below 0 for none); ``closed (piece, subject)`` how far the eyes are closed;
    ``p (parameter, lane)``, ``state (state, lane)``, ``on, count (lane,)``, ``slow (piece, lane)`` normals,
    ``key .. base`` the address of the event thresholds, ``noise (time, 2 * lane)``, ``out, envelope (time, lane)``,
    ``in_burst (time, lane)`` 1 in bursts, else 0.
    """
    zr, zi, amplitude, target = state[RE], state[IM], state[AMPLITUDE], state[TARGET]
    c, s, q, ramp, plain, arch = p[COSINE], p[SINE], p[INNOVATION], p[RAMP], p[ROUND], p[ARCH]
    n_lanes = zr.shape[0]
    for i in range(closed.shape[0]):
        if i > 0 or fresh:
            _step(
                dt, moved[i], drives, levels, closed[i], p, state, on, count, slow[i], key, subjects, channels, base
            )  # fmt: skip
        for t in range(bounds[i], bounds[i + 1]):
            nr, ni, y, e = noise[t, :n_lanes], noise[t, n_lanes:], out[t], envelope[t]
            for lane in range(n_lanes):
                re = c[lane] * zr[lane] - s[lane] * zi[lane] + q[lane] * nr[lane]
                im = s[lane] * zr[lane] + c[lane] * zi[lane] + q[lane] * ni[lane]
                a = amplitude[lane] + ramp[lane] * (target[lane] - amplitude[lane])
                zr[lane] = re
                zi[lane] = im
                amplitude[lane] = a
                y[lane] = a * (plain[lane] * re + arch[lane] * (re * re - im * im))
                e[lane] = a * np.sqrt(re * re + im * im)
            marks = in_burst[t]
            for lane in range(n_lanes):
                marks[lane] = on[lane]
