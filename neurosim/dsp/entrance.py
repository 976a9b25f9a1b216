"""The entrance of every pipeline: bad samples are repaired once, and marked."""

from __future__ import annotations

import numpy as np

from neurosim.core.spec import Bool, Samples, SignalSpec, as_lanes, from_lanes, time_last

_FLAT_S = 0.5  # an amplifier's own noise changes the last bit more often than this


class Entrance:
    """Replaces samples that are not finite by the last finite one, and tells which can be trusted.

    Not trusted is what was replaced, and a channel that has not changed for half a second.

    Parameters
    ----------
    spec
        Of the stream, unchanged by the entrance.
    """

    def __init__(self, spec: SignalSpec) -> None:
        self.spec = spec
        self._flat_n = max(2, round(_FLAT_S * spec.fs))
        self.reset()

    def reset(self) -> None:
        """Return to the state before the first sample."""
        self._last = np.zeros(self.spec.n_lanes)
        self._run = np.zeros(self.spec.n_lanes, dtype=np.int64)

    def process(self, x: Samples) -> tuple[Samples, Bool]:
        """Return the repaired samples and which of them can be trusted, both ``(*batch, channel, time)``."""
        from neurosim.core.kernels.filters import repair

        lanes = as_lanes(x)
        out = np.empty_like(lanes)
        valid = np.empty(lanes.shape, dtype=np.bool_)
        repair(lanes, self._flat_n, self._last, self._run, out, valid)
        shape, n = self.spec.batch_shape, self.spec.n_channels
        trusted = time_last(valid.reshape(len(lanes), *shape, n))
        return from_lanes(out, shape, n), trusted
