"""Thresholds against NumPy, and against what the literature says where they settle."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from neurosim.core.feedback import Cue
from neurosim.core.timeline import TickGrid
from neurosim.feedback import (
    BaselineThreshold,
    ControllerThreshold,
    FixedThreshold,
    ManualThreshold,
    OneShotThreshold,
    PercentileThreshold,
    StaircaseThreshold,
)
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


def _baseline() -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return 100 ticks of baseline and 20 of training of three subjects; one has hardly any trusted baseline."""
    rng = np.random.default_rng(3)
    values = rng.gamma(2.0, size=(120, 3))
    take = rng.random((120, 3)) > 0.2
    take[5:100, 2] = False
    values[~take] = 1e9
    return values, take


def _trusted(values: NDArray[np.float64], take: NDArray[np.bool_], subject: int) -> NDArray[np.float64]:
    return values[:100, subject][take[:100, subject]]


@pytest.mark.parametrize("sds", [-1.0, 0.0, 1.5])
@pytest.mark.parametrize("robust", [False, True])
def test_baseline_is_numpys_mean_and_sd_or_scipys_median_and_mad(sds: float, robust: bool) -> None:
    from scipy.stats import median_abs_deviation

    values, take = _baseline()
    got = _run(BaselineThreshold(sds=sds, robust=robust, least_s=1.0), values, take, n_baseline=100)
    assert np.isnan(got[:100]).all()
    assert np.isnan(got[100:, 2]).all()  # 5 trusted ticks; 8 are asked for
    for subject in (0, 1):
        x = _trusted(values, take, subject)
        expected = x.mean() + sds * x.std()
        if robust:
            expected = np.median(x) + sds * median_abs_deviation(x, scale="normal")
        np.testing.assert_allclose(got[100:, subject], expected, rtol=1e-4 if robust else 1e-13)


@pytest.mark.parametrize("percentile", [5, 40, 99.5])
def test_one_shot_is_numpys_percentile_of_the_baseline(percentile: float) -> None:
    values, take = _baseline()
    got = _run(OneShotThreshold(percentile=percentile, least_s=1.0), values, take, n_baseline=100)
    assert np.isnan(got[:100]).all()
    assert np.isnan(got[100:, 2]).all()
    for subject in (0, 1):
        expected = np.percentile(_trusted(values, take, subject), percentile)
        np.testing.assert_allclose(got[100:, subject], expected, rtol=1e-13)


def test_a_second_baseline_counts_with_the_first() -> None:
    threshold = OneShotThreshold(percentile=50, least_s=0.0).prepare(_GRID, 1)
    found = []
    for value, block in [(1.0, "baseline"), (9.0, "training"), (3.0, "baseline"), (9.0, "rest"), (9.0, "training")]:
        found.append(float(threshold.now(Cue(block))[0]))
        one, yes = np.array([value]), np.ones(1, dtype=np.bool_)
        threshold.note(Seen(one, ~yes, yes, Cue(block), 1.0))
    np.testing.assert_array_equal(found, [np.nan, 1.0, 1.0, 2.0, 2.0])


def test_manual_stays_until_it_is_set() -> None:
    threshold = ManualThreshold(value=2.0).prepare(_GRID, 2)
    before = threshold.now(Cue("training"))
    threshold.set(3.0, 1)  # type: ignore[attr-defined]
    assert (before.tolist(), threshold.now(Cue("training")).tolist()) == ([2.0, 2.0], [2.0, 3.0])
    threshold.reset()
    assert threshold.now(Cue("training")).tolist() == [2.0, 2.0]


@pytest.mark.parametrize("below", [False, True])
@pytest.mark.parametrize("rate", [0.2, 0.6, 0.9])
def test_controller_reaches_its_rate_whatever_the_distribution(rate: float, below: bool) -> None:
    """An integrating controller has no lasting error: summed up, its law says by how much the mean may differ.

    Over n ticks the threshold moves by ``gain (held - rate n)`` in all, so the rate differs from its target by the way
    that the threshold went, divided by ``gain n``: exactly, whatever the values are.
    """
    from scipy.stats import norm

    tau_s, n = 20.0, 6400
    values = np.random.default_rng(4).gamma(2.0, size=(n, 8)) ** 2  # far from normal
    got = _run(ControllerThreshold(rate=rate, tau_s=tau_s, start_s=10.0), values, below=below)
    first = values[:80]
    start = np.percentile(first, 100 * rate if below else 100 * (1 - rate), axis=0)
    np.testing.assert_allclose(got[80], start, rtol=1e-13)
    held = values < got if below else values > got
    gain = first.std(axis=0) / (tau_s * 8 * norm.pdf(norm.ppf(rate)))
    way = (-1.0 if below else 1.0) * (got[-1] - got[80])
    np.testing.assert_allclose(held[80:-1].mean(axis=0) - rate, way / (gain * (n - 81)), atol=1e-12)
    # The sampling error of independent values, and of the threshold's own wandering, which is slower than tau.
    assert held[1600:].mean() == pytest.approx(rate, abs=4 * np.sqrt(rate * (1 - rate) / (8 * (n - 1600))) + 0.005)


def test_controllers_error_shrinks_with_its_time_constant() -> None:
    """On normal values a step of 0.2 SD shrinks by exp(-t/tau): the linearised loop, over many subjects."""
    tau_s, n, late, rng = 30.0, 1000, 4000, np.random.default_rng(5)
    values = rng.normal(size=(late, n))
    values[2000:] += 0.2
    got = _run(ControllerThreshold(rate=0.6, tau_s=tau_s, start_s=10.0), values).mean(axis=1)
    error = 0.2 - (got[2000:] - got[1500:2000].mean())
    for t_s in (15.0, 30.0, 60.0):
        # The curvature of the normal distribution adds at most 0.2 SD z/2 = 3 % to the slope at z = 0.25.
        assert error[int(t_s * 8)] / 0.2 == pytest.approx(np.exp(-t_s / tau_s), abs=0.04)


@pytest.mark.parametrize(
    ("streak", "ratio", "expected"),
    [
        (1, 1.0, 0.5),
        (2, 1.0, 0.5**0.5),  # 70.7 %: Levitt 1971, J Acoust Soc Am 49:467, table I
        (3, 1.0, 0.5 ** (1 / 3)),  # 79.4 %
        (4, 1.0, 0.5**0.25),  # 84.1 %
        (1, 3.0, 0.75),  # Kaernbach 1991, Percept Psychophys 49:227: up 1, down 3
    ],
)
def test_staircase_settles_where_the_literature_says(streak: int, ratio: float, expected: float) -> None:
    """Windows of one tick over independent normal values; small steps, so that the mean level is the settled one."""
    step = 0.02
    config = StaircaseThreshold(
        window_s=0.125, streak=streak, step=step, step_back=ratio * step, unit="feature", start=0.0, start_s=0.25
    )
    values = np.random.default_rng(6).normal(size=(6000, 60))
    held = values > _run(config, values)
    # Windows are not independent of the threshold's own wandering; 60 subjects give their spread.
    by_subject = held[3000:].mean(axis=0)
    error = by_subject.std() / np.sqrt(by_subject.size)
    assert by_subject.mean() == pytest.approx(expected, abs=4 * error + step / 2)


def test_staircase_by_hand() -> None:
    """Windows of two ticks, two successes up, one failure down; rest and bad ticks count for nothing."""
    config = StaircaseThreshold(
        window_s=0.25, share=1.0, streak=2, step=1.0, unit="feature", start=5.0, start_s=0.25
    )  # fmt: skip
    threshold = config.prepare(_GRID, 1)
    #         opening | success | success | failure | bad     | half bad
    values = [9.0, 9.0, 9.0, 9.0, 9.0, 9.0, 9.0, 0.0, 0.0, 0.0, 0.0, 9.0]
    trusted = [True] * 8 + [False] * 3 + [True]
    found = []
    for value, good in zip(values, trusted, strict=True):
        now = threshold.now(Cue("training"))
        found.append(float(now[0]))
        one = np.array([value])
        threshold.note(Seen(one, one > now, np.array([good]), Cue("training"), 1.0))
    # Up after the second success, down after the failure, as it was after bad ticks; 9 > 5 alone is a success.
    np.testing.assert_array_equal(found, [np.nan, np.nan, 5, 5, 5, 5, 6, 6, 5, 5, 5, 5])
    assert float(threshold.now(Cue("training"))[0]) == 5.0


@pytest.mark.parametrize(("unit", "expected"), [("feature", 2.5), ("sd", 3.0), ("relative", 3.0)])
def test_units_of_steps(unit: str, expected: float) -> None:
    config = StaircaseThreshold.model_validate(
        {"window_s": 0.125, "streak": 1, "step": 0.5, "unit": unit, "start": 2.0, "start_s": 0.25}
    )
    got = _run(config, np.array([[1.0], [5.0], [9.0], [0.0]]))  # SD 2 at the opening, then one success
    assert got[3, 0] == expected
    # One failure leads back: 3.0 / 1.5, 3.0 - 1.0, 2.5 - 0.5.
    assert _run(config, np.array([[1.0], [5.0], [9.0], [0.0], [0.0]]))[4, 0] == 2.0


@pytest.mark.parametrize("direction", ["above", "below"])
@pytest.mark.parametrize("rate", [0.3, 0.7])
@pytest.mark.parametrize("kind", [BaselineThreshold, ControllerThreshold, OneShotThreshold, PercentileThreshold,
                                  StaircaseThreshold])  # fmt: skip
def test_aimed_thresholds_meet_their_rate(kind: type[ThresholdConfig], rate: float, direction: str) -> None:
    config = kind.aimed(rate, direction)
    assert config is not None
    if isinstance(config, StaircaseThreshold):  # its windows are aimed: one tick each
        config = config.model_copy(update={"window_s": 0.125, "step": 0.02, "step_back": 0.02 * config.step_back / 0.1})  # type: ignore[operator]
    values = np.random.default_rng(7).normal(size=(4800, 40))
    below = direction == "below"
    got = _run(config, values, n_baseline=2400, below=below)
    rates = (values < got if below else values > got)[3600:].mean(axis=0)
    # The threshold itself is uncertain where 2400 ticks set it: sqrt(p(1-p)/2400) for each subject.
    assert rates.mean() == pytest.approx(rate, abs=4 * rates.std() / np.sqrt(40) + 0.01)


@pytest.mark.parametrize("percentile", [20.0, 40.0, 50.0, 80.0])
def test_latency_of_a_percentile(percentile: float) -> None:
    config = PercentileThreshold(percentile=percentile, window_s=30.0)
    at, noise, found = 400, np.random.default_rng(1).normal(size=(800, 100)), []
    for first, second in ((10.0, 14.0), (14.0, 10.0)):
        values = noise + np.where(np.arange(800) < at, first, second)[:, None]
        y = np.median(_run(config, values), axis=1)
        found.append(((y[at:] - y[at - 1]) / (y[-1] - y[at - 1]) >= 0.5).argmax() / 8)
    assert config.delay_s == pytest.approx(np.mean(found), rel=0.1)
    assert FixedThreshold(value=1.0).delay_s == 0.0
