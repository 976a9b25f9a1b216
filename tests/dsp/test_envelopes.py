"""Envelope stages against SciPy, NumPy's least squares, and what they promise."""

import math
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import fft, signal

from neurosim.core.chain import Chain, Fork
from neurosim.core.errors import ConfigError
from neurosim.core.spec import SignalSpec
from neurosim.core.stage import Stage
from neurosim.dsp import (
    AREnvelope,
    DCBlock,
    DemodulatedEnvelope,
    Envelope,
    FFTEnvelope,
    FIREnvelope,
    OscillatorEnvelope,
    RectifiedEnvelope,
    Smooth,
    WeightedFIREnvelope,
    WelchEnvelope,
    ZScore,
)
from neurosim.dsp.envelopes.analytic import FIRMagnitude, ideal_taps
from neurosim.dsp.envelopes.fir import BandEnvelope

FS = 256.0
SPEC = SignalSpec(FS, ("a", "b"), "uV")
CENTRE_HZ = math.sqrt(8 * 12)
ALPHA = {"low_hz": 8.0, "high_hz": 12.0}
KINDS: list[type[BandEnvelope]] = [
    AREnvelope,
    DemodulatedEnvelope,
    FFTEnvelope,
    FIREnvelope,
    OscillatorEnvelope,
    RectifiedEnvelope,
    WeightedFIREnvelope,
    WelchEnvelope,
]
DESIGNED = [AREnvelope, OscillatorEnvelope, WeightedFIREnvelope]

Float = NDArray[np.float64]


def noise(seconds: float, seed: int = 1, n: int = 2) -> Float:
    """Return 1/f^2 and white noise with a resonance at 10 Hz."""
    random = np.random.default_rng(seed)
    white = random.normal(size=(3, n, round(seconds * FS)))
    pole = 0.985 * np.exp(2j * np.pi * 10 / FS)
    rhythm = signal.lfilter([0.3], [1, -2 * pole.real, abs(pole) ** 2], white[0])
    found: Float = rhythm + signal.lfilter([1], [1, -0.99], white[1]) + white[2]
    return found


def calibrated(config: BandEnvelope, seconds: float = 30.0) -> Stage:
    """Return a stage that has seen a baseline, and then silence for as long as it remembers."""
    stage = config.prepare(SPEC)
    stage.process(noise(seconds))
    stage.calibrate()
    stage.process(np.zeros((2, 2560)))
    return stage


def _sine(seconds: float = 20.0, hz: float = CENTRE_HZ) -> Float:
    found: Float = np.array([[10.0], [3.0]]) * np.sin(2 * np.pi * hz * np.arange(round(seconds * FS)) / FS)
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_a_sine_gives_its_amplitude(kind: type[BandEnvelope]) -> None:
    for stage in (kind.model_validate(ALPHA).prepare(SPEC), calibrated(kind.model_validate(ALPHA))):
        settled = stage.process(_sine())[:, 2560:]
        np.testing.assert_allclose(settled.mean(axis=-1), [10.0, 3.0], rtol=5e-3)
        assert stage.spec.unit == "uV"
        assert settled.min() >= 0


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("target_delay_s", [-0.05, 0.0, 0.1, 0.2, 0.5])
def test_a_slow_modulation_is_late_by_delay_s(kind: type[BandEnvelope], target_delay_s: float) -> None:
    """Once they are calibrated on something like EEG; the laws measure it with a sine as baseline."""
    lagged = "target_delay_s" in kind.model_fields
    if not lagged and target_delay_s != 0.0:
        return
    config = kind.model_validate({**ALPHA, **({"target_delay_s": target_delay_s} if lagged else {})})
    stage = calibrated(config)
    # A modulation of 0.05 Hz for two of its periods, after half of one for the stage to settle.
    n, slow_hz = round(20 * FS), 0.05
    t = np.arange(3 * n) / FS
    carrier = round(CENTRE_HZ / slow_hz) * slow_hz
    x = (1 + 0.3 * np.sin(2 * np.pi * slow_hz * t)) * np.sin(2 * np.pi * carrier * t)
    y = stage.process(x[None].repeat(2, axis=0))[:, n:]
    wave = np.exp(-2j * np.pi * slow_hz * t[n:])
    late = [-np.angle(1j * np.mean(row * wave)) / (2 * np.pi * slow_hz) for row in y]
    assert max(late) == pytest.approx(stage.spec.delay_s, abs=1 / FS)


@pytest.mark.parametrize("kind", [FIREnvelope, *DESIGNED])
def test_a_filter_forgets_all_after_its_length(kind: type[BandEnvelope]) -> None:
    config = kind.model_validate(ALPHA)
    x = noise(10.0, seed=2)
    spoiled = x.copy()
    spoiled[:, 500:503] = 1e5
    got, clean = (calibrated(config).process(each) for each in (spoiled, x))
    assert np.isfinite(got).all()
    n = 503 + round(1.5 * FS)
    np.testing.assert_array_equal(got[:, n:], clean[:, n:])


@pytest.mark.parametrize("kind", [FIREnvelope, *DESIGNED])
def test_an_electrodes_offset_is_not_seen(kind: type[BandEnvelope]) -> None:
    config = kind.model_validate(ALPHA)
    x = noise(10.0, seed=2)
    got, clean = (calibrated(config).process(x + offset)[:, 512:] for offset in (1e5, 0.0))
    np.testing.assert_allclose(got, clean, rtol=0, atol=1e-8 * 1e5 * 1e-2)


def test_filter_is_scipys() -> None:
    random = np.random.default_rng(3)
    taps = random.normal(size=(2, 100)) + 1j * random.normal(size=(2, 100))
    x = noise(5.0)
    expected = np.array([np.abs(signal.lfilter(lane, [1.0], row)) for lane, row in zip(taps, x, strict=True)])
    np.testing.assert_allclose(FIRMagnitude(taps, 10.0, SPEC).process(x), expected, rtol=1e-11)


def _least_squares(weight: Float, delay_s: float, n_taps: int) -> NDArray[np.complex128]:
    """Return what `numpy.linalg.lstsq` makes of the ideal response, on a grid of frequencies from 0 to fs."""
    frequency = np.arange(weight.size) * FS / weight.size
    wanted = np.where((frequency >= 8) & (frequency <= 12), 2 * np.exp(-2j * np.pi * frequency * delay_s), 0)
    response = np.exp(-2j * np.pi * np.multiply.outer(frequency / FS, np.arange(n_taps)))
    root = np.sqrt(weight)
    found: NDArray[np.complex128] = np.linalg.lstsq(response * root[:, None], wanted * root, rcond=None)[0]
    return found


def test_unweighted_filter_is_numpys_least_squares() -> None:
    expected = _least_squares(np.ones(4096), 0.1, 128)
    # On the grid the points at the edges of the band stand for half a step beyond it, 1/32 Hz, and the sum over the
    # band is Dirichlet's kernel where its integral is a sinc.
    got = ideal_taps(8 - 1 / 32, 12 + 1 / 32, np.arange(128) / FS - 0.1, FS)
    dirichlet = expected * np.sinc((np.arange(128) - 0.1 * FS) / 4096)
    np.testing.assert_allclose(got, dirichlet, rtol=0, atol=1e-10 * np.abs(expected).max())


def test_weighted_filter_is_numpys_weighted_least_squares() -> None:
    from neurosim.dsp import Spectrum

    n = 2048
    frequency = np.abs(np.fft.fftfreq(n, 1 / FS))
    psd = 1 / np.maximum(frequency, 1) + 2 / (1 + (frequency - 10) ** 2) + 0.05
    band = (frequency > 8) & (frequency < 12) | np.isin(frequency, (8, 12))
    config = WeightedFIREnvelope(**ALPHA, target_delay_s=0.05, window_s=0.5, floor=1e-6)
    got = config.taps(Spectrum(psd[: n // 2 + 1], FS))
    expected = _least_squares(psd, 0.05, 128)
    assert band.sum() == 66
    # The same filter but for its scale: points at the edges of the band count whole there, half here.
    overlap = abs(np.vdot(got, expected)) / (np.linalg.norm(got) * np.linalg.norm(expected))
    assert overlap > 0.999


@pytest.mark.parametrize("fs", [128.0, 256.0, 500.0])
def test_fft_is_scipys(fs: float) -> None:
    x = np.random.default_rng(4).normal(size=(1, round(4 * fs)))
    out = FFTEnvelope(**ALPHA, update_s=0.1).prepare(SignalSpec(fs, ("a",), "uV")).process(x)[0]
    n, n_update = round(fs), round(0.1 * fs)
    window = signal.get_window("hann", n)
    for update in (12, 25, 33):
        end = update * n_update
        spectrum = fft.rfft(x[0, end - n : end] * window)
        inside = (fft.rfftfreq(n, 1 / fs) >= 8) & (fft.rfftfreq(n, 1 / fs) <= 12)
        power = 2 * np.sum(np.abs(spectrum[inside]) ** 2) / (n * np.sum(window**2))
        np.testing.assert_allclose(out[end - 1 : end - 1 + n_update], math.sqrt(2 * power), rtol=1e-10)


def test_welch_is_scipys() -> None:
    x = np.random.default_rng(5).normal(size=(1, 2048))
    out = WelchEnvelope(**ALPHA, window_s=2, segment_s=1, update_s=1 / 16).prepare(SignalSpec(FS, ("a",), "uV"))
    y = out.process(x)[0]
    for end in (1024, 1040, 2048):
        hz, psd = signal.welch(x[0, end - 512 : end], FS, "hann", 256, 128, detrend=False)
        power = np.sum(psd[(hz >= 8) & (hz <= 12)])  # bins are 1 Hz wide
        assert y[end - 1] == pytest.approx(math.sqrt(2 * power), rel=1e-10)


@pytest.mark.parametrize("order", [1, 2, 5])
def test_demodulation_and_rectification_are_scipys(order: int) -> None:
    x = noise(10.0)
    smoothing = signal.butter(order, 3.0, fs=FS, output="sos")
    t = np.arange(x.shape[1]) / FS
    low = signal.sosfilt(smoothing, 2 * x * np.exp(-2j * np.pi * 10 * t))
    got = DemodulatedEnvelope(**ALPHA, order=order, cutoff_hz=3, center_hz=10).prepare(SPEC).process(x)
    np.testing.assert_allclose(got, np.abs(low), rtol=0, atol=1e-6 * np.abs(low).max())  # phase in 32 bits
    band = signal.sosfilt(signal.butter(order, [8, 12], "bandpass", fs=FS, output="sos"), x)
    rectified = np.maximum(np.pi / 2 * signal.sosfilt(smoothing, np.abs(band)), 0)
    got = RectifiedEnvelope(**ALPHA, order=order, cutoff_hz=3).prepare(SPEC).process(x)
    np.testing.assert_allclose(got, rectified, rtol=0, atol=1e-9 * rectified.max())


@pytest.mark.parametrize("kind", DESIGNED)
def test_bad_stretches_of_the_baseline_are_left_out(kind: type[BandEnvelope]) -> None:
    x, valid = noise(30.0), np.ones(7680, dtype=np.bool_)
    x[:, 2000:2600] += 500 * np.sin(2 * np.pi * 9 * np.arange(600) / FS)
    later = noise(5.0, seed=9)
    outputs = []
    for spoil in (1.0, 7.0):
        bad = x.copy()
        bad[:, 2000:2600] *= spoil
        valid[2000:2600] = False
        stage = kind.model_validate(ALPHA).prepare(SPEC)
        stage.mark_valid(valid)
        stage.process(bad)
        stage.calibrate()
        stage.process(np.zeros((2, 1024)))
        outputs.append(stage.process(later))
    np.testing.assert_array_equal(outputs[0], outputs[1])


@pytest.mark.parametrize("kind", DESIGNED)
def test_with_too_little_baseline_the_filter_stays_unweighted(kind: type[BandEnvelope]) -> None:
    for baseline in (noise(3.0), np.zeros((2, 7680)), np.full((2, 7680), 40.0)):
        stage: Any = kind.model_validate(ALPHA).prepare(SPEC)
        plain = FIREnvelope(**ALPHA).prepare(SPEC)
        later = noise(5.0, seed=9)
        for each in (stage, plain):
            each.process(baseline)
            each.calibrate()
        np.testing.assert_array_equal(stage.process(later), plain.process(later))
        assert np.isnan(stage.stage.bound).all()
        assert stage.spec == plain.spec


def test_a_channel_has_its_own_filter_and_bound() -> None:
    x = noise(30.0)
    x[1] += 100 * np.random.default_rng(7).normal(size=x.shape[1])
    stage: Any = WeightedFIREnvelope(**ALPHA).prepare(SPEC)
    stage.process(x)
    stage.calibrate()
    good, poor = stage.stage.bound
    assert good > poor + 0.1


def test_a_zscore_behind_it_compares_with_the_fitted_envelope() -> None:
    for config in (
        Chain.of(WeightedFIREnvelope(**ALPHA), ZScore()),
        Chain.of(Fork(branches={"one": WeightedFIREnvelope(**ALPHA), "two": Envelope(**ALPHA)}), ZScore()),
        Chain.of(Chain.of(DCBlock(), WeightedFIREnvelope(**ALPHA)), Smooth(tau_s=0.1), ZScore()),
    ):
        x, later = noise(30.0), noise(20.0, seed=11)
        whole = Chain(stages=config.stages[:-1]).prepare(SPEC)
        stage = config.prepare(SPEC)
        for each in (whole, stage):
            each.process(x)
            each.calibrate()
        features: Any = config.stages[0] if len(config.stages) == 2 else Chain(stages=config.stages[:-1])
        values = _over_the_baseline(features, x)
        centre = np.median(values, axis=1, keepdims=True)
        spread = 1.4826 * np.median(np.abs(values - centre), axis=1, keepdims=True)
        np.testing.assert_allclose(stage.process(later), (whole.process(later) - centre) / spread, rtol=1e-12)
        assert stage.spec.delay_s == pytest.approx(whole.spec.delay_s, rel=1e-12)


def _over_the_baseline(config: Any, x: Float) -> Float:
    """Return what stages give over the baseline once they are fitted to it."""
    stage, fitted = config.prepare(SPEC), config.prepare(SPEC)
    for each in (stage, fitted):
        each.process(x)
    output, valid = stage.calibrate()
    assert valid.all()
    # Filters forget: a fitted one that sees the baseline a second time ends up with the same.
    fitted.calibrate()
    np.testing.assert_allclose(output[:, 2560:], fitted.process(x)[:, 2560:], rtol=1e-6)
    found: Float = output
    return found


def test_delay_of_a_chain_follows_the_fitted_filter() -> None:
    chain = Chain.of(Smooth(tau_s=0.01), WeightedFIREnvelope(**ALPHA, target_delay_s=0.0), Smooth(tau_s=0.2))
    stage = chain.prepare(SPEC)
    before = stage.spec.delay_s
    stage.process(noise(30.0))
    stage.calibrate()
    alone = WeightedFIREnvelope(**ALPHA, target_delay_s=0.0).prepare(SPEC)
    alone.process(Smooth(tau_s=0.01).prepare(SPEC).process(noise(30.0)))
    unfitted = alone.spec.delay_s
    alone.calibrate()
    assert abs(alone.spec.delay_s - unfitted) > 0.005
    assert stage.spec.delay_s == pytest.approx(before + alone.spec.delay_s - unfitted, abs=1e-12)
    stage.reset()
    assert stage.spec.delay_s == pytest.approx(before, abs=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_what_does_not_fit_is_one_clear_line(kind: type[BandEnvelope]) -> None:
    cases = [
        ({"low_hz": 8, "high_hz": 140}, "high_hz: must be below fs/2 = 128 Hz, got 140"),
        ({"low_hz": 12, "high_hz": 8}, "low_hz: must be below high_hz"),
        ({**ALPHA, "center_hz": 13}, "center_hz: must lie in the band, 8 to 12 Hz, got 13"),
    ]
    if "target_delay_s" in kind.model_fields:
        cases += [
            (
                {**ALPHA, "window_s": 0.1, "target_delay_s": 0.0},
                "window_s: must hold two periods of low_hz, 0.25 s, got 0.1",
            ),
            ({**ALPHA, "target_delay_s": 1.0}, "target_delay_s: must be at most half of window_s = 1.5 s, got 1"),
        ]
    for fields, message in cases:
        with pytest.raises(ConfigError) as caught:
            kind.model_validate(fields).prepare(SPEC)
        assert message in str(caught.value)
        assert "\n" not in str(caught.value)
    with pytest.raises(ConfigError, match="takes a signal, not a power"):
        kind.model_validate(ALPHA).prepare(SignalSpec(FS, ("a",), "uV^2"))


def test_windows_that_do_not_fit() -> None:
    for config, message in (
        (FFTEnvelope(low_hz=8, high_hz=12, window_s=0.1), "window_s: must hold two periods of low_hz, 0.25 s, got 0.1"),
        (FFTEnvelope(low_hz=8.1, high_hz=8.9), "window_s: must be longer for a band this narrow, 1.25 s at least"),
        (WelchEnvelope(low_hz=8, high_hz=12, window_s=0.5), "segment_s: must be at most window_s = 0.5 s, got 1"),
    ):
        with pytest.raises(ConfigError, match=message):
            config.prepare(SPEC)
