"""The sections that a session and a course have in common: what is trained, how, how late, and the CRED-nf list."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from neurosim.feedback.protocol import TrainingProtocol
from neurosim.report import words
from neurosim.report.cred_nf import REFERENCE, fill
from neurosim.report.field import field_rates
from neurosim.report.figures import draw_delays, draw_rates
from neurosim.report.page import NOTICE, Html, Section, bullets, heading, missing, ms, paragraph, picture, prose, table
from neurosim.testing.budget import Budget


def trained(protocol: TrainingProtocol, facts: Mapping[str, object]) -> Section:
    """Return what was trained, with the facts of the run."""
    parts = [paragraph(f"{protocol.title}. {protocol.purpose}."), paragraph(NOTICE)]
    parts.append(table(["", ""], [(name, str(value)) for name, value in facts.items()]))
    if protocol.evidence_level is not None:
        grade = f"Evidence for that use: level {protocol.evidence_level} of 5, {words.LEVELS[protocol.evidence_level]}."
        parts.append(paragraph(f"{grade} {protocol.evidence}"))
    rows = [(b.name, b.kind, b.duration_s, b.instruction or "-", words.details_of(b) or "-") for b in protocol.blocks]
    parts += [heading("Blocks as planned"), table(["block", "kind", "length, s", "told", "more"], rows)]
    if protocol.devices:
        parts += [heading("What acted besides the subject"), bullets(words.devices_of(protocol))]
    if protocol.caveats:
        parts += [heading("To know before believing it"), bullets(protocol.caveats)]
    if protocol.references:
        parts += [heading("Where the settings are from"), bullets(protocol.references)]
    return Section("What was trained", parts)


def feature_making(protocol: TrainingProtocol, budgets: Sequence[Budget]) -> Section:
    """Return how each feature was made, and how late it is."""
    parts = []
    for budget, feature in zip(budgets, protocol.features, strict=True):
        parts += [heading(f"`{feature.name}`"), paragraph(f"From {words.places(budget, feature)}.")]
        stages = words.described_stages(budget, feature)
        rows = [(s.name, s.settings or "-", ms(s.said_s), ms(s.measured_s)) for s in stages]
        rows += [
            ("wait for the end of a tick (mean)", "-", ms(budget.tick_s), ms(budget.tick_s)),
            ("to the eye or ear", "-", ms(budget.display_s), ms(budget.display_s)),
            ("all together, by the slowest input", "-", ms(budget.said_s), ms(budget.measured_s)),
        ]
        parts.append(table(["stage", "settings", "delay by design, ms", "delay measured, ms"], rows))
    gates = words.gates_of(protocol)
    if gates:
        parts += [heading("What was not trusted"), bullets(gates)]
    note = "What waits for events has no delay that could be measured; its median latency is given by design."
    parts.append(paragraph(f"{note} Stages that are fitted to a baseline are measured as fitted to the test signal."))
    parts.append(picture(draw_delays(list(budgets))))
    return Section("How the feature was made, and how late it was", parts)


def schedule(protocol: TrainingProtocol, more: Sequence[str] = ()) -> Section:
    """Return what was rewarded, with more about it."""
    conditions = words.conditions_of(protocol)
    if not conditions:
        return Section("What was rewarded", [paragraph(words.NOTHING[protocol.does]), *more])
    timing = f"{words.timing_of(protocol)} {words.grading_of(protocol)}"
    said = [paragraph(words.lead_of(protocol)), bullets(conditions), paragraph(timing)]
    return Section("What was rewarded", [*said, *more])


def beside_others(rates: dict[str, float]) -> list[str]:
    """Return the rates that others use as a table, and a figure of both.

    Parameters
    ----------
    rates
        Of this run, as a share of the training time, by what they are.
    """
    others = [(f.what, f.range, f.source) for f in field_rates()]
    return [
        heading("What others use; there is no single standard"),
        table(["what", "reward rate", "source"], others),
        picture(draw_rates(rates)),
    ]


def answers_of_protocol(protocol: TrainingProtocol, budgets: Sequence[Budget]) -> dict[str, str]:
    """Return what a protocol alone answers of the CRED-nf list."""
    told = [f"{b.name}: “{b.instruction}”" for b in protocol.blocks if b.instruction]
    gates, conditions = words.gates_of(protocol), words.conditions_of(protocol)
    made = []
    for budget, feature in zip(budgets, protocol.features, strict=True):
        stages = [f"{s.name} ({s.settings})" if s.settings else s.name for s in words.described_stages(budget, feature)]
        made.append(
            f"`{feature.name}` from {words.places(budget, feature)}: {', '.join(stages)}; "
            f"{ms(budget.said_s)} ms late by design, {ms(budget.measured_s)} ms measured"
        )
    looked_at = dict.fromkeys(c.feature for c in getattr(protocol.rule, "conditions", ()))
    used = ", ".join(f"`{name}`" for name in looked_at)
    return {
        "3b": f"Told in the blocks: {'; '.join(told)}." if told else "",
        "3d": f"Causal stages as under 4a. Not trusted, and without reward: {'; '.join(gates)}." if gates else
        "Causal stages as under 4a; gaps, flat channels and values that are not finite are not trusted.",
        "4a": "; ".join(made) + ".",
        "4b": f"{words.lead_of(protocol)} {'; '.join(conditions)}. {words.timing_of(protocol)}".rstrip()
        if conditions else words.NOTHING[protocol.does],
        "4c": words.grading_of(protocol) if conditions else f"No feedback: the protocol {protocol.does}.",
        "4d": f"The conditions look at {used} every {protocol.update_interval_s:.4g} s; what is displayed is the value "
        "of the feedback, from 0 to 1." if conditions else "None is displayed.",
    }  # fmt: skip


def versions_of(path: Path) -> dict[str, str]:
    """Return the versions of the software that a JSON file of a folder names."""
    versions: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))["versions"]
    return versions


def cred_nf(answers: Mapping[str, str]) -> Section:
    """Return the CRED-nf list, filled as far as the run goes."""
    rows = []
    for entry in fill(answers):
        cell = prose(entry.filled)
        if entry.missing:
            cell += ("<br>" if cell else "") + missing(entry.missing)
        rows.append((entry.item.number, entry.item.group, entry.item.asks, Html(cell)))
    note = f"After {REFERENCE}. What the run knows is filled in; what it cannot know is left to a person, and marked."
    return Section(
        "CRED-nf: what a study must report", [paragraph(note), table(["item", "part", "asks for", "answer"], rows)]
    )
