"""What the user asked for, and the session that comes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from neurosim.core.errors import ConfigError, UserError

if TYPE_CHECKING:
    from neurosim.feedback.protocol import TrainingProtocol
    from neurosim.session.commands import Logged
    from neurosim.session.session import Session
    from neurosim.session.tick import Sink
    from neurosim.subject.subject import Subject


@dataclass(frozen=True)
class LiveRequest:
    """What the user asked for; the fields are the options of ``neurosim live``.

    Parameters
    ----------
    subject_key
        Key of a subject that nobody names, instead of `subject`.
    lesson
        A lesson that is taken instead of protocol and subject.
    language
        Code of the language of all words, such as ``de``; empty for the system's.
    free_play
        Whether a calm adult plays, whom the keys move, instead of protocol and subject.
    course
        Folder of a course that is shown beside the session.
    field
        Whether the map of the field is in front.
    lsl, osc, network
        Where the session is sent to besides.
    out
        Folder to record into from the start; None to record when the user asks for it.
    form
        What the EEG is recorded in: ``bdf+`` or ``edf+``.
    theme, size
        Of the window; None for what it remembers.
    screenshots, seconds
        Folder of the pictures, and after how much of the session they are taken [s]; then the window closes.
    scenes
        File of a lecture's scenes, read and written.
    commands
        What is done to the session in which tick: the log of one that is to be repeated.
    """

    protocol: str = "alpha_up"
    source: str = "sim"
    sidecar: Path | None = None
    subject: str | None = None
    seed: int | None = None
    sham: str | None = None
    blind: Path | None = None
    lsl: str = ""
    osc: str = ""
    network: bool = False
    out: Path | None = None
    form: str = "bdf+"
    speed: float = 1.0
    theme: str | None = None
    size: tuple[int, int] | None = None
    seconds: float = 20.0
    screenshots: Path | None = None
    free_play: bool = False
    course: Path | None = None
    field: bool = False
    subject_key: Path | None = None
    lesson: str = ""
    language: str = ""
    scenes: Path | None = None
    commands: tuple[Logged, ...] = ()

    @property
    def name(self) -> str:
        """What runs, as the title says it."""
        return "free play" if self.free_play else self.protocol


def prepare(request: LiveRequest) -> tuple[Session, Sequence[Sink]]:
    """Make the session that was asked for, and what records it; called in the engine's thread.

    Raises
    ------
    UserError
        For what cannot be used.
    """
    from neurosim.session.outlets import Outlets
    from neurosim.session.plan import plan_sessions
    from neurosim.session.recorder import Recorder
    from neurosim.session.sealing.veil import Seal, Veil
    from neurosim.session.session import Session
    from neurosim.signals.asked import asked_source

    seal = None if request.blind is None else Seal.read(request.blind)
    if seal is not None and (request.sham is not None or request.out is None):
        raise UserError("names the sham itself, and is recorded from the start: give --out, and no --sham", "--blind")
    source = asked_source(request.source, request.sidecar)
    protocol, subject = _asked(request)
    artifacts = None
    if request.subject_key is not None:
        from neurosim.lessons.hidden_subject import hidden_subject, read_subject_key

        subject, artifacts = hidden_subject(read_subject_key(request.subject_key))
    subject = subject.by_hand()
    sham = request.sham if seal is None else seal.sham
    plan = plan_sessions(protocol, subject, source, sham=sham, seed=request.seed, signals="all", artifacts=artifacts,
                         form=request.form)  # fmt: skip
    plan.hidden = request.subject_key is not None
    try:
        session = Session(plan.protocol, plan.source, plan.actors, sham=plan.sham, commands=request.commands)
    except ConfigError as error:
        raise ConfigError(error.problems, f"{plan.protocol.name}.toml") from None
    facts = None if seal is None or request.out is None else seal.facts(request.out, None)
    recorder = Recorder(plan, facts)
    if request.out is not None:
        recorder.begin(session, request.out)
    outlets = Outlets(request.lsl, request.osc, request.network)
    watching = outlets.watch(session)
    sinks: list[Sink] = [recorder, *(watching if seal is None else map(Veil, watching)), *outlets.participant(session)]
    return session, sinks if seal is None or facts is None else [*sinks, seal.record(facts)]


def _asked(request: LiveRequest) -> tuple[TrainingProtocol, Subject]:
    """Return the protocol, and whom it is shown with."""
    from neurosim.feedback.protocol import load_protocol
    from neurosim.lessons.setting import free_play
    from neurosim.subject.subject import load_subject

    if request.free_play:
        return free_play().as_protocol(), free_play().as_subject()
    protocol = load_protocol(request.protocol)
    return protocol, load_subject(request.subject or protocol.subject)
