"""Skin temperature and how fast it changes, from a sensor with noise."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from neurosim.core.spec import Float, SignalSpec
from neurosim.core.stage import Stage, StageConfig
from neurosim.dsp.design import one_pole_delay_s, one_pole_gain
from neurosim.dsp.lanes import LaneStage


class _Smoothed(StageConfig):
    tau_s: float = Field(2.0, gt=0, le=600, description="time constant", json_schema_extra={"unit": "s"})
    most_c: float = Field(
        10.0, gt=0, description="difference that counts at most, so that a sensor's glitch is soon forgotten",
        json_schema_extra={"unit": "degC"},
    )  # fmt: skip


class Temperature(_Smoothed):
    """Temperature, smoothed [degC]; from the first sample on, not from 0."""

    kind: Literal["temperature"] = "temperature"

    def prepare(self, spec: SignalSpec) -> Stage:
        """Set up the smoothing for the stream's rate."""
        return TemperatureStage(
            self.most_c, spec.replace(added_delay_s=one_pole_delay_s(self.tau_s, spec.fs)), self.tau_s
        )


class TemperatureStage(LaneStage):
    """See `Temperature`.

    Parameters
    ----------
    most_c
        Difference that counts at most [degC].
    spec
        Of the output.
    tau_s
        Time constant [s].
    """

    def __init__(self, most_c: float, spec: SignalSpec, tau_s: float) -> None:
        self._gain, self._most = one_pole_gain(tau_s, spec.fs), most_c
        super().__init__(spec)

    def reset(self) -> None:
        self._levels = np.zeros((2, self.spec.n_lanes))
        self._started = np.zeros((2, self.spec.n_lanes), dtype=np.bool_)

    def run(self, x: Float, out: Float) -> None:
        self._follow(0, x, out)

    def _follow(self, which: int, x: Float, out: Float) -> None:
        from neurosim.core.kernels.slow import follow

        follow(x, self._gain, self._gain, self._most, self._levels[which], self._started[which], out)


class TemperatureRate(_Smoothed):
    """Change of temperature [degC/min]: the slope of what two smoothers in a row make of it.

    A change of the rate is seen after ``tau_s``. With 40 s, steps of 0.02 degC and a wandering of 0.03 degC
    (SD, time constant 10 s), as real sensors have them, the rate has a noise of 0.03 degC/min: a hand
    that warms by 0.1 degC/min can be told from one that does not.
    """

    kind: Literal["temperature_rate"] = "temperature_rate"
    delay_is_latency: ClassVar[bool] = True  # of a change of the rate; a slope is a quarter of a turn before its wave

    tau_s: float = Field(40.0, gt=0, le=600, description="time constant of both smoothers together",
                         json_schema_extra={"unit": "s"})  # fmt: skip

    def prepare(self, spec: SignalSpec) -> Stage:
        """Set up the smoothers for the stream's rate."""
        added_s = 2.0 * one_pole_delay_s(self.tau_s / 2.0, spec.fs) + 0.5 / spec.fs
        after = spec.replace(unit=f"{spec.unit}/min", added_delay_s=added_s)
        return TemperatureRateStage(self.most_c, after, self.tau_s / 2.0)


class TemperatureRateStage(TemperatureStage):
    """See `TemperatureRate`."""

    def run(self, x: Float, out: Float) -> None:
        once = np.empty_like(x)
        self._follow(0, x, once)
        self._follow(1, once, out)
        # What the second smoother has moved by in this sample, since it moves by its gain times the gap before.
        np.subtract(once, out, out=out)
        out *= self._gain / (1.0 - self._gain) * self.spec.fs * 60.0
