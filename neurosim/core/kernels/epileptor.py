"""The Epileptor: a focus that goes into seizures and out of them (Jirsa et al. 2014, doi:10.1093/brain/awu133)."""

from __future__ import annotations

from neurosim.core.kernels.jit import kernel

# Rows of the state of an epileptic focus: two fast, one slow, two of spikes, one that couples them, one that wanders.
X1, Y1, Z, X2, Y2, COUPLING, EXCITABILITY = range(7)


@kernel
def run_epileptor(level, noise, slow, slow_pole, slow_spread, sds, tau0, tau2, step, n_steps, state, potential, held):
    """Integrate the Epileptor by Euler and Maruyama's rule; time is the model's own.

    ``level (time, lane)`` around which the excitability x0 wanders; ``noise (time * n_steps, 4 * lane)`` normals of
    ``sds (4,)`` a root of time, for x1, y1, x2, y2; ``slow (time, lane)`` normals of the wandering, of ``slow_pole,
    slow_spread``; ``tau0, tau2`` time constants; ``step`` of time, ``n_steps`` a sample; ``state (7, lane)``;
    ``potential`` x2 - x1 and ``held`` x0 ``(time, lane)``.
    """
    n_lanes = state.shape[1]
    x1, y1, z, x2, y2, g, wander = (
        state[X1],
        state[Y1],
        state[Z],
        state[X2],
        state[Y2],
        state[COUPLING],
        state[EXCITABILITY],
    )
    root = step**0.5
    for t in range(potential.shape[0]):
        for lane in range(n_lanes):
            wander[lane] = slow_pole * wander[lane] + slow_spread * slow[t, lane]
            held[t, lane] = level[t, lane] + wander[lane]
        for i in range(n_steps):
            normal = noise[t * n_steps + i]
            for lane in range(n_lanes):
                a, b, c, d, e = x1[lane], y1[lane], z[lane], x2[lane], y2[lane]
                below = a * a * a - 3.0 * a * a
                above = (d - 0.6 * (c - 4.0) * (c - 4.0)) * a
                f1 = below if a < 0.0 else above
                f2 = 0.0 if d < -0.25 else 6.0 * (d + 0.25)
                c2 = c * c
                floor = -0.1 * c2 * c2 * c2 * c if c < 0.0 else 0.0
                x1[lane] = a + step * (b - f1 - c + 3.1) + root * sds[0] * normal[lane]
                y1[lane] = b + step * (1.0 - 5.0 * a * a - b) + root * sds[1] * normal[n_lanes + lane]
                z[lane] = c + step * (4.0 * (a - held[t, lane]) - c + floor) / tau0
                x2[lane] = (
                    d
                    + step * (-e + d - d * d * d + 0.45 + 0.002 * g[lane] - 0.3 * (c - 3.5))
                    + root * sds[2] * normal[2 * n_lanes + lane]
                )
                y2[lane] = e + step * (f2 - e) / tau2 + root * sds[3] * normal[3 * n_lanes + lane]
                g[lane] += step * -0.01 * (g[lane] - 0.1 * a)
        row = potential[t]
        for lane in range(n_lanes):
            row[lane] = x2[lane] - x1[lane]
