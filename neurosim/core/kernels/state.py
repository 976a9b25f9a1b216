"""The state of the body: latents with inertia, and what they move, each with its own delay."""

from __future__ import annotations

import numpy as np

from neurosim.core.kernels.elementary import log
from neurosim.core.kernels.jit import kernel
from neurosim.core.kernels.philox import philox, unit

_LOW = np.uint64(0xFFFFFFFF)
_SHIFT = np.uint64(32)

# Rows of the table of latents.
UP, DOWN, LOW, HIGH, POLE, INNOVATION = range(6)
# Rows of the table of couplings.
GAIN, DEAD, RISE, FALL, REFERENCE = range(5)


@kernel
def advance_state(first, aim, table, noisy, noise, ou, x, inflow, shift, history, ends, edges, lagged, out):
    """Steps ``first, first + 1, ...`` of all quantities of all subjects.

    ``aim, x (latent, subject)`` where each latent goes by itself, and where it is; ``table (6, latent)``;
    ``noisy (noise,)`` the latents that wander, ``noise (step, noise * subject)`` normals, ``ou (noise, subject)``;
    ``inflow (quantity, subject)`` what the couplings bring, on top of a constant ``shift``;
    ``history (ring, latent, subject)``;
    ``ends (coupling, 2)`` from and to, ``edges (5, coupling)``, ``lagged (coupling, subject)``;
    ``out (step, quantity, subject)``, the latents first.
    """
    n_latents, n_subjects = x.shape
    n_ring = history.shape[0]
    for t in range(out.shape[0]):
        now = history[(first + t) % n_ring]
        for i in range(noisy.shape[0]):
            pole, innovation = table[POLE, noisy[i]], table[INNOVATION, noisy[i]]
            w, z = ou[i], noise[t, i * n_subjects : (i + 1) * n_subjects]
            flow = inflow[noisy[i]]
            for b in range(n_subjects):
                w[b] = pole * w[b] + innovation * z[b]
                flow[b] += w[b]
        for i in range(n_latents):
            up, down, low, high = table[UP, i], table[DOWN, i], table[LOW, i], table[HIGH, i]
            goal, flow, level, kept, row = aim[i], inflow[i], x[i], now[i], out[t, i]
            for b in range(n_subjects):
                wanted = goal[b] + flow[b]
                wanted = low if wanted < low else wanted  # min and max ask for NaN as well, and would not vectorise
                gap = (high if wanted > high else wanted) - level[b]
                level[b] += (up if gap > 0.0 else down) * gap
                kept[b] = level[b]
                row[b] = level[b]
        inflow[:] = shift
        for e in range(ends.shape[0]):
            source = history[(first + t - np.int64(edges[DEAD, e])) % n_ring, ends[e, 0]]
            rise, fall, reference, gain = edges[RISE, e], edges[FALL, e], edges[REFERENCE, e], edges[GAIN, e]
            y, flow = lagged[e], inflow[ends[e, 1]]
            for b in range(n_subjects):
                gap = source[b] - reference - y[b]
                y[b] += (rise if gap > 0.0 else fall) * gap
                flow[b] += gain * y[b]
        for q in range(n_latents, out.shape[1]):
            flow, row = inflow[q], out[t, q]
            for b in range(n_subjects):
                row[b] = flow[b]


@kernel
def fire(rate, dt, restart, hazard, limit, count, key, subjects, channels, base, fired_step, fired_lane):
    """Let events happen, each lane's when its integrated rate crosses an addressed unit exponential.

    ``rate (step or 1, lane)`` [1/s]; ``restart (lane,)`` where the integral begins again, below 0 for a pause;
    ``hazard, limit, count (lane,)`` are the state, ``key .. base`` the address of
    the limits. Fills ``fired_step, fired_lane`` and returns how many there are; one in a lane a step at most.
    """
    n, capacity = 0, fired_step.shape[0]
    one = rate.shape[0] == 1
    for t in range(capacity // max(hazard.shape[0], 1)):
        now = rate[0] if one else rate[t]
        for lane in range(hazard.shape[0]):
            hazard[lane] += now[lane] * dt
        for lane in range(hazard.shape[0]):
            if hazard[lane] >= limit[lane]:
                hazard[lane] = restart[lane]
                count[lane] += 1
                index = np.uint64(base + count[lane])
                word = philox(index & _LOW, index >> _SHIFT, subjects[lane], channels[lane], key[0], key[1])[0]
                limit[lane] = -log(unit(word))
                fired_step[n] = t
                fired_lane[n] = lane
                n += 1
    return n
