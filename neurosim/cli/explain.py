"""``neurosim explain``: what a protocol measures, how late, and how true that can be."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from neurosim.cli.console import make_console

if TYPE_CHECKING:
    from rich.table import Table

    from neurosim.feedback.protocol import TrainingProtocol
    from neurosim.session.possible import Possible
    from neurosim.testing.budget import Budget


def explain_protocol(name: str, source: str, sidecar: Path | None, as_json: bool) -> None:
    """Print a protocol in words, the delay budget of each of its features, and how true its envelopes can be.

    Raises
    ------
    UserError
        For a protocol that is not known or does not fit the source, and a recording that cannot be read.
    """
    from neurosim.feedback.protocol import load_protocol
    from neurosim.session.plan import plan_sessions
    from neurosim.session.possible import possible_envelopes
    from neurosim.signals.asked import asked_source
    from neurosim.testing.budget import delay_budgets

    protocol = load_protocol(name)
    plan = plan_sessions(protocol, source=asked_source(source, sidecar), seed=0)
    budgets = delay_budgets(protocol, plan.source.specs)
    possible = possible_envelopes(plan.protocol, plan.source, plan.actors)
    if as_json:
        features = [_rounded(asdict(b) | {"said_s": b.said_s, "measured_s": b.measured_s}) for b in budgets]
        envelopes = [_rounded(asdict(each)) for each in possible]
        print(json.dumps({"protocol": protocol.name, "features": features, "envelopes": envelopes}, indent=2))
        return
    _print(protocol, budgets, possible, plan.source_name)


def _print(protocol: TrainingProtocol, budgets: list[Budget], possible: list[Possible], source: str) -> None:
    from rich.text import Text

    from neurosim.report.words import devices_of

    console = make_console()
    console.print(Text(f"{protocol.title}. {protocol.purpose}."))
    if protocol.does == "treats":
        for device in devices_of(protocol):
            console.print(Text(f"Acts: {device}"))
        console.print(Text(f"Nobody trains; shown with the subject '{protocol.subject}'."))
    for budget in budgets:
        console.print(_table(budget))
    for each in possible:
        console.print(Text(_worth(each, source)))
    for caveat in protocol.caveats:
        console.print(Text(f"Note: {caveat}"))
    console.print("Simulation of group averages, not medical advice.")


def _table(budget: Budget) -> Table:
    from rich.table import Table
    from rich.text import Text

    seen = f"a modulation of {budget.carrier_hz:.3g} Hz" if budget.carrier_hz else "a slow change"
    sources = " and ".join(f"{', '.join(way.channels)} ({way.stream})" for way in budget.inputs)
    title = f"{budget.feature}, from {sources}; measured with {seen}"
    table = Table(title=Text(title), title_justify="left")
    table.add_column("where the time goes")
    table.add_column("by design, ms", justify="right")
    table.add_column("measured, ms", justify="right")
    for way in budget.inputs:
        for step in way.steps:
            table.add_row(Text(f"{way.name}: {step.kind}"), _ms(step.said_s), _ms(step.measured_s))
    for step in budget.steps:
        table.add_row(Text(step.kind), _ms(step.said_s), _ms(step.measured_s))
    table.add_row("wait for the end of a tick (mean)", _ms(budget.tick_s), _ms(budget.tick_s))
    table.add_row("to the eye or ear", _ms(budget.display_s), _ms(budget.display_s), end_section=True)
    whole = "all together, by the slowest input" if len(budget.inputs) > 1 else "all together"
    table.add_row(whole, _ms(budget.said_s), _ms(budget.measured_s))
    return table


def _worth(p: Possible, source: str) -> str:
    reach, bound = (min(values) for values in (p.reach, p.bound))
    known = (
        "had too little baseline to say how true it can be"
        if math.isnan(bound)
        else f"correlates with the offline envelope by {reach:.3f}, and no causal filter by more than {bound:.3f}, "
        "were the signal Gaussian noise (bursts are easier to follow, a steady rhythm is harder)"
    )
    return (
        f"How true: {p.kind} in {p.feature}, {p.low_hz:g} to {p.high_hz:g} Hz as it was {1000 * p.target_delay_s:g} ms "
        f"ago, after {p.baseline_s:.3g} s of baseline of {source}, {known}."
    )


def _ms(seconds: float) -> str:
    return "-" if math.isnan(seconds) else f"{round(1000.0 * seconds, 1) + 0.0:.1f}"


def _rounded(value: object) -> object:
    """Round to microseconds; what cannot be measured is null."""
    if isinstance(value, float):
        return None if math.isnan(value) else round(value, 6)
    if isinstance(value, dict):
        return {key: _rounded(each) for key, each in value.items()}
    return [_rounded(each) for each in value] if isinstance(value, (list, tuple)) else value
