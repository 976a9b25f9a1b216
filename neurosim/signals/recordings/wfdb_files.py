"""Records of PhysioNet's WFDB format (.hea, .dat) with their annotations, each signal at its own rate."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

import numpy as np

from neurosim.core.errors import RecordingError
from neurosim.signals.recordings.columns import RecordedEvent, StoredColumns, StoredFile
from neurosim.signals.recordings.extras import need
from neurosim.signals.recordings.folders import check_inside

#: Annotation files that lie beside records most often: by experts, of heartbeats, of quality.
_ANNOTATIONS = ("atr", "ecg", "qrs", "ann", "st", "ari", "man", "event", "marks")
#: Bytes a sample of the formats that are not compressed.
_BYTES = {"8": 1.0, "16": 2.0, "24": 3.0, "32": 4.0, "61": 2.0, "80": 1.0, "160": 2.0, "212": 1.5, "310": 4 / 3,
          "311": 4 / 3}  # fmt: skip
_COMPRESSED = ("508", "516", "524")
_PLAIN_NAME = re.compile(r"[A-Za-z0-9_.\-]+")


def read_wfdb(path: Path) -> StoredFile:
    """Read all signals; beats and rhythms beside the record become events.

    Raises
    ------
    RecordingError
        When it is cut short, or its header says what cannot be or names files elsewhere.
    """
    _check_record(path, depth=0)
    wfdb = need("wfdb", "WFDB records")
    record = str(path.with_suffix(""))
    try:
        read = wfdb.rdrecord(record, physical=True, smooth_frames=False)
        columns, names, units = read.e_p_signal, read.sig_name, read.units
        rates = [float(read.fs * n) for n in read.samps_per_frame]
        if columns is None:  # segments come as one array
            columns = list(np.asarray(read.p_signal).T)
    except Exception as error:  # wfdb raises whatever a damaged file leads it to
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise RecordingError(f"cannot be read by wfdb ({reason}); copy its files again") from error
    parts = []
    for fs in dict.fromkeys(rates):
        rows = [i for i, rate in enumerate(rates) if rate == fs]
        n = min(len(columns[i]) for i in rows)
        values = np.stack([np.asarray(columns[i][:n], dtype=np.float64) for i in rows])
        called = tuple(str(names[i] or f"ch{i}") for i in rows)
        parts.append(StoredColumns(values, called, fs, tuple(str(units[i] or "") for i in rows)))
    events, notes = _annotations(path, float(read.fs), wfdb)
    return StoredFile(tuple(parts), events=events, notes=notes)


def _annotations(path: Path, fs: float, wfdb: Any) -> tuple[tuple[RecordedEvent, ...], tuple[str, ...]]:
    for ending in _ANNOTATIONS:
        file = path.with_suffix(f".{ending}")
        if not file.is_file():
            continue
        try:
            found = wfdb.rdann(str(path.with_suffix("")), ending)
            rate = float(found.fs or fs)
            texts = (str(note).strip("\0 ") for note in found.aux_note)
            return tuple(
                RecordedEvent(float(sample) / rate, f"{symbol} {text}".strip())
                for sample, symbol, text in zip(found.sample, found.symbol, texts, strict=True)
            ), ()
        except Exception as error:
            reason = (str(error).strip() or type(error).__name__).splitlines()[0]
            return (), (f"its annotations in {file.name} cannot be read ({reason}); they were left out",)
    return (), ()


def _check_record(path: Path, depth: int) -> None:
    """Look at all that a header names and claims, before anything of it is opened.

    Raises
    ------
    RecordingError
        With the line that is wrong.
    """
    with path.open("rb") as header:
        text = header.read(1 << 20).decode("latin-1")
    lines = [(i, line.strip()) for i, line in enumerate(text.splitlines(), start=1)]
    lines = [(i, line) for i, line in lines if line and not line.startswith("#")]
    try:
        fields = lines[0][1].split()
        name, _, n_segments = fields[0].partition("/")
        n_signals, n_samples = int(fields[1]), int(fields[3]) if len(fields) > 3 else 0
        fs = float(re.split(r"[/(]", fields[2])[0]) if len(fields) > 2 else 250.0
        if not 0 < fs < math.inf or n_signals < 0 or n_samples < 0 or not _PLAIN_NAME.fullmatch(name):
            raise ValueError
    except (ValueError, IndexError):
        where = f"line {lines[0][0]}" if lines else "the file"
        raise RecordingError(f"{where} is no header of a WFDB record; copy the file again") from None
    if n_segments:
        return _check_segments(path, lines[1:], depth)
    if n_signals == 0:
        raise RecordingError("is a record without signals; name another one")
    if len(lines) < 1 + n_signals:
        raise RecordingError(f"line {lines[0][0]} tells of {n_signals} signals, {len(lines) - 1} follow; copy it again")
    frames: dict[tuple[Path, str], list[int]] = {}
    for number, line in lines[1 : 1 + n_signals]:
        signal = re.fullmatch(r"(\S+)\s+(\d+)(?:x(\d+))?(?::\d+)?(?:\+(\d+))?(\s.*)?", line)
        if signal is None or not _PLAIN_NAME.fullmatch(signal[1]):
            if signal is not None:
                check_inside(path.parent, signal[1], f"line {number}")
            raise RecordingError(f"line {number} describes no signal: '{line[:40]}'; copy the header again")
        if signal[2] not in _BYTES and signal[2] not in _COMPRESSED:
            raise RecordingError(f"line {number}: there is no format {signal[2]}; known: {', '.join(_BYTES)}")
        file = check_inside(path.parent, signal[1], f"line {number}")
        frames.setdefault((file, signal[2]), []).append(int(signal[3] or 1))
    for (file, kind), per_frame in frames.items():
        if not file.is_file():
            raise RecordingError(f"its samples, {file.name}, are not there; copy that file too")
        if kind in _BYTES:
            n_there = file.stat().st_size / (_BYTES[kind] * sum(per_frame))
            if n_there < n_samples:
                raise RecordingError(
                    f"is cut short: {file.name} holds {int(n_there)} of {n_samples} samples; copy it again"
                )
        elif n_samples > 64 * file.stat().st_size:
            raise RecordingError(f"says that {file.name} holds {n_samples} samples; the header is wrong")
    return None


def _check_segments(path: Path, lines: list[tuple[int, str]], depth: int) -> None:
    if depth:
        raise RecordingError("is a record of records of records; name one of them")
    for number, line in lines:
        name = line.split()[0]
        if name == "~":
            continue
        if not _PLAIN_NAME.fullmatch(name):
            check_inside(path.parent, name, f"line {number}")
            raise RecordingError(f"line {number} names no segment: '{name}'; copy the header again")
        header = path.with_name(f"{name}.hea")
        if not header.is_file():
            raise RecordingError(f"line {number}: the segment {header.name} is not there; copy it too")
        _check_record(header, depth + 1)
