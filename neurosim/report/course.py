"""The report on a course: people in arms, over many sessions."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from neurosim.cohort import UNDRIVEN
from neurosim.cohort.course import Course
from neurosim.cohort.outcome import CRITERION_PERCENT
from neurosim.cohort.statistics import mean_interval
from neurosim.core.timeline import TickGrid
from neurosim.report import shared
from neurosim.report.numbers import columns_of
from neurosim.report.page import NOTICE, Section, frame, heading, interval, number, paragraph, percent, picture, table
from neurosim.testing.budget import delay_budgets

if TYPE_CHECKING:
    import pandas as pd

_SHARES = ("responder", "reliable")
#: The rates that every course has.
USUAL = ("reward_rate", "joint_rate", "shown_rate", "valid_rate")
_MEASURES = {
    "trained": "change in the last training block, in its unit",
    "trained_percent": "change in the last training block, %",
    "transfer_percent": "change in transfer, %",
    "follow_up_percent": "change at the last follow-up, %",
    "responder": f"responders: {CRITERION_PERCENT:g} % or more",
    "reliable": "changed more than the error of measurement",
}


def course_report(course: Course, folder: Path) -> tuple[str, list[Section], dict[str, Any]]:
    """Return title, sections and the numbers, ready for JSON, of the report on a course."""
    import json

    protocol, plan = course.plan.protocol, course.plan
    streams = plan.subject.body.prepare(TickGrid(protocol.update_interval_s), plan.seed, (0,), ()).specs
    budgets, rates = delay_budgets(protocol, streams), training_rates(course.blocks)
    answers = shared.answers_of_protocol(protocol, budgets) | _answers(course, rates, folder)
    own = [f"The arm {arm.name} has a rule of its own: {arm.rule.kind}." for arm in plan.arms if arm.rule is not None]
    sections = [
        shared.trained(protocol, _facts(course)),
        shared.feature_making(protocol, budgets),
        shared.schedule(protocol, [paragraph(text) for text in own]),
        _trust(course, rates),
        _rates(rates),
        _learning(course),
        shared.cred_nf(answers),
    ]
    title = f"{protocol.title}: a course of {plan.people} people in each arm, seed {plan.seed}"
    told = json.loads(rates.to_json(orient="records"))
    return title, sections, course.summary() | {"rates": told, "cred_nf": answers}


def training_rates(blocks: pd.DataFrame) -> pd.DataFrame:
    """Return for each arm the mean over people, in training, of every rate, with its interval.

    Columns: ``arm``, ``n``, and of each rate the mean and its 95 % interval (``_low``, ``_high``): `USUAL`, the share
    of the time in which each condition held (``holding_NAME``), and in which each cause made it invalid
    (``invalid_CAUSE``).
    """
    import pandas as pd

    training = blocks[blocks["block_kind"] == "training"]
    rows = []
    for arm, group in training.groupby("arm", sort=False):
        names = [*USUAL, *columns_of(blocks, "holding_"), *columns_of(blocks, "invalid_")]
        people = group.groupby("subject")[[name for name in names if name in blocks]].mean()
        row: dict[str, Any] = {"arm": arm, "n": len(people)}
        for name in people:
            x = mean_interval(people[name].to_numpy(dtype=float))
            row |= {str(name): x.mean, f"{name}_low": x.low, f"{name}_high": x.high}
        rows.append(row)
    return pd.DataFrame(rows)


def _facts(course: Course) -> dict[str, object]:
    plan = course.plan
    n_training = sum(sitting.kind == "training" for sitting in course.sittings)
    days = sum(sitting.days for sitting in course.sittings)
    return {
        "protocol": plan.protocol.name,
        "people": f"{plan.people} in each arm, the same ones in all; {plan.subject.name}, spread {plan.spread:g}",
        "arms": ", ".join(arm.name for arm in plan.arms),
        "sessions": f"{n_training} of {plan.sessions}, and {len(course.sittings) - n_training} follow-ups, "
        f"over {days:g} days; {'whole' if course.completed else 'not at its end yet'}",
        "length of a session": f"{plan.protocol.duration_s:.6g} s",
        "tick": f"{plan.protocol.update_interval_s:.6g} s",
        "seed": plan.seed,
    }


def _share_rows(rates: pd.DataFrame, columns: tuple[str, ...]) -> list[list[str]]:
    return [[str(r["arm"]), *(cell for c in columns for cell in _share(r, c))] for r in rates.to_dict("records")]


def _share(row: Mapping[Hashable, Any], column: str) -> tuple[str, str]:
    return percent(row[column]), interval(row[f"{column}_low"], row[f"{column}_high"], percent)


def _trust(course: Course, rates: pd.DataFrame) -> Section:
    kinds = course.blocks.groupby(["arm", "block_kind"], sort=False)["valid_rate"].mean().unstack().reset_index()
    by_kind = kinds.assign(**{str(kind): kinds[kind].map(percent) for kind in kinds.columns[1:]})
    parts = [
        paragraph("Trusted time as a share of all time, the mean over people with its 95 % interval, in training."),
        table(["arm", "trusted", "95 % interval"], _share_rows(rates, ("valid_rate",))),
        heading("Trusted time by kind of block"),
        frame(by_kind, {str(name): str(name) for name in by_kind}),
    ]
    causes = columns_of(rates, "invalid_")
    causes = [name for name in causes if not name.endswith(("_low", "_high")) and rates[name].any()]
    if causes:
        rows = [
            (r["arm"], name.removeprefix("invalid_"), *_share(r, name))
            for name in causes
            for r in rates.to_dict("records")
        ]
        parts += [
            heading("Why, in training: each cause as a share of all time; causes can overlap"),
            table(["arm", "cause", "time", "95 % interval"], rows),
        ]
    return Section("What could not be trusted", parts)


def _rates(rates: pd.DataFrame) -> Section:
    note = (
        "The reward rate is the share of the training time in which all conditions were met, whatever was shown; that "
        "of holding at once leaves dwell and release out. Independent conditions would hold at once for the product of "
        "their shares."
    )
    columns = ["arm", "reward rate", "95 % interval", "shown", "95 % interval"]
    earned = {f"reward rate, {r['arm']}": float(r["reward_rate"]) for r in rates.to_dict("records")}
    rows = _share_rows(rates, ("reward_rate", "shown_rate"))
    parts = [paragraph(note), table(columns, rows)]
    each = [name for name in columns_of(rates, "holding_") if not name.endswith(("_low", "_high"))]
    held = {name: name.removeprefix("holding_") for name in each} | {"joint_rate": "all at once"}
    if "joint_rate" in rates:
        rows_of = [(r["arm"], said, *_share(r, name)) for name, said in held.items() for r in rates.to_dict("records")]
        parts += [
            heading("How often each condition held in training, and all at once"),
            table(["arm", "condition", "time", "95 % interval"], rows_of),
        ]
    return Section("How often it was rewarded", [*parts, *shared.beside_others(earned)])


def _learning(course: Course) -> Section:
    summary, arms, differences = course.summary(), course.arms, course.differences
    rows, between = [], []
    for r in arms.to_dict("records"):
        shown = percent if r["measure"] in _SHARES else number
        rows.append((r["arm"], _MEASURES[r["measure"]], r["n"], shown(r["mean"]), interval(r["low"], r["high"], shown)))
    for r in differences.to_dict("records"):
        mean = number(r["mean"])
        between.append(
            (f"{r['arm']} - {r['versus']}", _MEASURES[r["measure"]], r["n"], mean,
             interval(r["low"], r["high"], number))
        )  # fmt: skip
    note = (
        f"Learning is judged on the {summary['judged_on']}: its change against the same people on the same noise who "
        f"do as told but regulate nothing ({UNDRIVEN}). {NOTICE}"
    )
    parts = [
        paragraph(note),
        picture(course.figure()),
        heading("Each arm: training, transfer, follow-up"),
        table(["arm", "measure", "n", "mean", "95 % interval"], rows),
        heading("Between arms; each person is their own control"),
        table(["arms", "measure", "n", "difference", "95 % interval"], between),
    ]
    return Section("What was learned", parts)


def _answers(course: Course, rates: pd.DataFrame, folder: Path) -> dict[str, str]:
    """Return what a course answers of the CRED-nf list, by number."""
    text = (folder / "course.toml").read_bytes()
    artifacts = [f"{r['arm']} {percent(1 - r['valid_rate'])}" for r in rates.to_dict("records")]
    measured = course.arms.to_dict("records")
    changes = [
        f"{r['arm']} {number(r['mean'])} % ({interval(r['low'], r['high'], number)})"
        for r in measured if r["measure"] == "trained_percent" and r["arm"] != UNDRIVEN
    ]  # fmt: skip
    compared = [
        f"{r['arm']} - {r['versus']} {number(r['mean'])} % ({interval(r['low'], r['high'], number)})"
        for r in course.differences.to_dict("records") if r["measure"] == "trained_percent"
    ]  # fmt: skip
    versions = ", ".join(f"{name} {version}" for name, version in shared.versions_of(folder / "state.json").items())
    return {
        "1a": f"The course as it was planned is `course.toml`, SHA-256 {hashlib.sha256(text).hexdigest()}.",
        "2a": f"Arms: {', '.join(arm.name for arm in course.plan.arms)}; the same people and noise in each.",
        "3e": f"Not trusted in training, as a share of the time: {', '.join(artifacts)}; by cause and with intervals "
        "under “What could not be trusted”.",
        "4e": f"Simulated bodies, {versions}.",
        "5a": f"Change of the {course.summary()['judged_on']} in the last training block against the same people "
        f"undriven, with 95 % intervals: {'; '.join(changes)}.",
        "5b": "The figure under “What was learned”; every block with its feature stands in `curve.tsv`.",
        "5c": f"Differences between arms, paired, with 95 % intervals: {'; '.join(compared)}.",
        "7a": f"The folder holds plan and tables; `course.toml` with its seed {course.plan.seed} repeats the course to "
        "the bit.",
    }
