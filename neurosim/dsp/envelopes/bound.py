"""How well the envelope of a band can be known at a given delay: the causal Wiener bound."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from neurosim.core.spec import Float
from neurosim.dsp.envelopes.spectrum import Spectrum

Complex = NDArray[np.complex128]


def wiener_filter(autocorrelation: Float, covariance: Complex, noise: float = 0.0) -> Complex:
    """Return the causal FIR filter with the least mean square error (Wiener 1949), by Levinson's recursion.

    Parameters
    ----------
    autocorrelation
        Of the signal at lags of 0, 1, ... samples ``(tap,)`` [unit²].
    covariance
        Of the wanted signal now and the signal 0, 1, ... samples ago ``(tap,)`` [unit²].
    noise
        Variance of white noise on top of the signal [unit²].

    Returns
    -------
    Complex
        Taps, that of the newest sample first.
    """
    from scipy.linalg import solve_toeplitz

    column = autocorrelation.copy()
    column[0] += noise
    parts = solve_toeplitz(column, np.column_stack([covariance.real, covariance.imag]), check_finite=False)
    taps: Complex = parts[:, 0] + 1j * parts[:, 1]
    return taps


def envelope_bound(
    spectrum: Spectrum,
    low_hz: float,
    high_hz: float,
    delay_s: float,
    memory_s: float = 3.0,
    envelope: Float | None = None,
) -> float:
    """Return the largest correlation that a causal estimate of a Gaussian band's envelope can have.

    What is wanted is the analytic signal of the band (brick-wall FFT, Hilbert) as it was `delay_s` ago. No linear
    filter's estimate has a larger coherence g with it than the causal Wiener filter's, Gaussian or not. How the
    envelopes then correlate depends on how the wanted one is distributed, see `envelope_correlation`: in bursts more
    than in Gaussian noise, in a steady rhythm less. Given that `envelope`, the outcome is the linear optimum: what
    the best linear filter reaches, which others could surpass.

    Parameters
    ----------
    spectrum
        Of the signal, noise included.
    low_hz, high_hz
        The band [Hz].
    delay_s
        How long ago; negative for prediction [s].
    memory_s
        How far the filter looks back [s]; less where the spectrum is too coarse for it.
    envelope
        What the band's envelope was ``(time,)``, for the linear optimum; that of Gaussian noise if not given [unit].

    Examples
    --------
    White noise tells nothing about its future, and all about what is long past:

    >>> white = Spectrum(np.ones(2049), fs=256.0)
    >>> [round(envelope_bound(white, 8, 12, delay_s), 2) for delay_s in (-1, 0, 1)]
    [0.01, 0.48, 0.98]
    """
    n_taps = min(round(memory_s * spectrum.fs), spectrum.n // 2)
    covariance = spectrum.analytic_covariance(low_hz, high_hz, np.arange(n_taps) / spectrum.fs - delay_s)
    power = spectrum.band_power(low_hz, high_hz)
    noise = 1e-5 * power * spectrum.fs / (2.0 * (high_hz - low_hz))  # 50 dB below the band: rounding needs some
    taps = wiener_filter(spectrum.autocorrelation(n_taps), covariance, noise)
    explained = float(np.sum(taps.conj() * covariance).real)
    return envelope_correlation(explained / (2.0 * power), envelope)


def filter_correlation(taps: Complex, spectrum: Spectrum, low_hz: float, high_hz: float, delay_s: float) -> float:
    """Return the correlation that a filter's output, as a Gaussian band's envelope `delay_s` ago, has with that.

    Parameters
    ----------
    taps
        Complex FIR filter, the tap of the newest sample first ``(tap,)``; its scale does not matter.
    spectrum, low_hz, high_hz, delay_s
        As of `envelope_bound`, which no taps surpass.
    """
    from scipy.linalg import matmul_toeplitz

    covariance = spectrum.analytic_covariance(low_hz, high_hz, np.arange(len(taps)) / spectrum.fs - delay_s)
    power = np.vdot(taps, matmul_toeplitz(spectrum.autocorrelation(len(taps)), taps, check_finite=False)).real
    common = np.abs(np.vdot(taps, covariance)) ** 2 / (2.0 * spectrum.band_power(low_hz, high_hz))
    return envelope_correlation(float(common / power))


def envelope_correlation(squared_coherence: float, envelope: Float | None = None) -> float:
    """Return the correlation of the envelopes of a signal and of its linear estimate.

    The estimate is g^2 times the signal, and an error of variance g^2 (1 - g^2) that does not correlate with it.
    If both are Gaussian and circular, the envelopes correlate by
    (pi/4) (2F1(-1/2, -1/2; 1; g^2) - 1) / (1 - pi/4). Otherwise the error, to which all of the past contributes, is
    taken to be Gaussian and independent, and the estimate's envelope follows Rice's distribution about the signal's.

    Parameters
    ----------
    squared_coherence
        g^2 of the signal and the estimate.
    envelope
        Of the signal, samples of it ``(time,)``: how it is distributed; Rayleigh's distribution if not given [unit].

    Examples
    --------
    >>> envelope_correlation(0.0), round(envelope_correlation(1.0), 12)
    (0.0, 1.0)

    A sine that swells a little is hard to follow, one that comes and goes is easy:

    >>> swell = 1 + np.sin(np.arange(1000) * 2 * np.pi / 1000) / 4
    >>> come_and_go = np.repeat([0.0, 1.0], 500)
    >>> [round(envelope_correlation(0.9, each), 2) for each in (swell, come_and_go)]
    [0.59, 0.94]
    """
    from scipy.special import hyp2f1, ive

    known = min(max(squared_coherence, 0.0), 1.0)
    if envelope is None:
        return (np.pi / 4.0) * (float(hyp2f1(-0.5, -0.5, 1.0, known)) - 1.0) / (1.0 - np.pi / 4.0)
    error = known * (1.0 - known)
    if error < 1e-12:
        return round(known)
    a = envelope / np.sqrt(np.mean(envelope**2))
    ratio = (known * a) ** 2 / error
    estimate = np.sqrt(np.pi * error) / 2.0 * ((1.0 + ratio) * ive(0, ratio / 2.0) + ratio * ive(1, ratio / 2.0))
    variances = (1.0 - np.mean(a) ** 2) * (known - np.mean(estimate) ** 2)
    if not variances > 1e-24:
        return 0.0  # an envelope that never changes
    return float((np.mean(a * estimate) - np.mean(a) * np.mean(estimate)) / np.sqrt(variances))
