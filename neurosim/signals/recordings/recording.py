"""A recording in memory: the stretch asked for, each kind of signal a stream at its own rate, and its events."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from neurosim.core.errors import RecordingError
from neurosim.signals.recordings.columns import MINIMAL_SIDECAR, RecordedEvent, StoredColumns, StoredFile
from neurosim.signals.recordings.gaps import is_too_long
from neurosim.signals.recordings.kinds import convert, stream_names, tell_kinds
from neurosim.signals.recordings.plausible import doubts
from neurosim.signals.recordings.sidecar import MarkerColumn, Sidecar


@dataclass(frozen=True, eq=False)
class RecordedStream:
    """A kind of signal, all of whose channels were sampled together.

    Parameters
    ----------
    data
        Samples, shape (n_channels, n_times) [unit]; the first stands at 0 s. NaN where nothing was recorded.
    fs
        Sampling rate [Hz].
    ch_names
        Name of every channel.
    unit
        Unit of `data`.
    """

    data: NDArray[np.float64]
    fs: float
    ch_names: tuple[str, ...]
    unit: str


@dataclass(frozen=True, eq=False)
class Recording:
    """A recording in memory; samples that are no numbers are kept as NaN or Inf.

    Parameters
    ----------
    streams
        By name: ``eeg``, ``ecg``, ``respiration`` and so on as the body calls them; ``marker`` holds the stored
        values of the marker column.
    events
        Events by onset: the file's own, and one wherever a state of the marker begins; the state at the
        first sample begins at 0 s.
    path
        The file.
    notes
        What the user should know about how the file was read, a sentence each.
    """

    streams: Mapping[str, RecordedStream]
    events: tuple[RecordedEvent, ...]
    path: Path
    notes: tuple[str, ...] = ()

    @property
    def first(self) -> RecordedStream:
        """The EEG; where there is none, the stream that comes first in the file."""
        return self.streams.get("eeg") or next(iter(self.streams.values()))

    @property
    def data(self) -> NDArray[np.float64]:
        """Samples of the first stream."""
        return self.first.data

    @property
    def fs(self) -> float:
        """Sampling rate of the first stream [Hz]."""
        return self.first.fs

    @property
    def ch_names(self) -> tuple[str, ...]:
        """Channels of the first stream."""
        return self.first.ch_names

    @property
    def unit(self) -> str:
        """Unit of the first stream."""
        return self.first.unit

    @property
    def marker(self) -> NDArray[np.float64] | None:
        """Stored values of the marker column, shape (n_times,)."""
        return self.streams["marker"].data[0] if "marker" in self.streams else None


def assemble(
    path: Path, stored: StoredFile, sidecar: Sidecar, notes: tuple[str, ...], *, header_is_sure: bool
) -> Recording:
    """Cut the stretch, take scale and offset into account, and make a stream of each kind of signal.

    Parameters
    ----------
    path
        The file.
    stored
        What a reader found in it.
    sidecar
        Stretch, scale, offset, units, kinds and states.
    notes
        What else the user should know.
    header_is_sure
        Whether a sampling rate in the sidecar that is not the file's is an error, and not a correction.

    Raises
    ------
    RecordingError
        When the sampling rate is unknown, two channels of a stream share a name, or there is no such stretch.
    """
    parts, more_notes = _with_rates(stored.parts, sidecar, header_is_sure)
    _check_stretch(parts, sidecar)
    streams: dict[str, RecordedStream] = {}
    for part, kinds in zip(parts, _kinds(parts, sidecar), strict=True):
        scaled = _scaled(_cut(part, sidecar), sidecar)
        for kind in dict.fromkeys(kinds):
            stream, told = _stream(scaled.take([i for i, k in enumerate(kinds) if k == kind]), kind, sidecar)
            more_notes += told
            if stream.data.shape[1]:
                streams[_free(kind, streams)] = stream
    if not streams:
        raise RecordingError("has no sample between start_s and stop_s of the sidecar; widen them")
    events = [
        replace(event, onset_s=event.onset_s - _start_s(sidecar, parts[0]))
        for event in stored.events
        if math.isfinite(event.onset_s) and math.isfinite(event.duration_s)
    ]
    end_s = max(stream.data.shape[1] / stream.fs for stream in streams.values())
    events = [event for event in events if 0.0 <= event.onset_s < end_s]
    if stored.marker is not None:
        (marker,), _ = _with_rates((stored.marker,), sidecar, header_is_sure)
        cut = _cut(marker, sidecar)
        streams["marker"] = RecordedStream(cut.values, _rate(cut), ("marker",), "raw")
        if sidecar.marker is not None:
            events += _state_events(cut.values[0], _rate(cut), sidecar.marker)
    return Recording(
        streams=streams,
        events=tuple(sorted(events, key=lambda event: event.onset_s)),
        path=path,
        notes=tuple(dict.fromkeys((*stored.notes, *notes, *more_notes, *doubts(streams)))),
    )


def _rate(part: StoredColumns) -> float:
    assert part.fs is not None
    return part.fs


def _with_rates(
    parts: tuple[StoredColumns, ...], sidecar: Sidecar, file_is_sure: bool
) -> tuple[tuple[StoredColumns, ...], tuple[str, ...]]:
    """Return the parts with a rate each, and what the user should know of it."""
    rated, notes = [], []
    for part in parts:
        in_file, in_sidecar = part.fs, sidecar.fs
        if in_file is not None and not 0.0 < in_file < math.inf:
            raise RecordingError(
                f"says that it was sampled at {in_file:g} Hz; export it again, or name fs in a sidecar"
            )
        if in_file is None and in_sidecar is None:
            raise RecordingError(f"does not tell its sampling rate; {MINIMAL_SIDECAR}")
        if in_file is None:
            part = replace(part, fs=in_sidecar)
        elif in_sidecar is not None and not math.isclose(in_file, in_sidecar, rel_tol=1e-4):
            told = f"the file says {in_file:g} Hz, the sidecar {in_sidecar:g} Hz"
            if file_is_sure:
                raise RecordingError(f"{told}; correct fs in the sidecar or leave it out")
            # The header of a text file is often no more than the default of the program that wrote it.
            part = replace(part, fs=in_sidecar)
            notes.append(f"{told}; the sidecar's was taken")
        rated.append(part)
    return tuple(rated), tuple(notes)


def _check_stretch(parts: tuple[StoredColumns, ...], sidecar: Sidecar) -> None:
    if not any(part.values.shape[1] for part in parts):
        raise RecordingError("holds no samples; record or export it again")
    for part in parts:
        n, fs = part.values.shape[1], _rate(part)
        if is_too_long(part.start_s * fs, n, fs, len(part.values)):
            raise RecordingError(
                f"{part.ch_names[0]} begins {part.start_s:g} s after the rest, and lasts {n / fs:g} s: do they share a "
                "clock? Name the channels that belong together in a sidecar"
            )
    last = max((round(part.start_s * _rate(part)) + part.values.shape[1]) / _rate(part) for part in parts)
    stop = last if sidecar.stop_s is None else sidecar.stop_s
    half_a_sample = 0.5 / max(_rate(part) for part in parts)
    if sidecar.start_s >= last or stop > last + half_a_sample:
        raise RecordingError(f"ends at {last:g} s; correct start_s and stop_s in the sidecar")


def _start_s(sidecar: Sidecar, part: StoredColumns) -> float:
    return round(sidecar.start_s * _rate(part)) / _rate(part)


def _cut(part: StoredColumns, sidecar: Sidecar) -> StoredColumns:
    """Return the stretch of a part, with NaN before it begins."""
    fs, n = _rate(part), part.values.shape[1]
    first = round(part.start_s * fs)  # the number of its first sample in the recording's time
    start = round(sidecar.start_s * fs)
    stop = first + n if sidecar.stop_s is None else min(round(sidecar.stop_s * fs), first + n)
    n_missing = max(0, min(first, stop) - start)
    values = part.values[:, max(start - first, 0) : max(stop - first, 0)]
    if n_missing:
        values = np.concatenate([np.full((len(values), n_missing), np.nan), values], axis=1)
    return replace(part, values=values, start_s=0.0)


def _scaled(part: StoredColumns, sidecar: Sidecar) -> StoredColumns:
    named = {c.name: c for c in sidecar.channels}
    channels = [named.get(name) for name in part.ch_names]
    scale = np.array([sidecar.scale if c is None or c.scale is None else c.scale for c in channels])
    offset = np.array([sidecar.offset if c is None or c.offset is None else c.offset for c in channels])
    units = [
        (None if c is None else c.unit) or sidecar.unit or unit for c, unit in zip(channels, part.units, strict=True)
    ]
    return replace(part, values=(part.values - offset[:, None]) * scale[:, None], units=tuple(units))


def _kinds(parts: tuple[StoredColumns, ...], sidecar: Sidecar) -> list[list[str]]:
    """Return the kind of each channel of each part; the names of the whole file are looked at together."""
    named = {c.name: c.stream for c in sidecar.channels}
    names = [name for part in parts for name in part.ch_names]
    stated = [kind for part in parts for kind in part.kinds]
    units = [sidecar.unit or unit for part in parts for unit in part.units]
    known = [named.get(name) or sidecar.stream or kind for name, kind in zip(names, stated, strict=True)]
    kinds = iter(tell_kinds(names, units, known))
    return [[next(kinds) for _ in part.ch_names] for part in parts]


def _stream(part: StoredColumns, kind: str, sidecar: Sidecar) -> tuple[RecordedStream, tuple[str, ...]]:
    converted = [convert(unit, kind) for unit in part.units]
    factor = np.array([factor for _, factor, _ in converted])[:, None]
    summand = np.array([summand for _, _, summand in converted])[:, None]
    # What nobody converts stays to the bit.
    data = part.values if (factor == 1.0).all() and (summand == 0.0).all() else part.values * factor + summand
    units = tuple(dict.fromkeys(unit for unit, _, _ in converted))
    # Whoever names channels in a sidecar means these names.
    names = part.ch_names if sidecar.channels else stream_names(kind, part.ch_names)
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise RecordingError(f"two channels are called '{twice[0]}'; name channels by number in a sidecar")
    notes = [
        f"{kind}: {old} is called {new} here"
        for old, new in zip(part.ch_names, names, strict=True)
        if old != new and kind != "eeg"
    ]
    if len(units) > 1:
        notes.append(f"{kind}: its channels have different units ({', '.join(u or 'none' for u in units)})")
    return RecordedStream(data, _rate(part), names, units[0]), tuple(notes)


def _free(kind: str, taken: Mapping[str, RecordedStream]) -> str:
    number, name = 1, kind
    while name in taken:
        number += 1
        name = f"{kind}_{number}"
    return name


def _state_events(marker: NDArray[np.float64], fs: float, column: MarkerColumn) -> list[RecordedEvent]:
    names = list(column.states)
    state = np.full(marker.shape, -1)
    for number, (low, high) in enumerate(column.states.values()):
        state[(marker >= low) & (marker < high)] = number
    begins = np.concatenate(([0], np.flatnonzero(np.diff(state)) + 1))
    return [RecordedEvent(at / fs, names[state[at]]) for at in begins.tolist() if state[at] >= 0]
