"""Ticks and samples by exact fractions."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neurosim.core.timeline import TickGrid, exact

_RATES = [Fraction(1, 2), 1, 4, 10, 100, 125, 128, 160, 200, 250, 256, 500, 512, 1000, 2048, 4096, Fraction(1000, 3)]
_INTERVALS = [Fraction(1, n) for n in (1, 3, 7, 8, 10, 16, 25, 30, 60, 64, 100, 250, 256, 1000)] + [Fraction(3, 10)]


@pytest.mark.parametrize(("value", "fraction"), [(0.1, (1, 10)), (1 / 3, (1, 3)), (1 / 60, (1, 60)), (0.3, (3, 10))])
def test_floats_mean_simple_fractions(value: float, fraction: tuple[int, int]) -> None:
    assert exact(value) == Fraction(*fraction)


@pytest.mark.parametrize(("interval", "fs"), [(1 / 64, 256), (0.1, 250), (1 / 3, 100), (1 / 60, 256), (0.3, 1000 / 3)])
def test_no_drift_in_ten_hours(interval: float, fs: float) -> None:
    grid = TickGrid(interval)
    n = grid.n_ticks(36_000.0)
    assert n == round(36_000 / exact(interval))
    assert grid.start_s(n) == 36_000.0
    assert grid.first_sample(n, fs) == round(36_000 * exact(fs))  # repeated addition of 0.1 is off by then


@given(st.sampled_from(_INTERVALS), st.sampled_from(_RATES), st.integers(0, 10**7))
def test_a_tick_holds_the_samples_whose_time_lies_in_it(interval: Fraction, fs: Fraction, tick: int) -> None:
    grid = TickGrid(float(interval))
    first, stop = (grid.first_sample(k, float(fs)) for k in (tick, tick + 1))
    assert first <= stop
    if first < stop:
        assert tick * interval <= first / Fraction(fs)
        assert (stop - 1) / Fraction(fs) < (tick + 1) * interval
    assert stop / Fraction(fs) >= (tick + 1) * interval
    assert first == 0 or (first - 1) / Fraction(fs) < tick * interval


def test_slow_streams_give_nothing_on_some_ticks() -> None:
    grid = TickGrid(1 / 64)
    counts = [grid.first_sample(k + 1, 4.0) - grid.first_sample(k, 4.0) for k in range(64)]
    assert [k for k, n in enumerate(counts) if n] == [0, 16, 32, 48]
    assert sum(counts) == 4


def test_ticks_of_a_duration_are_to_the_nearest() -> None:
    grid = TickGrid(1 / 8)
    assert [grid.n_ticks(s) for s in (0.0, 0.05, 0.07, 0.25, 1.0)] == [0, 0, 1, 2, 8]
