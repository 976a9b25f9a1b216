"""A rule that rewards nothing: for assessments, in which one looks and does not train."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Literal, Self

import numpy as np
from pydantic import Field

from neurosim.core.errors import ConfigError, Problem, did_you_mean
from neurosim.core.feedback import Cue, Feedback
from neurosim.core.rule import Allotted, Rule, RuleConfig
from neurosim.core.spec import Bool, SignalSpec, Values
from neurosim.core.timeline import TickGrid


class Observe(RuleConfig):
    """Watch a feature and reward nothing: there is no threshold, and nothing is ever met or shown."""

    kind: Literal["observe"] = "observe"
    feature: str = Field(description="the feature that tables and figures show first")

    @classmethod
    def examples(cls) -> list[Self]:
        """Return one that watches the first of the laws' features."""
        return [cls(feature="power")]

    @property
    def trained(self) -> str:
        """The feature that is watched: nothing is trained."""
        return self.feature

    def problems(self, features: Collection[str], allotted: Allotted) -> list[Problem]:
        """Return whether the feature is missing."""
        if self.feature in features:
            return []
        return [Problem(("feature",), f"no feature '{self.feature}'; {did_you_mean(self.feature, features)}")]

    def prepare(self, features: Mapping[str, SignalSpec], grid: TickGrid, batch_shape: tuple[int, ...]) -> Rule:
        """Look the feature up."""
        problems = self.problems(features, Allotted(0.0, 0.0, 0.0, 0.0))
        if problems:
            raise ConfigError(problems)
        return ObserveRule(self.feature, list(features).index(self.feature), batch_shape)


class ObserveRule(Rule):
    """See `Observe`.

    Parameters
    ----------
    name, column
        The feature, and where it stands.
    batch_shape
        ``()`` or ``(n,)``.
    """

    def __init__(self, name: str, column: int, batch_shape: tuple[int, ...]) -> None:
        self.condition_names = (name,)
        self.thresholds = np.full((*batch_shape, 1), np.nan)
        self._column = column
        self._nothing = np.zeros(batch_shape)
        self._no = np.zeros(batch_shape, dtype=np.bool_)

    def reset(self) -> None:
        """Do nothing: there is no state."""

    def update(self, features: Values, valid: Bool, cue: Cue) -> Feedback:
        no = self._no
        return Feedback(features[..., self._column], self.thresholds[..., 0], no[..., None], no, no, no, valid,
                        self._nothing, cue)  # fmt: skip
