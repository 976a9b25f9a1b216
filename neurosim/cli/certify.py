"""``neurosim certify``: how late the feedback is on this machine, measured, as a table for the record."""

from __future__ import annotations

import importlib.util
import json
import math
import platform
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from neurosim.cli.console import say
from neurosim.core.errors import OutputError, UserError

if TYPE_CHECKING:
    from neurosim.feedback.protocol import TrainingProtocol
    from neurosim.testing.latency import Latency


@dataclass(frozen=True)
class Row:
    """A line of the table; times in ms, NaN where there is none.

    Parameters
    ----------
    part
        design, or machine.
    name
        Of what.
    median_ms, p99_ms
        The delay by design, or as measured on this machine.
    how
        How it was found out.
    """

    part: str
    name: str
    median_ms: float
    p99_ms: float
    how: str


def certify(name: str, seconds: float, out: Path | None, as_json: bool) -> None:
    """Measure, print the table, and write it to a file (Markdown, or TSV by its ending).

    Raises
    ------
    UserError
        For a protocol that is not known, or a file that cannot be written.
    """
    from neurosim.feedback.protocol import load_protocol

    protocol = load_protocol(name)
    if out is not None and out.suffix not in (".md", ".tsv"):
        raise UserError(f"must end in .md or .tsv, got {out.name}", "--out")
    rows, notes = measure(protocol, seconds)
    if out is not None:
        text = as_tsv(rows) if out.suffix == ".tsv" else as_markdown(protocol.name, rows, notes)
        try:
            out.write_text(text, encoding="utf-8", newline="\n")
        except OSError as error:
            raise OutputError(f"cannot be written: {error.strerror}", str(out)) from None
    if as_json:
        cells = [{**vars(row), "p99_ms": None if math.isnan(row.p99_ms) else row.p99_ms} for row in rows]
        print(json.dumps({"protocol": protocol.name, "machine": _machine(), "rows": cells, "notes": notes}, indent=2))
    else:
        print(as_markdown(protocol.name, rows, notes), end="")


def measure(protocol: TrainingProtocol, seconds: float) -> tuple[list[Row], list[str]]:
    """Return the table, and what could not be measured and why."""
    from neurosim.cli.window import has_window, load_window
    from neurosim.session.plan import plan_sessions
    from neurosim.testing.budget import delay_budgets
    from neurosim.testing.latency import Latency, lsl_latencies, tick_work, timer_lateness

    rows: list[Row] = []
    notes: list[str] = []
    for budget in delay_budgets(protocol, plan_sessions(protocol, seed=0).source.specs):
        steps = [step for way in budget.inputs for step in way.steps] + list(budget.steps)
        for step in steps:
            known = step.said_s if math.isnan(step.measured_s) else step.measured_s
            rows.append(Row("design", f"{budget.feature}: {step.kind}", 1e3 * known, math.nan, "measured in samples"))
        rows.append(Row("design", f"{budget.feature}: wait for a tick", 1e3 * budget.tick_s, math.nan, "half a tick"))
    say("Measuring the timer and the work of a tick ...")
    rows.append(_row(tick_work(protocol), "body, pipeline and rule"))
    rows.append(_row(timer_lateness(seconds, protocol.update_interval_s), "sleeping until a tick is due"))

    def streams() -> None:
        say("Measuring LSL over loopback ...")
        how = "another process, this computer, above the chunk's own length"
        rows.extend(_row(each, how) for each in lsl_latencies(protocol, seconds))

    def display() -> None:
        say("Measuring the window ...")
        refresh_hz, took = load_window().measure_display()
        rows.append(_row(Latency("window: a change until it is painted", took), "without the screen's own delay"))
        if refresh_hz > 0.0:
            rows.append(Row("machine", "window: wait for the screen", 500.0 / refresh_hz, 1000.0 / refresh_hz,
                            f"half a picture at {refresh_hz:.4g} Hz, as the screen says; at most one"))  # fmt: skip

    _try("LSL", lambda: importlib.util.find_spec("mne_lsl") is not None, "it needs the extra 'lsl'", notes, streams)
    _try("the window", has_window, "there is no display, or no window is installed", notes, display)
    return rows, notes


def _try(what: str, there: Callable[[], bool], missing: str, notes: list[str], run: Callable[[], object]) -> None:
    """Measure something that may not be there; what fails is told, and the rest is measured all the same."""
    if not there():
        notes.append(f"{what} was not measured: {missing}.")
        return
    try:
        run()
    except UserError as error:
        notes.append(f"{what} was not measured: {error}.")


def _row(latency: Latency, how: str) -> Row:
    n = f"n = {latency.seconds.size}"
    return Row("machine", latency.name, 1e3 * latency.median_s, 1e3 * latency.p99_s, f"{how}; {n}")


def _machine() -> str:
    return f"{platform.platform(terse=True)}, {platform.machine()}, Python {platform.python_version()}"


def as_markdown(name: str, rows: list[Row], notes: list[str]) -> str:
    """Return the table as Markdown."""
    lines = [
        f"# How late the feedback is: {name}", "",
        f"{_machine()}, {time.strftime('%Y-%m-%d')}. Other programs on the machine change these numbers.", "",
        "| part | what | median, ms | p99, ms | how |", "|---|---|---:|---:|---|",
        *(f"| {r.part} | {r.name} | {r.median_ms:.2f} | {_ms(r.p99_ms)} | {r.how} |" for r in rows), "",
    ]  # fmt: skip
    lines += [*(f"Note: {note}" for note in notes), *([""] if notes else [])]
    lines.append("Delays by design are of the filters and hold on every machine. Screen, sound card and amplifier add")
    lines.append("their own, which no program can see: a light sensor, a microphone or a test signal can.")
    return "\n".join(lines) + "\n"


def as_tsv(rows: list[Row]) -> str:
    """Return the table as tab-separated values."""
    cells = [f"{r.part}\t{r.name}\t{r.median_ms:.4f}\t{_ms(r.p99_ms, 4)}\t{r.how}" for r in rows]
    return "\n".join(["part\twhat\tmedian_ms\tp99_ms\thow", *cells]) + "\n"


def _ms(value: float, digits: int = 2) -> str:
    return "n/a" if math.isnan(value) else f"{value:.{digits}f}"
