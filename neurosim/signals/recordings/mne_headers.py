"""GDF and CNT headers, held against the length of their files before MNE opens them.

MNE makes lists and arrays as long as these headers say, of up to four thousand million channels or events.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from neurosim.core.errors import RecordingError

#: Bytes of a sample by the type of a GDF channel; what is not here MNE does not read.
_GDF_BYTES = {1: 1, 2: 1, 3: 2, 4: 2, 5: 4, 6: 4, 7: 8, 8: 8, 16: 4, 17: 8}
_CNT_SETUP, _CNT_CHANNEL, _CNT_TABLE = 900, 75, 9


def check_header(path: Path) -> None:
    """Look whether a GDF or CNT file can hold what its header tells of; files of other endings are let through.

    Raises
    ------
    RecordingError
        When it cannot.
    """
    check = {".gdf": _check_gdf, ".cnt": _check_cnt}.get(path.suffix.lower())
    if check is None:
        return
    size = path.stat().st_size
    try:
        with path.open("rb") as file:
            check(file, size)
    except (struct.error, ValueError) as error:
        reason = str(error) if type(error) is ValueError else "it ends in the middle"
        kind = path.suffix[1:].upper()
        raise RecordingError(f"has no whole {kind} header ({reason}); copy or export it again") from None


def _numbers(file: BinaryIO, at: int, form: str) -> Sequence[float]:
    file.seek(at)
    return struct.unpack(form, file.read(struct.calcsize(form)))


def _check_gdf(file: BinaryIO, size: int) -> None:
    """Schloegl 2006, arXiv:cs/0608052; a GDF 1 has its channels and events in other types than a GDF 2."""
    version = file.read(8)
    if not version.startswith(b"GDF "):
        raise ValueError("it does not begin with GDF")
    number = float(version[4:].decode("latin-1"))
    old = not number >= 1.9
    (header_bytes,) = _numbers(file, 184, "<q" if old else "<H")
    header_bytes *= 1 if old else 256
    (n_records,), (n_channels,) = _numbers(file, 236, "<q"), _numbers(file, 252, "<I" if old else "<H")
    if n_channels < 1 or not 256 * (n_channels + 1) <= header_bytes <= size or n_records < 0:
        raise ValueError(f"it tells of {n_channels} channels and {n_records} records")
    n_channels = int(n_channels)
    samples = _numbers(file, 256 + 216 * n_channels, f"<{n_channels}i")
    types = _numbers(file, 256 + 220 * n_channels, f"<{n_channels}i")
    if min(samples) < 0 or not set(types) <= _GDF_BYTES.keys():
        raise ValueError("it tells of samples of no type that there is")
    table_at = header_bytes + n_records * sum(n * _GDF_BYTES[int(t)] for n, t in zip(samples, types, strict=True))
    if table_at > size:
        raise ValueError(f"it tells of {n_records} records in {size} bytes")
    if table_at < size:
        mode, low, high, more = _numbers(file, int(table_at), "<BBBB")
        (n_events,) = _numbers(file, int(table_at) + 4, "<I") if number < 1.94 else (low + 256 * high + 65536 * more,)
        if table_at + 8 + n_events * (12 if mode == 3 else 6) > size:
            raise ValueError(f"it tells of {n_events} events in {size - table_at} bytes")


def _check_cnt(file: BinaryIO, size: int) -> None:
    """The structures SETUP, ELECTLOC and TEEG of Neuroscan, paulbourke.net/dataformats/eeg."""
    if file.read(4) == b"RIFF":  # ANT's format of the same ending; its own library reads it
        return
    (n_channels,), (n_times,) = _numbers(file, 370, "<H"), _numbers(file, 864, "<i")
    (table_at,), (block_bytes,) = _numbers(file, 886, "<i"), _numbers(file, 894, "<i")
    n_data = table_at - _CNT_SETUP - _CNT_CHANNEL * n_channels
    if n_channels < 1 or n_data < 0 or table_at + _CNT_TABLE > size or n_times * n_channels * 2 > n_data:
        raise ValueError(f"it tells of {n_times} samples of {n_channels} channels")
    if block_bytes * n_channels > n_data:
        raise ValueError(f"it tells of blocks of {block_bytes} bytes a channel")
    (n_events,) = _numbers(file, int(table_at) + 1, "<i")
    if not 0 <= n_events <= size - table_at - _CNT_TABLE:
        raise ValueError(f"it tells of {n_events} bytes of events, {size - table_at} are left")
