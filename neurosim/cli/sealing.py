"""``neurosim seal`` and ``neurosim reveal``: a secret arm, and its end."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from neurosim.cli.console import make_console
from neurosim.cli.report import NOTICE
from neurosim.core.errors import UserError

if TYPE_CHECKING:
    from neurosim.session.sealing.blinding import BlindingIndex
    from neurosim.session.sealing.reveal import Revealed


def seal_arm(arms: str, ratio: str, out: Path) -> None:
    """Draw an arm, write its key, and print the commitment.

    Raises
    ------
    UserError
        For arms that are not known or cannot be prepared, or a key that cannot be written.
    """
    from neurosim.core.timeline import TickGrid
    from neurosim.session.sealing.key import draw_key, parse_arms, write_key
    from neurosim.session.sealing.veil import SealedSham

    key = draw_key(parse_arms([name.strip() for name in arms.split(",")], _ratio(ratio)))
    SealedSham(key=key).prepare(TickGrid(1 / 64), 0, (0,), ())  # what is wrong with a sham is told now
    write_key(key, out)
    print(key.commitment)


def _ratio(text: str) -> list[int]:
    try:
        return [int(part) for part in text.split(":")] if text else []
    except ValueError:
        raise UserError(f"must be whole numbers such as 2:1, got '{text}'", "--ratio") from None


def reveal_folders(folders: Sequence[Path], keys: Sequence[Path], as_json: bool) -> None:
    """Open sealed sessions and print what was hidden.

    Raises
    ------
    UserError
        When a key does not fit, or a record is missing.
    """
    from neurosim.session.sealing.reveal import blinding_indices, reveal_session

    revealed = [reveal_session(folder, keys) for folder in folders]
    indices = {}
    if len(revealed) > 1:
        for who in ("participant", "operator"):
            found = blinding_indices(revealed, who)
            if found["james"].n:
                indices[who] = found
    if as_json:
        data = {who: {name: _plain(index) for name, index in found.items()} for who, found in indices.items()}
        print(json.dumps({"sessions": [r.summary() for r in revealed], "blinding": data}, indent=2))
        return
    _print(revealed, indices)


def _plain(index: BlindingIndex) -> dict[str, float | None]:
    return {name: None if math.isnan(value) else value for name, value in asdict(index).items()}


def _print(revealed: Sequence[Revealed], indices: dict[str, dict[str, BlindingIndex]]) -> None:
    from rich.table import Table
    from rich.text import Text

    console = make_console()
    table = Table(title="What was shown, beside what was earned", title_justify="left")
    table.add_column("session")
    table.add_column("arm")
    for name in ("reward rate", "shown", "rates match", "agreement", "participant", "operator"):
        table.add_column(name, justify="right")
    for r in revealed:
        rates = (f"{r.reward_rate:.1%}", f"{r.shown_rate:.1%}", "yes" if r.matched else "no", f"{r.agreement:.1%}")
        guesses = (r.guesses.participant or "-", r.guesses.operator or "-")
        table.add_row(Text(Path(r.folder).name), Text(r.arm), *rates, *guesses)
    console.print(table)
    for who, found in indices.items():
        for name, i in found.items():
            if not math.isnan(i.value):
                console.print(f"{who}, {name}: {i.value:.2f} (95 % interval {i.low:.2f} to {i.high:.2f}, n = {i.n})")
    if indices:
        console.print("James: 1 nobody knows, 0.5 chance, 0 all know. Bang: 0 chance, 1 all know, -1 all wrong.")
    console.print(NOTICE)
