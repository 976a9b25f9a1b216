"""What a feature is compared with."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Annotated, ClassVar, Literal, Self

import numpy as np
from pydantic import Field, SerializeAsAny

from neurosim.core.config import KindConfig, of_kind
from neurosim.core.spec import Bool, Float
from neurosim.core.timeline import TickGrid


class Threshold(ABC):
    """Gives the threshold of each subject, once a tick."""

    @abstractmethod
    def update(self, values: Float, take: Bool) -> Float:
        """Return the thresholds ``(subject,)`` from what was seen before, then take note of the new values.

        Parameters
        ----------
        values
            The feature ``(subject,)``.
        take
            Which of them count.
        """

    @abstractmethod
    def reset(self) -> None:
        """Return to the state before the first tick."""


class ThresholdConfig(KindConfig):
    """The description of a threshold; `kind` is its name in files."""

    category: ClassVar[str] = "threshold"

    @property
    def delay_s(self) -> float:
        """Median time from a step of the feature to half of the threshold's change, the mean of up and down [s].

        0 for one that does not follow the feature.
        """
        return 0.0

    @abstractmethod
    def prepare(self, grid: TickGrid, n_subjects: int) -> Threshold:
        """Return the threshold."""


#: A threshold of any kind, as a field of another model.
AnyThreshold = Annotated[SerializeAsAny[ThresholdConfig], of_kind(ThresholdConfig)]


class FixedThreshold(ThresholdConfig):
    """A threshold that stays."""

    kind: Literal["fixed"] = "fixed"
    value: float = Field(description="in the unit of the feature")

    @classmethod
    def examples(cls) -> list[Self]:
        """Return one at 1."""
        return [cls(value=1.0)]

    def prepare(self, grid: TickGrid, n_subjects: int) -> Threshold:
        """Return the threshold."""
        return _Fixed(np.full(n_subjects, self.value))


class _Fixed(Threshold):
    def __init__(self, values: Float) -> None:
        self._values = values

    def update(self, values: Float, take: Bool) -> Float:
        return self._values

    def reset(self) -> None:
        """Do nothing: there is no state."""


class PercentileThreshold(ThresholdConfig):
    """A percentile of the feature's own last values: adapts, and so keeps the reward rate and hides learning.

    Exact, over every trusted tick of the window.
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

    def prepare(self, grid: TickGrid, n_subjects: int) -> Threshold:
        """Return the threshold."""
        size = max(1, grid.n_ticks(self.window_s))
        return _Percentile(self.percentile / 100.0, size, min(size, grid.n_ticks(self.least_s)), n_subjects)


class _Percentile(Threshold):
    def __init__(self, fraction: float, size: int, least: int, n_subjects: int) -> None:
        self._fraction, self._least = fraction, least
        self._shape = (n_subjects, size)
        self.reset()

    def reset(self) -> None:
        self._ring, self._ordered = np.zeros(self._shape), np.zeros(self._shape)
        self._head, self._filled = np.zeros((2, self._shape[0]), dtype=np.int64)

    def update(self, values: Float, take: Bool) -> Float:
        from neurosim.core.kernels.windows import percentile, slide

        out = np.empty(self._shape[0])
        percentile(self._ordered, self._filled, self._fraction, self._least, out)
        slide(values, take, self._ring, self._ordered, self._head, self._filled)
        return out
