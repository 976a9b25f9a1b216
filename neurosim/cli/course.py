"""``neurosim course``: many sessions of many people in several arms, then tables and a folder."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from neurosim.cli.console import make_console, say
from neurosim.cli.report import NOTICE
from neurosim.cli.run import no_empty_folder, until_interrupted
from neurosim.cli.warm import warm_up
from neurosim.core.errors import OutputError, UserError

if TYPE_CHECKING:
    from neurosim.cohort.course import Course

#: What the table shows of each arm, and how it is called there.
_SHOWN = {
    "trained_percent": "in training, %",
    "transfer_percent": "in transfer, %",
    "follow_up_percent": "at follow-up, %",
    "responder": "responders",
}


@dataclass(frozen=True)
class CourseRequest:
    """What the user asked for; the fields are the options of the command."""

    protocol: str | None
    subject: str | None
    subjects: int
    spread: float
    sessions: int | None
    arms: tuple[str, ...]
    follow_up: tuple[float, ...]
    seed: int | None
    duration: float | None
    update_interval: float
    out: Path | None
    go_on: Path | None
    as_json: bool


def numbers(text: str, option: str) -> tuple[float, ...]:
    """Read numbers with commas between them.

    Raises
    ------
    UserError
        For anything else.
    """
    try:
        return tuple(float(part) for part in text.split(",") if part.strip())
    except ValueError:
        raise UserError(f"must be numbers with commas between them, got '{text}'", option) from None


def run_course_command(request: CourseRequest) -> None:
    """Run the course, or go on with it, and report.

    Raises
    ------
    UserError
        For everything that cannot be used.
    """
    from neurosim.cli.progress import watched
    from neurosim.cohort.course import continue_course, run_course
    from neurosim.session.fresh import fresh_folder

    if (request.protocol is None) == (request.go_on is None):
        raise UserError("name a protocol for a new course, or the folder of one with --continue", "course")
    if request.go_on is not None and request.out is not None:
        raise UserError("a course goes on in its own folder; leave it out", "--out")

    out = request.go_on or request.out or fresh_folder(f"course-{request.protocol}")
    with until_interrupted() as stop, no_empty_folder(out):
        warm_up()
        if request.go_on is not None:
            course = continue_course(out, request.sessions, sinks=watched("sitting"), stop=stop)
        else:
            assert request.protocol is not None
            course = run_course(
                request.protocol,
                subject=request.subject,
                subjects=request.subjects,
                sessions=request.sessions or 10,
                arms=request.arms,
                spread=request.spread,
                seed=request.seed,
                follow_up_days=request.follow_up,
                update_interval_s=request.update_interval,
                duration_s=request.duration,
                out=out,
                sinks=watched("sitting"),
                stop=stop,
            )
    if course.sittings:
        _save_figure(course, out / "course.png")
    if not course.sittings:
        say("Ended before the first session was whole; nothing is kept.")
    elif request.as_json:
        print(json.dumps(course.summary() | {"out": str(out)}, indent=2))
    else:
        show_course(course, out)


def _save_figure(course: Course, path: Path) -> None:
    try:
        course.figure().savefig(path)
    except OSError as error:
        raise OutputError(f"cannot be written: {error.strerror}", str(path)) from None


def show_course(course: Course, out: Path) -> None:
    """Print what became of each arm."""
    from rich.table import Table
    from rich.text import Text

    from neurosim.cohort.arm import UNDRIVEN

    summary = course.summary()
    title = f"{course.plan.protocol.title}: {summary['sessions']} sessions, {summary['people']} people in each arm"
    table = Table(
        title=Text(f"{title}, seed {summary['seed']}"),
        caption=f"Change of the {summary['judged_on']} against the same people undriven, with 95 % intervals. {NOTICE}",
        title_justify="left",
        caption_justify="left",
    )
    table.add_column("arm")
    for name in _SHOWN.values():
        table.add_column(name, justify="right")
    found = {(row["arm"], row["measure"]): row for row in summary["arms"]}
    for arm in course.plan.arms:
        if arm.name != UNDRIVEN:
            table.add_row(Text(arm.name), *(_cell(found[arm.name, name], name) for name in _SHOWN))
    console = make_console()
    console.print(table)
    for row in summary["differences"]:
        if row["measure"] == "trained_percent" and row["versus"] != UNDRIVEN:
            console.print(f"{row['arm']} against {row['versus']}, in training: {_cell(row, row['measure'])} %")
    if not course.completed:
        console.print(f"Ended early; go on with: neurosim course --continue {out}", soft_wrap=True)
    console.print(Text(f"Folder: {out}"), soft_wrap=True)


def _cell(row: dict[str, Any], measure: str) -> str:
    mean, low, high = row["mean"], row["low"], row["high"]
    if mean is None or low is None:
        return "-"
    share = measure == "responder"
    return f"{mean:.0%} ({low:.0%} to {high:.0%})" if share else f"{mean:+.1f} ({low:+.1f} to {high:+.1f})"
