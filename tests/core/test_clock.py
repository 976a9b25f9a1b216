"""Deadlines from the start, late ticks, and stalls, on a clock made of numbers."""

from __future__ import annotations

import pytest

from neurosim.session import RealTimeClock, SimulatedClock


class Now:
    """A clock that moves only when told to."""

    def __init__(self) -> None:
        self.time_s = 100.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.time_s

    def sleep(self, duration_s: float) -> None:
        self.slept.append(duration_s)
        self.time_s += duration_s


def test_deadlines_count_from_the_start_so_that_delays_do_not_add_up() -> None:
    now = Now()
    clock = RealTimeClock(now=now, sleep=now.sleep)
    clock.wait(0.0)
    for k in range(1, 101):
        now.time_s += 0.004  # work
        assert clock.wait(0.01 * k) == 0.0
    assert now.time_s == pytest.approx(101.0)
    assert clock.late_ticks == 0


def test_late_ticks_are_counted_and_caught_up() -> None:
    now = Now()
    clock = RealTimeClock(now=now, sleep=now.sleep)
    clock.wait(0.0)
    now.time_s += 0.055
    for k in range(1, 11):
        clock.wait(0.01 * k)
    assert clock.late_ticks == 5
    assert now.time_s == pytest.approx(100.1)


def test_after_a_stall_it_starts_again_from_now() -> None:
    now = Now()
    clock = RealTimeClock(now=now, sleep=now.sleep)
    clock.wait(0.0)
    now.time_s += 5.0
    assert clock.wait(1.0) == pytest.approx(4.0)
    assert clock.wait(1.01) == 0.0
    assert now.time_s == pytest.approx(105.01)
    assert clock.late_ticks == 1


def test_speed_scales_the_session() -> None:
    now = Now()
    clock = RealTimeClock(4.0, now=now, sleep=now.sleep)
    clock.wait(0.0)
    clock.wait(2.0)
    assert now.time_s == pytest.approx(100.5)


def test_simulated_clock_never_waits() -> None:
    assert SimulatedClock().wait(1e9) == 0.0
