"""BDF+ and EDF+, written record by record: a process that is killed leaves a file that opens.

Every record is handed to the system in one piece and then counted in the header, so that at no moment more than the
record that is being filled is missing. Formats: Kemp and Olivan 2003, doi 10.1016/S1388-2457(03)00123-8; BDF is the
same with 24 bits (BioSemi).
"""

from __future__ import annotations

import os
from collections import deque
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from neurosim.core.event import SessionEvent
from neurosim.core.spec import Samples, SignalSpec
from neurosim.core.step import BDF, Format, Step
from neurosim.core.timeline import exact

COUNT_AT = 236  # where in the header the number of records stands
NOTES_BYTES = 240  # room for events in a record; divisible by 2 and by 3
_LONGEST_RECORD_S = 2


class BdfWriter:
    """Appends the samples of one stream.

    Parameters
    ----------
    path
        The file; what is there already is an error.
    spec
        Of the stream; there must be no batch axis.
    step
        What a stored integer means.
    form
        BDF or EDF.

    Attributes
    ----------
    n_per_record
        Samples of a channel in a record.
    clipped
        Whether a sample of the last that were appended is as large as can be stored, or larger.
    """

    def __init__(self, path: Path, spec: SignalSpec, step: Step, form: Format = BDF) -> None:
        self._spec, self._step, self._form = spec, step, form
        fs = exact(spec.fs)
        # A record of whole samples and, where there is one, of a whole number of seconds.
        self.n_per_record = fs.numerator if fs.denominator <= _LONGEST_RECORD_S else max(1, round(spec.fs))
        self._record_s = float(_number(self.n_per_record / spec.fs))  # as the header can say it
        self._waiting: list[NDArray[np.int32]] = []
        self._n_waiting = self._n_records = 0
        self._events: deque[SessionEvent] = deque()
        self.clipped = False
        self._file = path.open("xb", buffering=0)
        self._file.write(self._header())

    def append(self, samples: Samples) -> None:
        """Append samples ``(channel, time)`` in the stream's unit."""
        steps = np.rint(samples.T * self._step.per_unit)
        self.clipped = bool((np.abs(steps) >= self._form.limit).any())
        bounded = np.clip(steps, -self._form.limit, self._form.limit)
        self._waiting.append(np.where(np.isfinite(steps), bounded, self._form.no_number).astype(np.int32))
        self._n_waiting += len(steps)
        while self._n_waiting >= self.n_per_record:
            whole = np.concatenate(self._waiting)
            self._write_record(whole[: self.n_per_record])
            self._waiting = [whole[self.n_per_record :]]
            self._n_waiting -= self.n_per_record

    def mark(self, event: SessionEvent) -> None:
        """Let an event stand in the next record."""
        self._events.append(event)

    def close(self) -> None:
        """Write the rest, filled up with the last sample to a whole record, and close the file."""
        if self._file.closed:
            return
        try:
            if self._n_waiting:
                rest = np.concatenate(self._waiting)
                self._write_record(np.pad(rest, ((0, self.n_per_record - len(rest)), (0, 0)), mode="edge"))
        finally:
            self._file.close()

    def _write_record(self, rows: NDArray[np.int32]) -> None:
        n = self._form.n_bytes
        stored = np.ascontiguousarray(rows.T, dtype="<i4").view(np.uint8).reshape(-1, 4)[:, :n]
        self._file.write(stored.tobytes() + self._notes())
        self._n_records += 1
        self._file.seek(COUNT_AT)
        self._file.write(f"{self._n_records:<8d}".encode())
        self._file.seek(0, os.SEEK_END)

    def _notes(self) -> bytes:
        """Return when the record begins, and the events that have room in it."""
        begin_s = self._n_records * self._record_s
        notes = f"+{begin_s:.9g}\x14\x14\x00".encode()
        while self._events:
            note = _note(self._events[0], begin_s + self._record_s)
            if len(notes) + len(note) > NOTES_BYTES:
                break
            notes += note
            self._events.popleft()
        return notes.ljust(NOTES_BYTES, b"\x00")

    def _header(self) -> bytes:
        spec, form, n = self._spec, self._form, self._spec.n_channels + 1
        limit = form.limit / self._step.per_unit
        notes_samples = NOTES_BYTES // form.n_bytes
        version = b"\xffBIOSEMI" if form is BDF else b"0       "
        # No clock reaches a file: the date is the first that the format knows, and every field of it is X, not known.
        fixed = [
            _text("X X X X", 80), _text("Startdate X X X neurosim", 80), _text("01.01.85", 8), _text("00.00.00", 8),
            _text(256 * (n + 1), 8), _text(f"{form.name}+C", 44), _text(0, 8), _text(_number(self._record_s), 8),
            _text(n, 4),
        ]  # fmt: skip
        columns = [
            ([*spec.ch_names, f"{form.name} Annotations"], 16),
            ([""] * n, 80),
            ([spec.unit] * (n - 1) + [""], 8),
            ([_number(-limit)] * (n - 1) + ["-1"], 8),
            ([_number(limit)] * (n - 1) + ["1"], 8),
            ([str(-form.limit)] * (n - 1) + [str(form.no_number)], 8),
            ([str(form.limit)] * (n - 1) + [str(-form.no_number - 1)], 8),
            ([""] * n, 80),
            ([str(self.n_per_record)] * (n - 1) + [str(notes_samples)], 8),
            ([""] * n, 32),
        ]
        fields = [_text(text, width) for texts, width in columns for text in texts]
        return version + b"".join(fixed) + b"".join(fields)


def _text(value: object, width: int) -> bytes:
    """Return a field of a header: ASCII of a fixed width."""
    return str(value).encode("ascii", "replace")[:width].ljust(width)


def _number(x: float) -> str:
    """Write a number in the eight characters that there are."""
    text = f"{x:.9f}".rstrip("0").rstrip(".")
    text = text.replace("0.", ".", 1) if len(text) > 8 and abs(x) < 1 else text
    return text if len(text) <= 8 else f"{x:.9f}"[:8]


def _note(event: SessionEvent, now_s: float) -> bytes:
    """Return an event as an annotation; its length where it is over by now, as a longer one may yet be cut short."""
    onset_s = max(event.onset_s, 0.0)
    length_s = event.onset_s + event.duration_s - onset_s
    words = f"{event.kind}: {event.text}" if event.text else event.kind
    text = words.encode()[:160].decode(errors="ignore")
    length = f"\x15{length_s:.6f}" if length_s > 0 and onset_s + length_s <= now_s else ""
    return f"+{onset_s:.6f}{length}\x14{text}\x14\x00".encode()
