"""The subthalamic nucleus and the globus pallidus: two rates with delays and pulses."""

from __future__ import annotations

from neurosim.core.kernels.elementary import exp
from neurosim.core.kernels.jit import inlined, kernel

# Rows of the weights of the subthalamic nucleus (S) and the globus pallidus (G).
SG, GS, GG, CS, XG = range(5)
# Rows of the state of the basal ganglia.
STN, GPE, CORTEX, WANDER, DEPRESSION, TRAIN, PULSE = range(7)


@inlined
def firing(x, most, base):
    """Return the rate of a population [1/s] that fires at ``base`` without input and at ``most`` at best."""
    return most / (1.0 + (most - base) / base * exp(-4.0 * x / most))


@kernel
def fire_basal_ganglia(
    lost, strength, hertz, slow, noise, healthy, sick, rates, taus, delays, poles, spreads, n_steps, n_hold,
    pulse_steps, step_s, most_effective, depressing, on, off, first, rings, state, stn, out,
):  # fmt: skip
    """Rates of the subthalamic nucleus and the globus pallidus, Euler steps of ``step_s`` [s].

    ``lost (time, lane)`` share of dopamine that is lost; ``strength, hertz (time, lane)`` of the pulses, as an input
    [1/s]; ``slow (time, lane)`` and ``noise (time * n_steps / n_hold, lane)`` normals, each of the latter held for
    ``n_hold`` steps, of what wanders of the loss, as its share, and of the cortex; ``healthy, sick (5,)`` weights;
    ``rates (6,)``: the highest and the resting rate of both, the cortex and the striatum; ``taus, delays (2,)``: time
    constants of S and G [s], and the steps of the delays between them and of G to itself; ``poles, spreads (2,)`` of
    the two noises; ``pulse_steps`` of an effective pulse; ``most_effective`` strength times rate at which depression
    is complete, ``depressing`` what it takes off ``lost`` (by the square of the share of it that there is), ``on,
    off`` the share of a gap that it closes in a step; ``first`` the number of the first step, which may be negative;
    ``rings (2, ring, lane)``, their length a power of two; ``state (7, lane)``; ``stn, out (time, lane)``.
    """
    mask, n_lanes = rings.shape[1] - 1, rings.shape[2]
    most_s, base_s, most_g, base_g, cortex, striatum = rates[0], rates[1], rates[2], rates[3], rates[4], rates[5]
    dt_s, dt_g = step_s / taus[0], step_s / taus[1]
    s_ring, g_ring = rings[0], rings[1]
    s, g, drift, wander, tired = state[STN], state[GPE], state[CORTEX], state[WANDER], state[DEPRESSION]
    pole, innovation = poles[1], spreads[1]
    train, left = state[TRAIN], state[PULSE]
    for t in range(out.shape[0]):
        total = stn[t]
        for lane in range(n_lanes):
            total[lane] = 0.0
            wander[lane] = poles[0] * wander[lane] + spreads[0] * slow[t, lane]
        for i in range(n_steps):
            k = first + t * n_steps + i
            if i % n_hold == 0:
                normal = noise[(t * n_steps + i) // n_hold]
                for lane in range(n_lanes):
                    drift[lane] = pole * drift[lane] + innovation * normal[lane]
            s_late, g_late = s_ring[(k - delays[0]) & mask], g_ring[(k - delays[0]) & mask]
            g_own = g_ring[(k - delays[1]) & mask]
            s_now, g_now = s_ring[k & mask], g_ring[k & mask]
            for lane in range(n_lanes):
                turn = train[lane] + hertz[t, lane] * step_s
                begins = turn >= 1.0
                train[lane] = turn - 1.0 if begins else turn
                rest = pulse_steps if begins else left[lane] - 1.0
                left[lane] = rest if rest > 0.0 else 0.0
                pulse = strength[t, lane] if rest > 0.0 else 0.0
                effect = strength[t, lane] * hertz[t, lane] / most_effective
                effect = 1.0 if effect > 1.0 else effect * effect
                gap = effect - tired[lane]
                tired[lane] += (on if gap > 0.0 else off) * gap
                share = lost[t, lane] * (1.0 + wander[lane]) * (1.0 - depressing * tired[lane])
                share = 0.0 if share < 0.0 else share
                share = 1.0 if share > 1.0 else share
                sg = healthy[SG] + share * (sick[SG] - healthy[SG])
                gs = healthy[GS] + share * (sick[GS] - healthy[GS])
                gg = healthy[GG] + share * (sick[GG] - healthy[GG])
                cs = healthy[CS] + share * (sick[CS] - healthy[CS])
                xg = healthy[XG] + share * (sick[XG] - healthy[XG])
                x_s = -gs * g_late[lane] + cs * (cortex + drift[lane]) + pulse
                x_g = sg * s_late[lane] - gg * g_own[lane] - xg * striatum
                s[lane] += dt_s * (firing(x_s, most_s, base_s) - s[lane])
                g[lane] += dt_g * (firing(x_g, most_g, base_g) - g[lane])
                s_now[lane] = s[lane]
                g_now[lane] = g[lane]
                total[lane] += s[lane]
        row = out[t]
        for lane in range(n_lanes):
            total[lane] /= n_steps
            row[lane] = g[lane]
