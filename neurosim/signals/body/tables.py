"""The tables that ship with the body: latents, couplings, events, traits."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files


@cache
def read_table(name: str) -> tuple[dict[str, str], ...]:
    """Read a table of the package's data, one dictionary a row."""
    text = (files("neurosim.signals.body") / "data" / f"{name}.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))
