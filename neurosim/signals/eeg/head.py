"""The noise of artifacts on one head: muscles, hum, slow drifts, and what is left to chance."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np

from neurosim.core.drive import DriveEvent
from neurosim.core.noise import AddressedNoise
from neurosim.core.spec import Float
from neurosim.signals.body.organ import Given
from neurosim.signals.body.span import STEP_HZ
from neurosim.signals.eeg.topography import Scalp

_MUSCLE_LOW_HZ, _MUSCLE_HIGH_HZ = 60.0, 120.0
_MUSCLE_FILTER_S = 0.1


@cache
def muscle_filter(fs: float) -> Float:
    """Return a filter ``(tap,)`` that gives white noise the spectrum of a muscle and leaves its variance.

    The shape of surface EMG of Stulen & De Luca, f_h^4 f^2 / ((f^2 + f_l^2) (f^2 + f_h^2)^2), as far as the sampling
    rate shows it; a window of 0.1 s keeps it short. It is broad: a jaw reaches down to alpha (Goncharova et al. 2003).
    """
    half = round(_MUSCLE_FILTER_S * fs / 2.0)
    frequency = np.fft.rfftfreq(64 * half, 1.0 / fs)
    amplitude = frequency / np.hypot(frequency, _MUSCLE_LOW_HZ) / (frequency**2 + _MUSCLE_HIGH_HZ**2)
    taps = np.fft.irfft(amplitude)[np.arange(-half, half + 1)] * np.hamming(2 * half + 1)
    shaped: Float = taps / np.sqrt(np.sum(taps**2))
    return shaped


class Head:
    """The head of one subject.

    Parameters
    ----------
    fs
        Sampling rate [Hz].
    given
        Who it belongs to.
    subject
        The address of the subject.
    scalp
        The sensors.

    Attributes
    ----------
    base
        Where the noise of the session begins.
    """

    def __init__(self, fs: float, given: Given, subject: int, scalp: Scalp) -> None:
        self.fs, self.mains_hz, self.scalp = fs, given.mains_hz, scalp
        self._seed, self._subject = given.seed, subject
        self._taps = muscle_filter(fs)
        self._noises: dict[str, AddressedNoise] = {}
        self._pick_up: dict[tuple[int, int], Float] = {}
        self.base = 0

    def _noise(self, component: str, lanes: Sequence[str] = ("",)) -> AddressedNoise:
        """Return the noise ``eeg/component``; it is asked for with the same lanes each time."""
        if component not in self._noises:
            self._noises[component] = AddressedNoise(self._seed, f"eeg/{component}", (self._subject,), lanes)
        return self._noises[component]

    def chance(self, component: str, event: DriveEvent, lanes: Sequence[str] = ("",)) -> Float:
        """Return numbers between 0 and 1 ``(lane,)`` that belong to an event."""
        return self._noise(component, lanes).uniform(self.base + int(event.onset_s * STEP_HZ))

    def sensor(self, event: DriveEvent) -> int | None:
        """Return the channel that an event happens at: the one it names, or any; None if that is not recorded.

        Raises
        ------
        ConfigError
            For a sensor that the montage does not have.
        """
        if event.where:
            return self.scalp.find(event.where)
        return int(np.argmax(self.chance(f"{event.kind}/where", event, self.scalp.ch_names)))

    def pick_up(self, harmonic: int) -> Float:
        """Return how each electrode picks up the sine and the cosine of the power line ``(2, channel)``."""
        if (self.base, harmonic) not in self._pick_up:
            strength, shift = self._noise("mains", self.scalp.ch_names).normal(self.base, 2)
            gain, phase = np.exp(0.3 * strength), 0.6 * harmonic * shift
            self._pick_up[self.base, harmonic] = np.stack([gain * np.cos(phase), gain * np.sin(phase)])
        return self._pick_up[self.base, harmonic]

    def muscles(self, component: str, start: int, n_times: int, gain: Float) -> Float:
        """Return the activity of a left and a right muscle, rms 1, at the sensors ``(time, channel)``.

        Parameters
        ----------
        component
            Their name.
        start, n_times
            Samples.
        gain
            The share of each sensor ``(muscle, channel)``.
        """
        n_taps = len(self._taps)
        white = self._noise(component, ("left", "right")).normal(self.base + start, n_times + n_taps - 1)
        shaped = self._taps[0] * white[:n_times]
        for k in range(1, n_taps):
            shaped += self._taps[k] * white[k : k + n_times]
        muscles: Float = shaped[:, :1] * gain[0] + shaped[:, 1:] * gain[1]
        return muscles

    def slow(self, component: str, knot_s: float, start: int, n_times: int) -> Float:
        """Return smooth noise of variance 1 ``(time, channel)``: normals at knots, and a cubic B-spline between them.

        The density of its power has fallen by a half at a quarter of the rate of knots.
        """
        at = np.arange(start, start + n_times) / (self.fs * knot_s)
        knot = at.astype(np.int64)
        first = int(knot[0])
        values = self._noise(component, self.scalp.ch_names).normal(self.base + first, int(knot[-1]) - first + 4)
        u, i = (at - knot)[:, None], knot - first
        w0, w1, w2, w3 = (1 - u) ** 3, 3 * u**3 - 6 * u**2 + 4, -3 * u**3 + 3 * u**2 + 3 * u + 1, u**3
        smooth = w0 * values[i] + w1 * values[i + 1] + w2 * values[i + 2] + w3 * values[i + 3]
        normalised: Float = smooth / np.sqrt(w0**2 + w1**2 + w2**2 + w3**2)
        return normalised

    def hum(self, harmonic: int, start: int, n_times: int) -> Float | None:
        """Return sine and cosine of the power line ``(2, time, 1)``; None where sampling is too slow for it."""
        if harmonic * self.mains_hz >= self.fs / 2:
            return None
        turn = 2.0 * np.pi * harmonic * self.mains_hz * np.arange(start, start + n_times) / self.fs
        return np.stack([np.sin(turn), np.cos(turn)])[:, :, None]
