"""The commands and their options."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from neurosim.cli.console import say
from neurosim.core.errors import UserError

# Typer brings click along under a name that differs between its versions; its errors are found by their kin.
_UsageError: Any = typer.BadParameter.__bases__[0]


class _Commands(TyperGroup):
    """The commands; whatever a user gets wrong ends in one clear line and status 2."""

    def main(self, *args: Any, **options: Any) -> Any:
        try:
            status = super().main(*args, **{**options, "standalone_mode": False})
        except UserError as error:
            for line in str(error).splitlines():
                say(f"neurosim: {line}")
            status = 2
        except MemoryError:
            say("neurosim: not enough memory; ask for fewer --subjects or a shorter --duration")
            status = 2
        except typer.Abort:
            status = 130
        except _UsageError as error:
            context: Any = getattr(error, "ctx", None)
            command = context.command_path if context is not None else "neurosim"
            message = " ".join(error.format_message().split())
            say(f"neurosim: {message.rstrip('.')} (see {command} --help)")
            status = 2
        sys.exit(status if isinstance(status, int) else 0)


app = typer.Typer(
    name="neurosim",
    cls=_Commands,
    help="A simulator for neurofeedback and biofeedback. Simulation of group averages, not medical advice.",
    invoke_without_command=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Seed = Annotated[int | None, typer.Option(min=0, help="Root of all noise; picked and told when not given.")]
Out = Annotated[Path | None, typer.Option(help="Folder to write; must be new or empty.")]
ProtocolName = Annotated[str, typer.Argument(help="Name (see `list protocols`) or TOML file.")]
SourceName = Annotated[
    str, typer.Option(help="`sim` for the subject's body, a recorded file, `lsl:NAME`, `brainflow:BOARD`.")
]
Subject = Annotated[
    str | None, typer.Option(help="Name (see `list subjects`) or TOML file; else the one that the protocol names.")
]
Sidecar = Annotated[Path | None, typer.Option(help="TOML file that describes the recording.")]
Language = Annotated[str | None, typer.Option(help="Language of the words, such as `de`; English where it has none.")]
Osc = Annotated[str, typer.Option(help="Send the feedback as OSC to this port, or HOST:PORT, for sound and games.")]
Lsl = Annotated[str, typer.Option(help="Publish the session as LSL streams whose names begin with this.")]
Network = Annotated[bool, typer.Option("--network", help="Let other computers find the LSL streams.")]
Form = Annotated[
    str, typer.Option("--format", help="What the EEG is recorded in: `bdf+` (24 bits) or `edf+` (16 bits).")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]


def _version(show: bool) -> None:
    if show:
        import neurosim

        print(f"neurosim {neurosim.__version__}")
        raise typer.Exit


@app.callback()
def common(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Print the help where no command is given."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command()
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


@app.command()
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
    )  # fmt: skip


@app.command("stream")
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


@app.command()
def lesson(
    name: Annotated[str, typer.Argument(help="Name (see `list lessons`) or TOML file.")],
    headless: Annotated[bool, typer.Option("--headless", help="Without a window, by a scripted person.")] = False,
    sheet: Annotated[Path | None, typer.Option(help="Write the sheet, one HTML file (headless).")] = None,
    instructor: Annotated[bool, typer.Option("--instructor", help="With answers, notes and timing.")] = False,
    language: Language = None,
) -> None:
    """Take a lesson in the window; headless, check everything it tells (status 1 when something is not so)."""
    from neurosim.cli.lesson import take_lessons

    if headless:
        raise typer.Exit(0 if take_lessons([name], sheet, instructor, language or "en") else 1)
    from neurosim.cli.window import open_window

    open_window(lesson=name, speed="1", theme=None, size=None, language=language)


@app.command()
def lab(
    name: Annotated[str, typer.Argument(help="Name (see `list labs`) or TOML file.")] = "first_lab",
    sheet: Annotated[Path | None, typer.Option(help="Write the sheet of all its lessons, one HTML file.")] = None,
    instructor: Annotated[bool, typer.Option("--instructor", help="With answers, notes and timing.")] = False,
    language: Language = None,
) -> None:
    """Take all lessons of a lab by a scripted person, and write the sheet: what an instructor does beforehand."""
    from neurosim.cli.lesson import lessons_of_lab, take_lessons

    raise typer.Exit(0 if take_lessons(lessons_of_lab(name), sheet, instructor, language or "en") else 1)


@app.command("hide-subject")
def hide_subject(
    key: Annotated[Path, typer.Argument(help="File of the key; must be new.")],
    number: Annotated[int | None, typer.Option(min=0, help="This one of the candidates; drawn by default.")] = None,
) -> None:
    """Draw a subject for a class to find out about; `live --subject-key` shows it, `reveal-subject` tells."""
    from neurosim.lessons.hidden_subject import CANDIDATES, draw_subject

    draw_subject(key, number)
    print(f"{key}: one of {len(CANDIDATES)} subjects. Next: neurosim live --subject-key {key}")
    for i, candidate in enumerate(CANDIDATES):
        print(f"    {i}  {candidate.title}")


@app.command("reveal-subject")
def reveal_subject(key: Annotated[Path, typer.Argument(help="Key from `hide-subject`.")]) -> None:
    """Tell which subject a key stands for."""
    from neurosim.lessons.hidden_subject import read_subject_key

    print(f"{key}: {read_subject_key(key).drawn.title}")


@app.command()
def seal(
    arms: Annotated[str, typer.Option(help="Arms to draw from, such as `real,yoked:folder=sessions/a`.")],
    out: Annotated[Path, typer.Option(help="File of the key; must be new. Keep it where the operator does not look.")],
    ratio: Annotated[str, typer.Option(help="How many subjects each arm gets, such as `2:1`; equal by default.")] = "",
) -> None:
    """Draw a subject's arm in secret; print only the commitment that the key will be held against.

    Each subject needs a key of his own, in all his sessions.
    """
    from neurosim.cli.sealing import seal_arm

    seal_arm(arms, ratio, out)


@app.command()
def reveal(
    folders: Annotated[list[Path], typer.Argument(help="Folders of sealed sessions.")],
    key: Annotated[list[Path], typer.Option(help="Key that was given to `run --blind`; one for each subject.")],
    as_json: AsJson = False,
) -> None:
    """Open sealed sessions: the arm, what was earned beside what was shown, and how well the arms were guessed."""
    from neurosim.cli.sealing import reveal_folders

    reveal_folders(folders, key, as_json)


@app.command()
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


@app.command()
def report(
    folder: Annotated[Path, typer.Argument(help="Folder of a session or a course.")],
    out: Annotated[Path | None, typer.Option(help="File to write; report.html in the folder by default.")] = None,
    as_json: AsJson = False,
) -> None:
    """Write the report on a session or a course: one HTML page, with the CRED-nf list filled as far as can be."""
    from neurosim.cli.reporting import report_folder

    report_folder(folder, out, as_json)


@app.command()
def replay(
    folder: Annotated[Path, typer.Argument(help="Folder of a recorded session.")],
    key: Annotated[
        Path | None, typer.Option(help="Key of a sealed session, where who is simulated learned from what was shown.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Work out every decision of a recording again; status 1 where one comes out differently, and which."""
    from neurosim.cli.recording import replay_folder

    raise typer.Exit(0 if replay_folder(folder, key, as_json) else 1)


@app.command()
def recover(folder: Annotated[Path, typer.Argument(help="Folder of a recording that was not closed.")]) -> None:
    """Make a valid dataset of a recording whose process was killed, or whose disk was full."""
    from neurosim.cli.recording import recover_folder

    recover_folder(folder)


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(help="Folder of a recorded session.")],
    to: Annotated[str, typer.Option(help="fif, edf, bdf, brainvision or csv.")],
    out: Annotated[Path, typer.Option(help="Folder to write into; nothing in it is overwritten.")],
    signals: Annotated[str, typer.Option(help="Streams, such as `eeg,ecg`; all but the truth by default.")] = "",
) -> None:
    """Write the signals of a recorded session in another format, a file for each stream."""
    from neurosim.cli.recording import export_folder

    export_folder(folder, to, out, tuple(filter(None, signals.replace(" ", "").split(","))))


@app.command()
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


@app.command()
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


@app.command("list")
def list_(
    kind: Annotated[
        str,
        typer.Argument(
            help="protocols, subjects, bodies, stages, sources, actors, rules, thresholds, shams, lessons, labs, "
            "latents, events, techniques"
        ),
    ],
) -> None:
    """List what there is of a kind, with its purpose."""
    from neurosim.cli.listing import list_kinds

    list_kinds(kind)


@app.command()
def fetch(
    name: Annotated[str | None, typer.Argument(help="What to fetch; without it, what there is.")] = None,
    subject: Annotated[int | None, typer.Option(help="Number of the person; the first by default.")] = None,
    run: Annotated[list[int] | None, typer.Option(help="Number of the run; may be given several times.")] = None,
) -> None:
    """Download public recordings to train on, into MNE's data folder."""
    from neurosim.cli.fetch import fetch as fetch_public
    from neurosim.cli.fetch import list_public

    if name is None:
        list_public()
    else:
        fetch_public(name, subject, tuple(run or ()))


@app.command()
def check(file: Annotated[Path, typer.Argument(help="A protocol, subject, body or sidecar.")]) -> None:
    """Check a TOML file: all mistakes at once, each with its place and the remedy."""
    from neurosim.cli.check import check_file

    check_file(file)


@app.command()
def explain(
    protocol: ProtocolName,
    source: SourceName = "sim",
    sidecar: Sidecar = None,
    as_json: AsJson = False,
) -> None:
    """Say what a protocol measures, how late (each stage by design and measured), and how true that can be."""
    from neurosim.cli.explain import explain_protocol

    explain_protocol(protocol, source, sidecar, as_json)


@app.command("compare-thresholds")
def compare_thresholds(
    protocol: Annotated[str, typer.Argument(help="Name (see `list protocols`) or TOML file.")],
    policies: Annotated[str, typer.Option(help="Kinds of thresholds, such as `fixed,percentile`; all.")] = "",
    reward_rate: Annotated[float, typer.Option(help="Share of the time that the first condition is to hold.")] = 0.6,
    subject: Subject = None,
    subjects: Annotated[int, typer.Option(min=1, help="So many people, the same under each policy.")] = 12,
    sessions: Annotated[int, typer.Option(min=1, help="Sessions, with a day of rest between them.")] = 1,
    seed: Seed = None,
    duration: Annotated[
        float | None, typer.Option(min=1, help="Length of a session in seconds; the blocks shrink or grow.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Compare threshold policies on the same people and noise: reward rate, chatter, and what is learned."""
    from neurosim.cli.compare import compare

    asked = tuple(filter(None, policies.replace(" ", "").split(",")))
    compare(protocol, asked, as_json, reward_rate, subject=subject, subjects=subjects, n_sessions=sessions, seed=seed,
            duration_s=duration)  # fmt: skip


@app.command()
def certify(
    protocol: Annotated[str, typer.Argument(help="Name (see `list protocols`) or TOML file.")] = "alpha_up",
    seconds: Annotated[float, typer.Option(min=1, max=600, help="Length of each measurement.")] = 10.0,
    out: Annotated[Path | None, typer.Option(help="Write the table: Markdown (.md) or TSV (.tsv).")] = None,
    as_json: AsJson = False,
) -> None:
    """Measure how late the feedback is on this machine: stages, timer, LSL, window; as a table for the record."""
    from neurosim.cli.certify import certify as measure_and_tell

    measure_and_tell(protocol, seconds, out, as_json)


@app.command()
def doctor() -> None:
    """Check in plain words whether this machine is ready for a class."""
    from neurosim.cli.doctor import examine

    raise typer.Exit(examine())
