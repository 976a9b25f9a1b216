"""From names to a result: the way in for scripts and for the command line."""

from __future__ import annotations

import math
import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

from neurosim.core.actor import Actor, ActorConfig
from neurosim.core.clock import Clock, RealTimeClock, SimulatedClock
from neurosim.core.errors import ConfigError, RecordingError, did_you_mean
from neurosim.core.noise import pick_seed
from neurosim.core.source import Source, SourceConfig
from neurosim.core.step import find_format
from neurosim.core.timeline import TickGrid
from neurosim.feedback.protocol import TrainingProtocol, load_protocol
from neurosim.feedback.shams.sham import Sham, ShamConfig, parse_sham
from neurosim.session.assessment import Finding, assessor
from neurosim.session.blocks import BlockSink
from neurosim.session.commands import Logged
from neurosim.session.folder import FolderSink, make_folder, write_finding
from neurosim.session.memory import MemorySink
from neurosim.session.recipe import told_of, write_batch
from neurosim.session.result import Result
from neurosim.session.run import run
from neurosim.session.sealing.veil import Seal, Veil
from neurosim.session.session import Session
from neurosim.session.tick import Sink
from neurosim.signals.body.body import Body
from neurosim.signals.body.events import parse_artifacts
from neurosim.subject.learner import Learner, LearnerActor
from neurosim.subject.population import Population
from neurosim.subject.stressors import Stressors
from neurosim.subject.subject import Subject, load_subject

Keep = Literal["all", "ticks", "blocks"]
_VERSIONS_OF = ("neurosim", "numpy", "scipy", "numba", "mne", "pandas", "pydantic")


def simulate(protocol: str | Path | TrainingProtocol, **options: Any) -> Result:
    """Run one training session; the options are those of `simulate_sessions`.

    Examples
    --------
    >>> result = simulate("alpha_up", seed=1, duration_s=30)
    >>> result.n_ticks
    1920
    """
    return simulate_sessions(protocol, n_sessions=1, **options)[0]


def simulate_sessions(
    protocol: str | Path | TrainingProtocol,
    *,
    n_sessions: int = 1,
    subject: str | Path | Subject | Population | None = None,
    source: SourceConfig | None = None,
    subjects: int | Sequence[int] | None = None,
    sham: str | ShamConfig | None = None,
    blind: str | Path | None = None,
    seed: int | None = None,
    duration_s: float | None = None,
    speed: float = math.inf,
    rest_s: float = 86400.0,
    keep: Keep | None = None,
    out: str | Path | None = None,
    form: str = "bdf+",
    sinks: Callable[[Session], Sequence[Sink]] = lambda session: (),
    participant: Callable[[Session], Sequence[Sink]] = lambda session: (),
    stop: Callable[[], bool] = lambda: False,
    done: Callable[[Result], None] = lambda result: None,
    signals: str | Sequence[str] = (),
    artifacts: str | None = None,
    commands: Sequence[Logged] = (),
    piece: int | None = None,
    address: int = 0,
) -> list[Result]:
    """Run training sessions of the same subjects, with rest between them.

    Parameters
    ----------
    protocol
        A name, a TOML file or a protocol.
    n_sessions
        How many sessions.
    subject
        A name, a TOML file or a subject: the body, and who acts on it; or a population, which is a batch. None for
        the one that the protocol names.
    source
        Stands in for the body: a recording, a live stream. The actors then move nothing.
    subjects
        None for one subject without a batch axis; a number, or the address of each subject, for a batch.
    sham
        Name (with settings: ``"shifted:shift_s=10"``) or description of the sham shown instead of real feedback.
    blind
        File of the key that says what is shown, real feedback or a sham. Nothing in the result or its folder tells
        which; what was shown is written beside the key, and `reveal_session` puts both together. One subject only.
    seed
        Root of all noise; None picks one, and the result tells it.
    duration_s
        Length of a session [s]; the protocol's blocks are shortened or lengthened in proportion. A recording
        shorter than the protocol does the same.
    speed
        Seconds of the session for each second of the clock; infinity for as fast as it goes. A live stream
        sets its own pace.
    rest_s
        Time between sessions [s].
    keep
        What the result keeps in memory: ``"all"`` ticks with their samples, ``"ticks"`` without, ``"blocks"`` for
        block statistics alone. By default all for one subject, blocks for a batch.
    out
        Folder to write; a folder in it for each session if there are several. Of a batch only what repeats it
        (``protocol.toml`` and ``session.json``), to which ``neurosim run`` adds ``summary.json``.
    form
        What the EEG is recorded in: ``"bdf+"`` (24 bits) or ``"edf+"`` (16 bits).
    sinks
        Called with each session for further sinks; of a sealed one they see nothing of what is earned and shown.
    participant
        Called with each session for what gives the subject the feedback: sound, a game. It sees all.
    stop
        Asked before each tick whether to end here.
    done
        Called with the result of each session as soon as it has ended, to write it down before the next one.
    signals
        Streams of the body that are wanted besides those of the protocol, such as ``["ecg", "emg"]``; ``"all"`` for
        all that a body usually has (circuits such as ``lfp`` want to be named), in a recording those that last as
        long. What nobody wants is not made, and the others stay the same to the bit.
    artifacts
        What disturbs the body's signals, instead of what the subject's file says: ``"typical"``, ``"none"``, or a list
        such as ``"blink=20, mains"``.
    commands
        What is done to each session in which tick: the `command_log` of one that is to be repeated.
    piece
        Largest number of samples handled at once; changes nothing in the result.
    address
        Which of a population a single subject is.

    Raises
    ------
    UserError
        For everything that the arguments or the files they name have wrong.
    """
    if isinstance(subject, Population):
        subjects = subject.n if subjects is None else subjects
        subject = subject.subject
    seal = None if blind is None else Seal.read(Path(blind))
    if seal is not None:
        if sham is not None or out is None:
            raise ConfigError(
                "names the sham itself, and needs a folder for what is seen: give out, and no sham", "blind"
            )
        sham = seal.sham
    plan = plan_sessions(protocol, subject, source, subjects, sham, seed, duration_s, signals, artifacts, address,
                         form)  # fmt: skip
    folder = None if out is None else make_folder(Path(out))
    if folder is not None and subjects is not None:
        made_of = {"protocol": plan.protocol, "subject": plan.recipe}
        write_batch(folder, made_of, plan.facts(n_sessions - 1) | {"rest_s": rest_s}, plan.subjects)
    keep = keep or ("all" if subjects is None else "blocks")
    results = []
    for number in range(n_sessions):
        if number:
            plan.rest(rest_s)
        try:
            session = Session(plan.protocol, plan.source, plan.actors, sham=plan.sham, piece=piece, commands=commands)
        except ConfigError as error:
            raise ConfigError(error.problems, f"{plan.protocol.name}.toml") from None
        blocks, memory = BlockSink(), MemorySink(signals=keep == "all") if keep != "blocks" else None
        where = folder if folder is None or n_sessions == 1 else folder / f"session-{number + 1:02d}"
        recorder: FolderSink | None = None
        finds = assessor(plan.protocol, plan.source.specs, {f: s.unit for f, s in session.pipeline.specs.items()})
        sealed, behind = None, list[Sink]()
        if seal is not None and folder is not None:
            sealed = seal.facts(folder, number + 1 if n_sessions > 1 else None)
            behind.append(seal.record(sealed))
        given = participant(session)
        watching: list[Sink] = [blocks, *([memory] if memory else []), *([finds] if finds else []), *sinks(session)]
        if folder is not None and subjects is None:
            recorder = FolderSink(folder, plan, session, number, sealed)
            where = folder if n_sessions == 1 else recorder.places.folder
            watching.append(recorder)
        if seal is not None:
            watching = [*map(Veil, watching), *behind]
        watching += given
        clock: Clock = SimulatedClock() if math.isinf(speed) or plan.source.live else RealTimeClock(speed)
        completed = run(session, clock, watching, stop)
        finding = None if finds is None else finds.finding()
        if finding is not None and where is not None:
            write_finding(where if recorder is None else recorder.places.results, finding)
        results.append(plan.result(session, number, blocks, clock, completed, where, memory, finding, seal))
        done(results[-1])
        if not completed:
            break
    return results


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
    try:
        body = (source or person.body).prepare(grid, seed, addresses, shape)
        actors = [a.prepare(grid, seed, addresses, shape) for a in actors_of(person, protocol) if source is None]
    except ConfigError as error:
        raise ConfigError(error.problems, error.where or ("the source" if source else person.name)) from None
    body.form = find_format(form)
    if duration_s is not None:
        protocol = protocol.fit(duration_s)
    events = frozenset[str]().union(*(actor.events for actor in (*person.actors, *protocol.devices)))
    _attach(body, protocol, signals, events, alone=subjects is None)
    if body.n_ticks == 0:
        raise RecordingError(f"is shorter than a tick of {protocol.update_interval_s:g} s", _name_of(person, source))
    if body.n_ticks is not None and body.n_ticks < grid.n_ticks(protocol.duration_s):
        protocol = protocol.fit(grid.start_s(body.n_ticks))
    shamming = parse_sham(sham) if isinstance(sham, str) else sham
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
    source: Source, protocol: TrainingProtocol, signals: str | Sequence[str], events: frozenset[str], *, alone: bool
) -> None:
    """Let the source make what the protocol uses and what else is wanted; for a single subject also the truth."""
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
        source.select(used | more | ({"truth/state", "truth/artifacts"} if alone else set()), events)


def _name_of(person: Subject, source: SourceConfig | None) -> str:
    return person.name if source is None else source.label


def actors_of(person: Subject, protocol: TrainingProtocol) -> list[ActorConfig]:
    """Return who acts on the body: those of the subject, the protocol's devices, and who does what the blocks ask."""
    actors = [*(_aimed(actor, protocol) for actor in person.actors), *protocol.devices]
    return [*actors, Stressors(stressors=protocol.stressors)] if protocol.stressors else actors


def _aimed(actor: ActorConfig, protocol: TrainingProtocol) -> ActorConfig:
    """Let a learner who has no aim of its own take the one of the protocol."""
    return actor.aimed_at(protocol) if isinstance(actor, Learner) else actor
