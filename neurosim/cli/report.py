"""What is told and written after a session: table, summary, figure, and doubts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from neurosim.cli.console import make_console
from neurosim.core.dataset import find_session
from neurosim.core.errors import OutputError
from neurosim.core.units import pretty_units

if TYPE_CHECKING:
    from rich.console import Console

    from neurosim.session.assessment import Finding
    from neurosim.session.result import Result
    from neurosim.session.session import Session

NOTICE = "Simulation of group averages, not medical advice."


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
    """Write ``summary.json`` and ``summary.png`` to the results of a single subject's session.

    Raises
    ------
    OutputError
        When they cannot be written.
    """
    if result.out is None or not result.out.is_dir():
        return
    results = find_session(result.out).results
    write_json(results / "summary.json", result.summary())
    if result.n_ticks:
        try:
            result.save_figure(results / "summary.png")
        except OSError as error:
            raise OutputError(f"cannot be written: {error.strerror}", str(results / "summary.png")) from None


def course_summary(results: list[Result]) -> dict[str, Any]:
    """Return the summary of the last session and, where there are several, of all of them."""
    summaries = [result.summary() for result in results]
    return summaries[-1] if len(summaries) == 1 else {**summaries[-1], "sessions": summaries}


def show_result(result: Result) -> None:
    """Print what a session gave."""
    from rich.table import Table
    from rich.text import Text

    summary = result.summary()
    unit = pretty_units(result.feature_units[result.feature_names.index(summary["feature"])])
    source = Path(summary["source"]).name
    who = source if summary["n_subjects"] == 1 else f"{source}, mean of {summary['n_subjects']}"
    title = f"{result.protocol.title}: session {summary['session']}, {who}, seed {result.seed}"
    table = Table(title=Text(title), caption=NOTICE, title_justify="left", caption_justify="left")
    table.add_column("block")
    treats = result.protocol.does == "treats"  # nobody earns anything: the conditions switch a device
    earned = () if result.sealed else ("conditions met",) if treats else ("reward rate", "rewards")
    for name in ("length, s", f"{summary['feature']}, {unit}", *earned, "trusted"):
        table.add_column(name, justify="right")
    for block in summary["blocks"]:
        mean = block["mean_feature"]
        cells = [""] * len(earned)
        if earned and block["kind"] in ("training", "transfer"):
            cells = [f"{block['reward_rate']:.0%}", str(block["n_rewards"])][: len(earned)]
        table.add_row(
            Text(block["name"]), f"{block['duration_s']:.0f}", "-" if mean is None else f"{mean:.2f}", *cells,
            f"{block['valid_rate']:.0%}",
        )  # fmt: skip
    console = make_console()
    console.print(table)
    if len(summary.get("holding_rates", ())) > 1:
        single = ", ".join(f"{name} {rate:.0%}" for name, rate in summary["holding_rates"].items())
        console.print(Text(f"In training held: {single}; all that a reward needs at once {summary['joint_rate']:.0%}."))
    if result.finding is not None:
        _show_finding(console, result.finding)
    if result.sealed:
        console.print(f"Sealed: {result.commitment}", soft_wrap=True)
    if not summary["completed"]:
        console.print(f"Ended after {summary['duration_s']:.0f} s of {result.protocol.duration_s:.0f} s.")
    if summary["late_ticks"]:
        console.print(f"Late ticks: {summary['late_ticks']} of {summary['n_ticks']}.")
    if result.out is not None:
        console.print(Text(f"Folder: {result.out}"), soft_wrap=True)


def _show_finding(console: Console, finding: Finding) -> None:
    """Print what an assessment found out."""
    from rich.table import Table
    from rich.text import Text

    table = Table()
    for i, name in enumerate(finding.columns):
        table.add_column(Text(pretty_units(name)), justify="right" if i else "left")
    for row in finding.rows:
        cells = ["-" if x is None else f"{x:.2f}" if isinstance(x, float) else x for x in row]
        table.add_row(*(Text(cell) for cell in cells))
    if finding.rows:
        console.print(table)
    console.print(Text(pretty_units(finding.sentence)))


def note_on_length(session: Session, planned_s: float) -> str | None:
    """Say when a recording is shorter than what was planned [s], and so all blocks are."""
    length_s, name = session.protocol.duration_s, session.protocol.name
    if length_s > planned_s - 1:
        return None
    return (
        f"The recording lasts {length_s:.0f} s: the blocks of {name} ({planned_s:.0f} s) are shortened in proportion."
    )


def doubt(result: Result) -> str | None:
    """Say why less than half of the session could be trusted, if so."""
    n_valid = sum(float(b.n_valid.mean()) for b in result.blocks)
    if not result.n_ticks or n_valid >= 0.5 * result.n_ticks:
        return None
    reasons = [*_bad_channels(result), *_without_value(result)] or [
        "amplitudes are larger than the protocol's gate allows; look at the unit and scale of the recording, "
        "and at `gates` in protocol.toml"
    ]
    return f"Only {n_valid / result.n_ticks:.0%} of the time could be trusted: {', '.join(reasons)}."


def _without_value(result: Result) -> list[str]:
    """Return which features had no value for long."""
    if len(result.subjects) > 1:
        return []
    why = result.features.why_invalid
    shares = {f.name: float(why.str.contains(f"no value yet: {f.name}", regex=False).mean()) for f in
              result.protocol.features}  # fmt: skip
    return [f"{name} had no value yet for {share:.0%} of it" for name, share in shares.items() if share > 0.1]


def _bad_channels(result: Result) -> list[str]:
    """Return what is wrong with the channels that the features are made from."""
    from neurosim.session.streams import choose_channels

    if len(result.subjects) > 1:
        return []
    reasons: dict[str, str] = {}
    for source in (each for feature in result.protocol.features for each in feature.sources.values()):
        spec = result.streams[source.stream]
        for channel in choose_channels(source, spec):
            x = result.samples(source.stream)[..., channel, :].ravel()
            name = spec.ch_names[channel]
            if np.mean(~np.isfinite(x)) > 0.1:
                reasons[name] = f"{name} has gaps"
            elif np.mean(np.diff(x) == 0) > 0.5:
                reasons[name] = f"{name} is flat (an electrode that is off, or the wrong column)"
    return list(reasons.values())
