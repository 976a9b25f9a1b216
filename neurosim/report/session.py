"""The report on a session."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from neurosim.report import shared
from neurosim.report.figures import draw_course_of_session, draw_curve
from neurosim.report.numbers import EARNING, SessionNumbers, session_numbers
from neurosim.report.page import NOTICE, Section, frame, heading, interval, number, paragraph, percent, picture, table
from neurosim.report.pieces import METHOD
from neurosim.session.result import SessionFolder, read_table


def is_sealed(session: SessionFolder) -> bool:
    """Whether nobody is to know yet what was shown: no reveal has left its table."""
    return "commitment" in session.facts and not (session.path / "revealed.json").is_file()


def session_report(session: SessionFolder) -> tuple[str, list[Section], dict[str, Any]]:
    """Return title, sections and the numbers, ready for JSON, of the report on a session.

    Raises
    ------
    UserError
        When the folder lacks something.
    """
    numbers = session_numbers(session)
    protocol, answers = session.protocol, session_answers(session, numbers)
    facts = session.facts
    sections = [
        shared.trained(protocol, _facts(session)),
        shared.feature_making(protocol, numbers.budgets),
        shared.schedule(protocol, _thresholds(session, numbers)),
        _trust(numbers),
        _rates(session, numbers),
        _outcome(session, numbers),
        *_finding(session),
        shared.cred_nf(answers),
    ]
    title = f"{protocol.title}: session {facts['session']}, {facts['source']}, seed {facts['seed']}"
    told = {name: facts[name] for name in ("protocol", "source", "seed", "session", "versions")}
    data = told | {"sealed": is_sealed(session), "feedback": feedback_of(session)} | numbers.as_dict()
    return title, sections, data | {"cred_nf": answers}


def feedback_of(session: SessionFolder) -> str:
    """Return what was shown, as far as it may be told."""
    if is_sealed(session):
        return f"sealed ({session.facts['commitment']})"
    if "commitment" in session.facts:
        arm = json.loads((session.path / "revealed.json").read_text(encoding="utf-8"))["arm"]
        return f"{arm}, as revealed"
    sham = session.facts["sham"]
    return "real" if sham is None else f"sham: {sham}"


def _facts(session: SessionFolder) -> dict[str, object]:
    f = session.facts
    length_s = len(session.features) * session.protocol.update_interval_s
    ended = {"closed": "closed properly", "running": "it did not end properly, or still runs"}[f["status"]]
    versions = ", ".join(f"{name} {version}" for name, version in f["versions"].items())
    return {
        "protocol": f["protocol"],
        "who or what": f["source"],
        "session": f["session"],
        "seed": f["seed"],
        "feedback": feedback_of(session),
        "length": f"{length_s:.6g} s of {session.protocol.duration_s:.6g} s planned; {ended}",
        "tick": f"{session.protocol.update_interval_s:.6g} s",
        "software": versions,
    }


def _thresholds(session: SessionFolder, numbers: SessionNumbers) -> list[str]:
    parts = []
    if len(numbers.thresholds):
        names = {"condition": "condition", "lowest": "lowest", "mean": "mean", "highest": "highest"}
        parts += [heading("Thresholds in training, in the unit of the feature"), frame(numbers.thresholds, names)]
    if session.commands:
        dt = session.protocol.update_interval_s
        rows = [(c.tick * dt, str(c.command)) for c in session.commands]
        parts += [heading("What was done while it ran"), table(["time, s", "command"], rows)]
    return parts


def _trust(numbers: SessionNumbers) -> Section:
    length_s = float(numbers.blocks["duration_s"].sum())
    trusted = float((numbers.blocks["trusted"] * numbers.blocks["duration_s"]).sum() / length_s)
    parts = [paragraph(f"Of {length_s:.6g} s, {percent(trusted)} could be trusted. Causes can overlap.")]
    if len(numbers.invalid):
        kinds = {name: f"in {name}, s" for name in numbers.invalid.columns[2:]}
        parts.append(frame(numbers.invalid, {"cause": "cause", "all": "in all, s"} | kinds))
    if len(numbers.events):
        names = {"event": "event", "n": "how many", "duration_s": "altogether, s", "per_min": "a minute"}
        parts += [heading("What happened"), frame(numbers.events, names)]
    return Section("What could not be trusted", parts)


def _rates(session: SessionFolder, numbers: SessionNumbers) -> Section:
    title = "How often it was rewarded"
    if is_sealed(session):
        return Section(title, [paragraph("The session is sealed: what was earned and shown is told by its reveal.")])
    if not numbers.training or not session.protocol.rule.model_dump().get("conditions"):
        return Section(title, [paragraph("Nothing was trained.")])
    called = rate_names(numbers.training)
    earning = numbers.blocks[numbers.blocks["kind"].isin(EARNING)]
    rows = earning.assign(**{column: earning[column].map(percent) for column in called})
    said = [f"{name} {percent(numbers.training[column])}" for column, name in called.items()]
    text = f"In training, as a share of its time: {', '.join(said)}."
    if "product" in numbers.training:
        text += (
            f" Were the conditions independent, all would hold for {percent(numbers.training['product'])} "
            "of the time, the product of their rates."
        )
    parts = [
        paragraph(text),
        frame(rows, {"block": "block", **called, "n_rewards": "rewards"}),
        *shared.beside_others({name: numbers.training[column] for column, name in called.items()}),
    ]
    return Section(title, parts)


def rate_names(rates: dict[str, float]) -> dict[str, str]:
    """Return what rates are called by people, by their columns."""
    names = {c: f"{c.removeprefix('holding_')} held" for c in rates if c.startswith("holding_")}
    usual = {"joint": "all held at once", "met": "reward rate", "earned": "would have been shown", "shown": "shown"}
    return names | {column: name for column, name in usual.items() if column in rates}


def _outcome(session: SessionFolder, numbers: SessionNumbers) -> Section:
    name = session.protocol.rule.trained
    others = [f.name for f in session.protocol.features if f.name != name]
    columns = {"block": "block", "kind": "kind", "duration_s": "length, s", f"mean_{name}": _with_unit(name, numbers),
               "sd": "its SD"}  # fmt: skip
    columns |= {"truth": "true envelope, uV"} | {f"mean_{other}": _with_unit(other, numbers) for other in others}
    parts = [paragraph(regulation(session, numbers)), frame(numbers.blocks, columns), *_intervals(session, numbers)]
    note = "Means and standard deviations over trusted ticks. One session of one subject shows no learning by itself."
    if "truth" in numbers.blocks:
        note += " The true envelope is what the simulated body really did, without the background."
    figures = [picture(draw(session, numbers)) for draw in (draw_course_of_session, draw_curve)]
    parts += [paragraph(f"{note} {NOTICE}"), *figures]
    return Section("What the feature did: baseline, training, transfer", parts)


def _intervals(session: SessionFolder, numbers: SessionNumbers) -> list[str]:
    """Return means and shares with their intervals, and how these were made."""
    trained = session.protocol.rule.trained
    called = rate_names(numbers.training) | {trained: _with_unit(trained, numbers), "valid": "trusted"}
    rows = []
    for r in numbers.intervals.to_dict("records"):
        shown = number if r["of"] == trained else percent
        rows.append((f"{called[r['of']]}: {r['what']}", r["n"], shown(r["mean"]), interval(r["low"], r["high"], shown)))
    columns = ["what", "half minutes", "mean", "95 % interval"]
    return [heading("How sure these numbers are"), table(columns, rows), paragraph(METHOD)] if rows else []


def _with_unit(name: str, numbers: SessionNumbers) -> str:
    return f"{name}, {numbers.units[name]}"


def regulation(session: SessionFolder, numbers: SessionNumbers) -> str:
    """Return how the feature in training and in transfer stands against the first baseline, in words."""
    name, blocks = session.protocol.rule.trained, numbers.blocks
    of_kind = {kind: blocks[blocks["kind"] == kind] for kind in ("baseline", "training", "transfer")}
    before = of_kind["baseline"].head(1)
    if before.empty or of_kind["training"].empty:
        return "There is no baseline and training to compare."
    baseline, sd = (float(before[column].iloc[0]) for column in (f"mean_{name}", "sd"))
    unit, said = numbers.units[name], []
    compared = {"first training block": of_kind["training"].head(1), "last training block": of_kind["training"].tail(1)}
    for what, block in (compared | {"transfer": of_kind["transfer"].tail(1)}).items():
        if not block.empty:
            mean = float(block[f"mean_{name}"].iloc[0])
            change = mean - baseline
            said.append(f"{what} {number(mean)} ({change:+.3g} {unit}, {change / sd if sd else float('nan'):+.2f} SD)")
    return f"`{name}` in the first baseline: {number(baseline)} {unit}; {'; '.join(said)}."


def _finding(session: SessionFolder) -> list[Section]:
    path = session.path / "assessment.tsv"
    if not path.is_file():
        return []
    found = read_table(path)
    return [Section("What was found", [frame(found, {str(name): str(name) for name in found})])]


def session_answers(session: SessionFolder, numbers: SessionNumbers) -> dict[str, str]:
    """Return what a session answers of the CRED-nf list, by number."""
    f, protocol = session.facts, session.protocol
    text = (session.path / "protocol.toml").read_bytes()
    kinds = session.features["block"].map({block.name: block.kind for block in protocol.blocks})
    distrusted = 1.0 - session.features["valid"].groupby(kinds, sort=False).mean()
    shares = [f"{kind} {percent(share)}" for kind, share in distrusted.items()]
    streams = ", ".join(sorted(protocol.streams))
    answers = {
        "1a": f"The protocol as it was run is `protocol.toml`, SHA-256 {hashlib.sha256(text).hexdigest()}.",
        "2a": f"Feedback of this session: {feedback_of(session)}.",
        "2b": f"The arm was sealed, commitment {f['commitment']}." if "commitment" in f else "",
        "3e": f"Not trusted, as a share of the time: {', '.join(shares)}.",
        "4e": f"Source {f['source']}, streams {streams}; "
        + ", ".join(f"{name} {version}" for name, version in f["versions"].items()) + ".",
        "5a": regulation(session, numbers),
        "5b": "The figure of the feature, minute by minute and block by block; each session has a report of its own.",
        "7a": "The folder holds the protocol, every tick, the events and the signals; "
        "`neurosim repeat` runs it again from there, to the bit.",
    }  # fmt: skip
    return shared.answers_of_protocol(protocol, numbers.budgets) | answers
