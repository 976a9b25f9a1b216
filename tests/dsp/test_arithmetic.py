"""Arithmetic and the choice of channels against NumPy."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from neurosim.core.spec import SignalSpec
from neurosim.dsp import Log, Mean, Pick, Ratio

_SPEC = SignalSpec(256.0, ("a", "b", "c"), "uV^2")
_BATCH = SignalSpec(256.0, ("a", "b", "c"), "uV^2", (4,))
_X = np.random.default_rng(1).gamma(2.0, size=(4, 3, 50))


def test_log_is_numpys() -> None:
    np.testing.assert_array_equal(Log().prepare(_SPEC).process(_X[0]), np.log(_X[0]))
    np.testing.assert_array_equal(Log().prepare(_BATCH).process(_X), np.log(_X))
    assert Log().prepare(_SPEC).spec.unit == "ln(uV^2)"


@settings(deadline=None)
@given(st.floats(max_value=1e-12, allow_nan=False))
def test_log_of_nothing_is_finite(x: float) -> None:
    assert Log().prepare(_SPEC).process(np.full((3, 1), x))[0, 0] == np.log(1e-12)


def test_ratio_is_a_quotient() -> None:
    stage = Ratio(numerator="c", denominator="a", name="c/a").prepare(_BATCH)
    np.testing.assert_array_equal(stage.process(_X), _X[:, 2:] / _X[:, :1])
    assert (stage.spec.ch_names, stage.spec.unit) == (("c/a",), "1")


@pytest.mark.parametrize("below", [0.0, -3.0])
def test_ratio_over_nothing_is_finite(below: float) -> None:
    x = np.array([[2.0], [1.0], [below]])
    assert Ratio(numerator="a", denominator="c").prepare(_SPEC).process(x)[0, 0] == pytest.approx(2e12)


def test_mean_is_over_channels() -> None:
    stage = Mean(name="all").prepare(_BATCH)
    np.testing.assert_allclose(stage.process(_X), _X.mean(axis=1, keepdims=True), rtol=1e-15)
    assert stage.spec.ch_names == ("all",)


def test_pick_keeps_channels_in_the_order_given() -> None:
    stage = Pick(ch_names=("c", "a")).prepare(_BATCH)
    np.testing.assert_array_equal(stage.process(_X), _X[:, [2, 0]])
    assert stage.spec.ch_names == ("c", "a")
