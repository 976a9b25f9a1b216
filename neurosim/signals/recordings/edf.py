"""The header of an EDF or BDF file: does the file hold what it says."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from neurosim.core.errors import RecordingError

_FIXED = 256
_PER_CHANNEL = 256
_SAMPLES_AT = 216  # where, of the 256 bytes a channel, the samples a record start
_BYTES_A_SAMPLE = {".edf": 2, ".bdf": 3}


@dataclass(frozen=True)
class EdfHeader:
    """What the check of an EDF or BDF file needs of its header.

    Parameters
    ----------
    n_bytes
        Length of the header.
    n_records
        Number of records, -1 where it was never filled in.
    samples
        Samples a record of every channel, annotation channels too.
    labels
        Name of every channel.
    discontinuous
        Whether there may be gaps between records (EDF+D).
    """

    n_bytes: int
    n_records: int
    samples: tuple[int, ...]
    labels: tuple[str, ...]
    discontinuous: bool


def read_edf_header(path: Path) -> EdfHeader:
    """Read the header.

    Raises
    ------
    RecordingError
        When it is no EDF or BDF header.
    """
    with path.open("rb") as file:
        fixed = file.read(_FIXED)
        try:
            n_channels = _integer(fixed[252:256])
            n_bytes, n_records = _integer(fixed[184:192]), _integer(fixed[236:244])
            if n_channels < 1 or n_bytes != _FIXED + n_channels * _PER_CHANNEL or n_records < -1:
                raise ValueError
            channels = file.read(n_channels * _PER_CHANNEL)
            begin = n_channels * _SAMPLES_AT
            samples = tuple(_integer(channels[at : at + 8]) for at in range(begin, begin + 8 * n_channels, 8))
            if min(samples) < 0 or sum(samples) < 1:
                raise ValueError
        except ValueError:
            kind = path.suffix[1:].upper()
            raise RecordingError(f"has no whole {kind} header; export the recording again") from None
    labels = tuple(channels[at : at + 16].decode("latin-1").strip() for at in range(0, 16 * n_channels, 16))
    return EdfHeader(n_bytes, n_records, samples, labels, fixed[192:197] in (b"EDF+D", b"BDF+D"))


def _integer(field: bytes) -> int:
    return int(field.strip(b" \0"))


def check_edf(path: Path) -> tuple[str, ...]:
    """Compare the header with the length of the file; return what the user should know.

    Raises
    ------
    RecordingError
        When samples are missing.
    """
    header = read_edf_header(path)
    record_bytes = sum(header.samples) * _BYTES_A_SAMPLE[path.suffix.lower()]
    n_there = (path.stat().st_size - header.n_bytes) / record_bytes
    if header.n_records == 0 or n_there < 1:
        raise RecordingError("holds no samples: it has no whole record; record or export it again")
    if n_there < header.n_records:
        raise RecordingError(
            f"is cut short: {n_there:.1f} of {header.n_records} records are there; copy it again",
        )
    notes = []
    if header.n_records == -1:
        notes.append(f"the header does not count the records; the {int(n_there)} whole ones were read")
    if header.discontinuous:
        notes.append("the file says that there may be gaps between its records (EDF+D); they are not kept")
    signals = zip(header.labels, header.samples, strict=True)
    rates = {n for label, n in signals if not label.endswith("Annotations")}
    if len(rates) > 1:
        notes.append("channels have different sampling rates; MNE resampled them all to the highest")
    return tuple(notes)
