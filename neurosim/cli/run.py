"""``neurosim run``: sessions of a protocol, then a table, a figure and a folder."""

from __future__ import annotations

import json
import math
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from neurosim.cli.console import make_console, say
from neurosim.core.errors import OutputError, UserError

if TYPE_CHECKING:
    from neurosim.session.result import Result

NOTICE = "Simulation of group averages, not medical advice."


@dataclass(frozen=True)
class Request:
    """What the user asked for; the fields are the options of the command."""

    protocol: str
    source: str
    sidecar: Path | None
    subject: str
    subjects: int | None
    sessions: int
    sham: str | None
    seed: int | None
    duration: float | None
    speed: str
    channels: tuple[str, ...]
    update_interval: float | None
    out: Path | None
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
    if request.sidecar is not None and request.source == "sim":
        raise UserError("describes a recording; name the recording with --source", "--sidecar")

    from neurosim.feedback.protocol import TrainingProtocol, load_protocol
    from neurosim.session.simulate import simulate_sessions
    from neurosim.signals.recorded import Recorded

    protocol = load_protocol(request.protocol)
    planned_s = protocol.duration_s
    if request.channels:
        protocol = protocol.with_channels(*request.channels)
    if request.update_interval is not None:
        data = protocol.model_dump() | {"update_interval_s": request.update_interval}
        from neurosim.core.config import validate

        protocol = validate(data, TrainingProtocol, "--update-interval")
    sidecar = None if request.sidecar is None else str(request.sidecar)
    source = None if request.source == "sim" else Recorded(path=request.source, sidecar=sidecar)
    out = request.out
    if out is None and request.subjects is None:
        out = fresh_folder(protocol.name)
    warm_up_if_needed()
    with until_interrupted() as stop:
        results = simulate_sessions(
            protocol,
            n_sessions=request.sessions,
            subject=request.subject,
            source=source,
            subjects=request.subjects,
            sham=request.sham,
            seed=request.seed,
            duration_s=request.duration,
            speed=speed,
            out=out,
            stop=stop,
        )
    for result in results:
        save_summary(result)
    if out is not None and (request.subjects is not None or len(results) > 1):
        write_json(out / "summary.json", _course_summary(results))
    if request.as_json:
        print(json.dumps(_course_summary(results), indent=2))
    else:
        for result in results:
            show_result(result)
    if source is not None and request.duration is None and results[0].protocol.duration_s < planned_s - 1:
        say(f"The recording lasts {results[0].protocol.duration_s:.0f} s; "
            f"the blocks of {protocol.name} ({planned_s:.0f} s) were shortened in proportion.")  # fmt: skip
    _warn_if_not_trusted(results[-1])


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


def fresh_folder(name: str) -> Path:
    """Return a folder name that is not taken: ``sessions/alpha_up-20260131T101500``."""
    first = Path("sessions") / f"{name}-{time.strftime('%Y%m%dT%H%M%S')}"
    path, number = first, 1
    while path.exists():
        number += 1
        path = first.with_name(f"{first.name}-{number}")
    return path


def warm_up_if_needed() -> None:
    """Compile before the session starts; see `neurosim.cli.warm`."""
    from neurosim.cli.warm import warm_up

    warm_up()


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


def write_json(path: Path, data: dict[str, Any]) -> None:
    """Write a JSON file.

    Raises
    ------
    OutputError
        When it cannot be written.
    """
    try:
        path.write_text(json.dumps(data, indent=2, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")
    except OSError as error:
        raise OutputError(f"cannot be written: {error.strerror}", str(path)) from None


def save_summary(result: Result) -> None:
    """Write ``summary.json`` and ``summary.png`` into the folder of a single subject's session."""
    if result.out is None or len(result.subjects) > 1 or not result.out.is_dir():
        return
    write_json(result.out / "summary.json", result.summary())
    if result.n_ticks:
        try:
            result.save_figure(result.out / "summary.png")
        except OSError as error:
            raise OutputError(f"cannot be written: {error.strerror}", str(result.out / "summary.png")) from None


def _course_summary(results: list[Result]) -> dict[str, Any]:
    summaries = [result.summary() for result in results]
    return summaries[-1] if len(summaries) == 1 else {**summaries[-1], "sessions": summaries}


def show_result(result: Result) -> None:
    """Print what a session gave."""
    from rich.table import Table

    summary = result.summary()
    unit = result.feature_units[result.feature_names.index(summary["feature"])].replace("uV", "µV").replace("^2", "²")
    name = Path(summary["source"]).name
    title = f"{result.protocol.title}: session {summary['session']}, {name}, seed {result.seed}"
    table = Table(title=title, caption=NOTICE, title_justify="left", caption_justify="left")
    table.add_column("block")
    for name in ("length, s", f"{summary['feature']}, {unit}", "reward rate", "rewards", "trusted"):
        table.add_column(name, justify="right")
    for block in summary["blocks"]:
        mean = block["mean_feature"]
        rated = block["kind"] in ("training", "transfer")
        table.add_row(
            block["name"], f"{block['duration_s']:.0f}", "-" if mean is None else f"{mean:.2f}",
            f"{block['reward_rate']:.0%}" if rated else "", str(block["n_rewards"]) if rated else "",
            f"{block['valid_rate']:.0%}",
        )  # fmt: skip
    console = make_console()
    console.print(table)
    if summary["late_ticks"]:
        console.print(f"{summary['late_ticks']} of {summary['n_ticks']} ticks were late.")
    if result.out is not None:
        console.print(f"Folder: {result.out}", soft_wrap=True)


def _warn_if_not_trusted(result: Result) -> None:
    n_valid = sum(float(b.n_valid.mean()) for b in result.blocks)
    if result.n_ticks and n_valid < 0.5 * result.n_ticks:
        say(
            f"Only {n_valid / result.n_ticks:.0%} of the time could be trusted: a flat or missing channel, bad "
            "samples, or larger amplitudes than the protocol's gate allows (see `gates` in protocol.toml)."
        )
