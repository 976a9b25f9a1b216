"""Thresholds that nothing in the signal moves: fixed, or set by hand."""

from __future__ import annotations

from typing import Literal, Self

import numpy as np
from pydantic import Field

from neurosim.core.feedback import Cue
from neurosim.core.spec import Float
from neurosim.core.timeline import TickGrid
from neurosim.feedback.thresholds.threshold import Threshold, ThresholdConfig


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

    def now(self, cue: Cue) -> Float:
        return self._values

    def reset(self) -> None:
        """Do nothing: there is no state."""


class ManualThreshold(ThresholdConfig):
    """A threshold that the trainer sets while the session runs, with the command ``threshold``."""

    kind: Literal["manual"] = "manual"
    value: float = Field(description="at the start, in the unit of the feature")

    @classmethod
    def examples(cls) -> list[Self]:
        """Return one at 1."""
        return [cls(value=1.0)]

    def prepare(self, grid: TickGrid, n_subjects: int) -> Threshold:
        """Return the threshold."""
        return ThresholdByHand(self.value, n_subjects)


class ThresholdByHand(Threshold):
    """See `ManualThreshold`.

    Parameters
    ----------
    value
        At the start, in the unit of the feature.
    n_subjects
        How many there are.
    """

    def __init__(self, value: float, n_subjects: int) -> None:
        self._start: Float = np.full(n_subjects, value)
        self._values = self._start

    def now(self, cue: Cue) -> Float:
        return self._values

    def set(self, value: float, subject: int | None = None) -> None:
        """Set it, for one subject of the batch or for all."""
        self._values = self._values.copy()  # what was given out before stays as it was
        self._values[slice(None) if subject is None else subject] = value

    def reset(self) -> None:
        self._values = self._start
