"""A column of cortex: three populations (Jansen & Rit 1995, doi:10.1007/BF00199471)."""

from __future__ import annotations

from neurosim.core.kernels.elementary import exp
from neurosim.core.kernels.jit import inlined, kernel


@inlined
def _wave(v):
    """Return the firing rate at a potential of so many mV: 2 e0 / (1 + exp(r (v0 - v))) [1/s]."""
    return 5.0 / (1.0 + exp(0.56 * (6.0 - v)))


@inlined
def _accelerations(y0, y1, y2, z0, z1, z2, p, a_mv, b_mv, c):
    a, b = 100.0, 50.0
    return (
        a_mv * a * _wave(y1 - y2) - 2.0 * a * z0 - a * a * y0,
        a_mv * a * (p + 0.8 * c * _wave(c * y0)) - 2.0 * a * z1 - a * a * y1,
        b_mv * b * 0.25 * c * _wave(0.25 * c * y0) - 2.0 * b * z2 - b * b * y2,
    )


@kernel
def run_column(input_hz, a_mv, b_mv, connectivity, step_s, n_steps, state, out):
    """Integrate a cortical column (Jansen and Rit) by Heun's rule: Euler's at 1 ms oscillates where the model does not.

    ``input_hz (time * n_steps, lane)`` from other columns [1/s]; ``a_mv, b_mv`` sizes of postsynaptic potentials;
    ``connectivity`` C; ``step_s``, ``n_steps`` a sample; ``state (6, lane)``: three potentials [mV], their slopes
    [mV/s]; ``out (time, lane)`` the potential of the pyramidal cells [mV].
    """
    for t in range(out.shape[0]):
        for i in range(n_steps):
            p = input_hz[t * n_steps + i]
            for lane in range(state.shape[1]):
                y0, y1, y2 = state[0, lane], state[1, lane], state[2, lane]
                z0, z1, z2 = state[3, lane], state[4, lane], state[5, lane]
                a0, a1, a2 = _accelerations(y0, y1, y2, z0, z1, z2, p[lane], a_mv, b_mv, connectivity)
                u0, u1, u2 = z0 + step_s * a0, z1 + step_s * a1, z2 + step_s * a2
                b0, b1, b2 = _accelerations(
                    y0 + step_s * z0, y1 + step_s * z1, y2 + step_s * z2, u0, u1, u2, p[lane], a_mv, b_mv, connectivity
                )
                half = 0.5 * step_s
                state[0, lane], state[1, lane], state[2, lane] = (
                    y0 + half * (z0 + u0),
                    y1 + half * (z1 + u1),
                    y2 + half * (z2 + u2),
                )
                state[3, lane], state[4, lane], state[5, lane] = (
                    z0 + half * (a0 + b0),
                    z1 + half * (a1 + b1),
                    z2 + half * (a2 + b2),
                )
        row = out[t]
        for lane in range(state.shape[1]):
            row[lane] = state[1, lane] - state[2, lane]
