"""The operant rule: reward while every condition holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, Self

import numpy as np
from pydantic import Field

from neurosim.core.config import Config
from neurosim.core.errors import ConfigError, Problem, did_you_mean
from neurosim.core.feedback import Cue, Feedback
from neurosim.core.rule import Rule, RuleConfig
from neurosim.core.spec import Bool, SignalSpec, Values
from neurosim.core.timeline import TickGrid
from neurosim.feedback.thresholds import AnyThreshold, FixedThreshold, PercentileThreshold


class Condition(Config):
    """A feature must be above its threshold (what is trained), or below it (an inhibit)."""

    feature: str = Field(description="name of the feature")
    direction: Literal["above", "below"] = Field("above", description="side of the threshold that counts")
    threshold: AnyThreshold = Field(description="what the feature is compared with")
    hysteresis: float = Field(0.0, ge=0, description="how far back past the threshold it may fall, in its unit")


class Operant(RuleConfig):
    """Reward while all conditions have held for the dwell time on trusted input.

    `met` follows the conditions; a `reward` is given when they are met and the last reward is longer ago
    than the refractory time.
    """

    kind: Literal["operant"] = "operant"
    conditions: tuple[Condition, ...] = Field(min_length=1, description="all must hold; the first is shown")
    dwell_s: float = Field(0.0, ge=0, description="how long they must hold first", json_schema_extra={"unit": "s"})
    refractory_s: float = Field(0.5, ge=0, description="least time between rewards", json_schema_extra={"unit": "s"})

    @classmethod
    def examples(cls) -> list[Self]:
        """Return a reward with an inhibit for the laws' features."""
        above = Condition(
            feature="power", threshold=PercentileThreshold(percentile=50, window_s=4, least_s=0.5), hysteresis=0.1
        )
        below = Condition(feature="inhibit", direction="below", threshold=FixedThreshold(value=1.0))
        return [cls(conditions=(above, below), dwell_s=0.05, refractory_s=0.2)]

    def prepare(self, features: Mapping[str, SignalSpec], grid: TickGrid, batch_shape: tuple[int, ...]) -> Rule:
        """Look the features up."""
        names = list(features)
        problems = [
            Problem(("conditions", i, "feature"), f"no feature '{c.feature}'; {did_you_mean(c.feature, names)}")
            for i, c in enumerate(self.conditions)
            if c.feature not in features
        ]
        if problems:
            raise ConfigError(problems)
        columns = [names.index(c.feature) for c in self.conditions]
        return OperantRule(self, columns, grid, batch_shape)


class OperantRule(Rule):
    """See `Operant`.

    Parameters
    ----------
    config
        Conditions and times.
    columns
        Where each condition's feature stands.
    grid
        The ticks of the session.
    batch_shape
        ``()`` or ``(n,)``.
    """

    def __init__(self, config: Operant, columns: Sequence[int], grid: TickGrid, batch_shape: tuple[int, ...]) -> None:
        self._columns = list(columns)
        self._shape = batch_shape
        self._n = int(np.prod(batch_shape, dtype=int))
        self.condition_names = tuple(c.feature for c in config.conditions)
        self._sign = np.array([1.0 if c.direction == "above" else -1.0 for c in config.conditions])
        self._hysteresis = np.array([c.hysteresis for c in config.conditions])
        self._thresholds = [c.threshold.prepare(grid, self._n) for c in config.conditions]
        # Ticks that must have passed: a time of 0.25 s at 1/64 s is 16 ticks.
        self._dwell = max(1, grid.n_ticks(config.dwell_s))
        self._refractory = max(1, grid.n_ticks(config.refractory_s))
        self.reset()

    def reset(self) -> None:
        for threshold in self._thresholds:
            threshold.reset()
        self._holding = np.zeros((self._n, len(self._columns)), dtype=np.bool_)
        self._run = np.zeros(self._n, dtype=np.int64)
        self._since = np.full(self._n, self._refractory, dtype=np.int64)
        self.thresholds = np.full((*self._shape, len(self._columns)), np.nan)

    def update(self, features: Values, valid: Bool, cue: Cue) -> Feedback:
        values = features.reshape(self._n, -1)[:, self._columns]
        trusted = valid.reshape(self._n)
        take = trusted if cue.block != "rest" else np.zeros_like(trusted)
        thresholds = np.stack(
            [t.update(np.ascontiguousarray(values[:, i]), take) for i, t in enumerate(self._thresholds)], axis=1
        )
        sign = -self._sign if cue.target == "down" else self._sign
        margin = sign * (values - thresholds)  # NaN while there is no threshold: compares false
        self._holding = (margin > 0) | (self._holding & (margin > -self._hysteresis))
        counts = trusted & (cue.block in ("training", "transfer"))
        self._run = np.where(self._holding.all(axis=1) & counts, self._run + 1, 0)
        met = self._run >= self._dwell
        reward = met & (self._since >= self._refractory) & (cue.block == "training")
        self._since = np.where(reward, 1, self._since + 1)
        self.thresholds = thresholds.reshape(*self._shape, -1)
        return Feedback(
            value=values[:, 0].reshape(self._shape),
            threshold=thresholds[:, 0].reshape(self._shape),
            holding=(self._holding & trusted[:, None]).reshape(self.thresholds.shape),
            met=met.reshape(self._shape),
            reward=reward.reshape(self._shape),
            valid=valid,
            shown=(met & (cue.block == "training")).astype(np.float64).reshape(self._shape),
            cue=cue,
        )
