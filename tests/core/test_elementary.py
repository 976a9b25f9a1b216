"""Elementary functions in plain arithmetic against NumPy's."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neurosim.core.kernels.elementary import exp, log, sincos

_EPS = float(np.finfo(np.float64).eps)


@settings(max_examples=500, deadline=None)
@given(st.floats(2.3e-308, 1.7e308))
def test_log(x: float) -> None:
    # ln 2 is one double here: its rounding costs up to half an ulp of k ln 2.
    assert log(x) == pytest.approx(float(np.log(x)), rel=2 * _EPS, abs=_EPS)


def test_log_near_one_and_of_small_uniforms() -> None:
    x = np.concatenate((1 + np.linspace(-0.3, 0.4, 501), 2.0 ** -np.arange(34.0)))
    np.testing.assert_allclose([log(v) for v in x.tolist()], np.log(x), rtol=2 * _EPS, atol=_EPS / 4)


@settings(max_examples=500, deadline=None)
@given(st.floats(-700, 700))
def test_exp(x: float) -> None:
    assert exp(x) == pytest.approx(float(np.exp(x)), rel=4 * _EPS)


def test_exp_of_zero_is_one() -> None:
    assert exp(0.0) == 1.0


@settings(max_examples=500, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_sincos(word: int) -> None:
    sine, cosine = sincos(np.uint64(word))
    angle = np.longdouble(word) / 2**32 * 2 * np.longdouble("3.14159265358979323846264338327950288")
    assert sine == pytest.approx(float(np.sin(angle)), abs=2 * _EPS)
    assert cosine == pytest.approx(float(np.cos(angle)), abs=2 * _EPS)


def test_sincos_at_the_quarters() -> None:
    for quarter, expected in enumerate([(0, 1), (1, 0), (0, -1), (-1, 0)]):
        assert tuple(sincos(np.uint64(quarter << 30))) == expected
