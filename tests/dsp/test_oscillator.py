"""The oscillator's fit and Kalman filter against simulation and a filter written out; the AR forecast."""

from dataclasses import astuple

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import optimize, signal

from neurosim.dsp import Spectrum
from neurosim.dsp.envelopes.ar_envelope import forecast
from neurosim.dsp.envelopes.oscillator import Oscillator, as_oscillator, fit_oscillator, fixed_lag_taps, whittle

FS = 256.0
MODEL = Oscillator(radius=0.975, angle=2 * np.pi * 10 / FS, variance=0.5, slow_pole=0.95, slow_variance=2.0, white=4.0)


def _spectrum(model: Oscillator) -> Spectrum:
    """Return a model's spectrum by SciPy: each part is noise through a filter."""
    angle = 2 * np.pi * np.arange(2049) / 4096
    pole = model.radius * np.exp(1j * model.angle)
    denominator = [1, -2 * pole.real, abs(pole) ** 2]
    # The first component of z = pole z + w is driven by Re w, and by w rotated, one sample ago.
    own = signal.freqz([1, -pole.real], denominator, angle)[1]
    other = signal.freqz([0, -pole.imag], denominator, angle)[1]
    slow = signal.freqz([1], [1, -model.slow_pole], angle)[1]
    power = model.variance * (abs(own) ** 2 + abs(other) ** 2) + model.slow_variance * abs(slow) ** 2 + model.white
    return Spectrum(power / FS, FS)


def test_fit_finds_the_model_of_an_exact_spectrum() -> None:
    found = fit_oscillator(_spectrum(MODEL), 8, 12)
    np.testing.assert_allclose(astuple(found), astuple(MODEL), rtol=0.02)


def test_gradient_is_that_of_the_likelihood() -> None:
    random = np.random.default_rng(1)
    angle, level = 2 * np.pi * np.linspace(4, 24, 80) / FS, random.exponential(size=80)
    p = np.array([0.2, 9.5, 0.4, 1.0, 0.5, -1.0])
    expected = optimize.approx_fprime(p, lambda q: whittle(q, angle, level, FS)[0], 1e-7)
    np.testing.assert_allclose(whittle(p, angle, level, FS)[1], expected, rtol=1e-4)
    assert as_oscillator(p, FS).angle == pytest.approx(2 * np.pi * 9.5 / FS)


def _kalman(y: NDArray[np.float64], model: Oscillator, lag: int) -> NDArray[np.complex128]:
    """Return the oscillator `lag` samples ago, by a time-varying filter of the last lag + 1 states together."""
    c, s = model.radius * np.cos(model.angle), model.radius * np.sin(model.angle)
    step = np.array([[c, -s, 0], [s, c, 0], [0, 0, model.slow_pole]])
    size = 3 * (lag + 1)
    transition = np.zeros((size, size))
    transition[:3, :3] = step
    transition[3:, :-3] = np.eye(size - 3)
    noise, seen = np.zeros((size, size)), np.zeros(size)
    noise[:3, :3] = np.diag([model.variance, model.variance, model.slow_variance])
    seen[[0, 2]] = 1
    state, covariance = np.zeros(size), 1e3 * np.eye(size)
    found = []
    for value in y:
        state, covariance = transition @ state, transition @ covariance @ transition.T + noise
        gain = covariance @ seen / (seen @ covariance @ seen + model.white)
        state, covariance = state + gain * (value - seen @ state), covariance - np.outer(gain, seen @ covariance)
        found.append(state[-3] + 1j * state[-2])
    return np.array(found)


@pytest.mark.parametrize("lag", [0, 1, 7, 25])
def test_filter_is_kalmans_once_that_has_settled(lag: int) -> None:
    y = np.random.default_rng(2).normal(size=1500)
    expected = _kalman(y, MODEL, lag)[1000:]
    got = np.convolve(y, fixed_lag_taps(MODEL, lag, 600))[1000:1500]
    np.testing.assert_allclose(got, expected, rtol=0, atol=1e-5 * np.abs(expected).max())


def test_prediction_turns_the_present_on() -> None:
    now, ahead = (fixed_lag_taps(MODEL, lag, 600) for lag in (0, -13))
    np.testing.assert_allclose(ahead, now * (0.975 * np.exp(2j * np.pi * 10 / FS)) ** 13, rtol=1e-12)


def test_forecast_of_an_autoregression_is_its_recursion() -> None:
    model = np.array([1.6, -0.9, 0.1])
    hz = np.arange(8193) * FS / 16384
    response = signal.freqz([1], [1, *-model], 2 * np.pi * hz / FS)[1]
    weights = forecast(Spectrum(np.abs(response) ** 2 / FS, FS), order=3, n_ahead=20)
    past = [0.3, -1.0, 2.0]  # newest first
    for ahead in range(20):
        following = float(np.dot(model, past[:3]))
        assert weights[ahead] @ [0.3, -1.0, 2.0] == pytest.approx(following, abs=1e-3)
        past.insert(0, following)
