"""The envelope by a state-space model: a noisy oscillator in noise, tracked by a Kalman filter."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal, Self

import numpy as np

from neurosim.core.spec import Float
from neurosim.dsp.envelopes.bound import Complex
from neurosim.dsp.envelopes.spectrum import Spectrum
from neurosim.dsp.envelopes.weighted_fir import CalibratedEnvelope


class OscillatorEnvelope(CalibratedEnvelope):
    """Kalman filter for a noisy oscillator in coloured and white noise, smoothed with a fixed lag.

    Matsuda and Komaki (2017), "Time series decomposition into oscillation components and phase estimation", Neural
    Comput. 29, 332-367, doi:10.1162/NECO_a_00916; in real time by Wodeyar, Schatza, Widge, Eden and Kramer (2021),
    eLife 10, e68803, doi:10.7554/eLife.68803. The oscillator lies in the band, the noise is a first-order
    autoregression (which stands for 1/f) and white; all of it is fitted to the baseline's spectrum (Whittle 1953).
    A fitted Kalman filter that has settled is a fixed linear filter: it is run as such, by its impulse response.
    """

    kind: Literal["oscillator_envelope"] = "oscillator_envelope"

    @classmethod
    def examples(cls) -> list[Self]:
        """Return one: each takes its time to fit."""
        return super().examples()[:1]

    def taps(self, spectrum: Spectrum) -> Complex:
        model = fit_oscillator(spectrum, self.low_hz, self.high_hz)
        return fixed_lag_taps(model, round(self.target_delay_s * spectrum.fs), self.n_taps(spectrum.fs))


@dataclass(frozen=True)
class Oscillator:
    """A rotating state in coloured and white noise.

    Parameters
    ----------
    radius, angle
        What the oscillator's state is multiplied by in a sample: radius, and angle [rad].
    variance
        Of the noise in each of its two components [unit²].
    slow_pole, slow_variance
        Pole and noise of the first-order autoregression.
    white
        Variance of the white noise [unit²].
    """

    radius: float
    angle: float
    variance: float
    slow_pole: float
    slow_variance: float
    white: float


def whittle(p: Float, angle: Float, level: Float, fs: float) -> tuple[float, Float]:
    """Return the negative log-likelihood (Whittle 1953) of a spectrum and its gradient.

    Parameters
    ----------
    p
        Logarithm of the oscillator's bandwidth [Hz] and its frequency [Hz], logarithm of the corner of the
        autoregression [Hz], and those of the peak of either's spectrum and of the white noise.
    angle, level
        Where the spectrum is given [rad per sample] and what it is, in units of variance ``(point,)``.
    fs
        Sampling rate [Hz].
    """
    m = as_oscillator(p, fs)
    towards, away = angle - m.angle, angle + m.angle
    up = 1.0 / (1.0 + m.radius**2 - 2.0 * m.radius * np.cos(towards))
    down = 1.0 / (1.0 + m.radius**2 - 2.0 * m.radius * np.cos(away))
    flat = 1.0 / (1.0 + m.slow_pole**2 - 2.0 * m.slow_pole * np.cos(angle))
    half = m.variance / 2.0
    peak, slow = half * (up + down), m.slow_variance * flat
    expected = peak + slow + m.white
    by_radius = -2.0 * half * (up**2 * (m.radius - np.cos(towards)) + down**2 * (m.radius - np.cos(away)))
    by_angle = 2.0 * half * m.radius * (up**2 * np.sin(towards) - down**2 * np.sin(away))
    by_pole = -2.0 * m.slow_variance * flat**2 * (m.slow_pole - np.cos(angle))
    slopes = np.array([
        (by_radius - 2.0 / (1.0 - m.radius) * peak) * m.radius * math.log(m.radius),
        by_angle * 2.0 * math.pi / fs,
        (by_pole - 2.0 / (1.0 - m.slow_pole) * slow) * m.slow_pole * math.log(m.slow_pole),
        peak,
        slow,
        np.full_like(angle, m.white),
    ])  # fmt: skip
    return float(np.sum(np.log(expected) + level / expected)), np.sum(
        slopes * (1.0 - level / expected) / expected, axis=1
    )


def as_oscillator(p: Float, fs: float) -> Oscillator:
    """Return the model that parameters stand for, as `whittle` describes them."""
    radius = math.exp(-2.0 * math.pi * math.exp(p[0]) / fs)
    slow_pole = math.exp(-2.0 * math.pi * math.exp(p[2]) / fs)
    peak, slow = 2.0 * (1.0 - radius) ** 2 * math.exp(p[3]), (1.0 - slow_pole) ** 2 * math.exp(p[4])
    return Oscillator(radius, 2.0 * math.pi * p[1] / fs, peak, slow_pole, slow, math.exp(p[5]))


def fit_oscillator(spectrum: Spectrum, low_hz: float, high_hz: float) -> Oscillator:
    """Fit by the greatest likelihood, from half the band's lower edge to twice its upper.

    Beyond, other rhythms and the mains would pull at a model that does not know them.
    """
    from scipy.optimize import minimize

    fs, frequency = spectrum.fs, spectrum.frequency_hz
    inside = np.flatnonzero((frequency >= low_hz / 2) & (frequency <= min(2 * high_hz, 0.45 * fs)))
    inside = inside[:: max(1, len(inside) // 80)]
    at_hz, level = frequency[inside], spectrum.psd[inside] * fs
    scale = float(np.mean(level))
    level = level / scale
    height = np.where((at_hz >= low_hz) & (at_hz <= high_hz), level, 0.0)
    top, floor = float(np.max(height)), float(np.quantile(level, 0.1))
    start = [0.0, np.clip(at_hz[np.argmax(height)], low_hz, high_hz), 0.5, np.log(top), np.log(level[0]), np.log(floor)]
    least, most = math.log(1e-6 * floor), math.log(1e3 * float(np.max(level)))
    bounds = [(math.log(0.05), math.log(high_hz - low_hz)), (low_hz, high_hz), (math.log(0.05), math.log(20.0)),
              *3 * [(least, most)]]  # fmt: skip
    angle = 2.0 * np.pi * at_hz / fs
    found = minimize(
        whittle, np.clip(start, *np.transpose(bounds)), (angle, level, fs), "L-BFGS-B", True, bounds=bounds
    )
    m = as_oscillator(found.x, fs)
    return replace(m, variance=m.variance * scale, slow_variance=m.slow_variance * scale, white=m.white * scale)


def fixed_lag_taps(model: Oscillator, lag: int, n_taps: int) -> Complex:
    """Return the impulse response from the signal to the oscillator's state `lag` samples ago, as the filter knows it.

    Anderson and Moore (1979), Optimal Filtering, section 7.3. A negative lag predicts.
    """
    from scipy.linalg import solve_discrete_are

    cosine, sine = model.radius * math.cos(model.angle), model.radius * math.sin(model.angle)
    step = np.array([[cosine, -sine, 0.0], [sine, cosine, 0.0], [0.0, 0.0, model.slow_pole]])
    unit = model.variance + model.slow_variance + model.white  # gains do not depend on it, rounding does
    noise = np.diag([model.variance, model.variance, model.slow_variance]) / unit
    white = model.white / unit
    seen = np.array([1.0, 0.0, 1.0])
    covariance = solve_discrete_are(step.T, seen[:, None], noise, np.array([[white]]))
    spread = float(seen @ covariance @ seen + white)
    gain = covariance @ seen / spread
    kept = step @ (np.eye(3) - np.outer(gain, seen))  # of the error, from one sample to the next

    # What each innovation, 0, 1, ... samples after the state it tells of, adds to the estimate of that state.
    smoothing = np.empty((max(lag, 0) + 1, 3))
    smoothing[0] = gain
    for i in range(1, len(smoothing)):
        smoothing[i] = covariance @ np.linalg.matrix_power(kept.T, i) @ seen / spread

    # An impulse goes in: the predicted states, and the innovations.
    states, innovations = np.zeros((n_taps, 3)), np.zeros(n_taps)
    state = np.zeros(3)
    for t in range(n_taps):
        states[t] = state
        innovations[t] = (t == 0) - seen @ state
        state = step @ (state + gain * innovations[t])

    taps = np.zeros((n_taps, 3))
    taps[max(lag, 0) :] = states[: n_taps - max(lag, 0)]
    for i, weights in enumerate(smoothing):
        late = len(smoothing) - 1 - i  # the innovation i samples after the wanted state has this age
        taps[late:] += np.multiply.outer(innovations[: n_taps - late], weights)
    ahead = (model.radius * np.exp(1j * model.angle)) ** max(-lag, 0)
    response: Complex = (taps[:, 0] + 1j * taps[:, 1]) * ahead
    return response
