"""When a tick may start."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable

_STALL_S = 1.0  # a laptop asleep, a machine that swaps: nobody wants a burst of catching up afterwards


class Clock(ABC):
    """Holds the loop back until a tick is due.

    Attributes
    ----------
    late_ticks
        Ticks that were due before the loop came to them.
    """

    late_ticks: int = 0

    @property
    def paced(self) -> bool:
        """Whether ticks wait for their moment."""
        return True

    @abstractmethod
    def wait(self, due_s: float) -> float:
        """Wait until a moment of the session [s]; return the length of a gap in real time [s], usually 0."""


class SimulatedClock(Clock):
    """As fast as it goes."""

    @property
    def paced(self) -> bool:
        """Not here."""
        return False

    def wait(self, due_s: float) -> float:
        """Return at once."""
        return 0.0


class RealTimeClock(Clock):
    """Deadlines from the start, so that delays do not add up; no tick is ever dropped or merged.

    After a stall of more than a second it starts again from now, and the gap is told.

    Parameters
    ----------
    speed
        Seconds of the session for each second of the clock.
    now, sleep
        Time source and sleep [s], for tests.
    """

    def __init__(
        self,
        speed: float = 1.0,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._speed, self._now, self._sleep = speed, now, sleep
        self._started_s: float | None = None

    def wait(self, due_s: float) -> float:
        """Sleep until a moment of the session is due."""
        now = self._now()
        if self._started_s is None:
            self._started_s = now - due_s / self._speed
        ahead = self._started_s + due_s / self._speed - now
        if ahead > 0:
            self._sleep(ahead)
            return 0.0
        if ahead < 0:
            self.late_ticks += 1
        if ahead < -_STALL_S:
            self._started_s -= ahead
            return -ahead
        return 0.0
