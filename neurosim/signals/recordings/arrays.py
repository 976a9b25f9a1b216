"""NumPy array files (.npy), without pickle."""

from __future__ import annotations

from math import prod
from pathlib import Path
from tokenize import TokenError

import numpy as np

from neurosim.core.errors import RecordingError
from neurosim.signals.recordings.columns import StoredColumns, StoredFile, channels_first, find_among, find_columns
from neurosim.signals.recordings.sidecar import Sidecar

_HEADERS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}


def read_npy(path: Path, sidecar: Sidecar) -> StoredFile:
    """Read an array of shape (n_times,), (n_channels, n_times) or (n_times, n_channels).

    The longer side is time; column numbers count along the other.

    Raises
    ------
    RecordingError
        When it is cut short, holds anything but numbers, or lacks a column.
    """
    _check_header(path)
    values = channels_first(np.load(path, mmap_mode="r", allow_pickle=False), "the array")
    n_columns = values.shape[0]
    asked = find_columns(sidecar, lambda column: find_among(column, (), n_columns))
    marker = StoredColumns(np.array(values[asked[-1:]], dtype=np.float64), ("marker",)) if sidecar.marker else None
    if sidecar.channels:
        numbers, ch_names = asked[: len(sidecar.channels)], tuple(c.name for c in sidecar.channels)
    else:
        numbers = [number for number in range(n_columns) if number not in asked]
        ch_names = tuple(f"ch{number}" for number in numbers)
    return StoredFile((StoredColumns(np.array(values[numbers], dtype=np.float64), ch_names),), marker)


def _check_header(path: Path) -> None:
    # numpy itself tells of an object array or a cut file only in words meant for programmers.
    with path.open("rb") as file:
        try:
            shape, _, dtype = _HEADERS[np.lib.format.read_magic(file)](file)
        except (ValueError, KeyError, SyntaxError, TokenError) as error:  # a header that no parser understands
            raise RecordingError(f"is not a NumPy array file ({error.args[0]}); save it with numpy.save") from None
        n_data = path.stat().st_size - file.tell()
    if dtype.hasobject:
        raise RecordingError("holds Python objects, which are never read; save it as a float64 array")
    if prod(shape) == 0:
        raise RecordingError(f"holds no samples: its shape is {shape}")
    needed = prod(shape) * dtype.itemsize
    if n_data < needed:
        raise RecordingError(f"is cut short: {n_data} of {needed} bytes of samples are there; copy it again")
