"""Rows of the comparison: a statistic of recordings, of publications and of synthetic bodies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from neurosim.core.spec import Float

HEAD = (
    "| statistic | recordings (range; n files) | published norm | average body | people, 5-95 % | inside? |",
    "|---|---|---|---|---|---|",
)


@dataclass(frozen=True)
class Norm:
    """A published range.

    Parameters
    ----------
    low, high
        The range.
    source
        Who says so.
    read
        Whether it was looked up there; otherwise it is general knowledge of the field.
    """

    low: float
    high: float
    source: str
    read: bool = False

    def __str__(self) -> str:
        return f"{span_text(self.low, self.high)} ({self.source}){'' if self.read else ' †'}"


@dataclass(frozen=True)
class Row:
    """A statistic.

    Parameters
    ----------
    name
        What it is, with its unit.
    recorded
        By recording.
    norm
        What is published, if anything.
    average
        Of average bodies ``(body,)``, which differ only by chance; their median counts.
    people
        Of people ``(person,)``.
    """

    name: str
    recorded: Mapping[str, float]
    norm: Norm | None
    average: Float
    people: Float

    @property
    def value(self) -> float:
        """The statistic of the average body."""
        return float(np.nanmedian(self.average))

    @property
    def span(self) -> tuple[float, float]:
        """What recordings and publication span together."""
        ends = [*self.recorded.values(), *((self.norm.low, self.norm.high) if self.norm else ())]
        return min(ends), max(ends)

    @property
    def known(self) -> bool:
        """Whether there is a range at all; one recording alone is none."""
        return self.norm is not None or len(self.recorded) > 1

    @property
    def excess(self) -> float:
        """How far the average body lies above (positive) or below the span; 0 inside, or when there is no range."""
        if not self.known:
            return 0.0
        low, high = self.span
        return max(self.value - high, 0.0) + min(self.value - low, 0.0)

    @property
    def share(self) -> float:
        """Which share of those people lies inside who have the statistic at all."""
        low, high = self.span
        people = self.people[np.isfinite(self.people)]
        return float(np.mean((people >= low) & (people <= high)))

    @property
    def verdict(self) -> str:
        """Whether the average body lies inside, of what, and which share of people does."""
        if not self.known:
            return f"no range; {number(self.value / self.span[0])} times the only recording"
        if self.excess:
            limit = self.span[int(self.excess > 0)]
            where = "above" if self.excess > 0 else "below"
            relative = f" ({100 * abs(self.excess / limit):.0f} %)" if limit else ""
            return f"**no**, {number(abs(self.excess))}{relative} {where}; {100 * self.share:.0f} % of people are"
        norm = self.norm is not None and self.norm.low <= self.value <= self.norm.high
        ends = tuple(self.recorded.values())
        recorded = bool(ends) and min(ends) <= self.value <= max(ends)
        of = {(True, True): "both", (True, False): "the norm", (False, True): "the recordings"}.get(
            (norm, recorded), "the gap between them"
        )
        return f"yes, {of}; {100 * self.share:.0f} % of people"

    def markdown(self) -> str:
        """Return the row of the table."""
        ends = [value for value in self.recorded.values() if np.isfinite(value)]
        recorded = f"{span_text(min(ends), max(ends))}; {len(ends)}" if ends else "none"
        norm = str(self.norm) if self.norm else "none"
        low, high = np.nanpercentile(self.people, [5, 95])
        cells = (self.name, recorded, norm, number(self.value), span_text(low, high), self.verdict)
        return "| " + " | ".join(cells) + " |"


def number(value: float) -> str:
    """Return a number with three digits that count."""
    if not np.isfinite(value):
        return "none"
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"


def span_text(low: float, high: float) -> str:
    """Return two numbers as a range, or the one that they are."""
    return number(low) if number(low) == number(high) else f"{number(low)} to {number(high)}"


def table(rows: Sequence[Row]) -> list[str]:
    """Return the lines of a table, and below it every recording's own numbers."""
    return [*HEAD, *(row.markdown() for row in rows)]


def each_recording(rows: Iterable[Row]) -> list[str]:
    """Return lines that give each recording's own numbers."""
    return [
        f"- {row.name}: " + ", ".join(f"{name} {number(value)}" for name, value in row.recorded.items())
        for row in rows
        if row.recorded
    ]
