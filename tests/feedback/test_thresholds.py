"""Thresholds against NumPy's percentile of the trailing window."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from neurosim.core.feedback import Cue
from neurosim.core.timeline import TickGrid
from neurosim.feedback import FixedThreshold, PercentileThreshold
from neurosim.feedback.thresholds import Seen, ThresholdConfig

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


def _run(
    config: ThresholdConfig,
    values: NDArray[np.float64],
    take: NDArray[np.bool_] | None = None,
    *,
    n_baseline: int = 0,
    below: bool = False,
) -> NDArray[np.float64]:
    """Return the thresholds of every tick; the first ticks are baseline, the others training."""
    threshold = config.prepare(_GRID, values.shape[1])
    take = np.ones(values.shape, dtype=np.bool_) if take is None else take
    found, harder = [], -1.0 if below else 1.0
    for k in range(len(values)):
        cue = Cue("baseline" if k < n_baseline else "training")
        found.append(threshold.now(cue).copy())
        threshold.note(Seen(values[k], harder * (values[k] - found[-1]) > 0, take[k], cue, harder))
    return np.array(found)


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
    assert (_run(FixedThreshold(value=2.5), np.array([[0.0, 100.0]] * 3)) == 2.5).all()


def test_a_percentile_earns_its_share() -> None:
    # Of independent values 60 of 100 are above the 40th percentile of those before (the textbook's reward rate).
    values = np.random.default_rng(2).normal(size=(2000, 20))
    thresholds = _run(PercentileThreshold(percentile=40, window_s=30), values)
    rate = np.mean(values[240:] > thresholds[240:])
    assert rate == pytest.approx(0.6, abs=0.01)
