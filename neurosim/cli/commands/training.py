"""Sessions and courses: in the terminal, in the window, as streams."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from neurosim.cli.options import (
    AsJson,
    Form,
    Language,
    Lsl,
    Network,
    Osc,
    Out,
    ProtocolName,
    Seed,
    Sidecar,
    SourceName,
    Subject,
)

commands = typer.Typer()


@commands.command()
def run(
    protocol: ProtocolName,
    source: SourceName = "sim",
    sidecar: Sidecar = None,
    subject: Subject = None,
    subjects: Annotated[int | None, typer.Option(min=1, help="A batch of so many subjects.")] = None,
    spread: Annotated[
        float,
        typer.Option(min=0, max=2, help="How much the subjects of a batch differ: 0 all average, 1 as people do."),
    ] = 0.0,
    sessions: Annotated[int, typer.Option(min=1, help="Sessions, with a day of rest between them.")] = 1,
    sham: Annotated[
        str | None, typer.Option(help="Show this instead of real feedback: `random`, `shifted:shift_s=10`, ...")
    ] = None,
    blind: Annotated[
        Path | None, typer.Option(help="Key from `seal`: show what it says, and tell nobody which arm that is.")
    ] = None,
    guess: Annotated[
        str | None, typer.Option(help="What the participant of a blind session believes: real, sham or unknown.")
    ] = None,
    operator_guess: Annotated[str | None, typer.Option(help="What the operator believes.")] = None,
    seed: Seed = None,
    duration: Annotated[
        float | None, typer.Option(help="Length of a session in seconds; the blocks shrink or grow in proportion.")
    ] = None,
    speed: Annotated[str, typer.Option(help="Session seconds a second, or `max`.")] = "max",
    channel: Annotated[list[str] | None, typer.Option(help="Make the features from this channel.")] = None,
    band: Annotated[
        str | None, typer.Option(help="Another band for the trained feature, in Hz, such as `7.5,11.5`.")
    ] = None,
    signals: Annotated[
        str, typer.Option(help="Streams wanted besides the protocol's, such as `ecg,emg`; `all` for all.")
    ] = "",
    artifacts: Annotated[
        str | None, typer.Option(help="`typical`, `none`, or a list such as `blink=20,mains` (rate a minute).")
    ] = None,
    update_interval: Annotated[float | None, typer.Option(help="Length of a tick in seconds.")] = None,
    lsl: Lsl = "",
    osc: Osc = "",
    network: Network = False,
    out: Out = None,
    form: Form = "bdf+",
    report: Annotated[
        bool, typer.Option("--report", help="Write report.html into the folder of each session.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Run training sessions of a protocol.

    Ctrl-C ends a session at the border of a tick and keeps everything; a second one aborts.
    """
    from neurosim.cli.run import Request, run_protocol
    from neurosim.session.outlets import Outlets

    run_protocol(
        Request(protocol, source, sidecar, subject, subjects, spread, sessions, sham, blind, guess, operator_guess,
                seed, duration, speed, tuple(channel or ()), band,
                tuple(filter(None, signals.replace(" ", "").split(","))), artifacts, update_interval,
                Outlets(lsl, osc, network), out, form, report, as_json)
    )  # fmt: skip


@commands.command()
def live(
    protocol: Annotated[str, typer.Argument(help="Name (see `list protocols`) or TOML file.")] = "alpha_up",
    source: SourceName = "sim",
    sidecar: Sidecar = None,
    subject: Subject = None,
    seed: Seed = None,
    sham: Annotated[str | None, typer.Option(help="Show this instead of real feedback: `random`, ...")] = None,
    blind: Annotated[
        Path | None, typer.Option(help="Key from `seal`: show what it says; nothing in the window tells which arm.")
    ] = None,
    subject_key: Annotated[
        Path | None, typer.Option(help="Key from `hide-subject`: a subject that the window does not name.")
    ] = None,
    lsl: Lsl = "",
    osc: Osc = "",
    network: Network = False,
    record: Annotated[bool, typer.Option("--record", help="Record from the start, into a fresh folder.")] = False,
    out: Annotated[Path | None, typer.Option(help="Record from the start, into this folder.")] = None,
    form: Form = "bdf+",
    course: Annotated[Path | None, typer.Option(help="Show the course in this folder beside the session.")] = None,
    field: Annotated[
        bool, typer.Option("--field", help="Show the map of the field: the six branches, and what each has.")
    ] = False,
    speed: Annotated[str | None, typer.Option(help="Session seconds a second, or `max`; 1 by default.")] = None,
    theme: Annotated[
        str | None,
        typer.Option(
            help="light, dark, or stage: light with larger words, to be projected; as the window remembers by default."
        ),
    ] = None,
    language: Language = None,
    size: Annotated[
        str | None, typer.Option(help="Width x height of the window, such as 1280x720; as it was last by default.")
    ] = None,
    scenes: Annotated[
        Path | None, typer.Option(help="TOML file of a lecture's scenes, read and written: 1 to 9 recall them.")
    ] = None,
    seconds: Annotated[
        float | None, typer.Option(help="Take the pictures after so much of the session [20 s].")
    ] = None,
    screenshots: Annotated[
        Path | None, typer.Option(help="Write one PNG of every view to this folder, and close.")
    ] = None,
) -> None:
    """Open the window on a session; R records it, C compares two branches, T reveals the truth."""
    from neurosim.cli.window import open_window

    open_window(
        protocol=protocol, source=source, sidecar=sidecar, subject=subject, seed=seed, sham=sham, blind=blind,
        subject_key=subject_key, lsl=lsl, osc=osc, network=network, record=record, out=out, form=form, course=course,
        speed=speed, theme=theme, size=size, scenes=scenes, seconds=seconds, screenshots=screenshots, language=language,
        field=field,
    )  # fmt: skip


@commands.command()
def demo(
    speed: Annotated[str, typer.Option(help="Session seconds a second, or `max`.")] = "1",
    seed: Seed = 1,
    out: Out = None,
    terminal: Annotated[
        bool, typer.Option("--terminal", help="In the terminal, where there is a display too.")
    ] = False,
) -> None:
    """Play freely in the window: E closes the eyes, space breathes, B blinks.

    In the terminal a story plays by itself: eyes close, alpha rises, a blink earns nothing, one training minute (90 s).
    """
    from neurosim.cli.window import has_window, play_freely

    if not terminal and has_window():
        play_freely(seed, speed, out)
    from neurosim.cli.demo import play_demo

    play_demo(speed, seed, out)


@commands.command("stream")
def stream_(
    what: Annotated[
        str, typer.Argument(help="A protocol, a subject or a body: its name, or a TOML file.")
    ] = "resting_adult",
    name: Annotated[str, typer.Option(help="What the names of the streams begin with.")] = "neurosim",
    subject: Annotated[str, typer.Option(help="Who is trained by a protocol.")] = "adult",
    seed: Seed = None,
    duration: Annotated[
        float | None, typer.Option(min=1, help="Length in seconds; a protocol's own, or a day.")
    ] = None,
    signals: Annotated[
        str, typer.Option(help="Only these signals and those of the protocol, such as `eeg,ecg`.")
    ] = "all",
    artifacts: Annotated[
        str | None, typer.Option(help="`typical`, `none`, or a list such as `blink=20,mains` (rate a minute).")
    ] = None,
    truth: Annotated[bool, typer.Option("--truth", help="Publish what the body truly does too.")] = False,
    wait: Annotated[
        float, typer.Option(min=0, help="Wait so many seconds for somebody to subscribe to every signal.")
    ] = 0.0,
    osc: Osc = "",
    network: Network = False,
) -> None:
    """Publish a body, or a session of a protocol, as LSL streams in real time: signals, features, feedback, markers."""
    from neurosim.cli.stream import StreamRequest, stream

    stream(StreamRequest(what, name, subject, seed, duration, signals, artifacts, truth, wait, osc, network))


@commands.command()
def course(
    protocol: Annotated[str | None, typer.Argument(help="Name (see `list protocols`) or TOML file.")] = None,
    subject: Subject = None,
    subjects: Annotated[int, typer.Option(min=1, help="People in each arm; the same ones in all.")] = 40,
    spread: Annotated[
        float, typer.Option(min=0, max=2, help="How much people differ: 0 all average, 1 as people do.")
    ] = 1.0,
    sessions: Annotated[
        int | None, typer.Option(min=1, help="Sessions of training, a day apart; 10, or what was planned.")
    ] = None,
    arms: Annotated[
        str, typer.Option(help="`real`, `yoked`, and kinds of sham (see `list shams`); `undriven` is always there.")
    ] = "real,yoked,random",
    follow_up: Annotated[
        str, typer.Option(help="Days after the last session at which somebody looks again; empty for never.")
    ] = "28",
    seed: Seed = None,
    duration: Annotated[
        float | None, typer.Option(help="Length of a session in seconds; the blocks shrink or grow in proportion.")
    ] = None,
    update_interval: Annotated[float, typer.Option(help="Length of a tick in seconds.")] = 0.125,
    out: Out = None,
    go_on: Annotated[
        Path | None, typer.Option("--continue", help="Folder of a course to go on with, to the bit.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Train the same people in several arms over many sessions, and compare the arms.

    Learning is judged on what the body truly does, against the same people undriven. Ctrl-C keeps all whole sessions.
    """
    from neurosim.cli.course import CourseRequest, numbers, run_course_command

    run_course_command(
        CourseRequest(protocol, subject, subjects, spread, sessions,
                      tuple(filter(None, arms.replace(" ", "").split(","))), numbers(follow_up, "--follow-up"), seed,
                      duration, update_interval, out, go_on, as_json)
    )  # fmt: skip


@commands.command()
def treat(
    patient: Annotated[
        str, typer.Argument(help="Subject with a condition, such as `parkinson` (see `list techniques`).")
    ],
    technique: Annotated[list[str] | None, typer.Option(help="Only this one; may be given several times.")] = None,
    patients: Annotated[int, typer.Option(min=1, help="How many virtual patients, the same in each arm.")] = 8,
    seed: Seed = None,
    figure: Annotated[Path | None, typer.Option(help="Write the figure to this file, such as treat.png.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show the same virtual patients untreated, with expectation alone, and under each technique there is for them.

    A simulation of group averages, not medical advice.
    """
    from neurosim.cli.treat import treat_patient

    treat_patient(patient, tuple(technique or ()), patients, seed, figure, as_json)
