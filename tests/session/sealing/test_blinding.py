"""Blinding indices against published numbers and closed forms."""

import numpy as np
import pytest

from neurosim.session import bang_index, james_index

# Counts of guesses (real, placebo, do not know) of those in the real and the placebo arm.
CRISP = [[82, 27], [25, 29], [170, 83]]  # Bang et al. 2004, table 7
INVESTIGATORS = [[48, 22], [4, 30], [330, 319]]  # Houweling et al. 2014 (Clinical Trials 11:547), table 2


def test_james_of_a_published_trial() -> None:
    # As the R package BI gives it (and BlindingIndex.jl prints in its readme): 0.896, SE 0.011, 0.875 to 0.918.
    index = james_index(INVESTIGATORS)
    found = (index.value, index.standard_error, index.low, index.high)
    np.testing.assert_array_equal(np.round(found, 3), [0.896, 0.011, 0.875, 0.918])


@pytest.mark.parametrize(
    ("counts", "expected"),
    [((48, 4, 330), [0.115, 0.018, 0.080, 0.150]), ((30, 22, 319), [0.022, 0.019, -0.016, 0.060])],
)
def test_bang_of_a_published_trial(counts: tuple[int, int, int], expected: list[float]) -> None:
    # The same source; each arm by itself: right, wrong, unknown.
    index = bang_index(*counts)
    found = (index.value, index.standard_error, index.low, index.high)
    np.testing.assert_array_equal(np.round(found, 3), expected)


def test_bang_is_a_difference_of_shares() -> None:
    # Closed form: p - q, with the variance of a multinomial.
    index = bang_index(82, 25, 170)
    p, q, n = 82 / 277, 25 / 277, 277
    assert index.value == pytest.approx(p - q)
    assert index.standard_error == pytest.approx(np.sqrt((p * (1 - p) + q * (1 - q) + 2 * p * q) / n))
    assert index.high - index.value == pytest.approx(1.959963984540054 * index.standard_error)


def test_james_without_dont_knows_is_one_half_of_disagreement_over_chance() -> None:
    # With d = 0 the index is (1 + K) / 2, where K = (observed - expected)/expected disagreement.
    a, b, c, d = 30, 12, 10, 28
    n = a + b + c + d
    observed = (b + c) / n
    expected = ((a + b) * (b + d) + (c + d) * (a + c)) / n**2
    assert james_index([[a, b], [c, d], [0, 0]]).value == pytest.approx((1 + (observed - expected) / expected) / 2)


def test_the_ends_of_the_scales() -> None:
    assert bang_index(10, 0).value == 1.0
    assert bang_index(0, 10).value == -1.0
    assert bang_index(0, 0, 10).value == 0.0
    assert james_index([[10, 0], [0, 10], [0, 0]]).value == 0.0
    assert james_index([[5, 5], [5, 5], [0, 0]]).value == 0.5
    assert james_index([[0, 0], [0, 0], [7, 9]]).value == 1.0
    assert np.isnan(bang_index(0, 0, 0).value)
    assert np.isnan(james_index([[5, 0], [0, 0], [0, 0]]).value)  # nobody in the other arm has guessed


@pytest.mark.parametrize("counts", [CRISP, INVESTIGATORS, [[20, 14], [11, 19], [9, 7]]])
def test_standard_errors_are_those_of_repeated_trials(counts: list[list[int]]) -> None:
    rng = np.random.default_rng(1)
    table = np.array(counts)
    n = int(table.sum())
    trials = rng.multinomial(n, table.ravel() / n, size=4000).reshape(-1, 3, 2)
    values = [james_index(trial.tolist()).value for trial in trials]
    # The standard deviation of 4000 values is known to 1.1 %; the formula is of first order in 1/n.
    assert np.std(values) == pytest.approx(james_index(counts).standard_error, rel=0.05)
    inside = [james_index(trial.tolist()) for trial in trials[:1000]]
    truth = james_index(counts).value
    assert np.mean([i.low <= truth <= i.high for i in inside]) == pytest.approx(0.95, abs=0.03)
