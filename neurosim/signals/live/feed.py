"""The samples of a device as one sequence without holes, for one session or for branches that share it."""

from __future__ import annotations

import math
import threading
from collections.abc import Sequence
from typing import Any

import numpy as np

from neurosim.core.errors import StreamError
from neurosim.core.spec import Float
from neurosim.signals.live.device import Device, group_channels
from neurosim.signals.live.timeline import Note, Timeline

_LEAST_HOLD_S = 0.5
_LOOK_S = 0.05  # so often it is asked whether a silence has become a gap
_START_S = 10.0
_NEW_S, _NEW_HOLD_S = 5.0, 2.0  # until the habits of a sender are known
_FORGET_S = 60.0


class Feed:
    """Waits for samples, and goes on without them when none come.

    Copies are the feed itself: what comes from a device comes once, and every branch of a session gets the same.

    Parameters
    ----------
    device
        Where the samples come from.
    gap_s
        The shortest hole between two samples that is a gap [s].
    patience_s
        After so much silence it is given up [s].

    Attributes
    ----------
    groups
        The streams that its channels make.
    notes
        What was found: gaps, duplicates, a rate that is off.
    marks
        What somebody has sent besides: when, on the clock of the device [s], and what.
    """

    def __init__(self, device: Device, gap_s: float, patience_s: float) -> None:
        self.device, self.groups = device, group_channels(device)
        self.timeline = Timeline(device.fs, len(device.channels), gap_s)
        self._least_hold_s, self._patience_s = max(_LEAST_HOLD_S, 2.0 * gap_s), patience_s
        self._scale = np.ones(len(device.channels))
        for group in self.groups:
            self._scale[list(group.columns)] = group.scale
        self.marks: list[tuple[float, str]] = []
        self._lock = threading.RLock()
        self._rows: list[tuple[int, Float]] = []
        self._began, self._pause_s = 0, 0.0
        self._waiting_s: float | None = None

    def __deepcopy__(self, memo: dict[int, Any]) -> Feed:
        return self

    @property
    def notes(self) -> Sequence[Note]:
        """What was found so far."""
        return self.timeline.notes

    def begin(self) -> int:
        """Return the index of the next sample that will be taken in, which has not come to anybody."""
        with self._lock:
            return self.timeline.n

    def begin_anew(self) -> int:
        """Forget what has come since the last sample that was asked for; return the index of the next."""
        with self._lock:
            self.device.flush()
            self.timeline.restart()
            self._began, self._waiting_s = self.timeline.n, None
            return self.timeline.n

    def rows(self, start: int, stop: int) -> Float:
        """Return samples ``(time, channel)`` in the units of the groups, as soon as they are there.

        Raises
        ------
        StreamError
            When there is nothing for so long that it is given up.
        """
        with self._lock:
            while self.timeline.n < stop:
                self._take_in(stop)
            parts = [
                part[max(start - first, 0) : stop - first]
                for first, part in self._rows
                if first < stop and first + len(part) > start
            ]
        return parts[0] if len(parts) == 1 else np.concatenate([*parts, np.empty((0, len(self._scale)))])

    def look(self) -> None:
        """Take in the marks that have come."""
        with self._lock:
            self.marks += self.device.events()

    def forget(self, index: int) -> None:
        """Drop what stands before a sample, which nobody will ask for."""
        with self._lock:
            while self._rows and self._rows[0][0] + len(self._rows[0][1]) <= index:
                del self._rows[0]

    def _take_in(self, stop: int) -> None:
        if self._waiting_s is None:
            self._waiting_s = self.device.now()
        first = self.timeline.n
        try:
            self.timeline.absorb()
            raw, stamps = self.device.pull(stop - first, _LOOK_S)
            rows = self.timeline.place(raw, stamps) if len(stamps) else np.empty((0, len(self._scale)))
        except StreamError as error:
            raise StreamError(error.problems, self.device.name) from None
        waited_s = self.device.now() - self._waiting_s
        if len(stamps):
            # Some senders give a second at once; what is longer than their usual pause is a silence. A gap is no habit.
            if self.timeline.n == first + len(stamps):
                self._pause_s = max(waited_s, self._pause_s * math.exp(-waited_s / _FORGET_S))
            self._waiting_s = None
        else:
            rows = self._without(waited_s)
        if len(rows):
            self._rows.append((first, rows * self._scale))

    def _without(self, silent_s: float) -> Float:
        """Return what the session goes on with while nothing comes, in its own time."""
        timeline = self.timeline
        patience_s = self._patience_s if timeline.started else max(self._patience_s, _START_S)
        if silent_s > patience_s:
            raise StreamError(f"has given nothing for {silent_s:.0f} s; {self.device.why_silent()}", self.device.name)
        new = timeline.n < self._began + _NEW_S * timeline.fs
        hold_s = max(self._least_hold_s, 3.0 * self._pause_s, _NEW_HOLD_S if new else 0.0)
        if not timeline.started or silent_s < hold_s:
            return np.empty((0, len(self._scale)))
        return timeline.fill(max(0, int(timeline.index_of(self.device.now() - hold_s)) + 1 - timeline.n))
