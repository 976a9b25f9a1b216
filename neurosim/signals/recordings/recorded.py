"""A recording in the place of the body: everything after it is the same code."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
from pydantic import Field

from neurosim.core.drive import Drive
from neurosim.core.errors import ConfigError
from neurosim.core.event import SessionEvent
from neurosim.core.source import Source, SourceConfig
from neurosim.core.spec import Float, Samples, SignalSpec, time_last
from neurosim.core.timeline import TickGrid
from neurosim.signals.recordings.reading import Recording, read_recording
from neurosim.signals.recordings.sidecar import load_sidecar


class Recorded(SourceConfig):
    """A recorded file, played at its own rate; the drive is ignored."""

    kind: Literal["recorded"] = "recorded"
    path: str = Field(description="the file")
    sidecar: str | None = Field(None, description="TOML file that says what the columns of the file mean")

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
        Samples, rate, channels, marker and events.
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
        self._by_time = np.ascontiguousarray(recording.data.T)
        self._shape = batch_shape
        specs = {"eeg": SignalSpec(recording.fs, recording.ch_names, recording.unit, batch_shape)}
        if recording.marker is not None:
            specs["marker"] = SignalSpec(recording.fs, ("marker",), "raw", batch_shape)
        super().__init__(specs, grid)
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

    @property
    def n_ticks(self) -> int:
        """Number of ticks until the recording ends; fewer or more once somebody has gone to another place of it."""
        n_times, fs, grid = len(self._by_time), self.recording.fs, self.grid
        n = grid.n_ticks(n_times / fs)
        while grid.first_sample(n, fs) > n_times:
            n -= 1
        return n - self._moved

    def generate(self, tick_index: int, drive: Drive) -> dict[str, Samples]:
        """Return the samples of a tick."""
        fs = self.recording.fs
        at = tick_index + self._moved
        start, stop = (self.grid.first_sample(tick, fs) for tick in (at, at + 1))
        self._last = self.grid.start_s(at), self.grid.start_s(at + 1)
        streams = {"eeg": self._spread(self._by_time[start:stop])}
        if self.recording.marker is not None:
            streams["marker"] = self._spread(self.recording.marker[start:stop, None])
        return streams

    def _spread(self, rows: Float) -> Samples:
        n_times, n_channels = rows.shape
        shaped = rows.reshape(n_times, *(1 for _ in self._shape), n_channels)
        return time_last(np.broadcast_to(shaped, (n_times, *self._shape, n_channels)))

    def events(self) -> tuple[SessionEvent, ...]:
        """Return the recording's own marks within the last tick."""
        start_s, end_s = self._last
        moved_s = self.grid.start_s(self._moved) if self._moved >= 0 else -self.grid.start_s(-self._moved)
        return tuple(
            SessionEvent(e.onset_s - moved_s, 0.0, "annotation", e.description)
            for e in self.recording.events
            if start_s <= e.onset_s < end_s
        )

    def rest(self, duration_s: float) -> None:
        """Begin again at the start."""
        self._moved = 0
