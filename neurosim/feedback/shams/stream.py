"""A stream of feedback read from a file: of a recorded session, or a table with a time and a value."""

from __future__ import annotations

import csv
import gzip
import json
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from neurosim.core.config import read_text
from neurosim.core.dataset import FEEDBACK, Places, find_session
from neurosim.core.errors import ConfigError
from neurosim.core.spec import Float
from neurosim.core.timeline import TickGrid

_TIMES = ("onset", "time_s", "time")
#: Times in tables have six decimals.
_ROUNDING_S = 1e-6


@dataclass(frozen=True)
class FeedbackStream:
    """What was shown, and when.

    Parameters
    ----------
    times_s
        When each value begins ``(row,)`` [s], rising.
    shown
        The values ``(row,)``, 0 to 1.
    """

    times_s: Float
    shown: Float

    @property
    def duration_s(self) -> float:
        """Where the last value ends [s]: it is as long as the one before."""
        return float(2.0 * self.times_s[-1] - self.times_s[-2])

    def on(self, grid: TickGrid) -> Float:
        """Return what is shown in each tick ``(tick,)``: the newest value at its start, nothing before the first."""
        starts = np.array([grid.start_s(k) for k in range(grid.n_ticks(self.duration_s))])
        newest = np.searchsorted(self.times_s, starts + _ROUNDING_S, side="right") - 1
        shown: Float = np.where(newest >= 0, self.shown[newest], 0.0)
        return shown


def read_stream(path: Path) -> FeedbackStream:
    """Read a recorded session, or a table: tab- or comma-separated, with a header, a time [s] and one value.

    Parameters
    ----------
    path
        The folder of a session, or a table with a column ``time_s`` (or ``onset``) and one more, or one called
        ``shown``.

    Raises
    ------
    ConfigError
        With the line of what is wrong, and the remedy.
    """
    where = str(path)
    rows = _rows_of_session(find_session(path)) if path.is_dir() else _rows(read_text(path))
    header = rows[0] if rows else []
    time = next((header.index(name) for name in _TIMES if name in header), None)
    if time is None:
        raise ConfigError(f"has no column of times; call it {' or '.join(_TIMES[:2])}", where)
    if "shown" in header:
        value = header.index("shown")
    elif len(header) == 2:
        value = 1 - time
    else:
        raise ConfigError("has no column 'shown'; a sealed session has it after `neurosim reveal`", where)
    table = np.array([_row(row, i, len(header), (time, value), where) for i, row in enumerate(rows[1:], 2)])
    if len(table) < 2:
        raise ConfigError("has fewer than two rows", where)
    late = np.flatnonzero(np.diff(table[:, 0]) <= 0.0)
    if late.size:
        raise ConfigError(f"line {late[0] + 3}: the time does not rise; sort the table by time", where)
    return FeedbackStream(table[:, 0], table[:, 1])


def read_donor(folder: Path) -> FeedbackStream:
    """Read what was shown in a session with real feedback.

    Raises
    ------
    ConfigError
        When it is no session folder, is sealed, or had a sham itself.
    """
    places = find_session(folder)
    revealed = places.results / "revealed.json"
    try:
        facts = json.loads(read_text(revealed if revealed.is_file() else places.facts))
        sham = facts["sham"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ConfigError("cannot be read: it is not what neurosim writes", str(places.facts)) from None
    if sham == "sealed":
        raise ConfigError("is sealed; a donor must be known to have had real feedback", str(folder))
    if sham is not None:
        raise ConfigError("had a sham; a donor has real feedback", str(folder))
    return read_stream(folder)


def _rows_of_session(places: Places) -> list[list[str]]:
    """Return the ticks of a session with their header: as revealed, as closed, or as far as it was written."""
    revealed, stem = places.results / "revealed.tsv", places.stem_of(FEEDBACK)
    plain = revealed if revealed.is_file() else stem.with_name(f"{stem.name}.tsv")
    if plain.is_file():
        return _rows(read_text(plain))
    packed = stem.with_name(f"{stem.name}.tsv.gz")
    try:
        header = json.loads(read_text(stem.with_name(f"{stem.name}.json")))["Columns"]
        with gzip.open(packed, "rt", encoding="utf-8", newline="") as file:
            return [header, *csv.reader(file, delimiter="\t")]
    except (OSError, EOFError, ValueError, KeyError):
        raise ConfigError("cannot be read: it is not what neurosim writes", str(packed)) from None


def _rows(text: str) -> list[list[str]]:
    lines = text.splitlines()
    return list(csv.reader(lines, delimiter="\t" if lines and "\t" in lines[0] else ","))


def _row(row: list[str], line: int, n_columns: int, wanted: tuple[int, int], where: str) -> tuple[float, float]:
    if len(row) != n_columns:
        raise ConfigError(f"line {line}: has {len(row)} columns, the header has {n_columns}", where)
    time_s, shown = (_number(row[i], line, where) for i in wanted)
    if not 0.0 <= shown <= 1.0:
        raise ConfigError(f"line {line}: must be within 0 to 1, got {row[wanted[1]]}", where)
    if time_s < 0.0:
        raise ConfigError(f"line {line}: time counts from the start of the session, got {row[wanted[0]]}", where)
    return time_s, shown


def _number(text: str, line: int, where: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ConfigError(f"line {line}: '{text[:20]}' is no number", where)
    return value
