"""``neurosim explain``: what a protocol measures, how late, and what it rewards."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from typing import TYPE_CHECKING

from neurosim.cli.console import make_console

if TYPE_CHECKING:
    from rich.table import Table

    from neurosim.feedback.protocol import TrainingProtocol
    from neurosim.testing.budget import Budget


def explain_protocol(name: str, as_json: bool) -> None:
    """Print a protocol in words, and the delay budget of each of its features.

    Raises
    ------
    UserError
        For a protocol that is not known or does not fit the simulated body.
    """
    from neurosim.feedback.protocol import load_protocol
    from neurosim.session.simulate import plan_sessions
    from neurosim.testing.budget import delay_budgets

    protocol = load_protocol(name)
    budgets = delay_budgets(protocol, plan_sessions(protocol, seed=0).source.specs)
    if as_json:
        features = [_rounded(asdict(b) | {"said_s": b.said_s, "measured_s": b.measured_s}) for b in budgets]
        print(json.dumps({"protocol": protocol.name, "features": features}, indent=2))
        return
    _print(protocol, budgets)


def _print(protocol: TrainingProtocol, budgets: list[Budget]) -> None:
    from rich.text import Text

    console = make_console()
    console.print(Text(f"{protocol.title}. {protocol.purpose}."))
    for budget in budgets:
        console.print(_table(budget))
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


def _ms(seconds: float) -> str:
    return "-" if math.isnan(seconds) else f"{round(1000.0 * seconds, 1) + 0.0:.1f}"


def _rounded(value: object) -> object:
    """Round to microseconds; what cannot be measured is null."""
    if isinstance(value, float):
        return None if math.isnan(value) else round(value, 6)
    if isinstance(value, dict):
        return {key: _rounded(each) for key, each in value.items()}
    return [_rounded(each) for each in value] if isinstance(value, (list, tuple)) else value
