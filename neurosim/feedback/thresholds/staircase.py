"""A threshold that goes up after successes and down after failures."""

from __future__ import annotations

from typing import Literal, Self

import numpy as np
from pydantic import Field

from neurosim.core.errors import Problem
from neurosim.core.feedback import Cue
from neurosim.core.rule import Allotted
from neurosim.core.spec import Float
from neurosim.core.timeline import TickGrid
from neurosim.feedback.collected import Opening
from neurosim.feedback.thresholds.controller import one_way
from neurosim.feedback.thresholds.threshold import Seen, Threshold, ThresholdConfig, nothing_yet


class StaircaseThreshold(ThresholdConfig):
    """Harder after so many successful windows in a row, easier after a failed one: the transformed up-down method.

    A window is so much training; it is a success when the condition held for at least `share` of its trusted ticks,
    and counts for nothing where none was. With equal steps the chance p of a successful window settles where
    ``p ** streak = 1/2``: 70.7 % for two in a row (Levitt 1971, doi:10.1121/1.1912375); with one in a row and a step
    back r times as large at ``r / (r + 1)`` (Kaernbach 1991, doi:10.3758/BF03214307).
    """

    kind: Literal["staircase"] = "staircase"
    window_s: float = Field(10.0, gt=0, description="training time that is judged", json_schema_extra={"unit": "s"})
    share: float = Field(0.5, gt=0, le=1, description="of a successful window, in which the condition holds")
    streak: int = Field(2, ge=1, le=10, description="successful windows in a row that make it harder")
    step: float = Field(0.1, gt=0, description="how much harder, in `unit`")
    step_back: float | None = Field(None, gt=0, description="how much easier after a failed window; by default `step`")
    unit: Literal["feature", "sd", "relative"] = Field(
        "sd", description="of the steps: the feature's own, the standard deviation of its first `start_s`, or a share "
        "of the threshold, for features above 0"
    )  # fmt: skip
    start: float | None = Field(None, description="where it begins; by default at the median of the first `start_s`")
    start_s: float = Field(10.0, gt=0, description="trusted time before there is one", json_schema_extra={"unit": "s"})

    @classmethod
    def examples(cls) -> list[Self]:
        """Return one for each unit."""
        quick: dict[str, float] = {"window_s": 0.25, "start_s": 0.5}
        return [
            cls.model_validate(quick | {"unit": "feature", "start": 1.0}),
            cls.model_validate(quick | {"unit": "sd", "streak": 1, "step_back": 0.3}),
            cls.model_validate(quick | {"unit": "relative"}),
        ]

    @classmethod
    def aimed(cls, reward_rate: float, direction: str) -> Self:
        """Return the one whose windows are as often successes as their condition is to hold (Kaernbach 1991)."""
        return cls(streak=1, step=0.1, step_back=0.1 * reward_rate / (1.0 - reward_rate))

    def prepare(self, grid: TickGrid, n_subjects: int) -> Threshold:
        """Return the threshold."""
        return _Staircase(self, max(1, grid.n_ticks(self.window_s)), max(2, grid.n_ticks(self.start_s)), n_subjects)

    def problems(self, allotted: Allotted) -> list[Problem]:
        """Return whether there is too little time, or no one way that is harder."""
        problems = one_way(allotted)
        for name, time_s, what, there_s in (
            ("window_s", self.window_s, "the training", allotted.training_s),
            ("start_s", self.start_s, "the blocks it looks at", allotted.active_s),
        ):
            if time_s > there_s:
                message = f"must not be longer than {what} ({there_s:g} s), got {time_s:g} s"
                problems.append(Problem((name,), message))
        return problems


class _Staircase(Threshold):
    def __init__(self, config: StaircaseThreshold, n_window: int, least: int, n_subjects: int) -> None:
        self._config, self._n_window, self._least, self._n = config, n_window, least, n_subjects
        self._harder = config.step
        self._easier = config.step if config.step_back is None else config.step_back
        self.reset()

    def reset(self) -> None:
        self._opening = Opening(self._n, self._least)
        self._level, self._sd = nothing_yet(self._n), nothing_yet(self._n)
        self._streak = np.zeros(self._n, dtype=np.int64)
        self._n_ticks = 0
        self._begin_window()

    def _begin_window(self) -> None:
        self._n_held, self._n_seen = np.zeros((2, self._n))

    def now(self, cue: Cue) -> Float:
        return self._level

    def note(self, seen: Seen) -> None:
        if seen.cue.block == "training":
            known = seen.take & np.isfinite(self._level)
            self._n_seen += known
            self._n_held += known & seen.holding
            self._n_ticks += 1
            if self._n_ticks % self._n_window == 0:
                self._judge(seen.harder)
        begins = self._opening.add(seen.values, seen.take)
        if begins.any():
            first = self._opening.collected
            start = self._config.start
            level = first.quantile(0.5, self._least) if start is None else np.full(self._n, start)
            self._level = np.where(begins, level, self._level)
            self._sd = np.where(begins, first.mean_and_sd(self._least)[1], self._sd)

    def _judge(self, harder: float) -> None:
        judged = self._n_seen > 0
        success = judged & (self._n_held >= self._config.share * self._n_seen)
        self._streak = np.where(success, self._streak + 1, np.where(judged, 0, self._streak))
        up = self._streak >= self._config.streak
        self._streak = np.where(up, 0, self._streak)
        steps = np.where(up, self._harder, np.where(judged & ~success, -self._easier, 0.0))
        self._level = self._moved(harder * steps)
        self._begin_window()

    def _moved(self, steps: Float) -> Float:
        if self._config.unit == "relative":
            return self._level * np.where(steps >= 0, 1.0 + steps, 1.0 / (1.0 - steps))
        scale = self._sd if self._config.unit == "sd" else 1.0
        return self._level + scale * steps
