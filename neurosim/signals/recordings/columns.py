"""The columns asked of a file, as stored in it: what every reader of a format returns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from neurosim.core.errors import Problem, RecordingError, did_you_mean
from neurosim.signals.recordings.sidecar import Column, Sidecar

MINIMAL_SIDECAR = "give a sidecar TOML file with the sampling rate, at least the one line: fs = 250.0"

_T = TypeVar("_T")


@dataclass(frozen=True, eq=False)
class StoredColumns:
    """The columns asked for, before scale, offset and cutting.

    Parameters
    ----------
    values
        Channels, shape (n_channels, n_times), in the file's own steps (microvolts from MNE).
    ch_names
        Names in the order of `values`.
    fs
        Sampling rate the file states [Hz], None if it states none.
    marker
        Marker column, shape (n_times,).
    events
        Onset [s] and description of the file's own events.
    notes
        What the user should know about how the file was read.
    """

    values: NDArray[np.float64]
    ch_names: tuple[str, ...]
    fs: float | None = None
    marker: NDArray[np.float64] | None = None
    events: tuple[tuple[float, str], ...] = ()
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
