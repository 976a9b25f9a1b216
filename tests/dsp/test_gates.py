"""The peak-to-peak gate against NumPy, and its times by hand."""

import numpy as np
import pytest
from numpy.typing import NDArray

from neurosim.core.spec import SignalSpec
from neurosim.dsp import PeakToPeak

_FS = 256.0
_SPEC = SignalSpec(_FS, ("a", "b"), "uV")


def _by_numpy(x: NDArray[np.float64], gate: PeakToPeak) -> NDArray[np.float64]:
    n_block, n_hold = round(gate.window_s * _FS / 8), round(gate.hold_s * _FS)
    exceeded = np.zeros(x.shape, dtype=bool)
    for t in range(x.shape[-1]):
        start = max(0, (t // n_block - 7) * n_block)
        exceeded[..., t] = np.ptp(x[..., start : t + 1], axis=-1) > gate.max_uv
    held = [exceeded[..., max(0, t - n_hold) : t + 1].any(axis=-1) for t in range(x.shape[-1])]
    return (~np.stack(held, axis=-1)).astype(np.float64)


@pytest.mark.parametrize(("max_uv", "window_s", "hold_s"), [(22.0, 0.5, 1.0), (14.0, 0.25, 0.0), (22.0, 1.0, 0.1)])
def test_gate_is_numpys_ptp(max_uv: float, window_s: float, hold_s: float) -> None:
    x = np.cumsum(np.random.default_rng(1).normal(size=(2, 4000)), axis=-1)
    gate = PeakToPeak(max_uv=max_uv, window_s=window_s, hold_s=hold_s)
    expected = _by_numpy(x, gate)
    assert 0.05 < expected.mean() < 0.95
    np.testing.assert_array_equal(gate.prepare(_SPEC).process(x), expected)


def test_times_of_a_blink() -> None:
    x = np.zeros((2, 1024))
    x[0, 300:325] = 150.0
    out = PeakToPeak(max_uv=100.0, window_s=0.5, hold_s=1.0).prepare(_SPEC).process(x)
    assert out[1].all()
    closed = np.flatnonzero(out[0] == 0)
    np.testing.assert_array_equal(closed, np.arange(closed[0], closed[-1] + 1))
    assert closed[0] == 300  # at once
    # The last sample of the blink, 324, is seen by windows of 7/8 to 8/8 of 0.5 s; then come 256 samples of hold.
    assert 324 + 112 <= closed[-1] - 256 <= 324 + 128


def test_an_amplitude_at_the_limit_is_trusted() -> None:
    x = np.zeros((2, 64))
    x[:, 10] = 100.0
    assert PeakToPeak(max_uv=100.0).prepare(_SPEC).process(x).all()
    x[:, 10] = 100.1
    assert not PeakToPeak(max_uv=100.0).prepare(_SPEC).process(x)[:, 10:].any()


def test_limit_follows_the_baseline_of_each_channel() -> None:
    t = np.arange(2560) / _FS
    x = np.array([60.0, 4.0])[:, None] * np.sin(2 * np.pi * 10 * t)
    stage = PeakToPeak(max_uv=75.0, times_baseline=2.5, hold_s=0.0).prepare(_SPEC)
    before = stage.process(x)
    assert not before[0, 256:].any()  # 120 uV are too much, until the baseline says that they are usual
    assert before[1].all()
    stage.calibrate()
    assert stage.process(2.4 * x)[0, 256:].all()  # limit 300 uV
    assert not stage.process(2.6 * x)[0, 256:].any()
    quiet = PeakToPeak(max_uv=75.0, times_baseline=2.5, hold_s=0.0).prepare(_SPEC)
    quiet.process(x)
    quiet.calibrate()
    assert quiet.process(9.0 * x)[1, 256:].all()  # 72 uV: the limit is never below max_uv
    assert not quiet.process(9.6 * x)[1, 256:].any()
