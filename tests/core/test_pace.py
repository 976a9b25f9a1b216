"""The clock that someone plays, pauses and steps, on a clock of its own."""

from __future__ import annotations

import math
import threading
import time

import pytest

from neurosim.core.pace import PacedClock


class Wall:
    """A time source that a test moves."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def test_a_pause_is_no_burst_of_catching_up() -> None:
    wall = Wall()
    clock = PacedClock(now=wall)
    clock.wait(0.0)
    wall.now_s += 0.5
    assert clock.wait(0.5) == 0.0
    clock.pause()
    wall.now_s += 60.0
    clock.play()
    started = time.monotonic()
    wall_stands = threading.Thread(target=clock.wait, args=(0.6,))
    wall_stands.start()
    time.sleep(0.05)
    assert wall_stands.is_alive(), "the tick after a pause is due a tick later, not at once"
    clock.close()
    wall_stands.join(5)
    assert time.monotonic() - started < 5
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
        deadline = time.monotonic() + 5
        while len(seen) < total and time.monotonic() < deadline:
            time.sleep(0.001)
        time.sleep(0.02)
        assert len(seen) == total
    clock.close()
    thread.join(5)
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
    thread.join(5)
    assert not thread.is_alive()
    assert clock.late_ticks == 0


def test_the_gap_ends_when_the_next_tick_is_due() -> None:
    wall = Wall()
    clock = PacedClock(now=wall)
    assert clock.gap_s == math.inf
    clock.wait(0.0)
    assert clock.gap_s == 0.0
    thread = threading.Thread(target=clock.wait, args=(0.25,))
    thread.start()
    deadline = time.monotonic() + 5
    while clock.gap_s == 0.0 and time.monotonic() < deadline:
        time.sleep(0.001)
    assert clock.gap_s == pytest.approx(0.25)
    clock.close()
    thread.join(5)
