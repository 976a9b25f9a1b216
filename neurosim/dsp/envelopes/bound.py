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


def envelope_bound(spectrum: Spectrum, low_hz: float, high_hz: float, delay_s: float, memory_s: float = 3.0) -> float:
    """Return the largest correlation that a causal estimate of a Gaussian band's envelope can have.

    What is wanted is the analytic signal of the band (brick-wall FFT, Hilbert) as it was `delay_s` ago. The causal
    Wiener filter's estimate has a coherence g with it, and then the envelopes correlate by
    (pi/4) (2F1(-1/2, -1/2; 1; g^2) - 1) / (1 - pi/4). Bursts are not Gaussian: their envelopes can be known better.

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
    return envelope_correlation(explained / (2.0 * power))


def envelope_correlation(squared_coherence: float) -> float:
    """Return the correlation of the envelopes of two jointly Gaussian, circular signals.

    Examples
    --------
    >>> envelope_correlation(0.0), round(envelope_correlation(1.0), 12)
    (0.0, 1.0)
    """
    from scipy.special import hyp2f1

    moment = float(hyp2f1(-0.5, -0.5, 1.0, min(max(squared_coherence, 0.0), 1.0)))
    return (np.pi / 4.0) * (moment - 1.0) / (1.0 - np.pi / 4.0)
