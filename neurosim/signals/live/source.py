"""A live device in the place of the body: everything after it is the same code."""

from __future__ import annotations

import copy
import weakref
from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, Self

from pydantic import Field

from neurosim.core.drive import Drive
from neurosim.core.errors import ConfigError
from neurosim.core.event import SessionEvent
from neurosim.core.source import Source, SourceConfig
from neurosim.core.spec import Samples, SignalSpec, same_for_all
from neurosim.core.timeline import TickGrid
from neurosim.signals.live.device import Device
from neurosim.signals.live.feed import Feed

#: Clocks that run apart by so much more are told [s].
_DRIFT_S = 0.05


class LiveConfig(SourceConfig):
    """What all live sources are asked for."""

    gap_s: float = Field(
        0.2, gt=0, le=60, description="shortest hole that is marked as a gap", json_schema_extra={"unit": "s"}
    )
    patience_s: float = Field(
        30.0, gt=0, le=3600, description="after so much silence it is given up", json_schema_extra={"unit": "s"}
    )

    @classmethod
    def examples(cls) -> list[Self]:
        """Return none: a device gives its samples once."""
        return []

    @abstractmethod
    def open(self) -> list[Device]:
        """Return the devices, which have begun to send.

        Raises
        ------
        UserError
            When one is not there or cannot be used.
        """

    def prepare(self, grid: TickGrid, seed: int, subjects: tuple[int, ...], batch_shape: tuple[int, ...]) -> LiveSource:
        """Connect; the session begins with the first sample that comes after it.

        Raises
        ------
        UserError
            When a device is not there or cannot be used.
        """
        return LiveSource([Feed(d, self.gap_s, self.patience_s) for d in self.open()], grid, batch_shape)


class LiveSource(Source):
    """Gives the samples of devices as they come; with a batch axis every subject gets the same.

    A tick waits for its last sample. Where samples are missing it has NaN, which the entrance of the pipeline
    distrusts. It tells events: ``gap``, ``silence``, ``duplicate``, ``rate``, ``drift`` of one device from the first,
    and ``marker`` for what somebody sends.

    Parameters
    ----------
    feeds
        The devices; the session begins when the last of them has begun.
    grid
        The ticks of the session.
    batch_shape
        ``()`` or ``(n,)``.

    Raises
    ------
    ConfigError
        When two devices have channels of the same kind.
    """

    answers = False
    live = True

    def __init__(self, feeds: Sequence[Feed], grid: TickGrid, batch_shape: tuple[int, ...]) -> None:
        self._feeds, self._shape = list(feeds), batch_shape
        specs: dict[str, SignalSpec] = {}
        for feed in feeds:
            for group in feed.groups:
                if group.stream in specs:
                    raise ConfigError(f"has '{group.stream}', which another stream has too; name one", feed.device.name)
                fs, names = feed.device.fs, group.ch_names
                specs[group.stream] = SignalSpec(fs, names, group.unit, batch_shape)
        super().__init__(specs, grid)
        self._readers: weakref.WeakSet[LiveSource] = weakref.WeakSet([self])
        self._origins: list[int] | None = None
        self._told, self._marked = [0] * len(self._feeds), [0] * len(self._feeds)
        self._events: list[SessionEvent] = []
        self._apart_s: dict[int, tuple[float, float]] = {}
        self.position = [0] * len(self._feeds)

    def __deepcopy__(self, memo: dict[int, Any]) -> LiveSource:
        branch = copy.copy(self)
        branch._told, branch._marked = list(self._told), list(self._marked)
        branch.position, branch._events = list(self.position), list(self._events)
        branch._apart_s = dict(self._apart_s)
        self._readers.add(branch)
        return branch

    def generate(self, tick_index: int, drive: Drive) -> dict[str, Samples]:
        """Return the samples of a tick, once they are there.

        Raises
        ------
        StreamError
            When nothing comes for too long.
        """
        if self._origins is None:
            self._origins = self._align()
        streams: dict[str, Samples] = {}
        for i, (feed, origin) in enumerate(zip(self._feeds, self._origins, strict=True)):
            fs = feed.device.fs
            start, stop = (origin + self.grid.first_sample(tick_index + k, fs) for k in (0, 1))
            rows = feed.rows(start, stop)
            for group in feed.groups:
                chosen = rows if len(feed.groups) == 1 else rows[:, list(group.columns)]
                streams[group.stream] = same_for_all(chosen, self._shape)
            self.position[i] = stop
            feed.forget(min(reader.position[i] for reader in self._readers))
        self._events = self._happened(first=tick_index == 0) + self._drift(self.grid.start_s(tick_index))
        return streams

    def _align(self) -> list[int]:
        """Return the first sample of each feed: those that stand together when the last one begins."""
        origins = [feed.begin() for feed in self._feeds]
        for feed, origin in zip(self._feeds, origins, strict=True):
            feed.rows(origin, origin + 1)
        if len(self._feeds) == 1:
            return origins
        begins_s = max(feed.timeline.time_of(origin) for feed, origin in zip(self._feeds, origins, strict=True))
        return [
            max(origin, round(feed.timeline.index_of(begins_s)))
            for feed, origin in zip(self._feeds, origins, strict=True)
        ]

    def _drift(self, start_s: float) -> list[SessionEvent]:
        """Tell by how much the sample counts of two devices run apart, which the clock says that both are put on."""
        if len(self._feeds) == 1:
            return []
        assert self._origins is not None
        if not all(feed.timeline.is_sure for feed in self._feeds):
            return []
        # When the session's first sample would have been taken, as each device counts.
        begins_s = [
            feed.timeline.time_of(at) - (at - origin) / feed.device.fs
            for feed, at, origin in zip(self._feeds, self.position, self._origins, strict=True)
        ]
        told = []
        for i, begin_s in enumerate(begins_s[1:], start=1):
            apart_s = begin_s - begins_s[0]
            first_s, told_s = self._apart_s.setdefault(i, (apart_s, apart_s))
            if abs(apart_s - told_s) >= _DRIFT_S:
                self._apart_s[i] = first_s, apart_s
                way = "behind" if apart_s > first_s else "ahead of"
                text = (
                    f"the samples of {self._feeds[i].device.name} are by now {abs(apart_s - first_s):.3f} s {way} "
                    f"those of {self._feeds[0].device.name}; each counts its own"
                )
                told.append(SessionEvent(start_s, 0.0, "drift", text))
        return told

    def _happened(self, *, first: bool) -> list[SessionEvent]:
        assert self._origins is not None
        events = []
        for i, (feed, origin) in enumerate(zip(self._feeds, self._origins, strict=True)):
            fs, whose = feed.device.fs, f"{feed.device.name}: " if len(self._feeds) > 1 else ""
            if first:
                events += [SessionEvent(0.0, 0.0, "note", note) for group in feed.groups for note in group.notes]
            for note in feed.notes[self._told[i] :]:
                onset_s = max(0.0, (note.index - origin) / fs)
                events.append(SessionEvent(onset_s, note.n_times / fs, note.kind, whose + note.text))
            self._told[i] = len(feed.notes)
            feed.look()
            marks, self._marked[i] = feed.marks[self._marked[i] :], len(feed.marks)
            for time_s, text in marks:
                onset_s = (feed.timeline.index_of(time_s) - origin) / fs
                events.append(SessionEvent(max(0.0, onset_s), 0.0, "marker", text))
        return events

    def events(self) -> tuple[SessionEvent, ...]:
        return tuple(self._events)

    def rest(self, duration_s: float) -> None:
        """Begin again with the next sample that comes; whatever has come since the last tick is forgotten."""
        self._origins = [feed.begin_anew() for feed in self._feeds]
        self.position = list(self._origins)
        for feed in self._feeds:
            feed.look()
        self._told, self._marked = [len(f.notes) for f in self._feeds], [len(f.marks) for f in self._feeds]
        if len(self._feeds) > 1:
            self._origins = None
        self._apart_s = {}
        self._events = []
