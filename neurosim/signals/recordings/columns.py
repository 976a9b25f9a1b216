"""The columns asked of a file, as stored in it: what every reader of a format returns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from neurosim.core.errors import Problem, RecordingError, did_you_mean
from neurosim.signals.recordings.kinds import KINDS
from neurosim.signals.recordings.sidecar import Column, Sidecar

MINIMAL_SIDECAR = "give a sidecar TOML file with the sampling rate, at least the one line: fs = 250.0"

_T = TypeVar("_T")


@dataclass(frozen=True)
class RecordedEvent:
    """Something that happened in a recording.

    Parameters
    ----------
    onset_s
        When, from the first sample of the recording as read [s].
    description
        What.
    duration_s
        How long [s]; 0 for a moment.
    kind
        As in `SessionEvent`: ``annotation``, or ``gap`` where samples are missing.
    """

    onset_s: float
    description: str
    duration_s: float = 0.0
    kind: str = "annotation"


@dataclass(frozen=True, eq=False)
class StoredColumns:
    """Channels that were sampled together, before scale, offset and cutting.

    Parameters
    ----------
    values
        Channels, shape (n_channels, n_times), in the unit or the steps of the file.
    ch_names
        Names in the order of `values`.
    fs
        Sampling rate the file states [Hz], None if it states none.
    units
        Unit of each channel, "" where the file tells none; empty for none at all.
    kinds
        Kind of each channel (`neurosim.signals.recordings.kinds`) that the file states, "" where it does not. Another
        kind, such as ``stim``, is left out unless it is asked for.
    start_s
        When the first sample was taken, in the time of the recording [s].
    """

    values: NDArray[np.float64]
    ch_names: tuple[str, ...]
    fs: float | None = None
    units: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    start_s: float = 0.0

    def __post_init__(self) -> None:
        nothing = ("",) * len(self.ch_names)
        object.__setattr__(self, "units", self.units or nothing)
        object.__setattr__(self, "kinds", self.kinds or nothing)

    def take(self, rows: Sequence[int], ch_names: Sequence[str] | None = None) -> StoredColumns:
        """Return some channels, in the order given, under other names if there are some."""
        return replace(
            self,
            values=self.values[list(rows)],
            ch_names=tuple(self.ch_names[row] for row in rows) if ch_names is None else tuple(ch_names),
            units=tuple(self.units[row] for row in rows),
            kinds=tuple(self.kinds[row] for row in rows),
        )


@dataclass(frozen=True, eq=False)
class StoredFile:
    """What a reader found in a file.

    Parameters
    ----------
    parts
        Channels, those that were sampled together in one part.
    marker
        Marker column, one channel.
    events
        The file's own events.
    notes
        What the user should know about how the file was read.
    """

    parts: tuple[StoredColumns, ...]
    marker: StoredColumns | None = None
    events: tuple[RecordedEvent, ...] = ()
    notes: tuple[str, ...] = ()


class ColumnNotFoundError(Exception):
    """A column that the file does not have; says which ones it has."""


def find_columns(sidecar: Sidecar, find: Callable[[Column], _T]) -> list[_T]:
    """Find every column that the sidecar asks for: the channels in order, then the marker.

    Raises
    ------
    RecordingError
        Naming every column that `find` does not find and its place in the sidecar.
    """
    found: list[_T] = []
    problems: list[Problem] = []
    for loc, column in sidecar.asked():
        try:
            found.append(find(column))
        except ColumnNotFoundError as error:
            problems.append(Problem(("sidecar", *loc), str(error)))
    if problems:
        raise RecordingError(problems)
    return found


def find_among(column: Column, names: Sequence[str], n_columns: int) -> int:
    """Return the number of a column.

    Raises
    ------
    ColumnNotFoundError
        When no column, or more than one, is meant.
    """
    if isinstance(column, int):
        if column >= n_columns:
            raise ColumnNotFoundError(f"there is no column {column}; columns are 0 to {n_columns - 1}")
        return column
    if not any(names):
        raise ColumnNotFoundError(f"columns have no names here; give a number, 0 to {n_columns - 1}")
    if column not in names:
        raise ColumnNotFoundError(f"there is no '{column}'; {did_you_mean(column, {n for n in names if n})}")
    if Counter(names)[column] > 1:
        numbers = ", ".join(str(i) for i, name in enumerate(names) if name == column)
        raise ColumnNotFoundError(f"'{column}' names more than one column; give one of the numbers {numbers}")
    return list(names).index(column)


def choose(stored: StoredFile, sidecar: Sidecar) -> StoredFile:
    """Return the channels that the sidecar asks for, or else all of a known kind or of none, and the marker.

    Parameters
    ----------
    stored
        All channels of a file; column numbers count through them. A name may lack the dots at its end.
    sidecar
        What is asked for.

    Raises
    ------
    RecordingError
        When a channel is not there.
    """
    parts = stored.parts
    places = [(p, row) for p, part in enumerate(parts) for row in range(len(part.ch_names))]
    written = [parts[p].ch_names[row] for p, row in places]
    names = [name.strip().rstrip(".") or name for name in written]

    def find(column: Column) -> int:
        exact = isinstance(column, str) and written.count(column) == 1
        return written.index(str(column)) if exact else find_among(column, names, len(names))

    asked = [places[at] for at in find_columns(sidecar, find)]
    marker_at = asked.pop() if sidecar.marker is not None else None
    marker = None if marker_at is None else parts[marker_at[0]].take([marker_at[1]])
    if not sidecar.channels:
        asked = [(p, row) for p, row in places if (p, row) != marker_at and parts[p].kinds[row] in ("", *KINDS)]
    called = [c.name for c in sidecar.channels] or [names[places.index(place)] for place in asked]
    chosen = []
    for number, part in enumerate(parts):
        mine = [i for i, (p, _) in enumerate(asked) if p == number]
        if mine:
            chosen.append(part.take([asked[i][1] for i in mine], [called[i] for i in mine]))
    if not chosen:
        kinds = [kind for part in parts for kind in part.kinds]
        there = ", ".join(f"{name} ({kind})" if kind else name for name, kind in zip(names[:12], kinds, strict=False))
        raise RecordingError(f"holds no EEG or body channels; name the wanted ones in a sidecar, of: {there}")
    return replace(stored, parts=tuple(chosen), marker=marker)


def channels_first(array: NDArray[Any], what: str) -> NDArray[Any]:
    """Turn a 1-D or 2-D array to shape (n_channels, n_times); the longer side is taken as time.

    Raises
    ------
    RecordingError
        When it is neither numbers nor 1-D or 2-D, or square.
    """
    if array.dtype.kind not in "biuf":
        raise RecordingError(f"{what} holds {array.dtype} and not real numbers; save it as float64")
    if array.ndim not in (1, 2):
        raise RecordingError(f"{what} has {array.ndim} dimensions; save it with 1 (time) or 2 (and channels)")
    if array.ndim == 1:
        return array[np.newaxis, :]
    n_rows, n_columns = array.shape
    if n_rows == n_columns > 1:
        raise RecordingError(f"{what} is square, {n_rows} by {n_columns}, so its time side is unclear; cut it")
    return array if n_rows < n_columns else array.T
