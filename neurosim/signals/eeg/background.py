"""The aperiodic background of the EEG: noise with a power spectral density of 1/f^exponent."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from neurosim.core.noise import SESSION_STRIDE
from neurosim.core.spec import Float
from neurosim.signals.body.organ import Given

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


def _section_table(exponent: Float, psd_at_1hz: Float, fs: float) -> Float:
    """Return poles, zeros and the factor to uV ``(2 * section + 1, subject)``."""
    columns = []
    for x, level in zip(exponent.tolist(), psd_at_1hz.tolist(), strict=True):
        poles, zeros = pole_zero_ladder(x, fs)
        got = ladder_gain(poles, zeros, _REFERENCE_HZ, fs) * math.sqrt(2.0 / fs)
        columns.append(np.concatenate([poles, zeros, [math.sqrt(level * _REFERENCE_HZ**-x) / got]]))
    return np.stack(columns, axis=1)


class Background:
    """Independent 1/f^exponent noise for each lane; the caller mixes it to correlated channels.

    Parameters
    ----------
    fs
        Sampling rate [Hz].
    given
        Who it belongs to.
    ch_names
        Channels; lanes are ``(channel, subject)``.
    exponent
        Of the power spectral density, with eyes open and closed ``(2, subject)``.
    psd_at_1hz
        Level [uV^2/Hz] of the line through 1 Hz, likewise.
    """

    def __init__(self, fs: float, given: Given, ch_names: Sequence[str], exponent: Float, psd_at_1hz: Float) -> None:
        tables = [_section_table(x, level, fs) for x, level in zip(exponent, psd_at_1hz, strict=True)]
        self._ends = np.ascontiguousarray(np.tile(np.stack(tables), (1, 1, len(ch_names))))
        self._n_subjects = given.n
        self._noise = given.noise("eeg/background", ch_names)
        self._warm_up = given.noise("eeg/background/warm-up", ch_names)
        self._n_warm_up = math.ceil(_WARM_UP_S * fs)

    def start(self, session: int, closed: Float) -> None:
        """Begin a session in the stationary state, with the eyes as they are ``(subject,)`` in 0..1."""
        self._base = session * SESSION_STRIDE
        _, n_rows, n_lanes = self._ends.shape
        self._now = np.empty((n_rows, n_lanes))
        self._shown = np.full(self._n_subjects, np.nan)
        self._state = np.zeros((n_rows // 2, n_lanes))
        bounds = np.array([0, self._n_warm_up], dtype=np.int64)
        self._filter(bounds, closed[None].copy(), self._warm_up.normal(self._base, self._n_warm_up))

    def _filter(self, bounds: NDArray[np.int64], closed: Float, white: Float) -> Float:
        from neurosim.core.kernels.rhythms import advance_background

        # Poles and zeros in between the two ladders are those of a ladder in between, to a thousandth.
        advance_background(bounds, closed, self._ends, self._now, self._shown, self._state, white)
        return white

    def generate(self, start: int, bounds: NDArray[np.int64], closed: Float) -> Float:
        """Return ``(time, channel * subject)`` [uV] from a sample on.

        Parameters
        ----------
        start
            The first sample.
        bounds
            Where the steps of the body begin among the samples, with both ends ``(piece + 1,)``.
        closed
            How far the eyes are closed in each ``(piece, subject)``.
        """
        return self._filter(bounds, closed, self._noise.normal(self._base + start, int(bounds[-1])))
