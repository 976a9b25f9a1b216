"""Delimited text: CSV, TSV, OpenBCI and other raw text, ARFF; also gzip-compressed."""

from __future__ import annotations

import gzip
import io
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from neurosim.core.errors import RecordingError
from neurosim.signals.recordings.columns import StoredColumns, StoredFile, find_among, find_columns
from neurosim.signals.recordings.sidecar import Sidecar
from neurosim.signals.recordings.table_layout import Layout, find_layout

if TYPE_CHECKING:
    import pandas as pd

MAX_BYTES = 1 << 30
"""Most bytes that a compressed file may have when decompressed."""

MAX_UNREADABLE = 0.1
"""Share of cells that may be no numbers before a column is refused."""


def read_table(path: Path, sidecar: Sidecar) -> StoredFile:
    """Read the columns asked for; without any asked for, all that hold numbers.

    Cells that are empty or, up to one in ten, no numbers become NaN.

    Raises
    ------
    RecordingError
        When the file is cut short, holds no samples, lacks a column, or an asked column is not numeric.
    """
    text = _read_text(path)
    layout = find_layout(text, sidecar.delimiter)
    if layout is None:
        raise RecordingError("holds no samples, only header lines")
    asked = find_columns(sidecar, lambda column: find_among(column, layout.names, layout.n_columns))
    n_marker = 0 if sidecar.marker is None else 1
    wanted = sorted(set(asked)) if sidecar.channels else list(range(layout.n_columns))
    frame = _parse(text, layout, wanted)

    notes: list[str] = []
    columns: dict[int, NDArray[np.float64]] = {}
    skipped: list[str] = []
    for number in wanted:
        try:
            columns[number] = _numbers(frame[number], number, layout, text, notes)
        except RecordingError:
            if sidecar.channels or number in asked:
                raise
            skipped.append(layout.label(number))

    if sidecar.channels:
        numbers, ch_names = asked[: len(asked) - n_marker], tuple(c.name for c in sidecar.channels)
    else:
        numbers = [number for number in columns if number not in asked]
        ch_names = tuple(layout.names[number] or f"ch{number}" for number in numbers)
        if skipped:
            notes.append(f"columns without numbers were left out: {', '.join(skipped)}")
    if not numbers:
        raise RecordingError("no column holds numbers; is its delimiter another? Name it in a sidecar")
    marker = StoredColumns(columns[asked[-1]][np.newaxis], ("marker",), layout.fs) if n_marker else None
    values = np.stack([columns[number] for number in numbers])
    units = tuple(layout.units[number] for number in numbers) if layout.units else ()
    return StoredFile((StoredColumns(values, ch_names, layout.fs, units),), marker, notes=tuple(notes))


def _read_text(path: Path) -> str:
    stored = path.read_bytes()
    if path.suffix.lower() == ".gz":
        stored = decompress(stored)
    text = stored.decode("utf-8-sig", errors="replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def decompress(stored: bytes) -> bytes:
    """Return what gzip made smaller.

    Raises
    ------
    RecordingError
        When it is damaged, cut short, or larger than any text recording is.
    """
    text = bytearray()
    try:
        with gzip.open(io.BytesIO(stored)) as file:
            # Piece by piece: asked for all at once it makes room for the largest text there can be.
            while len(text) <= MAX_BYTES and (piece := file.read(1 << 20)):
                text += piece
    except EOFError:
        raise RecordingError("is cut short: the compressed data has no end; copy it again") from None
    except (OSError, zlib.error) as error:
        raise RecordingError(f"cannot be decompressed ({error}); copy the file again") from None
    if len(text) > MAX_BYTES:
        raise RecordingError(f"is more than {MAX_BYTES >> 20} MB when decompressed; cut it into pieces")
    return bytes(text)


def _parse(text: str, layout: Layout, numbers: list[int]) -> pd.DataFrame:
    import pandas as pd

    handle = io.StringIO(text)
    handle.seek(layout.start)
    return pd.read_csv(
        handle,
        sep=r"\s+" if layout.delimiter == "whitespace" else layout.delimiter,
        header=None,
        names=list(range(layout.n_columns)),
        usecols=numbers,
        index_col=False,
        skipinitialspace=True,
        na_values=["?"],  # ARFF's mark for a missing value
        float_precision="round_trip",
        low_memory=False,
    )


def _numbers(column: pd.Series, number: int, layout: Layout, text: str, notes: list[str]) -> NDArray[np.float64]:
    import pandas as pd

    label = layout.label(number)
    if not pd.api.types.is_numeric_dtype(column):
        values = pd.to_numeric(column, errors="coerce")
        unreadable = np.flatnonzero(values.isna().to_numpy() & column.notna().to_numpy())
        if unreadable.size:
            row = int(unreadable[0])
            first = f"line {layout.line_of_row(text, row)}, column {label}: {str(column.iloc[row]).strip()!r}"
            if unreadable.size > MAX_UNREADABLE * column.size:
                share = f"{unreadable.size} of {column.size} cells are not"
                raise RecordingError(f"{first} is not a number ({share}); ask for another column in a sidecar")
            notes.append(f"{first} is not a number; cells like it became NaN: {unreadable.size}")
        column = values
    numbers = column.to_numpy(dtype=np.float64)
    if np.isnan(numbers).all():
        raise RecordingError(f"column {label} holds no numbers; ask for another column in a sidecar")
    return numbers
