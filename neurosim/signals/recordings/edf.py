"""EDF and BDF files, each channel at its own rate: 16- or 24-bit records, and the texts of EDF+ between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from neurosim.core.errors import RecordingError
from neurosim.core.spec import Float
from neurosim.signals.recordings.columns import RecordedEvent, StoredColumns, StoredFile
from neurosim.signals.recordings.edf_texts import is_text, read_texts, record_begins
from neurosim.signals.recordings.gaps import lay_out, pauses

_FIXED = 256
_PER_CHANNEL = 256
_BYTES_A_SAMPLE = {".edf": 2, ".bdf": 3}
_STATUS = ("status", "trigger")


@dataclass(frozen=True)
class EdfHeader:
    """What a header says.

    Parameters
    ----------
    n_bytes
        Length of the header.
    n_records
        Number of records, -1 where it was never filled in.
    record_s
        Length of a record [s].
    samples
        Samples a record of every channel, annotation channels too.
    labels, units
        Name and physical dimension of every channel.
    gains, offsets
        Physical value of a step, and of step 0, of every channel.
    discontinuous
        Whether there may be gaps between records (EDF+D).
    """

    n_bytes: int
    n_records: int
    record_s: float
    samples: tuple[int, ...]
    labels: tuple[str, ...]
    units: tuple[str, ...]
    gains: tuple[float, ...]
    offsets: tuple[float, ...]
    discontinuous: bool


def read_edf_header(path: Path) -> EdfHeader:
    """Read the header.

    Raises
    ------
    RecordingError
        When it is no EDF or BDF header, or says what cannot be.
    """
    with path.open("rb") as file:
        fixed = file.read(_FIXED)
        try:
            n = int(_text(fixed[252:256]))
            n_bytes, n_records = int(_text(fixed[184:192])), int(_text(fixed[236:244]))
            record_s = float(_text(fixed[244:252]))
            if n < 1 or n_bytes != _FIXED + n * _PER_CHANNEL or n_records < -1:
                raise ValueError
            fields = file.read(n * _PER_CHANNEL)
            if len(fields) < n * _PER_CHANNEL:
                raise ValueError
            samples = tuple(int(field) for field in _column(fields, n, 216, 8))
            if min(samples) < 0 or sum(samples) < 1:
                raise ValueError
        except ValueError:
            kind = path.suffix[1:].upper()
            raise RecordingError(f"has no whole {kind} header; export the recording again") from None
    labels = _column(fields, n, 0, 16)
    if not 0.0 < record_s < np.inf and not all(is_text(label) for label in labels):
        raise RecordingError(f"says that a record lasts {record_s:g} s; correct the header, or export it again")
    scales = [
        _scale(label, *limits)
        for label, *limits in zip(labels, *(_column(fields, n, at, 8) for at in (104, 112, 120, 128)), strict=True)
    ]
    gains, offsets = zip(*scales, strict=True)
    units = _column(fields, n, 96, 8)
    discontinuous = fixed[192:197] in (b"EDF+D", b"BDF+D")
    return EdfHeader(n_bytes, n_records, record_s, samples, labels, units, gains, offsets, discontinuous)


def _text(field: bytes) -> str:
    return field.decode("latin-1").strip(" \0")


def _column(fields: bytes, n: int, at: int, width: int) -> tuple[str, ...]:
    begin = n * at
    return tuple(_text(fields[i : i + width]) for i in range(begin, begin + n * width, width))


def _scale(label: str, *limits: str) -> tuple[float, float]:
    """Return the physical value of a step and of step 0, from the limits that the header gives."""
    if is_text(label):
        return 1.0, 0.0
    try:
        low, high, low_step, high_step = map(float, limits)
        gain = (high - low) / (high_step - low_step)
        if not np.isfinite(gain) or gain == 0.0:
            raise ValueError
    except (ValueError, ZeroDivisionError):
        raise RecordingError(
            f"channel '{label}': from {limits[0]} to {limits[1]} in steps {limits[2]} to {limits[3]} is no range; "
            "correct the header, or export it again"
        ) from None
    return gain, low - gain * low_step


def read_edf(path: Path) -> StoredFile:
    """Read all channels, each in its own unit and at its own rate; trigger codes and the texts of EDF+ become events.

    Raises
    ------
    RecordingError
        When it is cut short, its header says what cannot be, or it has no channels.
    """
    header, width = read_edf_header(path), _BYTES_A_SAMPLE[path.suffix.lower()]
    n_records, notes = _count_records(path, header, width)
    stored = np.memmap(path, dtype=np.uint8, mode="r", offset=header.n_bytes,
                       shape=(n_records, sum(header.samples) * width))  # fmt: skip
    parts: dict[int, list[int]] = {}
    texts = []
    for channel, n in enumerate(header.samples):
        if is_text(header.labels[channel]):
            texts.append(_bytes_of(stored, header, channel, width))
        elif n:
            parts.setdefault(n, []).append(channel)
    if not parts:
        raise RecordingError("holds no channels, only texts; is the recording in another file beside it?")
    begins_s = record_begins(texts[0]) if texts else np.full(n_records, np.nan)
    origin_s = 0.0 if np.isnan(begins_s[0]) else float(begins_s[0])
    events = [event for channel in texts for event in read_texts(channel, origin_s)]
    pieces, times_s = [(0, n_records)], [0.0]
    if header.discontinuous and np.isnan(begins_s).any():
        notes += ("the file may have gaps between its records (EDF+D), and does not tell where; they are not kept",)
    elif header.discontinuous:
        pieces = _pieces(begins_s, header.record_s, max(parts))
        times_s = [float(begins_s[first]) - origin_s for first, _ in pieces]
    found: list[StoredColumns] = []
    for n, channels in parts.items():
        fs = n / header.record_s
        its = [(first * n, stop * n) for first, stop in pieces]
        values = np.empty((len(channels), n_records * n))
        for row, channel in enumerate(channels):
            steps = _steps(_bytes_of(stored, header, channel, width), width)
            if header.labels[channel].lower() == "status" and width == 3:
                events += _codes(steps, its, times_s, fs)
            np.multiply(steps, header.gains[channel], out=values[row])
            values[row] += header.offsets[channel]
        names = tuple(header.labels[channel] or f"ch{channel}" for channel in channels)
        units = tuple(header.units[channel] for channel in channels)
        kinds = tuple("stim" if name.lower() in _STATUS else "" for name in names)
        values, gaps = lay_out("the file", values, its, times_s, fs)
        if not found and gaps:  # those of all rates are the same
            events += gaps
            notes += (f"{pauses(gaps)} (EDF+D)",)
        found.append(StoredColumns(values, names, fs, units, kinds))
    return StoredFile(tuple(found), events=tuple(events), notes=notes)


def _count_records(path: Path, header: EdfHeader, width: int) -> tuple[int, tuple[str, ...]]:
    """Return how many whole records there are, and what the user should know."""
    n_there = (path.stat().st_size - header.n_bytes) / (sum(header.samples) * width)
    if header.n_records == 0 or n_there < 1:
        raise RecordingError("holds no samples: it has no whole record; record or export it again")
    if n_there < header.n_records:
        raise RecordingError(f"is cut short: {n_there:.1f} of {header.n_records} records are there; copy it again")
    notes = []
    if header.n_records == -1:
        notes.append(f"the header does not count the records; the {int(n_there)} whole ones were read")
    elif n_there >= header.n_records + 1:
        notes.append(f"the header counts {header.n_records} records, which were read; {int(n_there)} are there")
    return int(n_there) if header.n_records == -1 else header.n_records, tuple(notes)


def _pieces(begins_s: Float, record_s: float, most_samples: int) -> list[tuple[int, int]]:
    """Return the stretches of records that follow each other, to half a sample: the first, and one after the last."""
    jumps = np.abs(np.diff(begins_s) - record_s) > 0.5 * record_s / most_samples
    borders = [0, *(np.flatnonzero(jumps) + 1).tolist(), len(begins_s)]
    return list(pairwise(borders))


def _bytes_of(stored: NDArray[np.uint8], header: EdfHeader, channel: int, width: int) -> NDArray[np.uint8]:
    """Return the bytes of a channel, shape (n_records, n_bytes)."""
    begin = sum(header.samples[:channel]) * width
    return stored[:, begin : begin + header.samples[channel] * width]


def _steps(stored: NDArray[np.uint8], width: int) -> NDArray[np.int32]:
    if width == 2:
        return np.ascontiguousarray(stored).view("<i2").ravel().astype(np.int32)
    low, middle, high = (np.ascontiguousarray(stored[:, i::3]).ravel().astype(np.int32) for i in range(3))
    return low | (middle << 8) | (high.astype(np.uint8).view(np.int8).astype(np.int32) << 16)


def _codes(
    status: NDArray[np.int32], pieces: Sequence[tuple[int, int]], times_s: Sequence[float], fs: float
) -> list[RecordedEvent]:
    """Return the trigger codes of a BDF status channel, which are its lower 16 bits."""
    codes = status & 0xFFFF
    at = np.flatnonzero((np.diff(codes, prepend=codes[:1]) != 0) & (codes != 0))
    starts = np.array([first for first, _ in pieces])
    piece = np.searchsorted(starts, at, side="right") - 1
    onsets_s = np.array(times_s)[piece] + (at - starts[piece]) / fs
    return [RecordedEvent(onset_s, str(code)) for onset_s, code in zip(onsets_s.tolist(), codes[at], strict=True)]
