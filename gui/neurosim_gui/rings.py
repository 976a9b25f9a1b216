"""What the window keeps of a running session: the engine writes, the window reads, neither waits for the other long."""

from __future__ import annotations

import math
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from neurosim.core.event import SessionEvent
from neurosim.core.feedback import Cue
from neurosim.core.spec import Float, Samples, SignalSpec
from neurosim.session.tick import Sink, Tick
from neurosim_gui.seconds import Seconds

#: What is kept of every tick besides features and thresholds, in the order of the rows of `History.ticks`.
TICK_ROWS = ("shown", "met", "reward", "valid", "pacer")


class Ring:
    """The newest columns of an endless table.

    Parameters
    ----------
    n_rows
        Height of the table.
    capacity
        How many columns are kept.

    Attributes
    ----------
    total
        How many columns have ever been written.
    """

    def __init__(self, n_rows: int, capacity: int) -> None:
        self._kept = np.full((n_rows, capacity), np.nan)
        self.total = 0

    @property
    def capacity(self) -> int:
        """How many columns are kept."""
        return self._kept.shape[1]

    def extend(self, columns: Float) -> None:
        """Write columns ``(row, n)``; of more than the capacity the newest stay."""
        n = columns.shape[1]
        columns = columns[:, max(0, n - self.capacity) :]
        first = self.total + n - columns.shape[1]
        at = first % self.capacity
        head = min(columns.shape[1], self.capacity - at)
        self._kept[:, at : at + head] = columns[:, :head]
        self._kept[:, : columns.shape[1] - head] = columns[:, head:]
        self.total += n

    def read(self, start: int, stop: int | None = None) -> tuple[int, Float]:
        """Return the index of the first column that is left, and a copy of the columns from there to `stop`."""
        stop = self.total if stop is None else min(stop, self.total)
        start = min(max(start, 0, self.total - self.capacity), stop)
        at, n = start % self.capacity, stop - start
        head = min(n, self.capacity - at)
        return start, np.concatenate([self._kept[:, at : at + head], self._kept[:, : n - head]], axis=1)

    def newest(self, n: int) -> Float:
        """Return the newest columns ``(row, <= n)``."""
        return self.read(self.total - n)[1]


@dataclass(frozen=True)
class Newest:
    """The newest tick as the head of the window needs it."""

    tick: Tick
    n_rewards: int


class History(Sink):
    """Keeps the last minutes of one subject's session for plots.

    Parameters
    ----------
    streams
        The streams that are kept, by name.
    features, conditions
        Their names.
    update_interval_s
        Length of a tick [s].
    kept_s
        How far back it reaches [s].

    Attributes
    ----------
    lock
        Held while something is written or read.
    streams
        A ring for each stream: its channels by samples.
    features, thresholds, ticks
        By ticks: features, thresholds, and the rows of `TICK_ROWS`.
    seconds
        The whole session, second by second.
    events
        Everything that happened, in order.
    """

    def __init__(
        self,
        streams: Mapping[str, SignalSpec],
        features: Sequence[str],
        conditions: Sequence[str],
        update_interval_s: float,
        kept_s: float = 120.0,
    ) -> None:
        self.lock = threading.Lock()
        n_ticks = max(1, round(kept_s / update_interval_s))
        self.update_interval_s = update_interval_s
        self.streams = {name: Ring(spec.n_channels, max(1, round(kept_s * spec.fs))) for name, spec in streams.items()}
        self.features, self.thresholds = Ring(len(features), n_ticks), Ring(len(conditions), n_ticks)
        self.ticks = Ring(len(TICK_ROWS), n_ticks)
        self.seconds = Seconds(streams, features, update_interval_s)
        self.events: list[SessionEvent] = []
        self.newest: Newest | None = None
        self._n_rewards = 0

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "lock"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__ |= state
        self.lock = threading.Lock()  # a copy is written and read by others

    def write(self, tick: Tick) -> None:
        feedback = tick.feedback
        row = [float(getattr(feedback, name)) for name in TICK_ROWS[:-1]] + [_pacer(feedback.cue)]
        with self.lock:
            for name, ring in self.streams.items():
                x: Samples = tick.samples[name]
                if x.shape[-1]:
                    ring.extend(x)
            self.features.extend(tick.features[:, None])
            self.thresholds.extend(tick.thresholds[:, None])
            self.ticks.extend(np.array(row)[:, None])
            self.seconds.write(tick)
            self.events += tick.events
            self._n_rewards += int(feedback.reward)
            self.newest = Newest(tick, self._n_rewards)

    def note(self, event: SessionEvent) -> None:
        with self.lock:
            self.events.append(event)


def _pacer(cue: Cue) -> float:
    """Return how far in the pacer has breathed, 0 to 1; NaN where there is none."""
    return 0.5 - 0.5 * math.cos(2.0 * math.pi * cue.pacer_phase) if cue.pacer_per_min else math.nan
