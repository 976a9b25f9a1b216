"""A recording in memory: the stretch and unit asked for, with its events."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from neurosim.core.errors import RecordingError
from neurosim.signals.recordings.columns import MINIMAL_SIDECAR, StoredColumns
from neurosim.signals.recordings.sidecar import MarkerColumn, Sidecar


@dataclass(frozen=True)
class RecordedEvent:
    """Something that happened in a recording.

    Parameters
    ----------
    onset_s
        When, from the first sample of the recording as read [s].
    description
        What.
    """

    onset_s: float
    description: str


@dataclass(frozen=True, eq=False)
class Recording:
    """A recording in memory; samples that are no numbers are kept as NaN or Inf.

    Parameters
    ----------
    data
        Samples, shape (n_channels, n_times) [unit].
    fs
        Sampling rate [Hz].
    ch_names
        Name of every channel.
    unit
        Unit of `data`.
    marker
        Stored values of the marker column, shape (n_times,).
    events
        Events by onset: the file's own, and one wherever a state of the marker begins; the state at the
        first sample begins at 0 s.
    path
        The file.
    notes
        What the user should know about how the file was read, a sentence each.
    """

    data: NDArray[np.float64]
    fs: float
    ch_names: tuple[str, ...]
    unit: str
    marker: NDArray[np.float64] | None
    events: tuple[RecordedEvent, ...]
    path: Path
    notes: tuple[str, ...] = ()


def assemble(
    path: Path, stored: StoredColumns, sidecar: Sidecar, notes: tuple[str, ...], *, header_is_sure: bool
) -> Recording:
    """Cut the stretch and take scale and offset into account.

    Parameters
    ----------
    path
        The file.
    stored
        What a reader found in it.
    sidecar
        Stretch, scale, offset, unit and states.
    notes
        What else the user should know.
    header_is_sure
        Whether a sampling rate in the sidecar that is not the file's is an error, and not a correction.

    Raises
    ------
    RecordingError
        When the sampling rate is unknown, two channels share a name, or there is no such stretch.
    """
    fs, more_notes = _sampling_rate(stored.fs, sidecar.fs, header_is_sure)
    twice = sorted({name for name in stored.ch_names if stored.ch_names.count(name) > 1})
    if twice:
        raise RecordingError(f"two channels are called '{twice[0]}'; name channels by number in a sidecar")
    cut = _stretch(stored.values.shape[1], fs, sidecar)
    channels = sidecar.channels
    scale = np.array([sidecar.scale if c.scale is None else c.scale for c in channels] or [sidecar.scale])
    offset = np.array([sidecar.offset if c.offset is None else c.offset for c in channels] or [sidecar.offset])
    data = (stored.values[:, cut] - offset[:, np.newaxis]) * scale[:, np.newaxis]

    shifted = [RecordedEvent(onset - cut.start / fs, description) for onset, description in stored.events]
    events = [event for event in shifted if 0.0 <= event.onset_s < data.shape[1] / fs]
    marker = None if stored.marker is None else np.array(stored.marker[cut])
    if marker is not None and sidecar.marker is not None:
        events += _state_events(marker, fs, sidecar.marker)
    return Recording(
        data=data,
        fs=fs,
        ch_names=stored.ch_names,
        unit=sidecar.unit,
        marker=marker,
        events=tuple(sorted(events, key=lambda event: event.onset_s)),
        path=path,
        notes=(*stored.notes, *notes, *more_notes),
    )


def _sampling_rate(
    in_file: float | None, in_sidecar: float | None, file_is_sure: bool
) -> tuple[float, tuple[str, ...]]:
    if in_file is None and in_sidecar is None:
        raise RecordingError(f"does not tell its sampling rate; {MINIMAL_SIDECAR}")
    if in_sidecar is None:
        assert in_file is not None
        return in_file, ()
    if in_file is None or math.isclose(in_file, in_sidecar, rel_tol=1e-4):
        return in_sidecar if in_file is None else in_file, ()
    told = f"the file says {in_file:g} Hz, the sidecar {in_sidecar:g} Hz"
    if file_is_sure:
        raise RecordingError(f"{told}; correct fs in the sidecar or leave it out")
    # The header of a text file is often no more than the default of the program that wrote it.
    return in_sidecar, (f"{told}; the sidecar's was taken",)


def _stretch(n_times: int, fs: float, sidecar: Sidecar) -> slice:
    start = round(sidecar.start_s * fs)
    stop = n_times if sidecar.stop_s is None else round(sidecar.stop_s * fs)
    if n_times == 0:
        raise RecordingError("holds no samples; record or export it again")
    if start >= n_times or stop > n_times:
        raise RecordingError(f"ends at {n_times / fs:g} s; correct start_s and stop_s in the sidecar")
    if start >= stop:
        raise RecordingError("has no sample between start_s and stop_s of the sidecar; widen them")
    return slice(start, stop)


def _state_events(marker: NDArray[np.float64], fs: float, column: MarkerColumn) -> list[RecordedEvent]:
    names = list(column.states)
    state = np.full(marker.shape, -1)
    for number, (low, high) in enumerate(column.states.values()):
        state[(marker >= low) & (marker < high)] = number
    begins = np.concatenate(([0], np.flatnonzero(np.diff(state)) + 1))
    return [RecordedEvent(at / fs, names[state[at]]) for at in begins.tolist() if state[at] >= 0]
