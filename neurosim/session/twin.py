"""A running session branched in two that go on from the same tick: same people and noise, one thing changed."""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from neurosim.core.chain import Chain
from neurosim.core.drive import Drive
from neurosim.core.errors import ConfigError
from neurosim.core.registry import find_kind, kind_names
from neurosim.core.source import Source
from neurosim.core.spec import Bool, Samples, Values
from neurosim.core.stage import StageConfig
from neurosim.feedback.protocol import Feature, TrainingProtocol
from neurosim.feedback.rules import Operant
from neurosim.feedback.shams.sham import parse_sham
from neurosim.feedback.thresholds.threshold import ThresholdConfig
from neurosim.session.pipeline import Pipeline
from neurosim.session.session import Session
from neurosim.session.tick import Sink, Tick


class Past(Sink):
    """Keeps what a rule has seen since the start, so that another rule can be shown the same."""

    def __init__(self) -> None:
        self._seen: list[tuple[Values, Bool]] = []

    def __deepcopy__(self, memo: dict[int, Any]) -> Past:
        copied = Past()
        copied._seen = list(self._seen)  # what was seen does not change
        return copied

    def write(self, tick: Tick) -> None:
        self._seen.append((tick.features, np.asarray(tick.feedback.valid)))

    def show(self, session: Session) -> None:
        """Let the rule of a session see it all, tick by tick."""
        blocks = np.searchsorted(session.schedule.ends, np.arange(len(self._seen)), side="right").tolist()
        for k, (features, valid) in enumerate(self._seen):
            session.rule.update(features, valid, session.schedule.cue(blocks[k], k))


class Shared(Source):
    """Hands on the samples of another session's tick: of what cannot be played twice, both branches see the same.

    Parameters
    ----------
    source
        What the other session has; only its specs and its length are taken.
    """

    answers = False

    def __init__(self, source: Source) -> None:
        super().__init__(source.specs, source.grid)
        self._source = source
        self.samples: Mapping[str, Samples] = {}

    def generate(self, tick_index: int, drive: Drive) -> dict[str, Samples]:
        return dict(self.samples)

    def rest(self, duration_s: float) -> None:
        """Do nothing: the other session rests."""

    def seek(self, tick_index: int, to_s: float) -> None:
        """Do nothing: the other session has gone there, and its samples come from there."""

    @property
    def length_s(self) -> float | None:
        return self._source.length_s

    @property
    def n_ticks(self) -> int | None:
        return self._source.n_ticks


class Variation(ABC):
    """What is changed in a branch."""

    @abstractmethod
    def apply(self, session: Session, past: Past, recent: Mapping[str, Samples], seed: int) -> None:
        """Change a branch before its first tick.

        Parameters
        ----------
        session
            The branch.
        past
            What the rule has seen.
        recent
            The newest samples of each stream, up to the branch.
        seed
            Root of the noise of what is new.

        Raises
        ------
        ConfigError
            When it does not fit the session.
        """


@dataclass(frozen=True)
class OtherSham(Variation):
    """Something else is shown: a sham by its name, or real feedback."""

    sham: str

    def apply(self, session: Session, past: Past, recent: Mapping[str, Samples], seed: int) -> None:
        prepared = None if self.sham == "real" else parse_sham(self.sham).prepare(session.grid, seed, (0,), ())
        session.sham = prepared


@dataclass(frozen=True)
class OtherThreshold(Variation):
    """Another policy sets the threshold of the first condition; it has seen the session from its start."""

    kind: str
    reward_rate: float = 0.6

    def apply(self, session: Session, past: Past, recent: Mapping[str, Samples], seed: int) -> None:
        rule = session.protocol.rule
        if not isinstance(rule, Operant):
            raise ConfigError(f"thresholds are those of an operant rule; this one is '{rule.kind}'")
        first = rule.conditions[0]
        kind: type[ThresholdConfig] = find_kind("threshold", self.kind)
        aimed = kind.aimed(self.reward_rate, first.direction)
        if aimed is None:
            raise ConfigError(f"a '{self.kind}' threshold cannot be aimed at a reward rate")
        conditions = (first.model_copy(update={"threshold": aimed}), *rule.conditions[1:])
        _take(session, session.protocol.model_copy(update={"rule": rule.model_copy(update={"conditions": conditions})}))
        session.rule = session.protocol.rule.prepare(session.pipeline.specs, session.grid, session.batch_shape)
        past.show(session)


@dataclass(frozen=True)
class OtherFilter(Variation):
    """Another filter makes the trained feature; it is fitted to the newest samples before the branch."""

    stage: StageConfig

    def apply(self, session: Session, past: Past, recent: Mapping[str, Samples], seed: int) -> None:
        changed = with_filter(session.protocol, self.stage)
        specs = {name: session.source.specs[name] for name in recent}
        pipeline = Pipeline(changed, session.schedule.tell_trials(specs))
        before = session.pipeline.specs
        for name, spec in pipeline.specs.items():
            if spec.unit != before[name].unit:
                raise ConfigError(f"'{self.stage.kind}' gives {spec.unit}, the threshold is in {before[name].unit}")
        pipeline.process(recent)
        pipeline.calibrate()
        _take(session, changed)
        session.pipeline = pipeline


def _take(session: Session, protocol: TrainingProtocol) -> None:
    if problems := protocol.problems():
        raise ConfigError(problems)
    session.protocol = protocol


def trained_feature(protocol: TrainingProtocol) -> Feature:
    """Return the feature that is trained."""
    return next(feature for feature in protocol.features if feature.name == protocol.rule.trained)


def with_filter(protocol: TrainingProtocol, stage: StageConfig) -> TrainingProtocol:
    """Return a protocol whose trained feature has another filter where its first one with a band was.

    Raises
    ------
    ConfigError
        When no stage of the feature has a band.
    """
    feature = trained_feature(protocol)
    place = _band_stage(feature)
    stages = tuple(stage if i == place else old for i, old in enumerate(feature.stages))
    other = feature.model_copy(update={"stages": stages})
    features = tuple(other if f is feature else f for f in protocol.features)
    return protocol.model_copy(update={"features": features})


def _band_stage(feature: Feature) -> int:
    for i, stage in enumerate(feature.stages):
        if not isinstance(stage, Chain) and hasattr(stage, "low_hz") and hasattr(stage, "high_hz"):
            return i
    raise ConfigError(f"no stage of '{feature.name}' has a band that another filter could take")


def variations(session: Session) -> dict[str, list[Variation]]:
    """Return what can be changed in a branch of a session, by what it is about: sham, threshold, filter."""
    found: dict[str, list[Variation]] = {"sham": [], "threshold": [], "filter": []}
    shams = [OtherSham(name) for name in ("random", "phase_randomised", "reversed", "shifted")]
    found["sham"] = [*shams] if session.sham is None else [OtherSham("real")]
    rule = session.protocol.rule
    if isinstance(rule, Operant):
        first = rule.conditions[0]
        for name in kind_names("threshold"):
            kind: type[ThresholdConfig] = find_kind("threshold", name)
            if name != first.threshold.kind and kind.aimed(0.6, first.direction) is not None:
                found["threshold"].append(OtherThreshold(name))
    feature = trained_feature(session.protocol)
    try:
        now = feature.stages[_band_stage(feature)]
    except ConfigError:
        return found
    band = {"low_hz": getattr(now, "low_hz", 0.0), "high_hz": getattr(now, "high_hz", 0.0)}
    for name in kind_names("stage"):
        stage: type[StageConfig] = find_kind("stage", name)
        if name.endswith("envelope") and name != now.kind and band.keys() <= stage.model_fields.keys():
            found["filter"].append(OtherFilter(stage(**band)))
    return found


class Twin(Sink):
    """A branch of a running session that is stepped with it, in the same thread.

    Parameters
    ----------
    session
        The running session, between two ticks.
    variation
        What is changed.
    sink
        Watches the branch.
    past, recent, seed
        As of a variation.

    Attributes
    ----------
    session
        The branch.
    first_tick
        Its first tick.

    Raises
    ------
    ConfigError
        When the variation does not fit the session.
    """

    def __init__(
        self, session: Session, variation: Variation, sink: Sink, past: Past, recent: Mapping[str, Samples], seed: int
    ) -> None:
        self._shared = None if session.source.answers else Shared(session.source)
        memo = {} if self._shared is None else {id(session.source): self._shared}
        self.session: Session = copy.deepcopy(session, memo)
        self.first_tick = session.tick_index
        self._sink = sink
        variation.apply(self.session, past, recent, seed)

    def write(self, tick: Tick) -> None:
        if self._shared is not None:
            self._shared.samples = tick.samples
        for command in tick.commands:  # what is done to the one is done to both, where both can do it
            try:
                self.session.submit(command)
            except ConfigError:
                continue
        if not self.session.finished:
            self._sink.write(self.session.step())
