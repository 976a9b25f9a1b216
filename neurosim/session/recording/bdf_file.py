"""BDF+ and EDF+ files that neurosim wrote, read back to the bit; and what a crash has left, made whole."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from neurosim.core.errors import RecordingError
from neurosim.core.spec import Float, Samples, time_last
from neurosim.core.step import BDF, EDF, Format
from neurosim.session.recording.bdf import COUNT_AT, NOTES_BYTES


@dataclass(frozen=True)
class BdfFile:
    """What the header of a file says that `BdfWriter` wrote.

    Attributes
    ----------
    path
        The file.
    ch_names
        Names of the channels.
    unit
        Of the samples.
    per_unit
        Steps in a unit.
    n_per_record
        Samples in a record.
    form
        BDF or EDF.
    n_records
        What the header counts.
    """

    path: Path
    ch_names: tuple[str, ...]
    unit: str
    per_unit: float
    n_per_record: int
    form: Format
    n_records: int

    @property
    def header_bytes(self) -> int:
        """Length of the header."""
        return 256 * (len(self.ch_names) + 2)

    @property
    def record_bytes(self) -> int:
        """Length of a record."""
        return len(self.ch_names) * self.n_per_record * self.form.n_bytes + NOTES_BYTES

    @property
    def n_whole(self) -> int:
        """Whole records in the file, whatever is counted."""
        return max(0, self.path.stat().st_size - self.header_bytes) // self.record_bytes

    def samples(self) -> Samples:
        """Read all samples ``(channel, time)`` in their unit; NaN where no number is stored."""
        n, n_channels = self.form.n_bytes, len(self.ch_names)
        raw = np.fromfile(self.path, np.uint8, self.n_whole * self.record_bytes, offset=self.header_bytes)
        records = raw.reshape(-1, self.record_bytes)[:, : n_channels * self.n_per_record * n]
        wide = np.zeros((records.size // n, 4), np.uint8)
        wide[:, 4 - n :] = records.reshape(-1, n)  # into the upper bytes: the shift back keeps the sign
        steps = wide.view("<i4").reshape(-1, n_channels, self.n_per_record) >> (8 * (4 - n))
        by_time: Float = steps.transpose(0, 2, 1).reshape(-1, n_channels).astype(np.float64)
        by_time[by_time == self.form.no_number] = np.nan
        return time_last(by_time / self.per_unit)

    def recover(self) -> bool:
        """Cut off what is no whole record, and count the others; return whether anything had to be done."""
        n, size = self.n_whole, self.header_bytes + self.n_whole * self.record_bytes
        if self.path.stat().st_size == size and self.n_records == n:
            return False
        with self.path.open("r+b") as file:
            file.truncate(size)
            file.seek(COUNT_AT)
            file.write(f"{n:<8d}".encode())
        return True


def find_bdf(stem: Path) -> Path:
    """Return the file of a stem, in whichever of the two formats.

    Raises
    ------
    RecordingError
        When there is none.
    """
    for form in (BDF, EDF):
        if (path := stem.with_name(stem.name + form.ending)).is_file():
            return path
    raise RecordingError("no such recording", f"{stem}{BDF.ending}")


def read_bdf(path: Path) -> BdfFile:
    """Read the header of a file that `BdfWriter` wrote.

    Raises
    ------
    RecordingError
        When it is none.
    """
    try:
        with path.open("rb") as file:
            fixed = file.read(256)
            n = int(fixed[252:256])
            rest = file.read(256 * n).decode("ascii")
        form = BDF if fixed[:8] == b"\xffBIOSEMI" else EDF
        columns, at = [], 0
        for width in (16, 80, 8, 8, 8, 8, 8, 80, 8, 32):
            columns.append([rest[i : i + width].strip() for i in range(at, at + n * width, width)])
            at += n * width
        labels, _, units, _, highest, _, limits, _, n_samples, _ = columns
        per_unit = int(limits[0]) / float(highest[0])
        found = BdfFile(path, tuple(labels[:-1]), units[0], per_unit, int(n_samples[0]), form, int(fixed[236:244]))
        if labels[-1] != f"{form.name} Annotations" or len(rest) != 256 * n or found.n_per_record < 1:
            raise ValueError
    except OSError as error:
        raise RecordingError(f"cannot be read: {error.strerror}", str(path)) from None
    except (ValueError, IndexError, ZeroDivisionError):
        raise RecordingError("is no recording that neurosim wrote", str(path)) from None
    return found
