"""XDF files of the Lab Streaming Layer: several streams, each with its own clock, brought to one time."""

from __future__ import annotations

import io
import logging
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO
from xml.etree import ElementTree as ET

import numpy as np

from neurosim.core.errors import RecordingError
from neurosim.core.spec import Float
from neurosim.signals.recordings.columns import RecordedEvent, StoredColumns, StoredFile
from neurosim.signals.recordings.extras import need
from neurosim.signals.recordings.kinds import kind_of_name

_HEADER, _SAMPLES = 2, 3
_BYTES = {"float32": 4, "double64": 8, "int8": 1, "int16": 2, "int32": 4, "int64": 8, "string": 0}
#: A device's measured rate is taken for its nominal one when they differ by less.
_SAME_RATE = 1e-4
#: Gaps may be so many times what is there, or last so long [s].
_GAP_TIMES, _GAP_S = 10, 600.0
_MARKERS = ("markers", "marker", "events", "stim", "annotations")


def read_xdf(path: Path) -> StoredFile:
    """Read all streams.

    Each stream stays at its own rate; clock offsets and jitter are taken out (pyxdf), gaps become NaN, and time 0 is
    the first sample of any stream of samples. Streams of texts or without a rate become events.

    Raises
    ------
    RecordingError
        When it is cut short or damaged, or holds no samples.
    """
    _check_chunks(path)
    pyxdf = need("pyxdf", "XDF files")
    logger = logging.getLogger("pyxdf.pyxdf")
    before, logger.disabled = logger.disabled, True  # it tells on stderr what is told here
    try:
        streams, _ = pyxdf.load_xdf(str(path), verbose=None)
    except Exception as error:  # pyxdf raises whatever a damaged file leads it to
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise RecordingError(f"cannot be read by pyxdf ({reason}); copy it again") from error
    finally:
        logger.disabled = before
    regular = [s for s in streams if _is_signal(s)]
    if not regular:
        raise RecordingError("holds no stream of samples with a rate; record one beside the markers")
    zero_s = min(float(stream["time_stamps"][0]) for stream in regular)
    notes: list[str] = []
    parts = [_part(stream, zero_s, notes) for stream in regular]
    events = [event for stream in streams if not _is_signal(stream) for event in _events(stream, zero_s)]
    return StoredFile(tuple(parts), events=tuple(events), notes=tuple(notes))


def _is_signal(stream: Any) -> bool:
    info = stream["info"]
    return (
        float(info["nominal_srate"][0]) > 0.0
        and info["channel_format"][0] != "string"
        and len(stream["time_stamps"]) > 1
    )


def _one(tree: Any, *keys: str) -> str:
    """Return a text of a stream's description, "" where it is not there."""
    for key in keys:
        entry = tree.get(key) if isinstance(tree, dict) else None
        tree = entry[0] if isinstance(entry, list) and entry else None
    return tree.strip() if isinstance(tree, str) else ""


def _part(stream: Any, zero_s: float, notes: list[str]) -> StoredColumns:
    info, values = stream["info"], np.asarray(stream["time_series"], dtype=np.float64).T
    name, n_channels = _one(info, "name") or f"stream {info['stream_id']}", len(values)
    described = (info.get("desc") or [None])[0] or {}
    channels = ((described.get("channels") or [None])[0] or {}).get("channel", [])
    channels = channels if len(channels) == n_channels else [{}] * n_channels
    labels = [_one(channel, "label") or f"{name}_{i}" for i, channel in enumerate(channels)]
    of_stream = _one(info, "type")
    types = [_one(channel, "type") or of_stream for channel in channels]
    kinds = [_kind(label, kind) for label, kind in zip(labels, types, strict=True)]
    units = [_one(channel, "unit") for channel in channels]
    fs, measured = float(info["nominal_srate"][0]), float(info["effective_srate"] or 0.0)
    if np.isfinite(measured) and measured > 0.0 and abs(measured / fs - 1.0) > _SAME_RATE:
        notes.append(f"{name}: {fs:g} Hz is what it says, {measured:.6g} Hz what its time stamps tell, which was taken")
        fs = measured
    stamps = np.asarray(stream["time_stamps"], dtype=np.float64)
    start_s, values = _on_grid(name, stamps, values, fs, info["segments"], notes)
    return StoredColumns(values, tuple(labels), fs, tuple(units), tuple(kinds), start_s - zero_s)


def _kind(label: str, stated: str) -> str:
    if stated.lower() in _MARKERS:
        return "stim"
    return kind_of_name(stated) if kind_of_name(stated) != "eeg" else kind_of_name(label) or "eeg"


def _on_grid(
    name: str, stamps: Float, values: Float, fs: float, segments: Any, notes: list[str]
) -> tuple[float, Float]:
    """Return when the first sample was taken [s], and the samples with NaN where the stream paused."""
    if not np.isfinite(stamps).all():
        raise RecordingError(f"stream '{name}' has time stamps that are no numbers; leave it out of the file")
    pieces = [(int(first), int(last) + 1) for first, last in segments] or [(0, len(stamps))]
    start_s = float(stamps[pieces[0][0]])
    places, end = [], 0
    for first, stop in pieces:
        # A piece never begins before the last one ended: time stamps may overlap when a clock was set back.
        at = max(end, round((float(stamps[first]) - start_s) * fs))
        places.append(at)
        end = at + stop - first
    n = len(stamps)
    if end - n > max(_GAP_TIMES * n, _GAP_S * fs):
        raise RecordingError(
            f"stream '{name}' pauses for {(end - n) / fs:.3g} s, and lasts {n / fs:.3g} s; cut the file where it pauses"
        )
    if len(pieces) == 1:
        return start_s, values[:, pieces[0][0] : pieces[0][1]]
    laid = np.full((len(values), end), np.nan)
    for (first, stop), at in zip(pieces, places, strict=True):
        laid[:, at : at + stop - first] = values[:, first:stop]
    notes.append(f"{name}: pauses {len(pieces) - 1} times, for {(end - n) / fs:.3g} s in all")
    return start_s, laid


def _events(stream: Any, zero_s: float) -> list[RecordedEvent]:
    return [
        RecordedEvent(float(stamp) - zero_s, " ".join(_written(value) for value in np.atleast_1d(sample)))
        for stamp, sample in zip(stream["time_stamps"], stream["time_series"], strict=False)
    ]


def _written(value: Any) -> str:
    return str(value) if isinstance(value, str) else f"{value:g}"


@dataclass(frozen=True)
class _Shape:
    n_channels: int
    n_bytes: int


def _check_chunks(path: Path) -> None:
    """Walk from chunk to chunk: whether all are whole, and whether each can hold the samples that it tells of.

    Raises
    ------
    RecordingError
        With the place of the first that is not.
    """
    size = path.stat().st_size
    shapes: dict[int, _Shape] = {}
    with path.open("rb") as file:
        if file.read(4) != b"XDF:":
            raise RecordingError("is no XDF file: it does not begin with XDF:; export the recording again")
        while (at := file.tell()) < size:
            length = _varlen(file)
            if length is None or length < 2 or file.tell() + length > size:
                raise RecordingError(
                    f"is cut short, or damaged, at byte {at} of {size}: a chunk does not end; copy it again, or keep "
                    f"what is whole: head -c {at} '{path.name}' > whole.xdf"
                )
            end = file.tell() + length
            try:
                _check_chunk(file, length, shapes)
            except (ValueError, KeyError, struct.error, ET.ParseError) as error:
                reason = (str(error).strip() or type(error).__name__).splitlines()[0]
                raise RecordingError(f"is damaged at byte {at} of {size} ({reason}); copy it again") from None
            file.seek(end)
    if not shapes:
        raise RecordingError("holds no streams; record it again")


def _check_chunk(file: BinaryIO, length: int, shapes: dict[int, _Shape]) -> None:
    (tag,) = struct.unpack("<H", file.read(2))
    if tag == _HEADER:
        (stream,) = struct.unpack("<I", file.read(4))
        xml = ET.fromstring(file.read(length - 6).decode("utf-8", "replace"))
        n_channels, rate = int(xml.findtext("channel_count", "")), float(xml.findtext("nominal_srate", ""))
        if n_channels < 1 or not 0.0 <= rate < 1e9:
            raise ValueError(f"stream {stream} has {n_channels} channels at {rate:g} Hz")
        shapes[stream] = _Shape(n_channels, _BYTES[xml.findtext("channel_format", "")])
    elif tag == _SAMPLES:
        content = io.BytesIO(file.read(length - 2))
        (stream,) = struct.unpack("<I", content.read(4))
        shape, n = shapes[stream], _varlen(content)
        # A sample takes a byte for its time stamp at least, and one a channel when it is text.
        if n is None or n * (1 + shape.n_channels * max(shape.n_bytes, 1)) > length:
            raise ValueError(f"stream {stream} tells of {n} samples in {length} bytes")


def _varlen(file: BinaryIO) -> int | None:
    width = file.read(1)
    if width not in (b"\x01", b"\x04", b"\x08"):
        return None
    digits = file.read(width[0])
    return int.from_bytes(digits, "little") if len(digits) == width[0] else None
