"""Linear filters against SciPy and against analytic responses."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import signal

from neurosim.core.spec import SignalSpec
from neurosim.dsp import BandPass, DCBlock, Smooth
from neurosim.dsp.design import butter_bandpass, one_pole_delay_s

_SPEC = SignalSpec(256.0, ("Cz", "Pz", "Oz"), "uV")


def _noise(n_times: int = 3000) -> NDArray[np.float64]:
    return 10 * np.random.default_rng(1).normal(size=(3, n_times))


def _amplitude(x: NDArray[np.float64], frequency_hz: float, fs: float) -> float:
    """Amplitude of a sine in x, whose length is a whole number of its periods."""
    wave = np.exp(-2j * np.pi * frequency_hz * np.arange(x.size) / fs)
    return 2 * abs(complex(np.mean(x * wave)))


@pytest.mark.parametrize(
    ("order", "low", "high", "fs"), [(2, 8, 12, 256), (1, 1, 30, 160), (4, 12, 15, 500), (6, 50, 100, 256)]
)
def test_bandpass_is_scipys(order: int, low: float, high: float, fs: float) -> None:
    x = _noise()
    stage = BandPass(low_hz=low, high_hz=high, order=order).prepare(SignalSpec(fs, ("a", "b", "c"), "uV"))
    sos = signal.butter(order, [low, high], "bandpass", fs=fs, output="sos")
    expected = signal.sosfilt(sos, x)
    np.testing.assert_allclose(stage.process(x), expected, rtol=0, atol=1e-9 * np.abs(expected).max())


@pytest.mark.parametrize("edge", [8.0, 12.0])
def test_bandpass_is_3_db_down_at_its_edges(edge: float) -> None:
    stage = BandPass(low_hz=8, high_hz=12).prepare(SignalSpec(256.0, ("a",), "uV"))
    sine = np.sin(2 * np.pi * edge * np.arange(2560) / 256)[None]
    assert _amplitude(stage.process(sine)[0, 1280:], edge, 256) == pytest.approx(math.sqrt(0.5), rel=1e-6)


@pytest.mark.parametrize(("order", "low", "high"), [(2, 8, 12), (2, 12, 15), (4, 4, 8), (1, 1, 30)])
def test_bandpass_delay_is_the_group_delay_of_its_impulse_response(order: int, low: float, high: float) -> None:
    _, delay_s = butter_bandpass(order, low, high, 256.0)
    n = np.arange(256 * 20)
    h = signal.sosfilt(signal.butter(order, [low, high], "bandpass", fs=256, output="sos"), n == 0)
    turning = h * np.exp(-2j * np.pi * math.sqrt(low * high) * n / 256)
    group_delay = np.real(np.sum(n * turning) / np.sum(turning))  # Oppenheim & Schafer, Discrete-Time Signal Processing
    assert delay_s == pytest.approx(group_delay / 256, rel=1e-3)


@pytest.mark.parametrize("tau_s", [0.02, 0.25, 3.0])
def test_smooth_is_a_one_pole_lfilter(tau_s: float) -> None:
    x = _noise()
    pole = math.exp(-1 / (256 * tau_s))
    expected = signal.lfilter([1 - pole], [1, -pole], x)
    np.testing.assert_allclose(Smooth(tau_s=tau_s).prepare(_SPEC).process(x), expected, rtol=0, atol=1e-10)


def test_smooth_reaches_its_time_constant() -> None:
    step = Smooth(tau_s=0.5).prepare(_SPEC).process(np.ones((3, 256)))
    assert step[0, 127] == pytest.approx(1 - math.exp(-1), rel=1e-12)  # after 128 samples, 0.5 s


@pytest.mark.parametrize("tau_s", [0.1, 1.0])
def test_smooth_delay_is_the_centre_of_its_impulse_response(tau_s: float) -> None:
    impulse = np.zeros((3, round(40 * tau_s * 256)))
    impulse[:, 0] = 1
    h = Smooth(tau_s=tau_s).prepare(_SPEC).process(impulse)[0]
    assert one_pole_delay_s(tau_s, 256) == pytest.approx(np.sum(np.arange(h.size) * h) / h.sum() / 256, rel=1e-6)


def test_dc_block_is_a_high_pass_from_the_first_sample() -> None:
    x = _noise() + np.array([[40.0], [-3000.0], [1e5]])
    pole = math.exp(-2 * math.pi * 0.5 / 256)
    expected = signal.lfilter([1, -1], [1, -pole], x - x[:, :1])
    got = DCBlock(cutoff_hz=0.5).prepare(_SPEC).process(x)
    np.testing.assert_allclose(got, expected, rtol=0, atol=1e-8)
    assert not got[:, 0].any()


def test_dc_block_is_3_db_down_at_its_cutoff() -> None:
    sine = np.sin(2 * np.pi * 0.5 * np.arange(256 * 60) / 256)[None].repeat(3, axis=0)
    got = DCBlock(cutoff_hz=0.5).prepare(_SPEC).process(sine)[0, 256 * 20 :]
    assert 20 * math.log10(_amplitude(got, 0.5, 256)) == pytest.approx(-3.01, abs=0.1)


@pytest.mark.parametrize("n_spike", [1, 25])
def test_dc_block_lets_no_spike_in(n_spike: int) -> None:
    x = _noise()
    clean = DCBlock().prepare(_SPEC).process(x)
    spiked = x.copy()
    spiked[:, 1000 : 1000 + n_spike] = 1e5
    got = DCBlock().prepare(_SPEC).process(spiked)
    assert np.abs(got).max() <= np.abs(clean).max() + 2 * np.abs(x).max()
    # Of the spike nothing is left but the step that the signal itself made behind it, and that decays.
    tau_samples = 256 / (2 * math.pi * 0.5)
    np.testing.assert_array_less(
        np.abs(got - clean)[:, round(1000 + 10 * tau_samples) :], np.abs(x).max() * math.exp(-9)
    )


def test_dc_block_lets_steps_up_to_its_limit_in() -> None:
    for step, passed in ((199.0, 199.0), (201.0, 0.0)):
        x = np.zeros((3, 20))
        x[:, 10:] = step
        got = DCBlock(max_step=200.0).prepare(_SPEC).process(x)
        assert got[0, 10] == passed
