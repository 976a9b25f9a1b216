"""What a course of sessions is made of: everything looked up, checked and prepared."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from neurosim.core.actor import Actor, ActorConfig
from neurosim.core.clock import Clock
from neurosim.core.errors import ConfigError, RecordingError, did_you_mean
from neurosim.core.noise import pick_seed
from neurosim.core.source import Source, SourceConfig
from neurosim.core.step import find_format
from neurosim.core.timeline import TickGrid
from neurosim.feedback.protocol import TrainingProtocol, load_protocol
from neurosim.feedback.shams.sham import Sham, ShamConfig, parse_sham
from neurosim.session.assessment import Finding
from neurosim.session.blocks import BlockSink
from neurosim.session.memory import MemorySink
from neurosim.session.metered import Metered
from neurosim.session.recipe import told_of
from neurosim.session.result import Result
from neurosim.session.sealing.veil import Seal
from neurosim.session.session import Session
from neurosim.signals.body.body import Body
from neurosim.signals.body.events import parse_artifacts
from neurosim.subject.learner import Learner, LearnerActor
from neurosim.subject.stressors import Stressors
from neurosim.subject.subject import Subject, load_subject

_VERSIONS_OF = ("neurosim", "numpy", "scipy", "numba", "mne", "pandas", "pydantic")


@dataclass
class Plan:
    """Everything that a course of sessions is made of, prepared.

    Attributes
    ----------
    shown_instead
        Describes the sham; None for real feedback.
    person
        Who is simulated; None where something else stands in for the body.
    stands_in
        What that is.
    hidden
        Whether nobody is to be told who that is.
    rests_s
        The times between the sessions so far [s].
    """

    protocol: TrainingProtocol
    source: Source
    source_name: str
    actors: list[Actor]
    sham: Sham | None
    shown_instead: ShamConfig | None
    seed: int
    subjects: tuple[int, ...]
    person: Subject | None = None
    stands_in: SourceConfig | None = None
    hidden: bool = False
    rests_s: list[float] = field(default_factory=list)

    def session(self) -> Session:
        """Return a session of it that is ready for its first tick.

        Raises
        ------
        ConfigError
            For what does not fit the protocol.
        """
        return Session(self.protocol, self.source, self.actors, sham=self.sham)

    @property
    def recipe(self) -> Subject | None:
        """Who is simulated, as far as a recording may tell it."""
        return None if self.hidden else self.person

    def rest(self, duration_s: float) -> None:
        """Let the time between two sessions pass for everyone [s]."""
        self.rests_s.append(duration_s)
        self.source.rest(duration_s)
        for actor in self.actors:
            actor.rest(duration_s)
        if self.sham is not None:
            self.sham.rest(duration_s)

    def facts(self, number: int) -> dict[str, Any]:
        """Return what a reader of the session's recording must know."""
        sham, body = self.shown_instead, None if self.recipe is None else self.recipe.body
        specs = self.source.specs.items()
        return {
            "protocol": self.protocol.name,
            "source": self.source_name,
            "simulated": self.person is not None,
            "seed": self.seed,
            "address": self.subjects[0],
            "session": number + 1,
            "rests_s": list(self.rests_s),
            "sham": None if sham is None else sham.kind,
            # What a sealed session shows is the key's secret.
            "sham_settings": None if sham is None or sham.kind == "sealed" else told_of(sham),
            "source_settings": told_of(self.stands_in),
            "update_interval_s": self.protocol.update_interval_s,
            "streams": {n: {"fs": s.fs, "ch_names": list(s.ch_names), "unit": s.unit} for n, s in specs},
            "age_years": getattr(body, "age_years", None),
            "mains_hz": getattr(body, "mains_hz", None),
            "versions": versions(),
            "notice": "Simulation of group averages; not medical advice.",
        }

    def result(
        self, session: Session, number: int, blocks: BlockSink, clock: Clock, completed: bool, out: Path | None,
        memory: MemorySink | None, finding: Finding | None, seal: Seal | None = None,
    ) -> Result:  # fmt: skip
        """Return the result of a session that has ended."""
        learners = [actor for actor in self.actors if isinstance(actor, LearnerActor)]
        return Result(
            protocol=self.protocol,
            source=self.source_name,
            seed=self.seed,
            session=number,
            subjects=self.subjects,
            streams=self.source.specs,
            feature_names=tuple(session.pipeline.specs),
            feature_units=tuple(spec.unit for spec in session.pipeline.specs.values()),
            condition_names=session.rule.condition_names,
            cause_names=session.pipeline.cause_names,
            blocks=blocks.blocks,
            late_ticks=clock.late_ticks,
            completed=completed,
            command_log=tuple(session.command_log),
            out=out,
            skill=learners[0].skill if learners and seal is None else None,
            finding=finding,
            commitment=None if seal is None else seal.key.commitment,
            _memory=memory,
        )


def versions() -> dict[str, str]:
    """Return the versions of what a session's bits may depend on."""
    return {name: version(name) for name in _VERSIONS_OF} | {"python": platform.python_version()}


def plan_sessions(
    protocol: str | Path | TrainingProtocol,
    subject: str | Path | Subject | None = None,
    source: SourceConfig | None = None,
    subjects: int | Sequence[int] | None = None,
    sham: str | ShamConfig | None = None,
    seed: int | None = None,
    duration_s: float | None = None,
    signals: str | Sequence[str] = (),
    artifacts: str | None = None,
    address: int = 0,
    form: str = "bdf+",
) -> Plan:
    """Look everything up and prepare it; the parameters are those of `simulate_sessions`.

    A single subject may have the address of one of a population, and is that person then.

    Raises
    ------
    UserError
        For everything that the arguments or the files they name have wrong.
    """
    protocol = protocol if isinstance(protocol, TrainingProtocol) else load_protocol(protocol)
    if problems := protocol.problems():  # one that was put together in Python is not checked until here
        raise ConfigError(problems, f"{protocol.name}.toml")
    person = subject if isinstance(subject, Subject) else load_subject(subject or protocol.subject)
    if artifacts is not None:
        person = _disturbed(person, artifacts)
    seed = pick_seed() if seed is None else seed
    if isinstance(subjects, int) and subjects < 1:
        raise ConfigError(f"at least one subject is needed, got {subjects}")
    addresses = (address,) if subjects is None else tuple(range(subjects) if isinstance(subjects, int) else subjects)
    shape = () if subjects is None else (len(addresses),)
    grid = TickGrid(protocol.update_interval_s)
    shamming = parse_sham(sham) if isinstance(sham, str) else sham
    acting = [] if source else actors_of(person, protocol)
    try:
        body = (source or person.body).prepare(grid, seed, addresses, shape)
        actors = [actor.prepare(grid, seed, addresses, shape) for actor in acting]
    except ConfigError as error:
        raise ConfigError(error.problems, error.where or ("the source" if source else person.name)) from None
    body.form = find_format(form)
    # What a device does that follows the feedback would tell the arm of a sealed session.
    shows = [pair for pair in zip(acting, actors, strict=True) if pair[0].readings]
    secret = bool(shows) and shamming is not None and shamming.kind == "sealed"
    if shows and not secret:
        body = Metered(body, shows, shape)
    if duration_s is not None:
        protocol = protocol.fit(duration_s)
    events = frozenset[str]().union(*(actor.events for actor in (*person.actors, *protocol.devices)))
    _attach(body, protocol, signals, events, truth=subjects is None and not secret)
    if body.n_ticks == 0:
        raise RecordingError(f"is shorter than a tick of {protocol.update_interval_s:g} s", _name_of(person, source))
    if body.n_ticks is not None and body.n_ticks < grid.n_ticks(protocol.duration_s):
        protocol = protocol.fit(grid.start_s(body.n_ticks))
    return Plan(
        protocol=protocol,
        source=body,
        source_name=_name_of(person, source),
        actors=actors,
        sham=None if shamming is None else shamming.prepare(grid, seed, addresses, shape),
        shown_instead=shamming,
        seed=seed,
        subjects=addresses,
        person=person if source is None else None,
        stands_in=source,
    )


def _disturbed(person: Subject, artifacts: str) -> Subject:
    if not isinstance(person.body, Body):
        raise ConfigError("only a simulated body can be disturbed", "artifacts")
    try:
        body = person.body.model_copy(update={"artifacts": parse_artifacts(artifacts)})
    except ConfigError as error:
        raise ConfigError(error.problems, "artifacts") from None
    return person.model_copy(update={"body": body})


def _attach(
    source: Source, protocol: TrainingProtocol, signals: str | Sequence[str], events: frozenset[str], *, truth: bool
) -> None:
    """Let the source make what the protocol uses and what else is wanted; where asked also the truth of the body."""
    wanted = {signals} if isinstance(signals, str) else set(signals)
    more, used = wanted - {"all"}, protocol.streams
    unknown = sorted(more - source.specs.keys())
    if unknown:
        raise ConfigError(f"no stream '{unknown[0]}'; {did_you_mean(unknown[0], source.specs)}", "signals")
    if not used <= source.specs.keys():
        return  # the pipeline says what is wrong, and what there is
    if "all" in wanted:
        source.select_all_beside(used | more)
    else:
        source.select(used | more | ({"truth/state", "truth/artifacts"} if truth else set()), events)


def _name_of(person: Subject, source: SourceConfig | None) -> str:
    return person.name if source is None else source.label


def actors_of(person: Subject, protocol: TrainingProtocol) -> list[ActorConfig]:
    """Return who acts on the body: those of the subject, the protocol's devices, and who does what the blocks ask."""
    actors = [*(_aimed(actor, protocol) for actor in person.actors), *protocol.devices]
    return [*actors, Stressors(stressors=protocol.stressors)] if protocol.stressors else actors


def _aimed(actor: ActorConfig, protocol: TrainingProtocol) -> ActorConfig:
    """Let a learner who has no aim of its own take the one of the protocol."""
    return actor.aimed_at(protocol) if isinstance(actor, Learner) else actor
