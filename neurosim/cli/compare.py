"""``neurosim compare-thresholds``: the same people and noise under each threshold policy."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from neurosim.cli.console import make_console
from neurosim.cli.report import NOTICE
from neurosim.cli.warm import warm_up

if TYPE_CHECKING:
    import pandas as pd


def compare(protocol: str, policies: tuple[str, ...], as_json: bool, reward_rate: float, **options: Any) -> None:
    """Run the policies side by side and print one table.

    Raises
    ------
    UserError
        For everything that cannot be used.
    """
    from neurosim.cli.progress import watched
    from neurosim.cohort.compare import CAVEAT, POLICIES, compare_thresholds
    from neurosim.core.noise import pick_seed

    options["seed"] = pick_seed() if options["seed"] is None else options["seed"]
    warm_up()
    table = compare_thresholds(
        protocol, policies or POLICIES, reward_rate=reward_rate, sinks=watched("session"), **options
    )
    if as_json:
        facts = {"protocol": protocol, "reward_rate": reward_rate, **options, "caveat": CAVEAT, "notice": NOTICE}
        print(json.dumps(facts | {"policies": [_plain(row) for row in table.to_dict("records")]}, indent=2))
        return
    _print(protocol, table, reward_rate, options)
    console = make_console()
    console.print(CAVEAT)
    console.print(NOTICE)


def _plain(row: dict[Any, Any]) -> dict[str, Any]:
    return {
        str(key): (None if math.isnan(value) else float(f"{value:.6g}")) if isinstance(value, float) else value
        for key, value in row.items()
    }


def _print(protocol: str, found: pd.DataFrame, reward_rate: float, options: dict[str, Any]) -> None:
    from rich.table import Table
    from rich.text import Text

    who = f"{options['subjects']} subjects, sessions: {options['n_sessions']}, seed {options['seed']}"
    title = f"Last training block of {protocol}, aimed at {reward_rate:.0%}; {who}"
    table = Table(title=Text(title), title_justify="left")
    table.add_column("threshold")
    for name in ("reward rate", "without learning", "on/off a minute", "learned, %"):
        table.add_column(name, justify="right")
    for row in (_plain(each) for each in found.to_dict("records")):
        error = "" if row["learned_error"] is None else f" ± {row['learned_error']:.1f}"
        table.add_row(
            row["policy"], f"{row['reward_rate']:.0%}", f"{row['untrained_rate']:.0%}",
            f"{row['switches_per_min']:.0f}", f"{row['learned_percent']:+.1f}{error}",
        )  # fmt: skip
    make_console().print(table)
