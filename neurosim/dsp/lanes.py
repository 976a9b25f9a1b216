"""What stages share that treat every lane (subject x channel) alike."""

from __future__ import annotations

from abc import abstractmethod

import numpy as np

from neurosim.core.spec import Float, Samples, SignalSpec, as_lanes, from_lanes
from neurosim.core.stage import Stage


class LaneStage(Stage):
    """A stage that turns lanes ``(time, lane)`` into as many lanes.

    Parameters
    ----------
    spec
        Of the output; the input has the same channels.
    """

    def __init__(self, spec: SignalSpec) -> None:
        super().__init__(spec)
        self.reset()

    @abstractmethod
    def run(self, x: Float, out: Float) -> None:
        """Fill ``out`` from ``x``, both contiguous ``(time, lane)``."""

    def process(self, x: Samples) -> Samples:
        lanes = as_lanes(x)
        out = np.empty_like(lanes)
        self.run(lanes, out)
        return from_lanes(out, self.spec.batch_shape, self.spec.n_channels)


class Stateless(LaneStage):
    """A lane stage that remembers nothing."""

    def reset(self) -> None:
        """Do nothing: there is no state."""
