"""Thresholds against NumPy's percentile of the trailing window."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from neurosim.core.timeline import TickGrid
from neurosim.feedback import FixedThreshold, PercentileThreshold

_GRID = TickGrid(1 / 8)


def _by_numpy(
    values: NDArray[np.float64], take: NDArray[np.bool_], percentile: float, size: int, least: int
) -> NDArray[np.float64]:
    """Percentile of the last `size` trusted values before each tick, subject by subject."""
    out = np.full(values.shape, np.nan)
    for subject in range(values.shape[1]):
        for k in range(len(values)):
            seen = values[:k, subject][take[:k, subject]][-size:]
            if seen.size >= max(least, 1):
                out[k, subject] = np.percentile(seen, percentile)
    return out


def _run(config: PercentileThreshold, values: NDArray[np.float64], take: NDArray[np.bool_]) -> NDArray[np.float64]:
    threshold = config.prepare(_GRID, values.shape[1])
    return np.array([threshold.update(values[k], take[k]).copy() for k in range(len(values))])


@pytest.mark.parametrize(
    ("percentile", "window_s", "least_s"), [(40, 10, 5), (95, 4, 0), (50, 1, 1), (1, 30, 2), (99.5, 0.125, 0)]
)
def test_percentile_is_numpys(percentile: float, window_s: float, least_s: float) -> None:
    rng = np.random.default_rng(1)
    values = rng.gamma(2.0, size=(400, 3))
    values[100:130] = np.round(values[100:130])  # ties
    take = rng.random((400, 3)) > 0.3
    take[200:280, 1] = False
    values[~take] = 1e9  # must not count
    got = _run(PercentileThreshold(percentile=percentile, window_s=window_s, least_s=least_s), values, take)
    size = round(window_s * 8)
    expected = _by_numpy(values, take, percentile, size, min(size, round(least_s * 8)))
    np.testing.assert_allclose(got, expected, rtol=1e-13)
    assert np.isfinite(got[-1]).all()


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.floats(-1e6, 1e6), st.booleans()), min_size=1, max_size=60),
    st.floats(0.5, 99.5),
    st.integers(1, 20),
)
def test_any_series(series: list[tuple[float, bool]], percentile: float, size: int) -> None:
    values = np.array([[v] for v, _ in series])
    take = np.array([[t] for _, t in series])
    got = _run(PercentileThreshold(percentile=percentile, window_s=size / 8, least_s=0), values, take)
    np.testing.assert_allclose(got, _by_numpy(values, take, percentile, size, 1), rtol=1e-12, atol=1e-9)


def test_fixed_stays() -> None:
    threshold = FixedThreshold(value=2.5).prepare(_GRID, 3)
    for value in (0.0, 100.0):
        np.testing.assert_array_equal(threshold.update(np.full(3, value), np.ones(3, dtype=np.bool_)), [2.5, 2.5, 2.5])


def test_a_percentile_earns_its_share() -> None:
    # Of independent values 60 of 100 are above the 40th percentile of those before (the textbook's reward rate).
    values = np.random.default_rng(2).normal(size=(2000, 20))
    thresholds = _run(PercentileThreshold(percentile=40, window_s=30), values, np.ones_like(values, dtype=np.bool_))
    rate = np.mean(values[240:] > thresholds[240:])
    assert rate == pytest.approx(0.6, abs=0.01)


@pytest.mark.parametrize("percentile", [20.0, 40.0, 50.0, 80.0])
def test_latency_of_a_percentile(percentile: float) -> None:
    config = PercentileThreshold(percentile=percentile, window_s=30.0)
    at, noise, found = 400, np.random.default_rng(1).normal(size=(800, 100)), []
    for first, second in ((10.0, 14.0), (14.0, 10.0)):
        values = noise + np.where(np.arange(800) < at, first, second)[:, None]
        y = np.median(_run(config, values, np.ones(values.shape, dtype=np.bool_)), axis=1)
        found.append(((y[at:] - y[at - 1]) / (y[-1] - y[at - 1]) >= 0.5).argmax() / 8)
    assert config.delay_s == pytest.approx(np.mean(found), rel=0.1)
    assert FixedThreshold(value=1.0).delay_s == 0.0
