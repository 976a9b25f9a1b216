"""Endless surrogates of a short series: the same spectrum, random phases."""

from __future__ import annotations

import numpy as np

from neurosim.core.noise import AddressedNoise
from neurosim.core.spec import Float


def normal_scores(x: Float) -> Float:
    """Return the standard normals of the same ranks ``(series, time)``: the distribution is taken off, the order kept.

    Parameters
    ----------
    x
        ``(series, time)``; ties keep their order.
    """
    from scipy.special import ndtri

    n = x.shape[-1]
    ranks = np.argsort(np.argsort(x, axis=-1, kind="stable"), axis=-1, kind="stable")
    scores: Float = ndtri((ranks + 0.5) / n)
    return scores


class GaussianSurrogate:
    """A Gaussian series without end that has the spectrum of a short one and knows nothing else of it.

    Pieces as long as the given series have its amplitude spectrum and random phases (Theiler et al. 1992,
    doi 10.1016/0167-2789(92)90102-S). Each begins in the middle of the one before, and a sine and a cosine fade from
    one into the next: independent pieces then keep their variance.

    Parameters
    ----------
    scores
        ``(series, time)``, standard normal.
    noise
        One lane a series; it gives the phases.
    base
        Sample index where the noise of this session begins.
    """

    def __init__(self, scores: Float, noise: AddressedNoise, base: int) -> None:
        n = scores.shape[-1]
        self._n, self._half = n, n // 2
        self._noise, self._base = noise, base
        # A window, because the series does not end where it began: the jump would put noise at every frequency.
        window = np.sin(np.pi * (np.arange(n) + 0.5) / n) ** 2
        amplitude = np.abs(np.fft.rfft(scores * window))
        amplitude[:, 0] = 0.0
        if n % 2 == 0:
            amplitude[:, -1] = 0.0
        # By Parseval, 2 |X|^2 / n^2 over the bins is the variance; summed in order, whatever the shape (law 2).
        power = np.cumsum(2.0 * amplitude**2, axis=-1)[:, -1:] / n**2
        self._amplitude: Float = np.divide(amplitude, np.sqrt(power), out=np.zeros_like(amplitude), where=power > 0)
        self._number = -1
        self._pieces: list[Float] = []

    def at(self, step: int) -> Float:
        """Return the value of a step ``(series,)``; steps only go forward."""
        number, place = divmod(step, self._half)
        if number != self._number:
            kept = self._pieces[1:] if number == self._number + 1 else []
            self._pieces = [*(kept or [self._piece(number)]), self._piece(number + 1)]
            self._number = number
        fade = 0.5 * np.pi * (place + 0.5) / self._half
        old, new = self._pieces
        value: Float = np.cos(fade) * old[:, self._half + place] + np.sin(fade) * new[:, place]
        return value

    def _piece(self, number: int) -> Float:
        n_bins = self._amplitude.shape[-1]
        drawn = self._noise.normal(self._base + number * 2 * n_bins, 2 * n_bins)
        real, imaginary = drawn[:n_bins].T, drawn[n_bins:].T
        # The direction of two normals is a phase, and takes no sine: these differ between machines' vectors.
        radius = np.sqrt(real**2 + imaginary**2)
        spectrum = self._amplitude * (real + 1j * imaginary) / radius
        piece: Float = np.fft.irfft(spectrum, n=self._n)
        return piece
