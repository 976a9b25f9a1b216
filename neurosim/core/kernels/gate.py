"""The gate of pain: four potentials of the dorsal horn and the midbrain (after Britton & Skevington 1989)."""

from __future__ import annotations

from neurosim.core.kernels.elementary import exp
from neurosim.core.kernels.jit import inlined, kernel


@inlined
def _gate(v, threshold):
    return 1.0 / (1.0 + exp(-(v - threshold) / 0.12))


@inlined
def _potentials(vi, ve, vt, vm, harm, large, collateral, calmed):
    """Return how fast the four potentials of the gate change [1/s]."""
    xi, xe, xt, xm = _gate(vi, 0.5), _gate(ve, 0.5), _gate(vt, 0.5), _gate(vm, 0.6)
    di = (-vi + large + 0.35 * xm + calmed) / 0.020
    de = (-ve + 0.9 * harm * (1.0 + 0.4 * xe)) / 0.030
    dt = (-vt + 0.55 * harm + 0.25 * collateral + 0.55 * xe - 0.75 * xi - 0.15 * xm) / 0.020
    dm = (-vm + 0.9 * xt) / 0.050
    return di, de, dt, dm


# Rows of the state of the gate of pain.
INHIBITORY, EXCITATORY, TRANSMISSION, MIDBRAIN = range(4)


@kernel
def run_gate(harm, drive, calmed, step_s, n_steps, state, out):
    """Integrate the gate of pain by Heun's rule, and return the firing of its transmission cells, 0 to 1.

    ``harm`` of thin fibres, ``drive`` of thick ones, ``calmed`` what acts on the inhibitory cells themselves
    ``(time, lane)``; ``step_s``, ``n_steps`` a sample; ``state (4, lane)``; ``out (time, lane)``.
    """
    vi, ve, vt, vm = state[INHIBITORY], state[EXCITATORY], state[TRANSMISSION], state[MIDBRAIN]
    for t in range(out.shape[0]):
        row = out[t]
        for _ in range(n_steps):
            for lane in range(state.shape[1]):
                s, calm = harm[t, lane], calmed[t, lane]
                large, collateral = 0.1 + 0.9 * drive[t, lane], 0.1 + 0.3 * drive[t, lane]
                i, e, c, m = vi[lane], ve[lane], vt[lane], vm[lane]
                i1, e1, c1, m1 = _potentials(i, e, c, m, s, large, collateral, calm)
                i2, e2, c2, m2 = _potentials(
                    i + step_s * i1, e + step_s * e1, c + step_s * c1, m + step_s * m1, s, large, collateral, calm
                )
                vi[lane] = i + 0.5 * step_s * (i1 + i2)
                ve[lane] = e + 0.5 * step_s * (e1 + e2)
                vt[lane] = c + 0.5 * step_s * (c1 + c2)
                vm[lane] = m + 0.5 * step_s * (m1 + m2)
        for lane in range(state.shape[1]):
            row[lane] = _gate(vt[lane], 0.5)
