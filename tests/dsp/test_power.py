"""Band power and envelope: a sine of amplitude A has A^2/2 and A; noise has its density times the bandwidth."""

import math

import numpy as np
import pytest
from scipy import signal

from neurosim.core.errors import ConfigError
from neurosim.core.spec import SignalSpec
from neurosim.dsp import BandPower, Envelope

_SPEC = SignalSpec(256.0, ("a", "b"), "uV")
_CENTRE_HZ = math.sqrt(8 * 12)


def _sine(amplitudes: tuple[float, float], seconds: float = 20.0) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    t = np.arange(round(seconds * 256)) / 256
    return np.array(amplitudes)[:, None] * np.sin(2 * np.pi * _CENTRE_HZ * t)


def test_power_of_a_sine_is_half_its_square() -> None:
    stage = BandPower(low_hz=8, high_hz=12).prepare(_SPEC)
    settled = stage.process(_sine((10.0, 3.0)))[:, 256 * 10 :]
    np.testing.assert_allclose(settled.mean(axis=-1), [50.0, 4.5], rtol=2e-3)
    # What is left of the squared sine's swing at twice its frequency, behind a smoother of 0.25 s.
    ripple = 1 / math.hypot(1, 4 * math.pi * _CENTRE_HZ * 0.25)
    np.testing.assert_allclose(np.ptp(settled, axis=-1) / 2, [50.0 * ripple, 4.5 * ripple], rtol=0.02)
    assert stage.spec.unit == "uV^2"


def test_envelope_of_a_sine_is_its_amplitude() -> None:
    stage = Envelope(low_hz=8, high_hz=12).prepare(_SPEC)
    settled = stage.process(_sine((10.0, 3.0)))[:, 256 * 10 :]
    np.testing.assert_allclose(settled.mean(axis=-1), [10.0, 3.0], rtol=2e-3)
    assert stage.spec.unit == "uV"


def test_envelope_follows_the_analytic_amplitude() -> None:
    t = np.arange(256 * 40) / 256
    amplitude = 10 + 5 * np.sin(2 * np.pi * 0.1 * t)
    stage = Envelope(low_hz=8, high_hz=12, tau_s=0.15).prepare(_SPEC)
    got = stage.process((amplitude * np.sin(2 * np.pi * _CENTRE_HZ * t))[None].repeat(2, axis=0))[0]
    late = round(stage.spec.delay_s * 256)
    np.testing.assert_allclose(got[2560 + late :], amplitude[2560:-late], rtol=0.04)


def test_power_of_white_noise_is_its_density_times_the_noise_bandwidth() -> None:
    n_seconds, sigma = 1200, 5.0
    x = sigma * np.random.default_rng(1).normal(size=(2, n_seconds * 256))
    got = BandPower(low_hz=8, high_hz=12).prepare(_SPEC).process(x)[:, 2560:].mean()
    sos = signal.butter(2, [8, 12], "bandpass", fs=256, output="sos")
    frequency, response = signal.freqz_sos(sos, 1 << 16, fs=256)
    bandwidth = np.trapezoid(np.abs(response) ** 2, frequency)
    density = 2 * sigma**2 / 256
    # Relative standard error of the power of noise of bandwidth B seen for a time T: 1/sqrt(B T), two channels.
    assert got == pytest.approx(density * bandwidth, rel=4 / math.sqrt(2 * bandwidth * n_seconds))


def test_other_bands_are_left_out() -> None:
    stage = BandPower(low_hz=8, high_hz=12).prepare(_SPEC)
    for hz in (2.0, 40.0):
        t = np.arange(256 * 20) / 256
        out = stage.process(10 * np.sin(2 * np.pi * hz * t)[None].repeat(2, axis=0))[0, 2560:].mean()
        assert out < 50 * 0.01, hz
        stage.reset()


@pytest.mark.parametrize("unit", ["uV^2", "ln(uV^2)"])
def test_power_of_a_power_is_refused(unit: str) -> None:
    with pytest.raises(ConfigError, match="takes a signal, not a power"):
        BandPower(low_hz=8, high_hz=12).prepare(SignalSpec(256.0, ("a",), unit))
