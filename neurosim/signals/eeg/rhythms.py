"""Rhythms of the EEG: narrow-band oscillators that come in bursts."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from neurosim.core.config import Config
from neurosim.core.noise import SESSION_STRIDE
from neurosim.core.spec import Float
from neurosim.signals.body.organ import Given
from neurosim.signals.body.span import STEP_HZ, Span


class Rhythm(Config):
    """A rhythm of the EEG.

    An oscillator (Matsuda & Komaki 2017, doi:10.1162/NECO_a_00916) whose amplitude is the product of a strength
    that follows the eyes, a slow log-normal gain, and bursts: a process that is on or off. Learning raises
    the rate of its onsets and leaves the amplitude alone, as in Belinskaia et al. 2020,
    doi:10.1101/2020.07.27.222786. The rate is the square of 1 + `burst_gain` / 2 of the drive: like an exponential
    for a small drive, but so that the mere trying out of strategies, up and down alike, leaves the mean
    amplitude where it is (an exponential raises it by 2 % under a sham, a straight line lowers it by 2 %).
    """

    center_hz: float | None = Field(
        None, gt=0, description="centre frequency; by default that of alpha", json_schema_extra={"unit": "Hz"}
    )
    above_alpha_hz: float = Field(
        0.0, description="how far above alpha it is where no centre is given", json_schema_extra={"unit": "Hz"}
    )
    bandwidth_hz: float = Field(gt=0, description="full width at half maximum", json_schema_extra={"unit": "Hz"})
    open_uv: float = Field(ge=0, description="rms at the strongest sensor, eyes open", json_schema_extra={"unit": "uV"})
    closed_uv: float = Field(ge=0, description="the same with eyes closed", json_schema_extra={"unit": "uV"})
    gain_sd: float = Field(0.25, ge=0, description="SD of the slow log-normal gain", json_schema_extra={"unit": "ln"})
    gain_tau_s: float = Field(2.5, gt=0, description="its time constant", json_schema_extra={"unit": "s"})
    burst_on_hz: float = Field(1.5, gt=0, description="rate of burst onsets at rest", json_schema_extra={"unit": "Hz"})
    burst_off_hz: float = Field(2.0, gt=0, description="rate of burst ends", json_schema_extra={"unit": "Hz"})
    burst_gain: float = Field(3.0, ge=0, description="relative rise of the on-rate for a unit of drive")
    burst_floor: float = Field(0.3, ge=0, le=1, description="amplitude between bursts, as a share of that in them")
    arch: float = Field(0.0, ge=0, le=1, description="second harmonic that sharpens one peak, as a share of the rms")
    ramp_s: float = Field(0.06, gt=0, description="time constant of onset and end", json_schema_extra={"unit": "s"})


class RhythmBank:
    """All rhythms of all subjects; lanes are ``(source, subject)``.

    Parameters
    ----------
    fs
        Sampling rate [Hz].
    given
        Who they belong to.
    sources
        Name of each source; the address of its noise, so that another source shifts nobody's.
    rhythms
        The rhythm of each source.
    center_hz, scale
        Its frequency [Hz], and a factor to its strength, for each subject ``(source, subject)``.
    """

    def __init__(
        self,
        fs: float,
        given: Given,
        sources: Sequence[str],
        rhythms: Sequence[Rhythm],
        center_hz: Float,
        scale: Float,
    ) -> None:
        self._n_subjects, self._n_lanes = given.n, given.n * len(sources)
        self._dt = 1.0 / STEP_HZ
        self._parameters = self._tabulate(fs, rhythms, center_hz, scale)
        self._sources = tuple(sources)
        self._names = [name.partition("_")[0] for name in sources]
        oscillators = [f"{name}/{part}" for part in ("re", "im") for name in sources]
        self._innovations = given.noise("eeg/rhythms", oscillators)
        self._gains = given.noise("eeg/gains", sources)
        self._bursts = given.noise("eeg/bursts", sources)
        self._initial = given.noise("eeg/initial", sources)

    def _tabulate(self, fs: float, rhythms: Sequence[Rhythm], center_hz: Float, scale: Float) -> Float:
        from neurosim.core.kernels import rhythms as k

        table = np.empty((k.N_PARAMETERS, len(rhythms), self._n_subjects))
        for i, r in enumerate(rhythms):
            rho = math.exp(-math.pi * r.bandwidth_hz / fs)
            turn = 2.0 * math.pi * center_hz[i] / fs
            pole = math.exp(-self._dt / r.gain_tau_s)
            on = r.burst_on_hz / (r.burst_on_hz + r.burst_off_hz)
            table[k.COSINE, i], table[k.SINE, i] = rho * np.cos(turn), rho * np.sin(turn)
            table[k.INNOVATION, i] = math.sqrt(1.0 - rho**2)
            table[k.RAMP, i] = 1.0 - math.exp(-1.0 / (fs * r.ramp_s))
            table[k.GAIN_POLE, i], table[k.GAIN_SD, i] = pole, math.sqrt(1.0 - pole**2)
            table[k.GAIN_SCALE, i] = r.gain_sd
            table[k.ON_RATE, i], table[k.OFF_RATE, i] = r.burst_on_hz, r.burst_off_hz
            table[k.BURST_GAIN, i], table[k.FLOOR, i] = r.burst_gain, r.burst_floor
            table[k.OPEN_UV, i], table[k.CLOSED_UV, i] = r.open_uv * scale[i], r.closed_uv * scale[i]
            table[k.NORM, i] = 1.0 / math.sqrt(on + (1.0 - on) * r.burst_floor**2)
            arch = np.where(2.0 * center_hz[i] < fs / 2, r.arch, 0.0)
            table[k.ROUND, i] = 1.0 / np.sqrt(1.0 + arch**2)
            # Re(z^2) of the oscillator, whose parts have a variance of 1, has a variance of 4.
            table[k.ARCH, i] = 0.5 * arch / np.sqrt(1.0 + arch**2)
        return table.reshape(k.N_PARAMETERS, -1)

    def _rows(self, span: Span) -> None:
        """Look up where the span keeps what moves each source: the drive of its bursts, and its strength (or none)."""
        drives = [f"{source}_drive" for source in self._sources]  # of one side where it has one, else of the rhythm
        drives = [own if own in span.index else f"{name}_drive" for own, name in zip(drives, self._names, strict=True)]
        self._drives = np.array([span.index[name] for name in drives], dtype=np.int64)
        self._levels = np.array([span.index.get(name, -1) for name in self._names], dtype=np.int64)

    def start(self, session: int, rest: Span, closed: Float) -> None:
        """Begin a session in the stationary state, with the eyes as they are ``(subject,)`` in 0..1."""
        from neurosim.core.kernels import rhythms as k

        self._rows(rest)
        self._base = session * SESSION_STRIDE
        self._state = np.zeros((k.N_STATES, self._n_lanes))
        self._state[[k.RE, k.IM, k.GAIN]] = self._initial.normal(self._base, 3)
        chance = self._initial.uniform(self._base + 4)
        on_rate, off_rate = self._parameters[k.ON_RATE], self._parameters[k.OFF_RATE]
        self._on = chance < on_rate / (on_rate + off_rate)
        self._count = np.zeros(self._n_lanes, dtype=np.int64)
        self._state[k.HAZARD_LIMIT] = self._bursts.exponential(self._base)
        open_uv, closed_uv = self._parameters[[k.OPEN_UV, k.CLOSED_UV]]
        strength = open_uv + np.tile(closed, len(self._names)) * (closed_uv - open_uv)
        burst = np.where(self._on, 1.0, self._parameters[k.FLOOR])
        scale = self._parameters[k.GAIN_SCALE]
        level = np.zeros((len(self._names), self._n_subjects))
        for row, at in zip(level, self._levels, strict=True):
            row[:] = rest.values[0, at] if at >= 0 else 0.0
        gain = np.exp(scale * self._state[k.GAIN] - scale**2 + level.ravel())
        self._state[k.AMPLITUDE] = strength * gain * burst * self._parameters[k.NORM]
        self._state[k.TARGET] = self._state[k.AMPLITUDE]

    def generate(
        self, start: int, bounds: NDArray[np.int64], step: int, fresh: bool, moved: Float, closed: Float
    ) -> tuple[Float, Float, Float]:
        """Return the rhythms and their envelopes [uV], and 1 in bursts, each ``(time, source * subject)``.

        Parameters
        ----------
        start
            The first sample.
        bounds
            Where the steps of the body begin among the samples, with both ends ``(piece + 1,)``.
        step
            The step of the first piece.
        fresh
            Whether it begins with this piece.
        moved
            The quantities of the body in each piece ``(piece, quantity, subject)``.
        closed
            How far the eyes are closed in each ``(piece, subject)``.
        """
        from neurosim.core.kernels.rhythms import advance_rhythms

        n_times = int(bounds[-1])
        innovations = self._innovations.normal(self._base + start, n_times)
        slow = self._gains.normal(self._base + step, len(closed))
        out, envelope, in_burst = np.empty((3, n_times, self._n_lanes))
        advance_rhythms(
            bounds, fresh, self._dt, moved, self._drives, self._levels, closed, self._parameters, self._state,
            self._on, self._count, slow, self._bursts.key, self._bursts.subjects, self._bursts.channels, self._base,
            innovations, out, envelope, in_burst,
        )  # fmt: skip
        return out, envelope, in_burst
