"""Files of the Empatica E4 wrist band: a folder of CSV files, each with its own rate and beginning."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from neurosim.core.errors import RecordingError
from neurosim.core.spec import Float
from neurosim.signals.recordings.columns import RecordedEvent, StoredColumns, StoredFile
from neurosim.signals.recordings.tables import decompress

#: Kind, channels, unit, and how much of it the stored 1 is, of each file.
_FILES = {
    "EDA": ("skin_conductance", ("EDA",), "uS", 1.0),
    "TEMP": ("temperature", ("TEMP",), "degC", 1.0),
    "BVP": ("ppg", ("PPG",), "a.u.", 1.0),
    "ACC": ("acceleration", ("x", "y", "z"), "g", 1.0 / 64.0),
    "HR": ("heart_rate", ("heart_rate",), "bpm", 1.0),
}
_BEATS, _TAGS = "IBI", "tags"
_ENDINGS = (".csv", ".csv.gz")
#: Rate of the stream of intervals between beats, as heart rate variability is resampled (Task Force 1996) [Hz].
IBI_FS = 4.0
_LEAST_S = 1e9  # 2001, in seconds since 1970: how the files begin
_LATEST_S = 1e10


def is_empatica(path: Path) -> bool:
    """Return whether it is a folder of these files, or one of them: named so, and beginning with a date."""
    if path.is_dir():
        return any(is_empatica(file) for name in (*_FILES, _BEATS) for file in _spelled(path, name))
    stem = path.name.split(".")[0]
    if stem not in (*_FILES, _BEATS) or not path.name.lower().endswith(_ENDINGS):
        return False
    try:
        return _LEAST_S < float(_lines(path)[0].split(",")[0]) < _LATEST_S
    except (ValueError, IndexError, OSError, RecordingError):
        return False


def read_empatica(path: Path) -> StoredFile:
    """Read one of the files, or all of a folder; time 0 is the first sample of any of them.

    The intervals of ``IBI.csv`` become a stream at 4 Hz that holds each from its beat to the next, and NaN where
    beats were not found; ``tags.csv``, where the button was pressed, becomes events.

    Raises
    ------
    RecordingError
        With the line that is wrong.
    """
    folder = path if path.is_dir() else path.parent
    files = [path] if path.is_file() else [f for name in (*_FILES, _BEATS) for f in _spelled(folder, name)]
    read = [_read(file) for file in files]
    zero_s = min(start_s for start_s, _ in read)
    parts = []
    for (start_s, part), file in zip(read, files, strict=True):
        if start_s - zero_s > 86400.0:
            raise RecordingError(f"{file.name} begins more than a day after the others; keep recordings apart")
        parts.append(StoredColumns(part.values, part.ch_names, part.fs, part.units, part.kinds, start_s - zero_s))
    tags = [file for file in _spelled(folder, _TAGS) if path.is_dir()]
    pressed = [_number(line, file, i) for file in tags for i, line in enumerate(_lines(file), 1) if line.strip()]
    return StoredFile(tuple(parts), events=tuple(RecordedEvent(at - zero_s, "tag") for at in pressed))


def _spelled(folder: Path, name: str) -> list[Path]:
    return [folder / f"{name}{ending}" for ending in _ENDINGS if (folder / f"{name}{ending}").is_file()][:1]


def _lines(path: Path) -> list[str]:
    stored = path.read_bytes()
    text = decompress(stored) if path.suffix.lower() == ".gz" else stored
    return text.decode("utf-8-sig", "replace").splitlines()


def _number(text: str, path: Path, line: int) -> float:
    try:
        return float(text.split(",")[0])
    except ValueError:
        raise RecordingError(f"{path.name}, line {line}: '{text[:30]}' is no number; copy it again") from None


def _table(lines: list[str], path: Path, first: int, n_columns: int) -> Float:
    """Return the numbers of lines ``(column, line)``; `first` is the number of the first line."""
    try:
        table = np.loadtxt(lines, delimiter=",", ndmin=2, dtype=np.float64)
        if table.shape[1] != n_columns:
            raise ValueError(f"{table.shape[1]} columns, not {n_columns}")
    except ValueError as error:
        for i, line in enumerate(lines):
            cells = line.split(",")
            if len(cells) != n_columns:
                raise RecordingError(
                    f"{path.name}, line {first + i}: {len(cells)} columns and not {n_columns}; copy it again"
                ) from None
            for cell in cells:
                _number(cell, path, first + i)
        raise RecordingError(f"{path.name} cannot be read ({error}); copy it again") from None
    return np.ascontiguousarray(table.T)


def _read(path: Path) -> tuple[float, StoredColumns]:
    """Return when the first sample of a file was taken [s], and its channels."""
    name, lines = path.name.split(".")[0], _lines(path)
    while lines and not lines[-1].strip():
        lines.pop()
    if len(lines) < 3:
        raise RecordingError(f"{path.name} holds no samples; leave it out, or copy it again")
    start_s = _number(lines[0], path, 1)
    if not _LEAST_S < start_s < _LATEST_S:
        raise RecordingError(f"{path.name}, line 1: {start_s:g} is no date in seconds since 1970; copy it again")
    if name == _BEATS:
        at, ibi = _table(lines[1:], path, 2, 2)
        return start_s, StoredColumns(_held(at, ibi, path)[None], ("ibi",), IBI_FS, ("s",), ("ibi",))
    kind, ch_names, unit, scale = _FILES[name]
    fs = _number(lines[1], path, 2)
    if not 0.0 < fs <= 1e4:
        raise RecordingError(f"{path.name}, line 2: {fs:g} is no sampling rate; copy it again")
    values = _table(lines[2:], path, 3, len(ch_names)) * scale
    n = len(ch_names)
    return start_s, StoredColumns(values, ch_names, fs, (unit,) * n, (kind,) * n)


def _held(at: Float, ibi: Float, path: Path) -> Float:
    """Return the interval before the last beat at each moment; NaN once the next beat is overdue by half of it."""
    if not (np.isfinite(at).all() and np.isfinite(ibi).all() and (np.diff(at) >= 0).all()
            and at[0] >= 0 and at[-1] < 7 * 86400.0):  # fmt: skip
        raise RecordingError(f"{path.name}: its beats are not in order within a week; copy it again")
    moments = np.arange(int(at[-1] * IBI_FS) + 1) / IBI_FS
    last = np.searchsorted(at, moments, side="right") - 1
    held = np.where(last >= 0, ibi[last], np.nan)
    held[(last >= 0) & (moments - at[last] > 1.5 * ibi[last])] = np.nan
    return held
