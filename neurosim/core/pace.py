"""A clock that someone plays, pauses and steps while the session runs."""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Callable

from neurosim.core.clock import Clock

_STALL_S = 1.0
_KEPT = 4096


class PacedClock(Clock):
    """Real time at a speed that may change, with pause and single steps; safe to use from two threads.

    After a stall of more than a second, a pause or a change of speed it starts again from now: nobody sees a burst of
    catching up. Stalls are told as gaps, pauses are not.

    Parameters
    ----------
    speed
        Seconds of the session for each second of the clock; infinity for as fast as it goes.
    playing
        Whether it runs from the start.
    now
        Time source [s], for tests.

    Attributes
    ----------
    lateness_s
        How late the newest ticks began, oldest first; 0 for those in time.
    """

    def __init__(self, speed: float = 1.0, *, playing: bool = True, now: Callable[[], float] = time.monotonic) -> None:
        self._speed, self._playing, self._now = speed, playing, now
        self._change = threading.Condition()
        self._anchor: tuple[float, float] | None = None
        self._due_s: float | None = None
        self._steps = 0
        self._closed = False
        self._wakes_s = math.inf
        self.lateness_s: deque[float] = deque(maxlen=_KEPT)

    @property
    def speed(self) -> float:
        """Seconds of the session for each second of the clock."""
        return self._speed

    @property
    def playing(self) -> bool:
        """Whether ticks go on by themselves."""
        return self._playing

    @property
    def paced(self) -> bool:
        """Whether ticks wait for their moment: at any speed but as fast as it goes."""
        return math.isfinite(self._speed)

    @property
    def gap_s(self) -> float:
        """How long until the tick that is waited for [s]: 0 while one is made, infinity where nothing is timed."""
        ahead = self._wakes_s - self._now()
        return max(0.0, ahead) if ahead > -_STALL_S else math.inf

    def play(self) -> None:
        """Go on."""
        self._set(playing=True)

    def pause(self) -> None:
        """Hold before the next tick."""
        self._set(playing=False)

    def step(self, n_ticks: int = 1) -> None:
        """Let so many ticks through and hold again."""
        with self._change:
            self._playing = False
            self._steps += n_ticks
            self._change.notify_all()

    def set_speed(self, speed: float) -> None:
        """Change the speed from now on.

        Raises
        ------
        ValueError
            For a speed that is not above 0.
        """
        if not speed > 0:
            raise ValueError(f"a speed must be above 0, got {speed:g}")
        self._set(speed=speed)

    def held(self, timeout_s: float) -> bool:
        """Return whether it holds before the next tick; if so, wait a moment for that to change."""
        with self._change:
            if self._playing or self._steps or self._closed:
                return False
            self._change.wait(timeout_s)
            return not (self._playing or self._steps or self._closed)

    def close(self) -> None:
        """Let everything through at once, so that a waiting loop can see that it should end."""
        with self._change:
            self._closed = True
            self._change.notify_all()

    def _set(self, *, playing: bool | None = None, speed: float | None = None) -> None:
        with self._change:
            self._playing = self._playing if playing is None else playing
            self._speed = self._speed if speed is None else speed
            self._anchor, self._steps = None, 0
            self._change.notify_all()

    def wait(self, due_s: float) -> float:
        """Wait until a moment of the session is due, or a step is asked for."""
        came = True
        with self._change:
            while not self._closed:
                if not self._playing:
                    if self._steps:
                        self._steps -= 1
                        break
                    self._anchor, self._wakes_s = None, math.inf
                    self._change.wait()
                    continue
                if math.isinf(self._speed):
                    self._wakes_s = math.inf
                    break
                now = self._now()
                if self._anchor is None:
                    # The tick that was pending is due one tick from now; the first is at once, wherever a session that
                    # is gone on with stands.
                    self._anchor = now, due_s if self._due_s is None else self._due_s
                ahead = self._anchor[0] + (due_s - self._anchor[1]) / self._speed - now
                self._wakes_s = now + ahead
                # What a system's timer and the interpreter add is in `lateness_s`; late is what had not been made yet.
                self.late_ticks += came and ahead < 0
                came = False
                if ahead > 0:
                    self._change.wait(ahead)
                    continue
                self._due_s = due_s
                return self._late(-ahead, now, due_s)
            self._due_s = due_s
        return 0.0

    def _late(self, late_s: float, now: float, due_s: float) -> float:
        self.lateness_s.append(late_s)
        if late_s > _STALL_S:
            self._anchor = now, due_s
            return late_s
        return 0.0
