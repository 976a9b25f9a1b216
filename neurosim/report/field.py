"""The reward rates that others use (``field_rates.csv``)."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True)
class FieldRate:
    """A reward rate that somebody uses or advises: from and to [%], and who says so."""

    what: str
    low_percent: float
    high_percent: float
    source: str

    @property
    def range(self) -> str:
        """From and to, in words."""
        low = f"{self.low_percent:g}"
        return f"{low} %" if self.low_percent == self.high_percent else f"{low} to {self.high_percent:g} %"


@cache
def field_rates() -> tuple[FieldRate, ...]:
    """Return them all.

    Examples
    --------
    >>> field_rates()[0].range
    '30 to 40 %'
    """
    text = (files("neurosim.report") / "field_rates.csv").read_text(encoding="utf-8")
    return tuple(
        FieldRate(row["what"], float(row["low_percent"]), float(row["high_percent"]), row["source"])
        for row in csv.DictReader(text.splitlines())
    )
