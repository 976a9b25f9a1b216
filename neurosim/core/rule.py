"""What turns features into feedback."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import SerializeAsAny

from neurosim.core.config import KindConfig, of_kind
from neurosim.core.feedback import Cue, Feedback
from neurosim.core.spec import Bool, SignalSpec, Values
from neurosim.core.timeline import TickGrid


class Rule(ABC):
    """Compares features with thresholds, once a tick.

    Attributes
    ----------
    condition_names
        The conditions, in the order of the last axis of `thresholds`.
    thresholds
        The thresholds in force ``(*batch, condition)``.
    """

    condition_names: tuple[str, ...]
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

    @abstractmethod
    def reset(self) -> None:
        """Return to the state before the first tick."""


class RuleConfig(KindConfig):
    """The description of a rule; `kind` is its name in files."""

    category: ClassVar[str] = "rule"

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
