"""The clock that someone plays, pauses and steps, on a clock of its own."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from neurosim.core.pace import PacedClock

#: How long is waited for what comes at once, unless it is broken [s].
_PATIENCE_S = 60.0


class Wall:
    """A time source that a test moves."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


@contextmanager
def _waiting(clock: PacedClock, due_s: float) -> Iterator[None]:
    """Let another thread wait for a tick, for as long as the time source stands still."""
    thread = threading.Thread(target=clock.wait, args=(due_s,))
    thread.start()
    _until(lambda: 0.0 < clock.gap_s < math.inf)
    yield
    assert thread.is_alive()
    clock.close()
    thread.join(_PATIENCE_S)
    assert not thread.is_alive()


def _until(there: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while not there() and time.monotonic() < deadline:
        time.sleep(0.001)


def test_a_pause_is_no_burst_of_catching_up() -> None:
    wall = Wall()
    clock = PacedClock(now=wall)
    clock.wait(0.0)
    wall.now_s += 0.5
    assert clock.wait(0.5) == 0.0
    clock.pause()
    wall.now_s += 60.0
    clock.play()
    with _waiting(clock, 0.6):
        assert clock.gap_s == pytest.approx(0.1), "the tick after a pause is due a tick later, not at once"
    assert clock.late_ticks == 0


def test_a_stall_is_a_gap_and_then_time_goes_on_from_now() -> None:
    wall = Wall()
    clock = PacedClock(now=wall)
    clock.wait(0.0)
    wall.now_s += 5.0
    assert clock.wait(1.0) == pytest.approx(4.0)
    wall.now_s += 1.0
    assert clock.wait(2.0) == pytest.approx(0.0)
    assert clock.late_ticks == 1


def test_steps_let_so_many_ticks_through() -> None:
    clock = PacedClock(playing=False)
    seen: list[int] = []

    def loop() -> None:
        for k in range(5):
            clock.wait(k / 64)
            seen.append(k)

    thread = threading.Thread(target=loop)
    thread.start()
    for n, total in ((1, 1), (2, 3)):
        clock.step(n)
        _until(lambda total=total: len(seen) >= total)  # type: ignore[misc]
        time.sleep(0.02)
        assert len(seen) == total
    clock.close()
    thread.join(_PATIENCE_S)
    assert seen == [0, 1, 2, 3, 4]


def test_twice_the_speed_is_half_the_wait() -> None:
    wall = Wall()
    clock = PacedClock(2.0, now=wall)
    clock.wait(0.0)
    wall.now_s += 0.5
    assert clock.wait(1.0) == 0.0
    assert clock.lateness_s[-1] == pytest.approx(0.0)
    with pytest.raises(ValueError, match="above 0"):
        clock.set_speed(0.0)


def test_who_holds_is_told_and_wakes_at_a_step() -> None:
    clock = PacedClock(playing=False)
    assert clock.held(0.0)
    clock.step()
    assert not clock.held(0.0)
    clock.wait(1.0)
    assert clock.held(0.0)
    clock.play()
    assert not clock.held(60.0)
    clock.pause()
    clock.close()
    assert not clock.held(60.0)


def test_a_tick_is_late_when_the_one_before_took_too_long() -> None:
    wall = Wall()
    clock = PacedClock(now=wall)
    clock.wait(0.0)
    wall.now_s += 0.25
    clock.wait(0.25)
    assert clock.late_ticks == 0
    wall.now_s += 0.3
    clock.wait(0.5)
    assert clock.late_ticks == 1
    assert clock.lateness_s[-1] == pytest.approx(0.05)


@pytest.mark.parametrize("speed", [0.25, 1.0])
def test_the_first_tick_is_at_once_wherever_a_session_goes_on(speed: float) -> None:
    wall = Wall()
    clock = PacedClock(speed, now=wall)
    thread = threading.Thread(target=clock.wait, args=(120.0,))
    thread.start()
    thread.join(_PATIENCE_S)
    assert not thread.is_alive()
    assert clock.late_ticks == 0


def test_the_gap_ends_when_the_next_tick_is_due() -> None:
    wall = Wall()
    clock = PacedClock(now=wall)
    assert clock.gap_s == math.inf
    clock.wait(0.0)
    assert clock.gap_s == 0.0
    with _waiting(clock, 0.25):
        assert clock.gap_s == pytest.approx(0.25)
