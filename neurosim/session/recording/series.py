"""A regular time series as a table: plain text while it is recorded, ``.tsv.gz`` without a header after that.

BIDS wants physiology and stimuli so; the names of the columns and the rate stand in a JSON file beside the table.
"""

from __future__ import annotations

import gzip
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import numpy as np

from neurosim.core.errors import RecordingError
from neurosim.core.spec import Samples, SignalSpec, concatenate, time_last

if TYPE_CHECKING:
    import pandas as pd

_COMPRESSION = 5


class TableWriter:
    """Appends rows to ``STEM.tsv``, and compresses it to ``STEM.tsv.gz`` in the end.

    Parameters
    ----------
    stem
        Path without an ending; what is there already is an error.
    columns
        Names of the columns.
    """

    def __init__(self, stem: Path, columns: list[str]) -> None:
        self._plain = stem.with_name(f"{stem.name}.tsv")
        self._file: TextIO = self._plain.open("x", encoding="utf-8", newline="\n")
        self._file.write("\t".join(columns) + "\n")
        self._file.flush()

    def write(self, text: str) -> None:
        """Append whole lines."""
        self._file.write(text)

    def flush(self) -> None:
        """Hand what was written to the system."""
        self._file.flush()

    def close(self) -> None:
        """Close the table as it is."""
        self._file.close()

    def finish(self) -> None:
        """Close and compress the table."""
        self.close()
        compress(self._plain)


class SeriesWriter(TableWriter):
    """Appends the samples of a stream to a table, a channel a column, with six decimals.

    Parameters
    ----------
    stem
        Path without an ending.
    spec
        Of the stream; there must be no batch axis.
    """

    def __init__(self, stem: Path, spec: SignalSpec) -> None:
        super().__init__(stem, list(spec.ch_names))
        self._line = "\t".join(["%.6f"] * spec.n_channels) + "\n"
        self._waiting: list[Samples] = []

    def append(self, samples: Samples) -> None:
        """Append samples ``(channel, time)``."""
        self._waiting.append(samples)

    def flush(self) -> None:
        if self._waiting:
            rows = concatenate(self._waiting).T
            self._waiting = []
            # Adding 0 takes the sign off a zero; what rounds to it keeps one, which reads back as zero.
            text = self._line * len(rows) % tuple((rows + 0.0).ravel().tolist())
            self.write(text if np.isfinite(rows).all() else text.replace("nan", "n/a").replace("inf", "n/a"))
        super().flush()


def compress(plain: Path) -> None:
    """Write a table without its header and without a date as ``.tsv.gz``, and take the plain one away."""
    packed = plain.with_name(f"{plain.name}.gz")
    with (
        plain.open("rb") as source,
        packed.open("wb") as file,
        gzip.GzipFile("", "wb", _COMPRESSION, file, mtime=0) as target,
    ):
        source.readline()
        shutil.copyfileobj(source, target, 1 << 20)
    plain.unlink()


def find_table(stem: Path) -> Path | None:
    """Return the table of a stem, compressed or, where the recording did not end properly, plain."""
    for ending in (".tsv", ".tsv.gz"):  # the plain one is there as long as the other is not whole
        path = stem.with_name(stem.name + ending)
        if path.is_file():
            return path
    return None


def read_table(path: Path, columns: list[str] | None = None) -> pd.DataFrame:
    """Read a table, its numbers to the bit.

    Parameters
    ----------
    path
        The file.
    columns
        Their names, where the file has no header.
    """
    import pandas as pd

    # In one piece: read in pieces, a column of words that begins empty would have mixed types.
    return pd.read_csv(
        path, sep="\t", na_values="n/a", float_precision="round_trip", low_memory=False, names=columns
    )  # fmt: skip


def read_series(stem: Path) -> pd.DataFrame:
    """Read a time series that was recorded.

    Raises
    ------
    RecordingError
        When it is not there, or its sidecar is not.
    """
    path = find_table(stem)
    if path is None:
        raise RecordingError("no such recording", f"{stem}.tsv.gz")
    try:
        return read_table(path, None if path.suffix == ".tsv" else read_sidecar(stem)["Columns"])
    except (ValueError, OSError, EOFError):
        raise RecordingError("is no table that neurosim wrote", str(path)) from None


def read_sidecar(stem: Path) -> dict[str, Any]:
    """Read the JSON file beside a recording.

    Raises
    ------
    RecordingError
        When there is none.
    """
    path = stem.with_name(f"{stem.name}.json")
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        data = None
    if not isinstance(data, dict):
        raise RecordingError("is missing or no sidecar; without it nobody knows the rate and the columns", str(path))
    return data


def samples_of(table: pd.DataFrame) -> Samples:
    """Return a table as samples ``(channel, time)``."""
    return time_last(np.ascontiguousarray(table.to_numpy(dtype=np.float64)))
