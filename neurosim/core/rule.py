"""What turns features into feedback."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import SerializeAsAny

from neurosim.core.config import KindConfig, of_kind
from neurosim.core.errors import ConfigError, Loc, Problem
from neurosim.core.feedback import Cue, Feedback
from neurosim.core.spec import Bool, SignalSpec, Values
from neurosim.core.timeline import TickGrid

_UNCHANGING = "nothing of this rule may change while it runs"


@dataclass(frozen=True, slots=True)
class Allotted:
    """The time that the blocks of a session give to a rule.

    Parameters
    ----------
    baseline_s
        Baseline before the first training [s].
    training_s
        All training [s].
    stretch_s
        Its shortest stretch without a break: a block, or the task of a trial [s]; infinity without training.
    active_s
        All but rest [s].
    both_ways
        Whether trials ask for up as well as down.
    """

    baseline_s: float
    training_s: float
    stretch_s: float
    active_s: float
    both_ways: bool = False

    def whatever_length(self) -> Allotted:
        """Return the same with all the time in the world for what there is at all."""

        def endless(length_s: float) -> float:
            return math.inf if length_s else 0.0

        return Allotted(
            endless(self.baseline_s), endless(self.training_s), math.inf, endless(self.active_s), self.both_ways
        )


class Rule(ABC):
    """Compares features with thresholds, once a tick.

    Attributes
    ----------
    condition_names
        The conditions, in the order of the last axis of `thresholds`.
    thresholds
        The thresholds in force ``(*batch, condition)``.
    manual
        The conditions whose thresholds are set by hand.
    """

    condition_names: tuple[str, ...]
    manual: tuple[str, ...] = ()
    thresholds: Values

    @abstractmethod
    def update(self, features: Values, valid: Bool, cue: Cue) -> Feedback:
        """Return the feedback of a tick.

        Parameters
        ----------
        features
            ``(*batch, feature)``, finite.
        valid
            Whether the input can be trusted ``(*batch,)``.
        cue
            What the subject is told: what goes on, and which way is asked for.
        """

    def set_threshold(self, condition: str, value: float, subject: int | None = None) -> None:
        """Set a threshold in `manual` by hand, for one subject of the batch or for all.

        Raises
        ------
        ConfigError
            When no threshold of this rule can be.
        """
        raise ConfigError("no threshold of this rule is set by hand")

    def change(self, config: RuleConfig) -> None:
        """Go on by another description, which `RuleConfig.check_change` allows.

        Raises
        ------
        ConfigError
            When nothing of this rule can change.
        """
        raise ConfigError(_UNCHANGING)

    @abstractmethod
    def reset(self) -> None:
        """Return to the state before the first tick."""


class RuleConfig(KindConfig):
    """The description of a rule; `kind` is its name in files."""

    category: ClassVar[str] = "rule"

    @property
    @abstractmethod
    def trained(self) -> str:
        """Name of the feature that is trained and shown: the `value` of the feedback."""

    def problems(self, features: Collection[str], allotted: Allotted) -> list[Problem]:
        """Return everything that does not fit the features or the blocks of a protocol, with the remedy."""
        return []

    def by_baseline(self) -> list[tuple[Loc, str, float]]:
        """Return what of it learns from the baseline alone: its place, the feature, and how much it needs [s]."""
        return []

    def check_change(self, other: RuleConfig) -> None:
        """Refuse a change that a running rule cannot make.

        Raises
        ------
        ConfigError
            Saying what may change.
        """
        raise ConfigError(_UNCHANGING)

    @abstractmethod
    def prepare(self, features: Mapping[str, SignalSpec], grid: TickGrid, batch_shape: tuple[int, ...]) -> Rule:
        """Return the rule for named features.

        Raises
        ------
        ConfigError
            When it names a feature that is not there.
        """


#: A rule of any kind, as a field of another model.
AnyRule = Annotated[SerializeAsAny[RuleConfig], of_kind(RuleConfig)]
