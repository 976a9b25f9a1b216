"""The chunks of an XDF file, walked before pyxdf reads them: all that it does then is bounded by the file's length.

pyxdf trusts what a chunk tells of itself, reads on at the wrong place after a lie, and fits a line of its own, some
hundredths of a second each, wherever a stream pauses or its clock seems to have been set anew.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO
from xml.etree import ElementTree as ET

import numpy as np

from neurosim.core.errors import RecordingError
from neurosim.core.spec import Float

_HEADER, _SAMPLES, _CLOCK = 2, 3, 4
_BYTES = {"float32": 4, "double64": 8, "int8": 1, "int16": 2, "int32": 4, "int64": 8, "string": 0}
#: A recording with more lines to fit is refused: one for each clock, after each reset of it, and after each pause.
_MOST_CLOCKS, _MOST_PAUSES = 200, 5000
#: From where on pyxdf takes a jump for a reset of the clock [s], or for a pause [s, samples].
_RESET_S, _PAUSE_S, _PAUSE_SAMPLES = 1.0, 1.0, 500


@dataclass
class _Stream:
    """What is known of a stream.

    Parameters
    ----------
    n_channels, n_bytes
        Of a sample; no bytes for texts.
    period_s
        From sample to sample; 0 where it has no rate [s].
    last_s, n_pauses
        The last time stamp, and how often one was far from that before it.
    clocks
        When the offset of its clock was measured, and the offset [s].
    """

    n_channels: int
    n_bytes: int
    period_s: float
    last_s: float = 0.0
    n_pauses: int = 0
    clocks: list[tuple[float, float]] = field(default_factory=list)


def check_chunks(path: Path) -> None:
    """Walk from chunk to chunk: whether all are whole, each holds what it tells of, and no clock runs wild.

    Raises
    ------
    RecordingError
        With the place of the first that is not.
    """
    size = path.stat().st_size
    streams: dict[int, _Stream] = {}
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
            content = file.read(length)
            try:
                _check_chunk(content, streams)
            except (ValueError, KeyError, IndexError, struct.error, ET.ParseError) as error:
                reason = (str(error).strip() or type(error).__name__).splitlines()[0]
                raise RecordingError(f"is damaged at byte {at} of {size} ({reason}); copy it again") from None
    if not streams:
        raise RecordingError("holds no streams; record it again")
    _check_clocks(streams)


def _varlen(file: BinaryIO) -> int | None:
    width = file.read(1)
    if width not in (b"\x01", b"\x04", b"\x08"):
        return None
    digits = file.read(width[0])
    return int.from_bytes(digits, "little") if len(digits) == width[0] else None


def _check_chunk(content: bytes, streams: dict[int, _Stream]) -> None:
    (tag,) = struct.unpack_from("<H", content)
    if tag not in (_HEADER, _SAMPLES, _CLOCK):
        return
    (number,) = struct.unpack_from("<I", content, 2)
    if tag == _HEADER:
        xml = ET.fromstring(content[6:].decode("utf-8", "replace"))
        n_channels, rate = int(xml.findtext("channel_count", "")), float(xml.findtext("nominal_srate", ""))
        if n_channels < 1 or not 0.0 <= rate < 1e9:
            raise ValueError(f"stream {number} has {n_channels} channels at {rate:g} Hz")
        streams[number] = _Stream(n_channels, _BYTES[xml.findtext("channel_format", "")], 1.0 / rate if rate else 0.0)
    elif number not in streams:
        raise ValueError(f"stream {number} was not announced")
    elif tag == _CLOCK:
        if len(content) != 22:
            raise ValueError(f"stream {number} tells of its clock in {len(content)} bytes and not 22")
        streams[number].clocks.append(struct.unpack_from("<dd", content, 6))
    else:
        _check_samples(content, number, streams[number])


def _check_samples(content: bytes, number: int, stream: _Stream) -> None:
    """Look whether the samples end where their chunk ends, and count the pauses between their time stamps."""
    n, at = _varlen_at(content, 6)
    left = len(content) - at
    # A sample takes a byte for its time stamp at least, and one a channel when it is text.
    least = 1 + stream.n_channels * max(stream.n_bytes, 1)
    lie = f"stream {number} tells of {n} samples in {len(content)} bytes"
    if n * least > left or (n == 0 < left):
        raise ValueError(lie)
    if n == 0 and left == 0:
        return
    told_s, at = _texts(content, at, n, stream) if stream.n_bytes == 0 else _numbers(content, at, n, least)
    if at != len(content):
        raise ValueError(lie)
    # What has no time stamp of its own follows the one before it.
    times_s, there = np.append(stream.last_s, told_s), np.append(True, np.isfinite(told_s))
    before = np.maximum.accumulate(np.where(there, np.arange(n + 1), 0))
    times_s = times_s[before] + (np.arange(n + 1) - before) * stream.period_s
    if stream.period_s:
        pauses = np.abs(np.diff(times_s)) > max(_PAUSE_S, _PAUSE_SAMPLES * stream.period_s)
        stream.n_pauses += int(pauses.sum())
    stream.last_s = float(times_s[-1])


def _varlen_at(content: bytes, at: int) -> tuple[int, int]:
    """Return a number of variable length, and where what follows begins."""
    width = content[at]
    end = at + 1 + width
    if width not in (1, 4, 8) or end > len(content):
        raise ValueError("a length is told in no way that there is")
    return int.from_bytes(content[at + 1 : end], "little"), end


def _stamp_at(content: bytes, at: int) -> tuple[float, int]:
    """Return the time stamp of a sample, NaN where it has none, and where its values begin.

    Raises
    ------
    ValueError
        For one that is no number.
    """
    if content[at] == 0:
        return np.nan, at + 1
    if content[at] != 8:
        raise ValueError("a sample has a part of a time stamp")
    (stamp,) = struct.unpack_from("<d", content, at + 1)
    if not np.isfinite(stamp):
        raise ValueError("a time stamp is no number")
    return stamp, at + 9


def _numbers(content: bytes, at: int, n: int, least: int) -> tuple[Float, int]:
    """Return the time stamps of samples that are numbers, and where the samples end."""
    stored = np.frombuffer(content, np.uint8, offset=at)
    if stored.size == n * (least + 8):  # usually all have a time stamp
        rows = stored.reshape(n, least + 8)
        stamps = np.ascontiguousarray(rows[:, 1:9]).view("<f8").ravel()
        if (rows[:, 0] == 8).all() and np.isfinite(stamps).all():
            return stamps, len(content)
    stamps = np.empty(n)
    for i in range(n):
        stamps[i], at = _stamp_at(content, at)
        at += least - 1
    return stamps, at


def _texts(content: bytes, at: int, n: int, stream: _Stream) -> tuple[Float, int]:
    """Return the time stamps of samples that are texts, and where the samples end."""
    stamps = np.empty(n)
    for i in range(n):
        stamps[i], at = _stamp_at(content, at)
        for _ in range(stream.n_channels):
            length, at = _varlen_at(content, at)
            at += length
    return stamps, at


def _check_clocks(streams: dict[int, _Stream]) -> None:
    """Look whether the offsets of the clocks are numbers, and nothing begins anew without end."""
    n_clocks = 0
    for number, stream in streams.items():
        measured = np.array(stream.clocks).reshape(-1, 2)
        if not np.isfinite(measured).all():
            raise RecordingError(f"stream {number} has clock offsets that are no numbers; leave it out of the file")
        if stream.n_pauses > _MOST_PAUSES:
            raise RecordingError(f"stream {number} pauses {stream.n_pauses} times; leave it out of the file")
        if len(measured) > 1:
            # Where pyxdf may think that it was set anew: its measure goes back, or time and offset both jump.
            time_s, offset_s = np.diff(measured, axis=0).T
            jumps = [np.abs(x - np.median(x)) > _RESET_S for x in (time_s, offset_s)]
            n_clocks += 1 + int(((time_s < 0.0) | (jumps[0] & jumps[1])).sum())
    if n_clocks > _MOST_CLOCKS:
        raise RecordingError(f"has {n_clocks} clocks, or some that were set anew so often; leave streams out of it")
