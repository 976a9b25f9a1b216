"""How a recorded rhythm differs from Gaussian noise of the same spectrum, and what chance does to a correlation.

Surrogates are stationary Gaussian signals of a recording's length, whose true spectrum is the recording's measured one
(smooth: 2 s segments). What they do among themselves is chance; what the recording does beyond that is its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.rhythms import Rhythm, resolved, shaped
from neurosim.core.spec import Float

BLOCK_S = 3.0  # much longer than the correlations in the envelope of a band of 4 Hz

Correlate = Callable[[Rhythm, float], Float]


@dataclass(frozen=True)
class Character:
    """What of a recording's rhythm Gaussian noise would not have; medians over channels.

    Attributes
    ----------
    variation
        Standard deviation of the offline envelope over its mean, after the baseline; 0.52 by Rayleigh's distribution.
    low, high
        Between which 95 % of surrogates lie.
    power_drift, frequency_drift
        Two-sided p of reverse arrangements (Bendat & Piersol, Random Data, section 4.5.2; Kendall's tau against
        time) in the band's power and mean frequency over blocks of 3 s: small where it rises or falls.
    """

    variation: float
    low: float
    high: float
    power_drift: float
    frequency_drift: float

    @property
    def gaussian(self) -> bool:
        """Whether the envelope varies as that of Gaussian noise does."""
        return self.low <= self.variation <= self.high


def surrogates(rhythm: Rhythm, channel: int, n: int, seed: int = 1) -> Rhythm:
    """Return Gaussian signals as long as the recording, with one of its channels' spectrum as their true one."""
    n_times = rhythm.x.shape[1] // 2 * 2
    spectrum = resolved(rhythm.x[channel], rhythm.fs)
    psd = rhythm.fs * np.interp(np.fft.rfftfreq(n_times, 1.0 / rhythm.fs), spectrum.frequency_hz, spectrum.psd)
    random = np.random.default_rng(seed)
    return replace(rhythm, x=np.array([shaped(psd, random) for _ in range(n)]), spectrum=None, latent=None)


def character(rhythm: Rhythm, n: int = 99) -> Character:
    """Compare a recording with n surrogates of its clearest channel, the last."""
    found, chance = variation(rhythm), variation(surrogates(rhythm, -1, n))
    low, high = np.quantile(chance, (0.025, 0.975))
    return Character(float(np.median(found)), float(low), float(high), *drifts(rhythm))


def variation(rhythm: Rhythm) -> Float:
    """Return how much each channel's offline envelope varies after the baseline, relative to its mean."""
    envelope = rhythm.rest(rhythm.offline())
    relative: Float = np.std(envelope, axis=1) / np.mean(envelope, axis=1)
    return relative


def chance(rhythm: Rhythm, delay_s: float, correlate: Correlate, n: int = 32) -> float:
    """Return half the 95 % interval of a correlation less its bound, both measured on surrogates.

    Here the bound is estimated from the same short stretch as the correlation is, as on a recording.
    """
    made = surrogates(rhythm, -1, n)
    return float(1.96 * np.std(correlate(made, delay_s) - made.bounds(delay_s), ddof=1))


def drifts(rhythm: Rhythm) -> tuple[float, float]:
    """Return the p of a drift of the band's power and of its mean frequency in what is measured, over the channels."""
    from scipy.stats import kendalltau

    z = rhythm.rest(rhythm.analytic())
    n_block = round(BLOCK_S * rhythm.fs)
    blocks = z[:, : z.shape[1] // n_block * n_block].reshape(len(z), -1, n_block)
    power = np.mean(np.abs(blocks) ** 2, axis=2)
    frequency = np.angle(np.sum(blocks[..., 1:] * blocks[..., :-1].conj(), axis=2))
    when = np.arange(power.shape[1])
    p = [[kendalltau(when, each).pvalue for each in found] for found in (power, frequency)]
    return float(np.median(p[0])), float(np.median(p[1]))
