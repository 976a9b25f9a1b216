"""A threshold that is steered towards a reward rate."""

from __future__ import annotations

from statistics import NormalDist
from typing import Literal, Self

import numpy as np
from pydantic import Field

from neurosim.core.errors import Problem
from neurosim.core.feedback import Cue
from neurosim.core.rule import Allotted
from neurosim.core.spec import Float
from neurosim.core.timeline import TickGrid
from neurosim.feedback.collected import Opening
from neurosim.feedback.thresholds.threshold import Seen, Threshold, ThresholdConfig, nothing_yet


class ControllerThreshold(ThresholdConfig):
    """Moves so that the condition holds for a wanted share of the training time: an integrating controller.

    What trainers know as an automatic threshold with a target. It begins where the share of the first `start_s` of
    trusted baseline (or training, where there is none) would be met, and in training goes by
    ``SD / (tau_s φ) (holding - rate)`` a second, with the SD of that start and φ the standard normal density at the
    wanted quantile: an error shrinks with the time constant `tau_s` where the feature is normally distributed.
    The share in the long run is exact whatever its distribution.
    """

    kind: Literal["controller"] = "controller"
    rate: float = Field(0.6, gt=0, lt=1, description="share of the training time in which the condition is to hold")
    tau_s: float = Field(
        30.0,
        gt=0,
        description="time constant; below some 10 s it follows single bursts",
        json_schema_extra={"unit": "s"},
    )
    start_s: float = Field(10.0, gt=0, description="trusted time before there is one", json_schema_extra={"unit": "s"})

    @classmethod
    def examples(cls) -> list[Self]:
        """Return a quick one."""
        return [cls(rate=0.7, tau_s=2, start_s=0.5)]

    @classmethod
    def aimed(cls, reward_rate: float, direction: str) -> Self:
        """Return the one with this target."""
        return cls(rate=reward_rate)

    def aim(self, direction: str) -> float:
        """Return the target."""
        return self.rate

    def prepare(self, grid: TickGrid, n_subjects: int) -> Threshold:
        """Return the threshold."""
        density = NormalDist().pdf(NormalDist().inv_cdf(self.rate))
        gain = grid.start_s(1) / (self.tau_s * density)
        return _Controller(self.rate, gain, max(2, grid.n_ticks(self.start_s)), n_subjects)

    def problems(self, allotted: Allotted) -> list[Problem]:
        """Return whether there is too little time, or no one way that is harder."""
        problems = one_way(allotted)
        if self.start_s > allotted.active_s:
            there = f"the blocks it looks at ({allotted.active_s:g} s)"
            problems.append(Problem(("start_s",), f"must not be longer than {there}, got {self.start_s:g} s"))
        return problems


def one_way(allotted: Allotted) -> list[Problem]:
    """Return the problem of a threshold that learns what is hard where trials ask for both ways."""
    if allotted.both_ways:
        message = (
            "follows success one way, but trials ask for up and down; choose fixed, manual, baseline or percentile"
        )
        return [Problem(("kind",), message)]
    return []


class _Controller(Threshold):
    def __init__(self, rate: float, gain: float, least: int, n_subjects: int) -> None:
        self._rate, self._gain, self._least, self._n = rate, gain, least, n_subjects
        self.reset()

    def reset(self) -> None:
        self._opening = Opening(self._n, self._least)
        self._level, self._sd = nothing_yet(self._n), nothing_yet(self._n)

    def now(self, cue: Cue) -> Float:
        return self._level

    def note(self, seen: Seen) -> None:
        if seen.cue.block == "training":
            step = seen.harder * self._gain * self._sd * (seen.holding - self._rate)
            self._level = np.where(seen.take, self._level + step, self._level)
        begins = self._opening.add(seen.values, seen.take)
        if begins.any():
            first = self._opening.collected
            level = first.quantile(1.0 - self._rate if seen.harder > 0 else self._rate, self._least)
            self._level = np.where(begins, level, self._level)
            self._sd = np.where(begins, first.mean_and_sd(self._least)[1], self._sd)
