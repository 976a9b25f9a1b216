"""Stages that are fitted to the baseline."""

from collections.abc import Callable
from typing import Literal

import numpy as np
import pytest
from scipy import stats

from neurosim.core.calibrated import CalibratedStageConfig
from neurosim.core.chain import Chain, Fork
from neurosim.core.spec import Bool, Samples, SignalSpec
from neurosim.core.stage import Stage, StageConfig
from neurosim.dsp import Smooth, ZScore

_SPEC = SignalSpec(100.0, ("a", "b"), "uV")


def _baseline() -> tuple[Samples, Bool]:
    x = np.random.default_rng(1).normal(5.0, 3.0, size=(2, 1000)) * [[1.0], [4.0]]
    valid = np.ones(1000, dtype=np.bool_)
    x[:, 200:300], valid[200:300] = 1e4, False
    x[:, 950:], valid[950:] = -1e4, False
    return x, valid


def _calibrated(config: CalibratedStageConfig | Chain | Fork, piece: int = 70) -> tuple[Stage, Samples]:
    x, valid = _baseline()
    stage = config.prepare(_SPEC)
    before = []
    for start in range(0, 1000, piece):
        stage.mark_valid(valid[start : start + piece])
        before.append(stage.process(x[:, start : start + piece]))
    stage.calibrate()
    return stage, np.concatenate(before, axis=-1)


def test_zscore_leaves_out_what_was_not_trusted() -> None:
    stage, before = _calibrated(ZScore(least_s=5))
    assert not before.any()
    x, valid = _baseline()
    trusted = x[:, valid]
    spread = stats.median_abs_deviation(trusted, axis=1, scale="normal")
    later = np.array([[1.0, 5.0, -7.0], [10.0, 20.0, 30.0]])
    expected = (later - np.median(trusted, axis=1, keepdims=True)) / spread[:, None]
    np.testing.assert_allclose(stage.process(later), expected, rtol=1e-4)  # 1.4826 is 1.48260222 in SciPy
    assert stage.spec.unit == "SD"


def test_zscore_of_each_subject_is_its_own() -> None:
    x = np.random.default_rng(2).normal(size=(3, 1, 1000)) * np.array([1.0, 10.0, 100.0])[:, None, None]
    valid = np.ones((3, 1000), dtype=np.bool_)
    valid[1, 400:] = False  # 4 s are left of the 5 s asked for
    stage = ZScore(least_s=5).prepare(SignalSpec(100.0, ("a",), "uV", (3,)))
    stage.mark_valid(valid)
    stage.process(x)
    stage.calibrate()
    z = stage.process(x)
    np.testing.assert_allclose(z[[0, 2]].std(axis=-1), 1.0, rtol=0.1)
    assert not z[1].any()


def test_zscore_of_a_flat_baseline_stays_zero() -> None:
    stage = ZScore(least_s=5).prepare(_SPEC)
    stage.process(np.full((2, 1000), 3.0))
    stage.calibrate()
    assert not stage.process(np.array([[3.0, 4.0], [5.0, 6.0]])).any()


class _Since(CalibratedStageConfig):
    """A smoother of what lies above the baseline's mean: a fitted stage with a memory."""

    kind: Literal["since"] = "since"

    def uncalibrated(self, spec: SignalSpec) -> Stage:
        return Chain(stages=()).prepare(spec)

    def fit(self, spec: SignalSpec, baseline: Samples, valid: Bool) -> Stage:
        return Smooth(tau_s=float(baseline[0, valid].std())).prepare(spec)


def test_state_goes_on_as_if_the_fitted_stage_had_been_there() -> None:
    stage, before = _calibrated(_Since())
    x, valid = _baseline()
    np.testing.assert_array_equal(before, x)
    later = np.random.default_rng(3).normal(size=(2, 50))
    whole = Smooth(tau_s=float(x[0, valid].std())).prepare(_SPEC).process(np.concatenate((x, later), axis=-1))
    np.testing.assert_array_equal(stage.process(later), whole[:, 1000:])
    assert stage.spec.delay_s > 0


@pytest.mark.parametrize("wrap", [lambda c: Chain.of(Chain.of(c)), lambda c: Fork(branches={"z": c})])
def test_calibration_reaches_nested_stages(wrap: Callable[[StageConfig], Chain | Fork]) -> None:
    stage, _ = _calibrated(wrap(ZScore()))
    plain, _ = _calibrated(ZScore())
    later = np.random.default_rng(3).normal(size=(2, 50))
    np.testing.assert_array_equal(stage.process(later), plain.process(later))


def test_without_a_baseline_nothing_is_fitted() -> None:
    stage = ZScore().prepare(_SPEC)
    stage.calibrate()
    assert not stage.process(np.ones((2, 10))).any()


def test_a_second_baseline_changes_nothing() -> None:
    stage, _ = _calibrated(ZScore())
    later = np.random.default_rng(3).normal(size=(2, 1000))
    z = stage.process(later)
    stage.calibrate()
    np.testing.assert_array_equal(stage.process(later), z)
