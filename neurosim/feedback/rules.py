"""The operant rule: reward while every condition holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Literal, Self

import numpy as np
from pydantic import Field

from neurosim.core.errors import ConfigError, Loc, Problem, did_you_mean
from neurosim.core.feedback import Cue, Feedback
from neurosim.core.rule import Allotted, Rule, RuleConfig
from neurosim.core.spec import Bool, Float, SignalSpec, Values
from neurosim.core.timeline import TickGrid
from neurosim.feedback.conditions import Condition, too_long
from neurosim.feedback.graded import Graded, Grading
from neurosim.feedback.thresholds import FixedThreshold, PercentileThreshold, Seen
from neurosim.feedback.thresholds.fixed import ThresholdByHand


class Operant(RuleConfig):
    """Reward while all conditions have held for the dwell time on trusted input.

    `met` follows the conditions; a `reward` is given when they are met and the last reward is longer ago
    than the refractory time. What is shown is 1 while they are met, or graded by the first condition.
    Where a trial asks for the other way ("down"), the first condition looks at the other side of its threshold.
    """

    kind: Literal["operant"] = "operant"
    conditions: tuple[Condition, ...] = Field(min_length=1, description="all but flags must hold; the first is trained")
    dwell_s: float = Field(0.0, ge=0, description="how long they must hold first", json_schema_extra={"unit": "s"})
    refractory_s: float = Field(0.5, ge=0, description="least time between rewards", json_schema_extra={"unit": "s"})
    graded: Graded | None = Field(None, description="shows how far the first feature is past its threshold")

    @classmethod
    def examples(cls) -> list[Self]:
        """Return a reward with an inhibit for the laws' features; and all that a condition can do, graded."""
        above = Condition(
            feature="power", threshold=PercentileThreshold(percentile=50, window_s=4, least_s=0.5), hysteresis=0.1
        )
        below = Condition(feature="inhibit", direction="below", threshold=FixedThreshold(value=1.0))
        mute = Condition(
            name="burst", feature="inhibit", direction="below", threshold=FixedThreshold(value=1.8),
            action="mute", release_s=0.1,
        )  # fmt: skip
        freeze = mute.model_copy(update={"name": "jump", "threshold": FixedThreshold(value=1.5), "action": "freeze"})
        flag = below.model_copy(update={"action": "flag"})
        linear, sigmoid = Graded(span=1.0, unit="sd"), Graded(shape="sigmoid", span=0.5)
        return [
            cls(conditions=(above, below), dwell_s=0.05, refractory_s=0.2),
            cls(conditions=(above, mute, flag), dwell_s=0.05, graded=linear),
            cls(conditions=(above, freeze, mute), graded=sigmoid),
        ]

    @property
    def trained(self) -> str:
        """The first condition's feature."""
        return self.conditions[0].feature

    def prepare(self, features: Mapping[str, SignalSpec], grid: TickGrid, batch_shape: tuple[int, ...]) -> Rule:
        """Look the features up."""
        problems = self._wrong_names(features)
        if problems:
            raise ConfigError(problems)
        names = list(features)
        return OperantRule(self, [names.index(c.feature) for c in self.conditions], grid, batch_shape)

    def check_change(self, other: RuleConfig) -> None:
        """Allow what is looked up anew in every tick: dwell, refractory time, hysteresis and release."""
        if not isinstance(other, Operant) or other._without_times() != self._without_times():
            raise ConfigError("only dwell_s, refractory_s, hysteresis and release_s may change while a session runs")

    def _without_times(self) -> Self:
        conditions = tuple(c.model_copy(update={"hysteresis": 0.0, "release_s": 0.0}) for c in self.conditions)
        return self.model_copy(update={"conditions": conditions, "dwell_s": 0.0, "refractory_s": 0.0})

    def problems(self, features: Collection[str], allotted: Allotted) -> list[Problem]:
        """Return every name that is not there, and every time that the blocks do not allow."""
        problems = self._wrong_names(features)
        for i, condition in enumerate(self.conditions):
            problems += [Problem(("conditions", i, *p.loc), p.message) for p in condition.problems(allotted)]
        for key in ("dwell_s", "refractory_s"):
            if getattr(self, key) > allotted.stretch_s:
                problems.append(too_long(key, getattr(self, key), allotted))
        if self.graded is not None and self.graded.unit == "sd" and not allotted.baseline_s:
            message = "needs a baseline block before the training; add one, or give the span in the feature's unit"
            problems.append(Problem(("graded", "unit"), message))
        return problems

    def by_baseline(self) -> list[tuple[Loc, str, float]]:
        """Return the thresholds that are set by the baseline, and the grading by its standard deviation."""
        found: list[tuple[Loc, str, float]] = [
            (("conditions", i, "threshold"), c.feature, float(getattr(c.threshold, "least_s", 0.0)))
            for i, c in enumerate(self.conditions)
            if c.threshold.by_baseline
        ]
        graded = self.graded is not None and self.graded.unit == "sd"
        return [*found, (("graded", "unit"), self.trained, 0.0)] if graded else found

    def _wrong_names(self, features: Collection[str]) -> list[Problem]:
        problems = [
            Problem(("conditions", i, "feature"), f"no feature '{c.feature}'; {did_you_mean(c.feature, features)}")
            for i, c in enumerate(self.conditions)
            if c.feature not in features
        ]
        twice = [name for name, n in Counter(c.called for c in self.conditions).items() if n > 1]
        if twice:
            problems.append(Problem(("conditions",), f"two are called '{twice[0]}'; give one of them a name"))
        return problems


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
        self._columns, self._grid = np.array(columns, dtype=np.intp), grid
        self._shape = batch_shape
        self._n = int(np.prod(batch_shape, dtype=int))
        self.condition_names = tuple(c.called for c in config.conditions)
        self._sign = np.array([1.0 if c.direction == "above" else -1.0 for c in config.conditions])
        self._other_sign = np.where(np.arange(len(self._sign)) == 0, -self._sign, self._sign)
        actions = np.array([c.action for c in config.conditions])
        self._needed, self._freezes = actions != "flag", actions == "freeze"
        # What the grade itself says need not hold for it to be shown.
        self._gates = self._needed & ~((np.arange(len(actions)) == 0) & (actions == "require"))
        self._thresholds = [c.threshold.prepare(grid, self._n) for c in config.conditions]
        self._grading = None if config.graded is None else Grading(config.graded, self._n)
        named = zip(self.condition_names, self._thresholds, strict=True)
        self.manual = tuple(name for name, threshold in named if isinstance(threshold, ThresholdByHand))
        self.change(config)
        self.reset()

    def reset(self) -> None:
        for threshold in self._thresholds:
            threshold.reset()
        if self._grading is not None:
            self._grading.reset()
        self._holding = np.zeros((self._n, len(self._columns)), dtype=np.bool_)
        self._left = np.zeros((self._n, len(self._columns)), dtype=np.int64)
        self._run = np.zeros(self._n, dtype=np.int64)
        self._since = np.full(self._n, self._refractory, dtype=np.int64)
        self._shown = np.zeros(self._n)
        self.thresholds = np.full((*self._shape, len(self._columns)), np.nan)

    def set_threshold(self, condition: str, value: float, subject: int | None = None) -> None:
        threshold = self._thresholds[self.condition_names.index(condition)]
        assert isinstance(threshold, ThresholdByHand), f"the threshold of '{condition}' is not in `manual`"
        threshold.set(value, subject)

    def change(self, config: RuleConfig) -> None:
        assert isinstance(config, Operant)
        # Ticks that must have passed: a time of 0.25 s at 1/64 s is 16 ticks.
        self._dwell = max(1, self._grid.n_ticks(config.dwell_s))
        self._refractory = max(1, self._grid.n_ticks(config.refractory_s))
        self._release = np.array([self._grid.n_ticks(c.release_s) for c in config.conditions])
        self._hysteresis = np.array([c.hysteresis for c in config.conditions])

    def update(self, features: Values, valid: Bool, cue: Cue) -> Feedback:
        values = features.reshape(self._n, -1).take(self._columns, axis=1)
        trusted = valid.reshape(self._n)
        take = trusted if cue.block != "rest" else np.zeros_like(trusted)
        sign = self._other_sign if cue.target == "down" else self._sign
        thresholds = np.empty(values.shape)
        for i, threshold in enumerate(self._thresholds):
            thresholds[:, i] = threshold.now(cue)
        margin = sign * (values - thresholds)  # NaN while there is no threshold: compares false
        self._holding = ((margin > 0) | (self._holding & (margin > -self._hysteresis))) & trusted[:, None]
        blocked = self._blocked(trusted)
        for i, threshold in enumerate(self._thresholds):
            column = np.ascontiguousarray(values[:, i])
            threshold.note(Seen(column, self._holding[:, i], take, cue, float(sign[i])))
        counts = trusted & (cue.block in ("training", "transfer"))
        self._run = np.where(counts & ~_any(blocked & self._needed), self._run + 1, 0)
        met = self._run >= self._dwell
        reward = met & (self._since >= self._refractory) & (cue.block == "training")
        self._since = np.where(reward, 1, self._since + 1)
        graded = met.astype(np.float64)
        if self._grading is not None:
            grade = self._grading.update(values[:, 0].copy(), take, margin[:, 0].copy(), cue)
            graded = np.where(trusted & ~_any(blocked & self._gates), grade, 0.0)
        self._show(graded, blocked, cue)
        self.thresholds = thresholds.reshape(*self._shape, -1)
        return Feedback(
            value=values[:, 0].reshape(self._shape),
            threshold=thresholds[:, 0].reshape(self._shape),
            holding=self._holding.reshape(self.thresholds.shape),
            joint=(counts & ~_any(~self._holding & self._needed)).reshape(self._shape),
            met=met.reshape(self._shape),
            reward=reward.reshape(self._shape),
            valid=valid,
            shown=self._shown.reshape(self._shape),
            cue=cue,
        )

    def _blocked(self, trusted: Bool) -> Bool:
        """Return which conditions do not hold, or have not held for their release time yet ``(subject, condition)``."""
        left = np.where(self._holding, np.maximum(self._left - 1, 0), self._release + 1)
        self._left = np.where(trusted[:, None], left, self._left)  # a bad tick releases nothing and blocks nothing
        blocked: Bool = self._left > 0
        return blocked

    def _show(self, shown: Float, blocked: Bool, cue: Cue) -> None:
        if cue.block != "training":
            self._shown = np.zeros(self._n)
        elif self._freezes.any():
            self._shown = np.where(_any(blocked & self._freezes), self._shown, shown)
        else:
            self._shown = shown


def _any(conditions: Bool) -> Bool:
    """Return whether any condition is true ``(subject,)``."""
    if conditions.shape[1] == 1:
        return conditions[:, 0]
    found: Bool = np.asarray(conditions.any(axis=1))
    return found
