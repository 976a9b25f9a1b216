"""Rhythms of the EEG: narrow-band oscillators that come in bursts."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from pydantic import Field

from neurosim.core.config import Config
from neurosim.core.noise import SESSION_STRIDE, AddressedNoise
from neurosim.core.spec import Float
from neurosim.signals.body.span import STEP_HZ


class Rhythm(Config):
    """A rhythm of the EEG.

    An oscillator (Matsuda & Komaki 2017, doi:10.1162/NECO_a_00916) whose amplitude is the product of a strength
    that follows the eyes, a slow log-normal gain, and bursts: a process that is on or off. Learning raises
    the rate of its onsets and leaves the amplitude alone, as in Belinskaia et al. 2020,
    doi:10.1101/2020.07.27.222786. The rate is the square of 1 + `burst_gain` / 2 of the drive: like an exponential
    for a small drive, but so that the mere trying out of strategies, up and down alike, leaves the mean
    amplitude where it is (an exponential raises it by 2 % under a sham, a straight line lowers it by 2 %).
    """

    center_hz: float = Field(gt=0, description="centre frequency", json_schema_extra={"unit": "Hz"})
    bandwidth_hz: float = Field(gt=0, description="full width at half maximum", json_schema_extra={"unit": "Hz"})
    open_uv: float = Field(ge=0, description="rms at the strongest sensor, eyes open", json_schema_extra={"unit": "uV"})
    closed_uv: float = Field(ge=0, description="the same with eyes closed", json_schema_extra={"unit": "uV"})
    gain_sd: float = Field(0.25, ge=0, description="SD of the slow log-normal gain", json_schema_extra={"unit": "ln"})
    gain_tau_s: float = Field(2.5, gt=0, description="its time constant", json_schema_extra={"unit": "s"})
    burst_on_hz: float = Field(1.5, gt=0, description="rate of burst onsets at rest", json_schema_extra={"unit": "Hz"})
    burst_off_hz: float = Field(2.0, gt=0, description="rate of burst ends", json_schema_extra={"unit": "Hz"})
    burst_gain: float = Field(3.0, ge=0, description="relative rise of the on-rate for a unit of drive")
    burst_floor: float = Field(0.3, ge=0, le=1, description="amplitude between bursts, as a share of that in them")
    ramp_s: float = Field(0.06, gt=0, description="time constant of onset and end", json_schema_extra={"unit": "s"})


_OFF_S, _ON_S = 0.15, 0.5  # alpha is blocked faster than it returns (models: 0.3-0.5 s and 0.5-1 s to see it)


class RhythmBank:
    """All rhythms of all subjects; lanes are ``(source, subject)``.

    Parameters
    ----------
    rhythms
        The rhythm of each source.
    names
        Name of each source; the address of its noise, so that another source shifts nobody's.
    """

    def __init__(
        self, fs: float, rhythms: Sequence[Rhythm], names: Sequence[str], seed: int, subjects: Sequence[int]
    ) -> None:
        self._subjects = len(subjects)
        self._dt = 1.0 / STEP_HZ
        self.up, self.down = 1.0 - math.exp(-self._dt / _ON_S), 1.0 - math.exp(-self._dt / _OFF_S)
        self._parameters = np.repeat(self._tabulate(fs, rhythms), self._subjects, axis=1)
        oscillators = [f"{name}/{part}" for part in ("re", "im") for name in names]
        self._innovations = AddressedNoise(seed, "eeg/rhythms", subjects, oscillators, channel_major=True)
        self._gains = AddressedNoise(seed, "eeg/gains", subjects, names, channel_major=True)
        self._bursts = AddressedNoise(seed, "eeg/bursts", subjects, names, channel_major=True)
        self._initial = AddressedNoise(seed, "eeg/initial", subjects, names, channel_major=True)

    def _tabulate(self, fs: float, rhythms: Sequence[Rhythm]) -> Float:
        from neurosim.core.kernels import rhythms as k

        table = np.empty((k.N_PARAMETERS, len(rhythms)))
        for i, r in enumerate(rhythms):
            rho = math.exp(-math.pi * r.bandwidth_hz / fs)
            turn = 2.0 * math.pi * r.center_hz / fs
            pole = math.exp(-self._dt / r.gain_tau_s)
            on = r.burst_on_hz / (r.burst_on_hz + r.burst_off_hz)
            table[k.COSINE, i], table[k.SINE, i] = rho * math.cos(turn), rho * math.sin(turn)
            table[k.INNOVATION, i] = math.sqrt(1.0 - rho**2)
            table[k.RAMP, i] = 1.0 - math.exp(-1.0 / (fs * r.ramp_s))
            table[k.GAIN_POLE, i], table[k.GAIN_SD, i] = pole, math.sqrt(1.0 - pole**2)
            table[k.GAIN_SCALE, i] = r.gain_sd
            table[k.ON_RATE, i], table[k.OFF_RATE, i] = r.burst_on_hz, r.burst_off_hz
            table[k.BURST_GAIN, i], table[k.FLOOR, i] = r.burst_gain, r.burst_floor
            table[k.OPEN_UV, i], table[k.CLOSED_UV, i] = r.open_uv, r.closed_uv
            table[k.NORM, i] = 1.0 / math.sqrt(on + (1.0 - on) * r.burst_floor**2)
        return table

    def start(self, session: int, closed: Float) -> None:
        """Begin a session in the stationary state, with the eyes as they are ``(subject,)`` in 0..1."""
        from neurosim.core.kernels import rhythms as k

        self._base = session * SESSION_STRIDE
        n_lanes = self._parameters.shape[1]
        self._state = np.zeros((k.N_STATES, n_lanes))
        self._state[[k.RE, k.IM, k.GAIN]] = self._initial.normal(self._base, 3)
        chance = self._initial.uniform(self._base + 4)
        on_rate, off_rate = self._parameters[k.ON_RATE], self._parameters[k.OFF_RATE]
        self._on = chance < on_rate / (on_rate + off_rate)
        self._count = np.zeros(n_lanes, dtype=np.int64)
        self._state[k.HAZARD_LIMIT] = self._bursts.exponential(self._base)
        self._state[k.STRENGTH] = self._strength(closed)
        level = np.where(self._on, 1.0, self._parameters[k.FLOOR])
        scale = self._parameters[k.GAIN_SCALE]
        gain = np.exp(scale * self._state[k.GAIN] - scale**2)
        self._state[k.AMPLITUDE] = self._state[k.STRENGTH] * gain * level * self._parameters[k.NORM]
        self._state[k.TARGET] = self._state[k.AMPLITUDE]

    def _strength(self, closed: Float) -> Float:
        from neurosim.core.kernels import rhythms as k

        open_uv, closed_uv = self._parameters[[k.OPEN_UV, k.CLOSED_UV]]
        share = np.tile(closed, open_uv.size // self._subjects)
        strength: Float = open_uv + share * (closed_uv - open_uv)
        return strength

    def slow_step(self, index: int, closed: Float, drive: Float) -> None:
        """Advance gains and bursts; called at the first sample of every step of the body.

        Parameters
        ----------
        index
            Number of the step.
        closed
            Where the eyes go, 0 to 1 ``(subject,)``.
        drive
            Of the burst on-rate ``(source * subject,)``.
        """
        from neurosim.core.kernels import rhythms as k

        slow = self._gains.normal_at(self._base + index)
        k.advance_bursts(
            self._dt, self._parameters, self._state, self._on, self._count, slow, drive, closed,
            self.up, self.down, self._bursts.key, self._bursts.subjects, self._bursts.channels, self._base,
        )  # fmt: skip

    def generate(self, start: int, out: Float, envelope: Float) -> None:
        """Fill ``out, envelope (time, source * subject)`` [uV] from a sample on, up to the next slow step."""
        from neurosim.core.kernels import rhythms as k

        innovations = self._innovations.normal(self._base + start, out.shape[0])
        k.advance_oscillators(self._parameters, self._state, innovations, out, envelope)
