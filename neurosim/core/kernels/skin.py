"""The skin: the temperature of a finger, and the conductance of a palm."""

from __future__ import annotations

from neurosim.core.kernels.elementary import exp
from neurosim.core.kernels.jit import kernel

_MOST = 700.0  # that `exp` can take; nothing is left by then
# Rows of the state of a finger.
SKIN, SENSOR, WANDER = range(3)
# Rows of the state of a palm.
TONIC, SLOW, FAST = range(3)


@kernel
def warm(tone, loose, flow, gain, exchange, core, air, on, off, wander, innovation, noise, sd, state, skin, out):
    """Warmth that the blood brings and the air takes, and a sensor that follows it.

    ``tone (time, lane)`` of the vessels, ``loose (time, lane)`` whether the sensor hangs in the air; ``flow (lane,)``
    of blood at tone 0.5 and ``gain`` of its logarithm; ``exchange`` with the air in a sample; ``core, air`` [degC];
    ``on, off`` what the sensor keeps of a gap in a sample; ``wander, innovation`` of slow noise, ``sd`` of white
    noise, ``noise (time, 2 * lane)`` normals; ``state (3, lane)``; ``skin, out (time, lane)``.
    """
    n_lanes = flow.shape[0]
    finger, sensor, slow = state[SKIN], state[SENSOR], state[WANDER]
    for t in range(out.shape[0]):
        now, away, truth, row = tone[t], loose[t], skin[t], out[t]
        drift, white = noise[t, :n_lanes], noise[t, n_lanes:]
        for lane in range(n_lanes):
            r = flow[lane] * exp(-gain * (now[lane] - 0.5))
            balance = (air + r * core) / (1.0 + r)
            warmth = balance + exp(-min(exchange * (1.0 + r), _MOST)) * (finger[lane] - balance)
            finger[lane] = warmth
            truth[lane] = warmth
            aim = air if away[lane] else warmth
            felt = aim + (off if away[lane] else on) * (sensor[lane] - aim)
            sensor[lane] = felt
            w = wander * slow[lane] + innovation * drift[lane]
            slow[lane] = w
            row[lane] = felt + w + sd * white[lane]


@kernel
def conduct(
    edges, begins, step, ln_tonic, level, drop, tau_steps, onsets, peak, slow_decay, fast_decay, noise, sd,
    state, tonic, begun, out,
):  # fmt: skip
    """Tonic level that habituates, and responses on top, steps of the body one after the other.

    ``edges (piece + 1,)`` where steps begin, ``begins`` whether the first piece, of number ``step``, does;
    ``ln_tonic, onsets [uS] (piece, lane)``; ``level [uS] (lane,)``; ``drop`` how far the level falls [ln] with
    ``tau_steps``; ``peak`` 1 over the largest difference of the two decays, which are of a sample; ``noise (time,
    lane)`` normals of ``sd``; ``state (3, lane)``; ``tonic, begun, out (time, lane)``.
    """
    n_lanes = level.shape[0]
    flat, slow, fast = state[TONIC], state[SLOW], state[FAST]
    for i in range(edges.shape[0] - 1):
        first = edges[i]
        if i > 0 or begins:
            habituated = drop * (exp(-min((step + i) / tau_steps, _MOST)) - 1.0)
            for lane in range(n_lanes):
                flat[lane] = level[lane] * exp(ln_tonic[i, lane] + habituated)
                slow[lane] += onsets[i, lane]
                fast[lane] += onsets[i, lane]
        for t in range(first, edges[i + 1]):
            truth, row, white = tonic[t], out[t], noise[t]
            for lane in range(n_lanes):
                truth[lane] = flat[lane]
                row[lane] = flat[lane] + peak * (slow[lane] - fast[lane]) + sd * white[lane]
                slow[lane] *= slow_decay
                fast[lane] *= fast_decay
            mark = begun[t]
            for lane in range(n_lanes):
                mark[lane] = onsets[i, lane] if t == first and (i > 0 or begins) else 0.0
