"""Skin conductance: the tonic level, and the responses that stand on it."""

from __future__ import annotations

import math
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from neurosim.core.spec import Float, SignalSpec
from neurosim.core.stage import Stage, StageConfig
from neurosim.dsp.body.rises import RiseFinder, RiseStage
from neurosim.dsp.design import one_pole_delay_s, one_pole_gain
from neurosim.dsp.lanes import LaneStage

_SHORTEST_S = 0.5  # between two responses


class SCL(StageConfig):
    """Tonic skin conductance level: what falls is followed at once, what rises slowly, so that responses stay out.

    A slow change is seen after half the sum of both time constants.
    """

    kind: Literal["scl"] = "scl"
    delay_is_latency: ClassVar[bool] = True  # it is late by one time constant or the other, which is no delay of a wave
    rise_s: float = Field(
        20.0, gt=0, le=600, description="time constant when it rises", json_schema_extra={"unit": "s"}
    )
    fall_s: float = Field(2.0, gt=0, le=600, description="time constant when it falls", json_schema_extra={"unit": "s"})

    def prepare(self, spec: SignalSpec) -> Stage:
        """Set up the follower for the stream's rate."""
        return SCLStage(self, spec)


class SCLStage(LaneStage):
    """See `SCL`."""

    def __init__(self, config: SCL, spec: SignalSpec) -> None:
        fs = spec.fs
        self._gains = one_pole_gain(config.rise_s, fs), one_pole_gain(config.fall_s, fs)
        delay_s = 0.5 * (one_pole_delay_s(config.rise_s, fs) + one_pole_delay_s(config.fall_s, fs))
        super().__init__(spec.replace(added_delay_s=delay_s))

    def reset(self) -> None:
        self._level, self._started = np.zeros(self.spec.n_lanes), np.zeros(self.spec.n_lanes, dtype=np.bool_)

    def run(self, x: Float, out: Float) -> None:
        from neurosim.core.kernels.slow import follow

        follow(x, *self._gains, math.inf, self._level, self._started, out)


class _OfResponses(StageConfig):
    """A response is a rise by ``least_us`` or more above a drift.

    It is reported ``report_s`` after it began; one that rises more slowly comes when it has reached ``least_us``.
    """

    delay_is_latency: ClassVar[bool] = True

    least_us: float = Field(0.05, gt=0, le=10, description="smallest response", json_schema_extra={"unit": "uS"})
    report_s: float = Field(
        1.5, ge=0.5, le=5, description="from the beginning of a response to its report", json_schema_extra={"unit": "s"}
    )
    smooth_s: float = Field(0.2, gt=0, le=2, description="time constant of the smoothing, which is applied twice",
                            json_schema_extra={"unit": "s"})  # fmt: skip
    rise_s: float = Field(
        5.0, gt=0, le=60, description="a rise that takes longer for least_us is a drift of the level (Boucsein 2012)",
        json_schema_extra={"unit": "s"},
    )  # fmt: skip

    def finder(self) -> RiseFinder:
        """Return what counts as a response."""
        creep_per_s = self.least_us / self.rise_s
        return RiseFinder(self.smooth_s, self.report_s, least=self.least_us, back=0.5, late_s=0.75 * self.smooth_s,
                          creep_per_s=creep_per_s)  # fmt: skip


class SCRAmplitude(_OfResponses):
    """Height of the last response [uS], from where it began to its top; no value until there is one."""

    kind: Literal["scr_amplitude"] = "scr_amplitude"

    def prepare(self, spec: SignalSpec) -> Stage:
        """Set up the filters for the stream's rate."""
        return SCRAmplitudeStage(self.finder(), spec, spec)


class SCRAmplitudeStage(RiseStage):
    """See `SCRAmplitude`."""

    def run(self, rises: Float, start: int, out: Float) -> None:
        out[:] = rises[:, 2::3]
        self.tell_unknown(out == 0.0)


class SCRRate(_OfResponses):
    """Responses a minute, over the last ``window_s``; no value until these have passed."""

    kind: Literal["scr_rate"] = "scr_rate"
    window_s: float = Field(60.0, ge=5, le=3600, description="responses of the last seconds count",
                            json_schema_extra={"unit": "s"})  # fmt: skip

    def first_value_s(self) -> float:
        """Return the length of the window."""
        return self.window_s

    def prepare(self, spec: SignalSpec) -> Stage:
        """Set up filters and window for the stream's rate."""
        return SCRRateStage(self, spec)


class SCRRateStage(RiseStage):
    """See `SCRRate`; half the window counts as delay."""

    def __init__(self, config: SCRRate, spec: SignalSpec) -> None:
        self._window_s = config.window_s
        super().__init__(config.finder(), spec, spec.replace(unit="1/min"), config.window_s / 2.0)

    def reset(self) -> None:
        super().reset()
        n = self.spec.n_lanes
        self._before, self._counts = np.zeros(n), np.zeros(n, dtype=np.int64)
        self._rings = np.zeros((n, math.ceil(self._window_s / _SHORTEST_S) + 2))

    def run(self, rises: Float, start: int, out: Float) -> None:
        from neurosim.core.kernels.rises import count_onsets

        count_onsets(rises, start, self.spec.fs, self._window_s, self._before, self._rings, self._counts, out)
        out *= 60.0 / self._window_s
        early = np.arange(start, start + len(out)) < self._window_s * self.spec.fs
        self.tell_unknown(early[:, None].repeat(self.spec.n_subjects, axis=1))
