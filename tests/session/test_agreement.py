"""Delay and correlation of an estimate against what they were made to be."""

from __future__ import annotations

import numpy as np
import pytest

from neurosim.core.spec import Float
from neurosim.session.agreement import agreement

_DT = 1 / 64


def _slow_noise(n: int, seed: int) -> Float:
    """Return noise through a box of a second, of unit variance."""
    x = np.convolve(np.random.default_rng(seed).standard_normal(n + 63), np.ones(64), "valid")
    found: Float = (x - x.mean()) / x.std()
    return found


@pytest.mark.parametrize("late", [0, 7, 64])
def test_a_late_copy_is_as_late_as_it_was_made(late: int) -> None:
    x = _slow_noise(30 * 64 + late, 1)
    found = agreement(3.0 + x[: 30 * 64], x[late:], _DT)
    assert found is not None
    # Between ticks it is read off a parabola; a finite sample's correlation is not quite even about its top.
    assert found.delay_s == pytest.approx(late * _DT, abs=0.01 * _DT)
    assert found.correlation == pytest.approx(1.0, abs=1e-12)
    assert found.error == pytest.approx(3.0, rel=1e-12)


def test_noise_lowers_the_correlation_as_it_must() -> None:
    """r = 1/sqrt(1 + 1/SNR) for independent noise; its standard error is about (1 - r^2)/sqrt(n)."""
    n, late = 200_000, 12
    x, noise = _slow_noise(n + late, 2), np.random.default_rng(3).standard_normal(n)
    found = agreement(x[:n] + 0.5 * noise, x[late:], _DT)
    assert found is not None
    assert found.correlation == pytest.approx(1 / np.sqrt(1.25), abs=0.01)
    assert found.delay_s == pytest.approx(late * _DT, abs=0.3 * _DT)


def test_gaps_are_left_out_and_nothing_is_no_agreement() -> None:
    x = _slow_noise(2000, 4)
    y = x.copy()
    y[500:600] = np.nan
    found = agreement(y, x, _DT)
    assert found is not None
    assert (found.delay_s, found.error) == (0.0, 0.0)
    assert agreement(np.full(2000, np.nan), x, _DT) is None
    assert agreement(np.ones(2000), x, _DT) is None
