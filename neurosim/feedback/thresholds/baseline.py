"""Thresholds that the baseline sets once and for all."""

from __future__ import annotations

from abc import abstractmethod
from statistics import NormalDist
from typing import ClassVar, Literal, Self

import numpy as np
from pydantic import Field

from neurosim.core.errors import Problem
from neurosim.core.feedback import Cue
from neurosim.core.rule import Allotted
from neurosim.core.spec import Float
from neurosim.core.timeline import TickGrid
from neurosim.feedback.collected import BaselineValues, Collected
from neurosim.feedback.thresholds.percentile import percent_beyond
from neurosim.feedback.thresholds.threshold import Seen, Threshold, ThresholdConfig, needs_baseline, nothing_yet


class _FromBaseline(ThresholdConfig):
    """A threshold that is worked out when a baseline has ended; a further baseline counts with the first."""

    by_baseline: ClassVar[bool] = True
    least_s: float = Field(5.0, ge=0, description="trusted baseline it needs", json_schema_extra={"unit": "s"})

    @abstractmethod
    def level(self, baseline: Collected, least: int) -> Float:
        """Return the thresholds ``(subject,)``; NaN below `least` values."""

    def prepare(self, grid: TickGrid, n_subjects: int) -> Threshold:
        """Return the threshold."""
        return _Once(self, grid.n_ticks(self.least_s), n_subjects)

    def problems(self, allotted: Allotted) -> list[Problem]:
        """Return whether there is no baseline, or too little."""
        return needs_baseline(f"a threshold of the kind '{self.kind}'", self.least_s, allotted)


class BaselineThreshold(_FromBaseline):
    """So many standard deviations above (or below) the mean of the baseline.

    Of each subject's trusted baseline ticks; or median and median absolute deviation, which a blink hardly shifts.
    """

    kind: Literal["baseline"] = "baseline"
    sds: float = Field(0.0, description="standard deviations above the mean; negative for below")
    robust: bool = Field(False, description="median and median absolute deviation, instead of mean and SD")

    @classmethod
    def examples(cls) -> list[Self]:
        """Return both ways."""
        return [cls(sds=0.5, least_s=0.5), cls(sds=-1.0, robust=True, least_s=0.5)]

    @classmethod
    def aimed(cls, reward_rate: float, direction: str) -> Self:
        """Return the one that a normally distributed feature passes for a share of the time."""
        return cls(sds=NormalDist().inv_cdf(percent_beyond(reward_rate, direction) / 100.0))

    def level(self, baseline: Collected, least: int) -> Float:
        mean, sd = baseline.median_and_spread(least) if self.robust else baseline.mean_and_sd(least)
        return mean + self.sds * sd


class OneShotThreshold(_FromBaseline):
    """A percentile of the baseline, set once and then fixed."""

    kind: Literal["one_shot"] = "one_shot"
    percentile: float = Field(gt=0, lt=100, description="share of the baseline below", json_schema_extra={"unit": "%"})

    @classmethod
    def examples(cls) -> list[Self]:
        """Return the median of the baseline."""
        return [cls(percentile=50, least_s=0.5)]

    @classmethod
    def aimed(cls, reward_rate: float, direction: str) -> Self:
        """Return the percentile that leaves so much of the baseline beyond it."""
        return cls(percentile=percent_beyond(reward_rate, direction))

    def level(self, baseline: Collected, least: int) -> Float:
        return baseline.quantile(self.percentile / 100.0, least)


class _Once(Threshold):
    def __init__(self, config: _FromBaseline, least: int, n_subjects: int) -> None:
        self._config, self._least, self._n = config, least, n_subjects
        self.reset()

    def reset(self) -> None:
        self._baseline = BaselineValues(self._n)
        self._level = nothing_yet(self._n)

    def now(self, cue: Cue) -> Float:
        if self._baseline.ended(cue):
            self._level = np.asarray(self._config.level(self._baseline.collected, self._least))
        return self._level

    def note(self, seen: Seen) -> None:
        self._baseline.add(seen.values, seen.take, seen.cue)
