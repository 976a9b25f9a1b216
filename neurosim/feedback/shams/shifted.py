"""The subject's own feedback, late."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Literal

import numpy as np
from pydantic import Field

from neurosim.core.errors import ConfigError, Problem
from neurosim.core.feedback import Feedback
from neurosim.core.spec import Float
from neurosim.core.timeline import TickGrid
from neurosim.feedback.shams.sham import Sham, ShamConfig


class ShiftedSham(ShamConfig):
    """The subject's own feedback of some seconds ago.

    Long shifts part it from what the subject does, at the same rate. A short one is an extra delay: 0.25 and 0.5 s
    are those of Belinskaia et al. 2020 (doi 10.1101/2020.07.27.222786). Only training counts as time, so that short
    blocks and trials are filled too; nothing is shown until so much of it has passed in a session.
    """

    kind: Literal["shifted"] = "shifted"
    shift_s: float = Field(
        30.0, gt=0, le=3600, description="how long ago, in time of training", json_schema_extra={"unit": "s"}
    )

    def prepare(self, grid: TickGrid, seed: int, subjects: Sequence[int], batch_shape: tuple[int, ...]) -> Sham:
        """Return the sham of these subjects."""
        n_ticks = grid.n_ticks(self.shift_s)
        if not n_ticks:
            message = f"must be at least half a tick of {grid.update_interval_s:g} s, got {self.shift_s:g}"
            raise ConfigError([Problem(("shift_s",), message)], "sham 'shifted'")
        return _Shifted(n_ticks, batch_shape)


class _Shifted(Sham):
    def __init__(self, n_ticks: int, batch_shape: tuple[int, ...]) -> None:
        self._n, self._shape = n_ticks, batch_shape
        self.rest(0.0)

    def rest(self, duration_s: float) -> None:
        self._past: deque[Float] = deque([np.zeros(self._shape)] * self._n)

    def update(self, tick_index: int, feedback: Feedback) -> Float:
        if feedback.cue.block != "training":
            return np.zeros(self._shape)
        self._past.append(feedback.shown)
        return self._past.popleft()
