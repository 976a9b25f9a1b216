"""From names to a result: the way in for scripts and for the command line."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

from neurosim.core.clock import Clock, RealTimeClock, SimulatedClock
from neurosim.core.errors import ConfigError
from neurosim.core.source import SourceConfig
from neurosim.feedback.protocol import TrainingProtocol
from neurosim.feedback.shams.sham import ShamConfig
from neurosim.session.assessment import assessor
from neurosim.session.blocks import BlockSink
from neurosim.session.commands import Logged
from neurosim.session.folder import FolderSink, make_folder, write_finding
from neurosim.session.memory import MemorySink
from neurosim.session.plan import plan_sessions
from neurosim.session.recipe import write_batch
from neurosim.session.result import Result
from neurosim.session.run import rehearse, run
from neurosim.session.sealing.veil import Seal, Veil
from neurosim.session.session import Session
from neurosim.session.tick import Sink
from neurosim.subject.population import Population
from neurosim.subject.subject import Subject

Keep = Literal["all", "ticks", "blocks"]


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
        if clock.paced and not session.finished:
            rehearse(session)
        completed = run(session, clock, watching, stop)
        finding = None if finds is None else finds.finding()
        if finding is not None and where is not None:
            write_finding(where if recorder is None else recorder.places.results, finding)
        results.append(plan.result(session, number, blocks, clock, completed, where, memory, finding, seal))
        done(results[-1])
        if not completed:
            break
    return results
