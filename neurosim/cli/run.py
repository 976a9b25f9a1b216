"""``neurosim run``: sessions of a protocol, then a table, a figure and a folder."""

from __future__ import annotations

import json
import math
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from neurosim.cli.console import make_console, say
from neurosim.cli.guesses import given_guesses, keep_guesses
from neurosim.cli.warm import warm_up
from neurosim.core.errors import UserError

if TYPE_CHECKING:
    from neurosim.feedback.protocol import TrainingProtocol
    from neurosim.session.outlets import Outlets
    from neurosim.session.result import Result
    from neurosim.session.session import Session
    from neurosim.session.tick import Sink
    from neurosim.subject.population import Population


@dataclass(frozen=True)
class Request:
    """What the user asked for; the fields are the options of the command."""

    protocol: str
    source: str
    sidecar: Path | None
    subject: str | None
    subjects: int | None
    spread: float
    sessions: int
    sham: str | None
    blind: Path | None
    guess: str | None
    operator_guess: str | None
    seed: int | None
    duration: float | None
    speed: str
    channels: tuple[str, ...]
    band: str | None
    signals: tuple[str, ...]
    artifacts: str | None
    update_interval: float | None
    outlets: Outlets
    out: Path | None
    form: str
    report: bool
    as_json: bool


def run_protocol(request: Request) -> None:
    """Run the sessions and report.

    Raises
    ------
    UserError
        For everything that cannot be used.
    """
    speed = parse_speed(request.speed)
    if request.duration is not None and not 0 < request.duration < math.inf:
        raise UserError(f"must be above 0 s, got {request.duration:g}", "--duration")
    from neurosim.signals.asked import asked_source

    source = asked_source(request.source, request.sidecar)
    n_subjects = None if request.subjects == 1 else request.subjects
    if request.report and n_subjects is not None:
        raise UserError("is about one subject; a batch writes only a summary", "--report")
    if n_subjects is not None and (request.outlets.lsl or request.outlets.osc):
        raise UserError("are of one subject; a batch is sent nowhere", "--lsl and --osc")
    given = given_guesses(request)

    from neurosim.cli.report import course_summary, doubt, note_on_length, save_summary, show_result, write_json
    from neurosim.core.noise import pick_seed
    from neurosim.report.make import report_on
    from neurosim.session.fresh import fresh_folder
    from neurosim.session.simulate import simulate_sessions

    protocol = _asked_protocol(request)
    seed = pick_seed() if request.seed is None else request.seed
    planned_s = request.duration or protocol.duration_s
    out = request.out
    if out is None and n_subjects is None:
        out = fresh_folder(protocol.name)
    doubts: list[str | None] = []

    def watch(session: Session) -> Sequence[Sink]:
        note = note_on_length(session, planned_s)
        for each in (*([note] if note else []), *session.notes):
            say(each)
        views = _views(session, request.as_json, live=session.source.live or not math.isinf(speed))
        return [*views, *request.outlets.watch(session)]

    def done(result: Result) -> None:
        if n_subjects is None:
            save_summary(result)
        if request.report and result.out is not None and result.n_ticks:
            report_on(result.out)
        doubts.append(doubt(result))
        result.forget_ticks()  # the memory of a course would grow with every session

    with until_interrupted() as stop, no_empty_folder(out):
        warm_up()
        if stop():
            raise KeyboardInterrupt  # nothing has begun that could be kept
        results = simulate_sessions(
            protocol,
            n_sessions=request.sessions,
            subject=_people(request, protocol, n_subjects, seed),
            source=source,
            subjects=n_subjects,
            sham=request.sham,
            blind=request.blind,
            seed=seed,
            duration_s=request.duration,
            signals=request.signals,
            artifacts=request.artifacts,
            speed=speed,
            keep="all" if n_subjects is None else "blocks",
            out=out,
            form=request.form,
            sinks=watch,
            participant=request.outlets.participant,
            stop=stop,
            done=done,
        )
        if out is not None and (n_subjects is not None or len(results) > 1):
            place = out if n_subjects is not None else out / "derivatives" / "neurosim"
            write_json(place / "summary.json", course_summary(results))
    if request.blind is not None and results[-1].out is not None:
        keep_guesses(results[-1].out, given)
    if request.as_json:
        print(json.dumps(course_summary(results), indent=2))
    else:
        for result in results:
            show_result(result)
    for text in dict.fromkeys(filter(None, doubts)):
        say(text)


def _people(request: Request, protocol: TrainingProtocol, n_subjects: int | None, seed: int) -> str | Population:
    """Return who is trained: one subject, the same one many times, or people who differ."""
    subject = request.subject or protocol.subject
    if not request.spread:
        return subject
    if n_subjects is None:
        raise UserError("one subject does not differ from others; ask for --subjects", "--spread")
    from neurosim.subject.population import Population

    return Population(n_subjects, seed, subject, request.spread)


def _asked_protocol(request: Request) -> TrainingProtocol:
    """Return the protocol with what the options change in it."""
    from neurosim.core.config import validate
    from neurosim.feedback.protocol import TrainingProtocol, load_protocol

    protocol = load_protocol(request.protocol)
    if request.channels:
        protocol = protocol.with_channels(*request.channels)
    if request.band is not None:
        protocol = protocol.with_band(*parse_band(request.band))
    if request.update_interval is not None:
        data = protocol.model_dump() | {"update_interval_s": request.update_interval}
        protocol = validate(data, TrainingProtocol, "--update-interval")
    return protocol


def _views(session: Session, as_json: bool, *, live: bool) -> Sequence[Sink]:
    """Return who shows the session while it runs: a picture in real time, else how far it is."""
    if live and not as_json and not session.batch_shape and sys.stdout.isatty():
        from neurosim.cli.live import TerminalView

        starts, start_s = [], 0.0
        for block in session.protocol.blocks:
            starts.append((start_s, block.instruction or block.name))
            start_s += block.duration_s
        return [TerminalView(session, make_console(), starts)]
    if sys.stderr.isatty():
        from neurosim.cli.progress import ProgressView

        return [ProgressView(session, make_console(stderr=True))]
    return []


def parse_band(text: str) -> tuple[float, float]:
    """Read a band such as 7.5,11.5 [Hz].

    Raises
    ------
    UserError
        For anything else.
    """
    try:
        low_hz, high_hz = (float(part) for part in text.split(","))
    except ValueError:
        low_hz = high_hz = math.nan
    if not 0 < low_hz < high_hz < math.inf:
        raise UserError(f"must be two frequencies, such as 7.5,11.5, got '{text}'", "--band")
    return low_hz, high_hz


def parse_speed(text: str) -> float:
    """Read a speed: a positive number, or max.

    Raises
    ------
    UserError
        For anything else.
    """
    if text == "max":
        return math.inf
    try:
        speed = float(text)
    except ValueError:
        speed = math.nan
    if not 0 < speed < math.inf:
        raise UserError(f"must be a number above 0, or max, got '{text}'", "--speed")
    return speed


@contextmanager
def no_empty_folder(out: Path | None) -> Iterator[None]:
    """Take away folders that were made for a session that then could not begin."""
    made = [] if out is None else [path for path in (out, *out.parents) if not path.exists()]
    try:
        yield
    finally:
        for path in made:
            with suppress(OSError):
                path.rmdir()  # fails for all that hold something


@contextmanager
def until_interrupted() -> Iterator[Callable[[], bool]]:
    """Let the first Ctrl-C end the session at the border of a tick, and the second one abort."""
    interrupted = False

    def end(signum: int, frame: Any) -> None:
        nonlocal interrupted
        if interrupted:
            raise KeyboardInterrupt
        interrupted = True
        say("Ending the session; everything is kept. Ctrl-C again aborts.")

    before = signal.signal(signal.SIGINT, end)
    try:
        yield lambda: interrupted
    finally:
        signal.signal(signal.SIGINT, before)
