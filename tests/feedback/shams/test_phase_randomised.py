"""The surrogate has the spectrum, the rate and the rhythm of the feature it is made from."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import ndtri

from neurosim.core.feedback import Cue, Feedback
from neurosim.core.noise import AddressedNoise
from neurosim.core.timeline import TickGrid
from neurosim.feedback import PhaseRandomisedSham
from neurosim.feedback.shams.surrogate import GaussianSurrogate, normal_scores

_N, _SERIES = 7680, 100  # two minutes of 1/64 s
_TAU = 20  # ticks


def _first_order(n_times: int, n_series: int) -> NDArray[np.float64]:
    rng = np.random.default_rng(3)
    pole = np.exp(-1 / _TAU)
    x = np.empty((n_series, n_times))
    x[:, 0] = rng.standard_normal(n_series)
    for t in range(1, n_times):
        x[:, t] = pole * x[:, t - 1] + np.sqrt(1 - pole**2) * rng.standard_normal(n_series)
    return x


@pytest.fixture(scope="module")
def surrogate() -> NDArray[np.float64]:
    """Return four minutes of surrogates of an exponentiated first-order process (series, time)."""
    scores = normal_scores(np.exp(_first_order(_N, _SERIES)))
    made = GaussianSurrogate(scores, AddressedNoise(1, "test", range(_SERIES)), 0)
    return np.array([made.at(t) for t in range(2 * _N)]).T


def test_scores_are_normal_whatever_the_distribution() -> None:
    x = _first_order(1000, 3)
    np.testing.assert_array_equal(normal_scores(np.exp(x)), normal_scores(x))
    np.testing.assert_allclose(np.sort(normal_scores(x)[0]), ndtri((np.arange(1000) + 0.5) / 1000))


def test_it_is_standard_normal(surrogate: NDArray[np.float64]) -> None:
    # Each series holds 15360 / 40 = 384 independent values, all of them 38400: standard errors 0.005 and 0.0036.
    assert abs(surrogate.mean()) < 0.02
    assert surrogate.var() == pytest.approx(1.0, abs=0.02)
    for share in (0.05, 0.3, 0.7, 0.95):
        assert (surrogate < ndtri(share)).mean() == pytest.approx(share, abs=0.01)


@pytest.mark.parametrize("lag", [1, 5, 10, 20, 40])
def test_it_has_the_autocorrelation_of_the_process(surrogate: NDArray[np.float64], lag: int) -> None:
    found = (surrogate[:, lag:] * surrogate[:, :-lag]).mean() / (surrogate**2).mean()
    # That of a first-order process; the mean of the baseline is taken off, which costs 2 tau / N = 0.005.
    assert found == pytest.approx(np.exp(-lag / _TAU), abs=0.02)


def test_the_fade_from_piece_to_piece_leaves_no_trace(surrogate: NDArray[np.float64]) -> None:
    places = surrogate.reshape(_SERIES, -1, _N // 2)  # pieces begin every half length
    variance = (places**2).mean(axis=(0, 1)).reshape(8, -1).mean(axis=1)
    # In each of eight places 400 stretches of 480 ticks, 12 independent values each: standard error 0.02.
    np.testing.assert_allclose(variance, 1.0, atol=0.08)


def test_it_does_not_repeat_and_does_not_follow_its_baseline(surrogate: NDArray[np.float64]) -> None:
    scores = normal_scores(np.exp(_first_order(_N, _SERIES)))
    for other in (scores, surrogate[:, _N:]):
        alike = (surrogate[:, :_N] * other).mean(axis=1)
        # Of 192 independent pairs: standard deviation 0.07, of the mean of a hundred 0.007.
        assert abs(alike.mean()) < 0.03
        assert np.abs(alike).max() < 0.4


def test_feedback_is_on_as_long_as_a_gaussian_process_is_above_its_level() -> None:
    feature = _first_order(_N + 15360, _SERIES)
    sham = PhaseRandomisedSham().prepare(TickGrid(1 / 64), 1, range(_SERIES), (_SERIES,))
    shown = np.empty((15360, _SERIES))
    for k, x in enumerate(feature.T):
        block = "baseline" if k < _N else "training"
        met = (x > 0) & (k >= _N)
        yes, real = np.ones(_SERIES, dtype=np.bool_), met.astype(np.float64)
        now = sham.update(k, Feedback(np.exp(x), np.ones(_SERIES), met[:, None], met, met, met, yes, real, Cue(block)))
        if k >= _N:
            shown[k - _N] = now
    shown = shown[2000:]
    for lag in (1, 5, 20):
        both = (shown[lag:] * shown[:-lag]).mean()
        # Both above the median: 1/4 + arcsin(r)/(2 pi) (Sheppard 1899), r the correlation of the process.
        expected = 0.25 + np.arcsin(np.exp(-lag / _TAU)) / (2 * np.pi)
        assert both == pytest.approx(expected, abs=0.015)


def test_graded_feedback_stays_graded() -> None:
    feature = _first_order(_N + 15360, 20)
    sham = PhaseRandomisedSham().prepare(TickGrid(1 / 64), 1, range(20), (20,))
    shown, earned = [], []
    no, yes = np.zeros(20, dtype=np.bool_), np.ones(20, dtype=np.bool_)
    for k, x in enumerate(feature.T):
        block = "baseline" if k < _N else "training"
        real = 1 / (1 + np.exp(-x)) * (block == "training")
        now = sham.update(k, Feedback(x, np.zeros(20), no[:, None], no, no, no, yes, real, Cue(block)))
        if k >= _N + 2000:
            shown.append(now)
            earned.append(real)
    for share in (10, 50, 90):
        # Levels are 1/64 apart; 20 series hold some 7000 independent values.
        assert np.percentile(shown, share) == pytest.approx(np.percentile(earned, share), abs=1.5 / 64)
