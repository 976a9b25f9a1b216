"""Broken sources, actors, rules, thresholds and shams: each law of theirs can fail."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Any, Literal

import numpy as np
import pytest

from neurosim.core.actor import Actor, ActorConfig
from neurosim.core.drive import Drive, DriveEvent
from neurosim.core.feedback import Cue, Feedback
from neurosim.core.source import Source, SourceConfig
from neurosim.core.spec import Samples, SignalSpec, Values
from neurosim.core.timeline import TickGrid
from neurosim.feedback import FixedThreshold, Operant
from neurosim.feedback.rules import OperantRule
from neurosim.feedback.sham import Sham, ShamConfig
from neurosim.feedback.thresholds import Seen, Threshold, ThresholdConfig
from neurosim.testing import LAWS
from neurosim.testing.trial import Given, Trial, future_never_matters

Fault = Literal[
    "none", "tick noise", "batch", "global noise", "short", "not finite", "shared", "peeks", "late", "shows"
]
_ALL = count()


def _caught(category: str, law: str, config: Any, message: str) -> None:
    with pytest.raises(AssertionError, match=message):
        LAWS[category][law](config)


def _sound(category: str, config: Any) -> None:
    for law in LAWS[category].values():
        law(config)


class Clicks(SourceConfig):
    """A saw tooth at 100 Hz, broken as `fault` says."""

    kind: Literal["clicks"] = "clicks"
    fault: Fault = "none"

    def prepare(self, grid: TickGrid, seed: int, subjects: tuple[int, ...], batch_shape: tuple[int, ...]) -> Source:
        return _Clicks(self.fault, subjects, batch_shape, grid)


class _Clicks(Source):
    def __init__(self, fault: Fault, subjects: tuple[int, ...], batch_shape: tuple[int, ...], grid: TickGrid) -> None:
        super().__init__({"eeg": SignalSpec(100.0, ("Cz",), "uV", batch_shape)}, grid)
        self._fault, self._subjects, self._session = fault, subjects, 0

    def generate(self, tick_index: int, drive: Drive) -> dict[str, Samples]:
        spec = self.specs["eeg"]
        start, stop = (self.grid.first_sample(k, spec.fs) for k in (tick_index, tick_index + 1))
        own = np.array(self._subjects, dtype=float).reshape((*spec.batch_shape, 1, 1))
        x: Samples = own + self._session + (np.arange(start, stop) % 7)
        if self._fault == "tick noise":  # addressed by the tick, not the sample
            x = x + np.random.default_rng(tick_index).normal(size=x.shape)
        if self._fault == "batch":
            x = x + len(self._subjects)
        if self._fault == "global noise":
            x = x + next(_ALL)
        if self._fault == "short":
            x = x[..., : max(1, x.shape[-1] - 1)]
        if self._fault == "not finite":
            x[x == x.min(initial=1e9)] = np.nan
        return {"eeg": x}

    def rest(self, duration_s: float) -> None:
        self._session += next(_ALL) if self._fault == "late" else 1


def test_sources() -> None:
    _sound("source", Clicks())
    _caught("source", "chunking", Clicks(fault="tick noise"), "eeg in ticks of")
    _caught("source", "batch", Clicks(fault="batch"), "not alone")
    _caught("source", "noise", Clicks(fault="global noise"), "prepared again")
    _caught("source", "time", Clicks(fault="short"), "eeg of tick")
    _caught("source", "time", Clicks(fault="not finite"), "not finite")
    _caught("source", "reset", Clicks(fault="late"), "second session")


class Nods(ActorConfig):
    """Closes the eyes by what is shown, broken as `fault` says."""

    kind: Literal["nods"] = "nods"
    fault: Fault = "none"

    def prepare(self, grid: TickGrid, seed: int, subjects: tuple[int, ...], batch_shape: tuple[int, ...]) -> Actor:
        return _Nods(self.fault, batch_shape)


_MEMORY: dict[str, Any] = {}


class _Nods(Actor):
    def __init__(self, fault: Fault, batch_shape: tuple[int, ...]) -> None:
        self._fault, self._shape = fault, batch_shape
        self._seen = np.zeros(batch_shape)
        _MEMORY.clear()

    def act(self, tick_index: int) -> Drive:
        if self._fault == "shared":
            return Drive({"eyes_closed": _MEMORY.get("seen", 0.0)})
        if self._fault == "not finite":
            return Drive({"eyes_closed": np.log(self._seen - 2.0, out=np.full(self._shape, np.nan), where=False)})
        if self._fault == "short":
            return Drive({"eyes_closed": np.zeros(3)})
        if self._fault == "late":
            return Drive(events=(DriveEvent("blink", 0.0),))
        return Drive({"eyes_closed": self._seen.copy()})

    def observe(self, feedback: Feedback) -> None:
        shown = feedback.shown.mean() if self._fault == "batch" else feedback.shown
        self._seen = 0.5 * self._seen + shown
        _MEMORY["seen"] = np.asarray(self._seen).mean()

    def rest(self, duration_s: float) -> None:
        self._seen = np.zeros(self._shape)


def test_actors() -> None:
    _sound("actor", Nods())
    _caught("actor", "batch", Nods(fault="batch"), "not alone")
    _caught("actor", "reset", Nods(fault="shared"), "deep copy")
    _caught("actor", "time and finite", Nods(fault="not finite"), "not finite")
    _caught("actor", "time and finite", Nods(fault="short"), "has the shape")
    _caught("actor", "time and finite", Nods(fault="late"), "lies in the past")


class Careless(Operant):
    """An operant rule, broken as `fault` says."""

    fault: Fault = "none"

    def prepare(self, features: Mapping[str, SignalSpec], grid: TickGrid, batch_shape: tuple[int, ...]) -> OperantRule:
        rule = _Careless(self, [0, 1], grid, batch_shape)
        rule.fault = self.fault
        return rule


class _Careless(OperantRule):
    fault: Fault = "none"

    def update(self, features: Values, valid: Any, cue: Cue) -> Feedback:
        if self.fault == "batch":
            features = features - (features - features.mean(axis=0)) * (features.ndim > 1)
        if self.fault == "peeks":  # trusts everything
            return replace(super().update(features, np.ones_like(valid), cue), valid=valid)
        feedback = super().update(features, valid, cue)
        return replace(feedback, shown=feedback.met.astype(float)) if self.fault == "shows" else feedback

    def reset(self) -> None:
        if not (self.fault == "late" and hasattr(self, "thresholds")):
            super().reset()


def test_rules() -> None:
    def rule(fault: Fault) -> Careless:
        return Careless.model_validate({**Operant.examples()[0].model_dump(), "fault": fault})

    _sound("rule", rule("none"))
    _caught("rule", "batch", rule("batch"), "not alone")
    _caught("rule", "time and finite", rule("peeks"), "not trusted")
    _caught("rule", "recovers", rule("peeks"), "not trusted")
    _caught("rule", "time and finite", rule("shows"), "shown in a transfer block")
    _caught("rule", "reset", rule("late"), r"after reset\(\)")


class Follows(ThresholdConfig):
    """A running mean, broken as `fault` says."""

    kind: Literal["follows"] = "follows"
    fault: Fault = "none"

    def prepare(self, grid: TickGrid, n_subjects: int) -> Threshold:
        return _Follows(self.fault, n_subjects)


class _Follows(Threshold):
    def __init__(self, fault: Fault, n_subjects: int) -> None:
        self._fault, self._n = fault, n_subjects
        self.reset()

    def reset(self) -> None:
        self._mean = np.zeros(self._n)

    def now(self, cue: Cue) -> Any:
        return self._mean

    def note(self, seen: Seen) -> None:
        values, take = seen.values, seen.take
        if self._fault == "batch":
            values = np.full_like(values, values.mean())
        take = np.ones_like(take) if self._fault == "not finite" else take
        mean = np.where(take, 0.9 * self._mean + 0.1 * values, self._mean)
        if self._fault == "peeks":  # what was given out changes with what is seen afterwards
            self._mean[:] = mean
        self._mean = mean


def test_thresholds() -> None:
    _sound("threshold", Follows())
    _sound("threshold", FixedThreshold(value=2.0))
    _caught("threshold", "batch", Follows(fault="batch"), "not alone")
    _caught("threshold", "time and finite", Follows(fault="peeks"), "it is compared with")
    _caught("threshold", "time and finite", Follows(fault="not finite"), "values count")


class Blinks(ShamConfig):
    """On and off by the tick, broken as `fault` says."""

    kind: Literal["blinks"] = "blinks"
    fault: Fault = "none"

    def prepare(self, grid: TickGrid, seed: int, subjects: Sequence[int], batch_shape: tuple[int, ...]) -> Sham:
        return _Blinks(self.fault, batch_shape)


class _Blinks(Sham):
    def __init__(self, fault: Fault, batch_shape: tuple[int, ...]) -> None:
        self._fault, self._shape = fault, batch_shape

    def update(self, tick_index: int, feedback: Feedback) -> Any:
        on = float(tick_index % 3 == 0)
        if self._fault == "batch":
            on = float(np.mean(feedback.met))
        if self._fault == "global noise":
            on = float(np.random.random() < 0.5)  # noqa: NPY002
        if self._fault == "not finite":
            on = 2.0
        return np.full(self._shape, on if feedback.cue.block == "training" or self._fault == "shows" else 0.0)

    def rest(self, duration_s: float) -> None:
        """Do nothing."""


def test_shams() -> None:
    _sound("sham", Blinks())
    _caught("sham", "batch", Blinks(fault="batch"), "not alone")
    _caught("sham", "noise", Blinks(fault="global noise"), "prepared again")
    _caught("sham", "time and finite", Blinks(fault="not finite"), "not within 0 to 1")
    _caught("sham", "time and finite", Blinks(fault="shows"), "shown in a rest block|shown in a baseline block")


@dataclass
class _Oracle:
    """Knows all of its input from the beginning."""

    answer: float


def test_looking_ahead_is_caught() -> None:
    def prepare(given: Given) -> _Oracle:
        return _Oracle(0.0 if given.changed_from is None else 1.0)

    def step(oracle: _Oracle, k: int, given: Given) -> dict[str, Any]:
        return {"answer": np.array(oracle.answer)}

    with pytest.raises(AssertionError, match="the past with it"):
        future_never_matters(Trial("oracle", prepare, step, 10))
