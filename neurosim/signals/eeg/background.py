"""The aperiodic background of the EEG: noise with a power spectral density of 1/f^exponent."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from neurosim.core.noise import SESSION_STRIDE, AddressedNoise
from neurosim.core.spec import Float

_SECTIONS_PER_DECADE = 3
_LOWEST_HZ = 0.1
_REFERENCE_HZ = 4.0  # where the level is set: inside the fitted range, away from both ends of the ladder
_WARM_UP_S = 3.0 / (2.0 * math.pi * _LOWEST_HZ)


def pole_zero_ladder(exponent: float, fs: float) -> tuple[Float, Float]:
    """Return poles and zeros ``(section,)`` of a ladder of first-order sections with gain 1/f^(exponent/2).

    Three sections a decade from 0.1 Hz up, and one zero against the flattening of sampled sections towards fs/2.
    The slope fitted to the analytic response from 1 to 40 Hz is within 0.005 of the exponent, at rates from
    128 Hz; the filter of Kasdin 1995, doi:10.1109/5.381848, costs ten times as much.

    Parameters
    ----------
    exponent
        Between 0 and 2.
    fs
        Sampling rate [Hz].
    """
    highest = 0.49 * fs
    n = max(1, round(_SECTIONS_PER_DECADE * math.log10(highest / _LOWEST_HZ)))
    ratio = (highest / _LOWEST_HZ) ** (1.0 / n)
    k = np.arange(n)
    half = exponent / 4.0
    poles = np.exp(-2.0 * np.pi * _LOWEST_HZ * ratio ** (k + 0.5 - half) / fs)
    zeros = np.exp(-2.0 * np.pi * _LOWEST_HZ * ratio ** (k + 0.5 + half) / fs)
    # Fitted to the line from 0.01 to 0.4 fs for exponents 0.8 to 2; what is left is below 0.04 dB rms.
    against_flattening = -exponent * (0.0808 + 0.0084 * exponent)
    return np.append(poles, 0.0), np.append(zeros, against_flattening)


def ladder_gain(poles: Float, zeros: Float, frequency_hz: float, fs: float) -> float:
    """Return the magnitude of a ladder's frequency response."""
    z = np.exp(-2j * np.pi * frequency_hz / fs)
    return float(np.abs(np.prod((1.0 - zeros * z) / (1.0 - poles * z))))


class Background:
    """Independent 1/f^exponent noise for each lane; the caller mixes it to correlated channels.

    Parameters
    ----------
    exponent
        Of the power spectral density, for each subject.
    psd_at_1hz
        Level [uV^2/Hz] of the line through 1 Hz, for each subject.
    """

    def __init__(
        self,
        fs: float,
        ch_names: Sequence[str],
        seed: int,
        subjects: Sequence[int],
        exponent: Float,
        psd_at_1hz: Float,
    ) -> None:
        n_channels = len(ch_names)
        ladders = [pole_zero_ladder(float(x), fs) for x in exponent]
        self._poles = np.ascontiguousarray(np.tile(np.stack([p for p, _ in ladders], axis=1), (1, n_channels)))
        self._zeros = np.ascontiguousarray(np.tile(np.stack([z for _, z in ladders], axis=1), (1, n_channels)))
        wanted = np.sqrt(psd_at_1hz * _REFERENCE_HZ**-exponent)
        got = [ladder_gain(p, z, _REFERENCE_HZ, fs) * math.sqrt(2.0 / fs) for p, z in ladders]
        self.scale: Float = np.tile(wanted / np.array(got), n_channels)
        self._noise = AddressedNoise(seed, "eeg/background", subjects, ch_names, channel_major=True)
        self._warm_up = AddressedNoise(seed, "eeg/background/warm-up", subjects, ch_names, channel_major=True)
        self._n_warm_up = math.ceil(_WARM_UP_S * fs)

    def start(self, session: int) -> None:
        """Begin a session in the stationary state."""
        self._base = session * SESSION_STRIDE
        self._state = np.zeros_like(self._poles)
        self._filter(self._warm_up.normal(self._base, self._n_warm_up))

    def _filter(self, white: Float) -> Float:
        from neurosim.core.kernels.filters import pole_zero

        pole_zero(white, self._poles, self._zeros, self._state)
        return white

    def generate(self, start: int, out: Float) -> None:
        """Fill ``out (time, channel * subject)`` from a sample on, in units that `scale` turns into uV."""
        self._filter(self._noise.normal(self._base + start, out.shape[0], out))
