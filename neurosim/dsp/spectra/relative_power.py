"""The share of a band in the total power."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from pydantic import Field

from neurosim.core.errors import ConfigError, Problem
from neurosim.core.spec import Float, SignalSpec
from neurosim.core.stage import Stage
from neurosim.dsp.design import butter_bandpass, check_band, one_pole_delay_s, one_pole_gain
from neurosim.dsp.filters import Band
from neurosim.dsp.lanes import LaneStage

_TINY = 1e-12  # what a power of 0 counts as


class RelativePower(Band):
    """Power of a band divided by that of a wider one around it, both by band-pass, square and smooth.

    The wider filter is faster. Its output is smoothed so much longer that both powers are of the same time: or else a
    change of all the signal would look for a moment like one of the band's share.

    Examples
    --------
    >>> t = np.arange(2560) / 256
    >>> stage = RelativePower(low_hz=8, high_hz=12).prepare(SignalSpec(256.0, ("Oz",), "uV"))
    >>> x = 2 * np.sin(2 * np.pi * 9.8 * t) + np.sin(2 * np.pi * 22 * t)
    >>> float(stage.process(x[None])[0, -1].round(1))
    0.8
    """

    kind: Literal["relative_power"] = "relative_power"
    total_low_hz: float = Field(1.0, gt=0, description="lower edge of the total, -3 dB",
                                json_schema_extra={"unit": "Hz"})  # fmt: skip
    total_high_hz: float = Field(40.0, gt=0, description="upper edge of the total, -3 dB",
                                 json_schema_extra={"unit": "Hz"})  # fmt: skip
    tau_s: float = Field(0.25, gt=0, description="time constant of the smoothing", json_schema_extra={"unit": "s"})

    def prepare(self, spec: SignalSpec) -> Stage:
        """Design both filters for the stream's rate."""
        if "^" in spec.unit or spec.unit.startswith("ln"):
            raise ConfigError(f"takes a signal, not a power or its logarithm ({spec.unit}); put it before them")
        check_band(self.low_hz, self.high_hz, spec.fs)
        problems = []
        if not self.total_low_hz <= self.low_hz:
            message = f"must be at most low_hz = {self.low_hz:g} Hz, got {self.total_low_hz:g}"
            problems.append(Problem(("total_low_hz",), message))
        if not self.high_hz <= self.total_high_hz < spec.fs / 2:
            limits = f"high_hz = {self.high_hz:g} Hz at least and below fs/2 = {spec.fs / 2:g} Hz"
            problems.append(Problem(("total_high_hz",), f"must be {limits}, got {self.total_high_hz:g}"))
        if problems:
            raise ConfigError(problems)
        return RelativePowerStage(self, spec)


class RelativePowerStage(LaneStage):
    """See `RelativePower`.

    Parameters
    ----------
    config
        Bands, order and time constant.
    spec
        Of the input.
    """

    def __init__(self, config: RelativePower, spec: SignalSpec) -> None:
        fs = spec.fs
        band, filter_s = butter_bandpass(config.order, config.low_hz, config.high_hz, fs)
        total = butter_bandpass(config.order, config.total_low_hz, config.total_high_hz, fs)[0]
        delay_s = filter_s + one_pole_delay_s(config.tau_s, fs)
        total_s = _group_delay_s(total, math.sqrt(config.low_hz * config.high_hz), fs)
        self._sos = np.stack([band, total])
        # The second is that of the one-pole smoother that has this delay.
        self._gains = np.array([one_pole_gain(config.tau_s, fs), 1.0 / (1.0 + max(0.0, delay_s - total_s) * fs)])
        super().__init__(spec.replace(unit="1", added_delay_s=delay_s))

    def reset(self) -> None:
        self._state = np.zeros((*self._sos.shape[:2], 2, self.spec.n_lanes))
        self._mean_squares = np.zeros((2, self.spec.n_lanes))

    def run(self, x: Float, out: Float) -> None:
        from neurosim.core.kernels.filters import band_powers

        powers = np.empty((len(x), 2, x.shape[1]))
        band_powers(x, self._sos, self._state, self._gains, self._mean_squares, powers)
        np.divide(powers[:, 0], np.maximum(powers[:, 1], _TINY), out=out)


def _group_delay_s(sos: Float, frequency_hz: float, fs: float) -> float:
    from scipy import signal

    step = 1e-3 * frequency_hz
    _, response = signal.freqz_sos(sos, [frequency_hz - step, frequency_hz + step], fs=fs)
    return -float(np.angle(response[1] / response[0])) / (2.0 * math.pi * 2.0 * step)
