"""A threshold that follows the feature's own distribution."""

from __future__ import annotations

from typing import Literal, Self

import numpy as np
from pydantic import Field

from neurosim.core.errors import Problem
from neurosim.core.feedback import Cue
from neurosim.core.rule import Allotted
from neurosim.core.spec import Float
from neurosim.core.timeline import TickGrid
from neurosim.feedback.thresholds.threshold import Seen, Threshold, ThresholdConfig


class PercentileThreshold(ThresholdConfig):
    """A percentile of the feature's own last values: adapts, and so keeps the reward rate and hides learning.

    Exact, over every trusted tick of the window, baseline included and rest left out.
    """

    kind: Literal["percentile"] = "percentile"
    percentile: float = Field(gt=0, lt=100, description="share of the values below", json_schema_extra={"unit": "%"})
    window_s: float = Field(60.0, gt=0, description="how far back it looks", json_schema_extra={"unit": "s"})
    least_s: float = Field(5.0, ge=0, description="trusted time before there is one", json_schema_extra={"unit": "s"})

    @property
    def delay_s(self) -> float:
        """Half the window: what a percentile needs more of on the way up it needs less of on the way down."""
        return self.window_s / 2.0

    @classmethod
    def examples(cls) -> list[Self]:
        """Return a median of half a minute."""
        return [cls(percentile=50, window_s=30, least_s=1)]

    @classmethod
    def aimed(cls, reward_rate: float, direction: str) -> Self:
        """Return the percentile that leaves so much of the time beyond it."""
        return cls(percentile=percent_beyond(reward_rate, direction))

    def aim(self, direction: str) -> float:
        """Return the share beyond the percentile."""
        return percent_beyond(self.percentile / 100.0, direction) / 100.0

    def prepare(self, grid: TickGrid, n_subjects: int) -> Threshold:
        """Return the threshold."""
        size = max(1, grid.n_ticks(self.window_s))
        return _Percentile(self.percentile / 100.0, size, min(size, grid.n_ticks(self.least_s)), n_subjects)

    def problems(self, allotted: Allotted) -> list[Problem]:
        """Return whether there is less time than the window, or than what it needs at least."""
        if 0 < allotted.baseline_s < self.window_s <= allotted.active_s:
            message = (
                f"must not be longer than the baseline ({allotted.baseline_s:g} s), got {self.window_s:g} s: it would "
                "not be full when the training begins; make the baseline longer or the window shorter"
            )
            return [Problem(("window_s",), message)]
        return [
            Problem(
                (name,), f"must not be longer than the blocks it looks at ({allotted.active_s:g} s), got {time:g} s"
            )
            for name, time in (("window_s", self.window_s), ("least_s", self.least_s))
            if time > allotted.active_s
        ]


def percent_beyond(reward_rate: float, direction: str) -> float:
    """Return the percentile that is passed for a share of the time."""
    return 100.0 * (1.0 - reward_rate if direction == "above" else reward_rate)


class _Percentile(Threshold):
    def __init__(self, fraction: float, size: int, least: int, n_subjects: int) -> None:
        self._fraction, self._least = fraction, least
        self._shape = (n_subjects, size)
        self.reset()

    def reset(self) -> None:
        self._ring, self._ordered = np.zeros(self._shape), np.zeros(self._shape)
        self._head, self._filled = np.zeros((2, self._shape[0]), dtype=np.int64)

    def now(self, cue: Cue) -> Float:
        from neurosim.core.kernels.windows import percentile

        out = np.empty(self._shape[0])
        percentile(self._ordered, self._filled, self._fraction, self._least, out)
        return out

    def note(self, seen: Seen) -> None:
        from neurosim.core.kernels.windows import slide

        slide(seen.values, seen.take, self._ring, self._ordered, self._head, self._filled)
