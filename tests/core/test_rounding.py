"""What a recording keeps is what the pipeline saw."""

from __future__ import annotations

import numpy as np
import pytest

from neurosim.core.rounding import MOST_STEPS, recording_step, round_to_step


@pytest.mark.parametrize("unit", ["uV", "mV", "degC", "uS", "a.u."])
def test_whole_numbers_of_24_bits_give_back_the_samples_to_the_bit(unit: str) -> None:
    step = recording_step(unit)
    x = np.random.default_rng(1).normal(0.0, 1e3 * step, (4, 500))
    rounded = round_to_step(x, step)
    stored = np.rint(rounded / step).astype(np.int32)
    assert (np.abs(stored) <= MOST_STEPS).all()
    np.testing.assert_array_equal(stored * step, rounded)
    np.testing.assert_array_equal(round_to_step(rounded, step), rounded)
    assert np.abs(rounded - x).max() <= 0.5 * step


def test_what_24_bits_cannot_hold_is_the_largest_they_can_and_nan_stays() -> None:
    got = round_to_step(np.array([np.inf, -np.inf, np.nan]), 0.5)
    np.testing.assert_array_equal(got, [MOST_STEPS * 0.5, -MOST_STEPS * 0.5, np.nan])


def test_each_channel_may_have_its_own_step_and_none_leaves_samples_alone() -> None:
    x = np.array([[0.3, 0.3]])
    np.testing.assert_array_equal(round_to_step(x, np.array([[0.25, 0.5]])), [[0.25, 0.5]])
    assert round_to_step(x, None) is x
