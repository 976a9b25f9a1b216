"""The contract of thresholds."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Annotated, ClassVar, Self

import numpy as np
from pydantic import SerializeAsAny

from neurosim.core.config import KindConfig, of_kind
from neurosim.core.errors import Problem
from neurosim.core.feedback import Cue
from neurosim.core.rule import Allotted
from neurosim.core.spec import Bool, Float
from neurosim.core.timeline import TickGrid


@dataclass(frozen=True, slots=True)
class Seen:
    """What a threshold learns from in one tick; arrays are ``(subject,)``.

    Parameters
    ----------
    values
        The feature.
    holding
        Whether the condition holds, by the threshold of this tick.
    take
        Which of them count: trusted, and not at rest.
    cue
        What goes on.
    harder
        1 where a higher threshold is harder to pass, -1 where a lower one is.
    """

    values: Float
    holding: Bool
    take: Bool
    cue: Cue
    harder: float


class Threshold(ABC):
    """Gives the threshold of each subject, once a tick: first `now`, then `note`."""

    @abstractmethod
    def now(self, cue: Cue) -> Float:
        """Return the thresholds ``(subject,)`` of a tick, from what was seen before it; NaN while there is none."""

    def note(self, seen: Seen) -> None:
        """Take note of the tick."""

    @abstractmethod
    def reset(self) -> None:
        """Return to the state before the first tick."""


class ThresholdConfig(KindConfig):
    """The description of a threshold; `kind` is its name in files."""

    category: ClassVar[str] = "threshold"
    #: Whether it learns from the baseline and from nothing else.
    by_baseline: ClassVar[bool] = False

    @property
    def delay_s(self) -> float:
        """Median time from a step of the feature to half of the threshold's change, the mean of up and down [s].

        0 for one that does not follow the feature.
        """
        return 0.0

    @abstractmethod
    def prepare(self, grid: TickGrid, n_subjects: int) -> Threshold:
        """Return the threshold."""

    @classmethod
    def aimed(cls, reward_rate: float, direction: str) -> Self | None:
        """Return the one that lets its condition hold for a share of the time; None where that cannot be said."""
        return None

    def aim(self, direction: str) -> float | None:
        """Return the share of the time that it leaves for its condition; None for one that has no such aim."""
        return None

    def problems(self, allotted: Allotted) -> list[Problem]:
        """Return what cannot be with the blocks of a session."""
        return []


#: A threshold of any kind, as a field of another model.
AnyThreshold = Annotated[SerializeAsAny[ThresholdConfig], of_kind(ThresholdConfig)]


def needs_baseline(what: str, least_s: float, allotted: Allotted) -> list[Problem]:
    """Return the problem of what is taken from a baseline that there is not, or that is too short [s]."""
    if not allotted.baseline_s:
        return [Problem((), f"{what} needs a baseline block before the training; add one, or choose another kind")]
    if least_s > allotted.baseline_s:
        message = f"must not be longer than the baseline ({allotted.baseline_s:g} s), got {least_s:g} s"
        return [Problem(("least_s",), message)]
    return []


def nothing_yet(n_subjects: int) -> Float:
    """Return the thresholds of subjects who have none."""
    return np.full(n_subjects, np.nan)
