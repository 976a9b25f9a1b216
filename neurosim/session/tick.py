"""What one step of the loop gives, and who watches."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from neurosim.core.event import SessionEvent
from neurosim.core.feedback import Feedback
from neurosim.core.spec import Bool, Samples, Values
from neurosim.feedback.block import Block
from neurosim.session.commands import Command


@dataclass(frozen=True, slots=True)
class Tick:
    """One step of the loop.

    Parameters
    ----------
    index
        Number of the tick, from 0.
    start_s
        Where it begins [s].
    samples
        By stream, each ``(*batch, channel, time)``; a slow stream has none on some ticks.
    features
        ``(*batch, feature)``.
    thresholds
        ``(*batch, condition)``.
    feedback
        What the rule decided, and what is shown.
    block
        The block the tick is in.
    events
        What happened in it.
    causes
        What makes it invalid ``(*batch, cause)``; the session's pipeline has the names.
    commands
        What somebody did to the session at its beginning.
    """

    index: int
    start_s: float
    samples: Mapping[str, Samples]
    features: Values
    thresholds: Values
    feedback: Feedback
    block: Block
    events: tuple[SessionEvent, ...] = ()
    causes: Bool = field(default_factory=lambda: np.zeros(0, dtype=np.bool_))
    commands: tuple[Command, ...] = ()


class Sink(ABC):
    """Watches every tick: a recorder, a window, a terminal."""

    @abstractmethod
    def write(self, tick: Tick) -> None:
        """Take a tick."""

    def note(self, event: SessionEvent) -> None:
        """Take an event that belongs to no tick: a gap of the clock, the end."""

    def close(self) -> None:
        """Finish; called once, after the last tick, however the session ended."""


class Relay(Sink):
    """Passes everything on to sinks that may come and go between ticks.

    Parameters
    ----------
    sinks
        The list, which others change.
    """

    def __init__(self, sinks: Sequence[Sink]) -> None:
        self._sinks = sinks

    def write(self, tick: Tick) -> None:
        for sink in self._sinks:
            sink.write(tick)

    def note(self, event: SessionEvent) -> None:
        for sink in self._sinks:
            sink.note(event)

    def close(self) -> None:
        for sink in self._sinks:
            sink.close()
