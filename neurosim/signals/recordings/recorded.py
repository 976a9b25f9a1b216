"""A recording in the place of the body: everything after it is the same code."""

from __future__ import annotations

import copy
from bisect import bisect_left
from collections.abc import Collection
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
from pydantic import Field

from neurosim.core.drive import Drive
from neurosim.core.errors import ConfigError
from neurosim.core.event import SessionEvent
from neurosim.core.source import Source, SourceConfig
from neurosim.core.spec import Samples, SignalSpec, same_for_all
from neurosim.core.step import Step, step_of
from neurosim.core.timeline import TickGrid
from neurosim.signals.recordings.reading import Recording, read_recording
from neurosim.signals.recordings.sidecar import load_sidecar

#: Sensors of one device stop one after the other: by so much of a recording one may end sooner and is still shown.
_SPARED = 0.02


class Recorded(SourceConfig):
    """A recorded file, played at its own rate; the drive is ignored."""

    kind: Literal["recorded"] = "recorded"
    path: str = Field(description="the file")
    sidecar: str | None = Field(None, description="TOML file that says what the columns of the file mean")

    @property
    def label(self) -> str:
        return self.path

    @classmethod
    def examples(cls) -> list[Self]:
        """Return none: the laws try recordings that they write themselves."""
        return []

    def prepare(
        self, grid: TickGrid, seed: int, subjects: tuple[int, ...], batch_shape: tuple[int, ...]
    ) -> RecordedSource:
        """Read the file.

        Raises
        ------
        RecordingError
            When it cannot be read.
        ConfigError
            When the sidecar is wrong.
        """
        sidecar = None if self.sidecar is None else load_sidecar(Path(self.sidecar))
        return RecordedSource(read_recording(Path(self.path), sidecar), grid, batch_shape)


class RecordedSource(Source):
    """Plays a recording; with a batch axis every subject gets the same samples.

    Parameters
    ----------
    recording
        Streams, each at its own rate, and events in order.
    grid
        The ticks of the session.
    batch_shape
        ``()`` or ``(n,)``.

    Attributes
    ----------
    recording
        As given.
    """

    answers = False

    def __init__(self, recording: Recording, grid: TickGrid, batch_shape: tuple[int, ...]) -> None:
        self.recording = recording
        self.notes = recording.notes
        self._by_time = {name: np.ascontiguousarray(stream.data.T) for name, stream in recording.streams.items()}
        self._shape = batch_shape
        specs = {
            name: SignalSpec(stream.fs, stream.ch_names, stream.unit, batch_shape)
            for name, stream in recording.streams.items()
        }
        super().__init__(specs, grid)
        self._onsets = [event.onset_s for event in recording.events]
        self._last = 0.0, 0.0
        self._moved = 0  # how many ticks what is played is ahead of the session

    def __deepcopy__(self, memo: dict[int, Any]) -> RecordedSource:
        copied = copy.copy(self)  # the samples do not change
        copied.specs = dict(self.specs)
        return copied

    @property
    def length_s(self) -> float:
        """How long the recording is, in whole ticks [s]."""
        return self.grid.start_s(self.n_ticks + self._moved)

    def place_s(self, tick_index: int) -> float:
        """Return the place in the recording that a tick is played from [s]."""
        return self.grid.start_s(tick_index + self._moved)

    def seek(self, tick_index: int, to_s: float) -> None:
        """Play on from another place of the recording."""
        if not 0 <= to_s < self.length_s:
            raise ConfigError(f"the recording goes from 0 to {self.length_s:.1f} s, and {to_s:g} s is not in it")
        self._moved = int(to_s / self.grid.start_s(1) + 1e-9) - tick_index

    def select(self, streams: Collection[str], events: Collection[str] = ()) -> None:
        """Play only these streams, and the marker: the session ends where the first of them does."""
        self.specs = {name: spec for name, spec in self.specs.items() if name in streams or name == "marker"}

    def select_all_beside(self, streams: Collection[str]) -> None:
        """Play these streams, and all that go on as long as they do, but for a moment at the end."""
        enough = (1.0 - _SPARED) * min(self._n_ticks_of(name) for name in streams)
        self.select([name for name in self.specs if self._n_ticks_of(name) >= enough])

    @property
    def n_ticks(self) -> int:
        """Number of whole ticks until the shortest of the streams ends; other ones after a move to another place."""
        return min(map(self._n_ticks_of, self.specs)) - self._moved

    def _n_ticks_of(self, name: str) -> int:
        n_times, fs = len(self._by_time[name]), self.specs[name].fs
        n = self.grid.n_ticks(n_times / fs)
        while self.grid.first_sample(n, fs) > n_times:
            n -= 1
        return n

    def generate(self, tick_index: int, drive: Drive) -> dict[str, Samples]:
        """Return the samples of a tick."""
        at = tick_index + self._moved
        self._last = self.grid.start_s(at), self.grid.start_s(at + 1)
        streams = {}
        for name, spec in self.specs.items():
            start, stop = (self.grid.first_sample(tick, spec.fs) for tick in (at, at + 1))
            streams[name] = same_for_all(self._by_time[name][start:stop], self._shape)
        return streams

    def step(self, stream: str) -> Step:
        """Return a step that suits the largest sample."""
        samples = self._by_time[stream]
        finite = samples[np.isfinite(samples)]
        largest = float(np.abs(finite).max()) if finite.size else None
        return step_of(stream, self.specs[stream], largest, self.form)

    def events(self) -> tuple[SessionEvent, ...]:
        """Return the recording's own marks within the last tick."""
        start_s, end_s = self._last
        moved_s = self.grid.start_s(self._moved) if self._moved >= 0 else -self.grid.start_s(-self._moved)
        begin, end = (bisect_left(self._onsets, t) for t in (start_s, end_s))
        return tuple(
            SessionEvent(e.onset_s - moved_s, e.duration_s, e.kind, e.description)
            for e in self.recording.events[begin:end]
        )

    def rest(self, duration_s: float) -> None:
        """Begin again at the start."""
        self._moved = 0
