"""Keeps a session in memory."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from neurosim.core.event import SessionEvent
from neurosim.core.spec import Bool, Float, Samples, concatenate
from neurosim.session.tick import Sink, Tick


class MemorySink(Sink):
    """Keeps features, feedback and events of every tick, and the samples if asked to.

    Parameters
    ----------
    signals
        Whether to keep the samples too.

    Attributes
    ----------
    events
        All events, in order.
    """

    def __init__(self, *, signals: bool = True) -> None:
        self._signals = signals
        self._ticks: list[Tick] = []
        self.events: list[SessionEvent] = []

    def write(self, tick: Tick) -> None:
        self._ticks.append(tick if self._signals else _without_samples(tick))
        self.events += tick.events

    def note(self, event: SessionEvent) -> None:
        self.events.append(event)

    @property
    def n_ticks(self) -> int:
        """Number of ticks kept."""
        return len(self._ticks)

    def column(self, name: str) -> Float:
        """Return a field of the feedback over time ``(tick, *batch)``: value, threshold, joint, met and so on."""
        return np.array([getattr(tick.feedback, name) for tick in self._ticks])

    def start_s(self) -> Float:
        """Return where each tick begins ``(tick,)`` [s]."""
        return np.array([tick.start_s for tick in self._ticks])

    def block_names(self) -> list[str]:
        """Return the block of each tick."""
        return [tick.block.name for tick in self._ticks]

    def block_kinds(self) -> list[str]:
        """Return the kind of block of each tick."""
        return [tick.block.kind for tick in self._ticks]

    def features(self) -> Float:
        """Return the features ``(tick, *batch, feature)``."""
        return np.array([tick.features for tick in self._ticks])

    def thresholds(self) -> Float:
        """Return the thresholds ``(tick, *batch, condition)``."""
        return np.array([tick.thresholds for tick in self._ticks])

    def holding(self) -> Bool:
        """Return which conditions held in each tick ``(tick, *batch, condition)``."""
        return np.array([tick.feedback.holding for tick in self._ticks])

    def causes(self) -> Bool:
        """Return what made each tick invalid ``(tick, *batch, cause)``."""
        return np.array([tick.causes for tick in self._ticks])

    def rewards(self) -> Bool:
        """Return the rewards ``(tick, *batch)``."""
        return np.array([tick.feedback.reward for tick in self._ticks], dtype=np.bool_)

    def samples(self, stream: str) -> Samples:
        """Return a stream ``(*batch, channel, time)``."""
        return concatenate([tick.samples[stream] for tick in self._ticks])


def _without_samples(tick: Tick) -> Tick:
    return replace(tick, samples={})
