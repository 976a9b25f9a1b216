"""A stream of feedback read from a file: of a session folder, or a table with a time and a value."""

from __future__ import annotations

import csv
import json
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from neurosim.core.config import read_text
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
    """Read a session folder, or a table: tab- or comma-separated, with a header, a time [s] and one value.

    Parameters
    ----------
    path
        A session folder, its ``features.tsv``, or a table with a column ``time_s`` (or ``onset``) and one more, or one
        called ``shown``.

    Raises
    ------
    ConfigError
        With the line of what is wrong, and the remedy.
    """
    path = _table_of_folder(path) if path.is_dir() else path
    rows = list(csv.reader(read_text(path).splitlines(), delimiter=_delimiter(path)))
    where = str(path)
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
    facts_file = folder / "session.json"
    if not facts_file.is_file():
        raise ConfigError("is no session folder: there is no session.json in it", str(folder))
    revealed = folder / "revealed.json"
    try:
        facts = json.loads(read_text(revealed if revealed.is_file() else facts_file))
        sham = facts["sham"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ConfigError("cannot be read: it is not what neurosim writes", str(facts_file)) from None
    if sham == "sealed":
        raise ConfigError("is sealed; a donor must be known to have had real feedback", str(folder))
    if sham is not None:
        raise ConfigError("had a sham; a donor has real feedback", str(folder))
    return read_stream(folder)


def _table_of_folder(folder: Path) -> Path:
    revealed = folder / "revealed.tsv"
    return revealed if revealed.is_file() else folder / "features.tsv"


def _delimiter(path: Path) -> str:
    head = read_text(path).partition("\n")[0]
    return "\t" if "\t" in head else ","


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
