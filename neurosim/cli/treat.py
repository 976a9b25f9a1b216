"""``neurosim treat``: the same virtual patients under everything there is for them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from neurosim.cli.console import make_console, say
from neurosim.cli.warm import warm_up
from neurosim.core.errors import OutputError
from neurosim.core.units import pretty_units

if TYPE_CHECKING:
    from neurosim.cohort.side_by_side import SideBySide


def treat_patient(
    patient: str, techniques: tuple[str, ...], n: int, seed: int | None, figure: Path | None, as_json: bool
) -> None:
    """Run the arms one after the other, print one table and write the figure.

    Raises
    ------
    UserError
        For everything that cannot be used.
    """
    from neurosim.cohort.side_by_side import treat

    warm_up()
    found = treat(patient, techniques=techniques, n=n, seed=seed, done=lambda name: say(f"{name}: done"))
    if figure is not None:
        try:
            found.figure().savefig(figure)
        except (OSError, ValueError) as error:
            raise OutputError(f"cannot be written: {error}", str(figure)) from None
    if as_json:
        print(json.dumps(found.summary(), indent=2, ensure_ascii=False))
        return
    _print(found)


def _print(found: SideBySide) -> None:
    from rich.table import Table
    from rich.text import Text

    summary = found.summary()
    title = f"{summary['title']}: {summary['n']} virtual patients, the same in each row, seed {summary['seed']}"
    table = Table(title=Text(title), title_justify="left")
    table.add_column("technique")
    for name in ("measured", "score", "by expectation", "by technique", "halved", "evidence"):
        table.add_column(name, justify="right")
    for row in summary["arms"]:
        name = row["technique"].replace("_", " ") + (" *" if row["trained"] else "")
        score = f"{row['score']:.1f} ± {row['score_sd']:.1f}"
        terms = f"{row['change_nonspecific']:+.1f}", f"{row['change_specific']:+.1f}"
        level = "-" if row["evidence_level"] is None else f"{row['evidence_level']} of 5"
        table.add_row(name, f"{row['measured']:.3g}", score, *terms, f"{row['responders']:.0%}", level)
    console = make_console()
    console.print(table)
    console.print(Text(f"Measured: {summary['measured']}. Score: {summary['score']}, mean ± SD between patients."))
    console.print(Text(f"Set: {summary['set']}."))
    for row in summary["arms"]:
        if trained := row["trained"]:
            unit = pretty_units(trained["feature_unit"])
            console.print(Text(
                f"* {row['technique']}: {trained['sessions']} simulated sessions; {trained['feature']}, without "
                f"feedback, {trained['feature_before']:.3g} before and {trained['feature_after']:.3g} after [{unit}]. "
                f"Published: {trained['change_published']:+.2g} by the technique."
            ))  # fmt: skip
    for row in summary["arms"]:
        if row["evidence"]:
            moved = ", ".join(f"{latent} {offset:+.2g}" for latent, offset in row["moved"].items())
            pushes = f" On the body: {moved}." if moved else ""
            console.print(Text(f"{row['technique']} ({row['branch']}): {row['evidence']}{pushes}"))
    console.print(summary["notice"])


def list_techniques() -> dict[str, str]:
    """Return what there is in each of the six branches of the field, a row a technique."""
    from neurosim.cohort.treatments import BRANCHES, patients

    rows: dict[str, str] = {}
    for branch, meaning in BRANCHES.items():
        rows[branch] = meaning
        names: dict[str, list[str]] = {}
        for who, patient in patients().items():
            for name, technique in patient.techniques.items():
                if technique.branch == branch:
                    names.setdefault(name, []).append(who)
        rows |= {f"  {name}": f"neurosim treat {' | '.join(whom)}" for name, whom in names.items()}
    return rows
