"""Relative power, asymmetry and z-scores against closed forms, NumPy and SciPy."""

import numpy as np
import pytest
from scipy import signal, stats

from neurosim.core.chain import Chain
from neurosim.core.errors import ConfigError
from neurosim.core.spec import SignalSpec
from neurosim.dsp import Asymmetry, BandPower, Log, RelativePower, ZScore

_FS = 256.0
_SPEC = SignalSpec(_FS, ("F3", "F4"), "uV")
_T = np.arange(40 * 256) / _FS
_ALPHA = {"low_hz": 8.0, "high_hz": 12.0}


def test_relative_power_of_two_sines() -> None:
    # A sine has half its squared amplitude; SciPy says how much of each both filters let through.
    x = np.array([3 * np.sin(2 * np.pi * 9.8 * _T) + a * np.sin(2 * np.pi * 22 * _T) for a in (1.0, 4.0)])
    got = RelativePower(**_ALPHA).prepare(_SPEC).process(x)[:, 5120:].mean(axis=1)
    powers = np.array([[9.0, 1.0], [9.0, 16.0]])
    filters = [signal.butter(2, edges, "bandpass", fs=_FS, output="sos") for edges in ((8, 12), (1, 40))]
    band, total = (powers @ np.abs(signal.freqz_sos(sos, [9.8, 22], fs=_FS)[1]) ** 2 for sos in filters)
    np.testing.assert_allclose(got, band / total, rtol=2e-3)
    np.testing.assert_allclose(got, [0.9, 0.36], atol=0.02)  # of ideal filters


def test_relative_power_is_the_share_of_welchs_density() -> None:
    x = np.random.default_rng(1).normal(size=(2, 600 * 256))
    stage = RelativePower(**_ALPHA, tau_s=10.0).prepare(_SPEC)
    got = stage.process(x)[:, 100 * 256 :].mean()
    f, psd = signal.welch(x, fs=_FS, nperseg=2048)
    parts = []
    for low, high in ((8, 12), (1, 40)):
        sos = signal.butter(2, (low, high), "bandpass", fs=_FS, output="sos")
        parts.append(np.sum(psd.mean(axis=0) * np.abs(signal.freqz_sos(sos, f, fs=_FS)[1]) ** 2))
    # Of the same noise: 500 s of a band 4 Hz wide, with its ends weighed differently.
    assert got == pytest.approx(parts[0] / parts[1], rel=0.03)


def test_change_of_the_whole_signal_is_none_of_the_share() -> None:
    # Both powers are of the same time: a slow swing of all amplitudes cancels, which it would not by 0.1 s later.
    x = (1 + 0.5 * np.sin(2 * np.pi * 0.1 * _T)) * (np.sin(2 * np.pi * 9.8 * _T) + np.sin(2 * np.pi * 22 * _T))
    y = RelativePower(**_ALPHA).prepare(_SPEC).process(np.array([x, x]))[0, 5120:]
    power = BandPower(**_ALPHA).prepare(_SPEC).process(np.array([x, x]))[0, 5120:]
    assert np.std(power) / np.mean(power) > 0.5

    def swing(z: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
        return float(2 * abs(np.mean(z * np.exp(-2j * np.pi * 0.1 * _T[5120:]))) / np.mean(z))

    assert swing(y) < 0.05 * swing(power)


def test_asymmetry_is_the_difference_of_logarithms() -> None:
    x = np.random.default_rng(1).gamma(2.0, size=(5, 2, 100))
    stage = Asymmetry(right="F4", left="F3").prepare(SignalSpec(_FS, ("F3", "F4"), "uV^2", (5,)))
    np.testing.assert_array_equal(stage.process(x), np.log(x[:, 1:]) - np.log(x[:, :1]))
    assert stage.spec.ch_names == ("asymmetry",)


def test_asymmetry_of_two_alphas() -> None:
    x = np.array([4.0, 8.0])[:, None] * np.sin(2 * np.pi * 10 * _T)
    stage = Chain.of(BandPower(**_ALPHA), Asymmetry(right="F4", left="F3")).prepare(_SPEC)
    assert stage.process(x)[0, -1] == pytest.approx(np.log(4.0), rel=1e-9)  # twice the amplitude, four times the power


@pytest.mark.parametrize("bad", [0.0, -1.0])
def test_asymmetry_of_nothing_is_finite(bad: float) -> None:
    stage = Asymmetry(right="F4", left="F3").prepare(SignalSpec(_FS, ("F3", "F4"), "uV^2"))
    assert np.isfinite(stage.process(np.array([[bad], [2.0]]))).all()


def test_z_score_is_scipys() -> None:
    x = np.random.default_rng(1).gamma(2.0, size=(2, 2560))
    later = np.random.default_rng(2).gamma(2.0, size=(2, 256))
    for robust in (True, False):
        stage = ZScore(robust=robust).prepare(_SPEC)
        assert not stage.process(x).any()
        stage.calibrate()
        if robust:
            spread = stats.median_abs_deviation(x, axis=1, scale="normal", keepdims=True)
            expected = (later - np.median(x, axis=1, keepdims=True)) / spread
        else:
            expected = stats.zmap(later, x, axis=1)
        # 1.4826 is the constant to its usual digits, SciPy's 1 / norm.ppf(3/4) to all: 1.5e-6 between them.
        np.testing.assert_allclose(stage.process(later), expected, rtol=5e-6, atol=1e-9)


def test_blinks_in_the_baseline_move_the_robust_score_little() -> None:
    x = np.random.default_rng(1).normal(size=(2, 7680))
    blinks = x.copy()
    blinks[:, ::40] += 100.0
    one = np.ones((2, 1))
    for robust, moved in ((True, 0.1), (False, 0.5)):
        scores = []
        for baseline in (x, blinks):
            stage = ZScore(robust=robust).prepare(_SPEC)
            stage.process(baseline)
            stage.calibrate()
            scores.append(stage.process(one)[0, 0])
        assert bool(abs(scores[1] - scores[0]) < moved) is robust


def test_what_does_not_fit_is_named() -> None:
    for config, place in (
        (RelativePower(low_hz=0.5, high_hz=12), "total_low_hz"),
        (RelativePower(low_hz=8, high_hz=45), "total_high_hz"),
        (RelativePower(**_ALPHA, total_high_hz=128), "total_high_hz"),
        (Asymmetry(right="F4", left="F4"), "left"),
        (Asymmetry(right="C4", left="F3"), "right"),
        (Chain.of(BandPower(**_ALPHA), Log(), Asymmetry(right="F4", left="F3")), "stages"),
    ):
        with pytest.raises(ConfigError) as error:
            config.prepare(_SPEC)
        assert [problem.loc[0] for problem in error.value.problems] == [place]
