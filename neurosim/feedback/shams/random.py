"""Random feedback at the matched reward rate."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np
from pydantic import Field

from neurosim.core.feedback import Feedback
from neurosim.core.noise import SESSION_STRIDE, AddressedNoise
from neurosim.core.spec import Float
from neurosim.core.timeline import TickGrid
from neurosim.feedback.shams.sham import Sham, ShamConfig


class RandomSham(ShamConfig):
    """Random feedback at the reward rate that the subject's own signal earns so far.

    It goes on and off at random moments; only the share of time on is matched.
    """

    kind: Literal["random"] = "random"
    mean_on_s: float = Field(
        0.3, gt=0, description="mean length of a stretch of reward", json_schema_extra={"unit": "s"}
    )

    def prepare(self, grid: TickGrid, seed: int, subjects: Sequence[int], batch_shape: tuple[int, ...]) -> Sham:
        """Return the sham of these subjects."""
        return _Random(self.mean_on_s, grid, AddressedNoise(seed, "sham/random", subjects), batch_shape)


class _Random(Sham):
    def __init__(self, mean_on_s: float, grid: TickGrid, noise: AddressedNoise, batch_shape: tuple[int, ...]) -> None:
        self._off = 1.0 - math.exp(-grid.start_s(1) / mean_on_s)
        self._noise, self._shape = noise, batch_shape
        self._session = 0
        self._start()

    def _start(self) -> None:
        self._on = np.zeros(self._shape, dtype=np.bool_)
        self._n_met, self._n_ticks = np.ones(self._shape), 2.0  # before anything is seen: one half

    def rest(self, duration_s: float) -> None:
        self._session += 1
        self._start()

    def update(self, tick_index: int, feedback: Feedback) -> Float:
        if feedback.cue.block != "training":
            return np.zeros(self._shape)
        rate = self._n_met / self._n_ticks
        self._n_met = self._n_met + feedback.met
        self._n_ticks += 1.0
        switch_on = np.minimum(1.0, self._off * rate / np.maximum(1.0 - rate, 1e-9))
        chance = self._noise.uniform(self._session * SESSION_STRIDE + tick_index).reshape(self._shape)
        self._on = np.where(self._on, chance >= self._off, chance < switch_on)
        shown: Float = self._on.astype(np.float64)
        return shown
