"""Rhythms with two-state bursts (Matsuda & Komaki 2017 oscillators, log-normal gain)."""

from __future__ import annotations

import numpy as np

from neurosim.core.kernels.elementary import exp, log
from neurosim.core.kernels.jit import kernel
from neurosim.core.kernels.philox import philox, unit

_LOW = np.uint64(0xFFFFFFFF)
_SHIFT = np.uint64(32)

# Rows of the lane tables of `rhythms`.
COSINE, SINE, INNOVATION, RAMP, GAIN_POLE, GAIN_SD, GAIN_SCALE, ON_RATE, OFF_RATE, BURST_GAIN, FLOOR, NORM = range(12)
OPEN_UV, CLOSED_UV = 12, 13
N_PARAMETERS = 14
RE, IM, AMPLITUDE, TARGET, GAIN, HAZARD, HAZARD_LIMIT, STRENGTH = range(8)
N_STATES = 8


@kernel
def advance_bursts(dt, p, state, on, count, slow, drive, closed, up, down, key, subjects, channels, base):
    """One slow step of all lanes: strength after the eyes, gain, on/off process, target amplitude.

    ``p (parameter, lane)``, ``state (state, lane)``, ``on, count (lane,)``; ``slow`` normals and ``drive`` of the
    burst on-rate ``(lane,)``, ``closed`` where the eyes go ``(subject,)``. ``up, down`` are the gains of the lag
    with which the strength follows, ``key .. base`` the address of the event thresholds.
    """
    n_lanes, n_subjects = on.shape[0], closed.shape[0]
    for first in range(0, n_lanes, n_subjects):
        for b in range(n_subjects):
            lane = first + b
            gap = p[OPEN_UV, lane] + closed[b] * (p[CLOSED_UV, lane] - p[OPEN_UV, lane]) - state[STRENGTH, lane]
            state[STRENGTH, lane] += (up if gap > 0.0 else down) * gap
    for lane in range(n_lanes):
        urge = max(0.0, 1.0 + 0.5 * p[BURST_GAIN, lane] * drive[lane])
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
    for lane in range(n_lanes):
        g = p[GAIN_POLE, lane] * state[GAIN, lane] + p[GAIN_SD, lane] * slow[lane]
        state[GAIN, lane] = g
        scale = p[GAIN_SCALE, lane]
        gain = exp(scale * g - scale * scale)  # mean square 1
        level = 1.0 if on[lane] else p[FLOOR, lane]
        state[TARGET, lane] = state[STRENGTH, lane] * gain * level * p[NORM, lane]


@kernel
def advance_oscillators(p, state, noise, out, envelope):
    """Samples between two slow steps; ``out, envelope (time, lane)``, ``noise (time, 2 * lane)``."""
    zr, zi, amplitude, target = state[RE], state[IM], state[AMPLITUDE], state[TARGET]
    c, s, q, ramp = p[COSINE], p[SINE], p[INNOVATION], p[RAMP]
    n_lanes = zr.shape[0]
    for t in range(out.shape[0]):
        nr, ni, y, e = noise[t, :n_lanes], noise[t, n_lanes:], out[t], envelope[t]
        for lane in range(n_lanes):
            re = c[lane] * zr[lane] - s[lane] * zi[lane] + q[lane] * nr[lane]
            im = s[lane] * zr[lane] + c[lane] * zi[lane] + q[lane] * ni[lane]
            a = amplitude[lane] + ramp[lane] * (target[lane] - amplitude[lane])
            zr[lane] = re
            zi[lane] = im
            amplitude[lane] = a
            y[lane] = a * re
            e[lane] = a * np.sqrt(re * re + im * im)
