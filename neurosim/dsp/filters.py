"""Causal linear filters."""

from __future__ import annotations

import math
from typing import Literal, Self

import numpy as np
from pydantic import Field

from neurosim.core.spec import Float, SignalSpec
from neurosim.core.stage import Stage, StageConfig
from neurosim.dsp.design import butter_bandpass, check_band, one_pole_delay_s, one_pole_gain
from neurosim.dsp.lanes import LaneStage


class Band(StageConfig):
    """What stages share that look at one frequency band."""

    low_hz: float = Field(gt=0, description="lower edge, -3 dB", json_schema_extra={"unit": "Hz"})
    high_hz: float = Field(gt=0, description="upper edge, -3 dB", json_schema_extra={"unit": "Hz"})
    order: int = Field(2, ge=1, le=6, description="order of the low-pass prototype, as SciPy counts")

    @classmethod
    def examples(cls) -> list[Self]:
        """Return an alpha band."""
        return [cls.model_validate({"low_hz": 8.0, "high_hz": 12.0})]


class BandPass(Band):
    """Butterworth band-pass.

    Examples
    --------
    >>> stage = BandPass(low_hz=8, high_hz=12).prepare(SignalSpec(256.0, ("Oz",), "uV"))
    >>> f"{1000 * stage.spec.delay_s:.0f} ms"
    '112 ms'
    """

    kind: Literal["bandpass"] = "bandpass"

    def prepare(self, spec: SignalSpec) -> Stage:
        """Design the filter for the stream's rate."""
        check_band(self.low_hz, self.high_hz, spec.fs)
        sos, delay_s = butter_bandpass(self.order, self.low_hz, self.high_hz, spec.fs)
        return SOSFilter(sos, spec.replace(added_delay_s=delay_s))


class SOSFilter(LaneStage):
    """Second-order sections.

    Parameters
    ----------
    sos
        ``(section, 6)`` as SciPy's.
    spec
        Of the output.
    """

    def __init__(self, sos: Float, spec: SignalSpec) -> None:
        self._sos = sos.copy()  # writable like a deep copy's: to Numba a read-only array is another type
        super().__init__(spec)

    def reset(self) -> None:
        self._state = np.zeros((len(self._sos), 2, self.spec.n_lanes))

    def run(self, x: Float, out: Float) -> None:
        from neurosim.core.kernels.filters import sosfilt

        sosfilt(x, self._sos, self._state, out)


class Smooth(StageConfig):
    """One-pole smoothing, the usual "exponential moving average" with its time constant in seconds."""

    kind: Literal["smooth"] = "smooth"
    tau_s: float = Field(0.25, gt=0, description="time constant", json_schema_extra={"unit": "s"})
    from_first: bool = Field(
        False, description="begin at the first sample and not at 0, as for a rating or a temperature"
    )

    @classmethod
    def examples(cls) -> list[Self]:
        """Return one from 0, and one from the first sample."""
        return [cls(), cls(from_first=True)]

    def prepare(self, spec: SignalSpec) -> Stage:
        """Set up the smoother for the stream's rate."""
        gain = one_pole_gain(self.tau_s, spec.fs)
        smoother = Follower if self.from_first else OnePole
        return smoother(gain, spec.replace(added_delay_s=one_pole_delay_s(self.tau_s, spec.fs)))


class OnePole(LaneStage):
    """``y += gain (x - y)``, from 0.

    Parameters
    ----------
    gain
        Between 0 and 1.
    spec
        Of the output.
    """

    def __init__(self, gain: float, spec: SignalSpec) -> None:
        self._gain = gain
        super().__init__(spec)

    def reset(self) -> None:
        self._state = np.zeros(self.spec.n_lanes)

    def run(self, x: Float, out: Float) -> None:
        from neurosim.core.kernels.filters import one_pole

        one_pole(x, self._gain, self._state, out)


class Follower(OnePole):
    """The same, from the first sample."""

    def reset(self) -> None:
        super().reset()
        self._started = np.zeros(self.spec.n_lanes, dtype=np.bool_)

    def run(self, x: Float, out: Float) -> None:
        from neurosim.core.kernels.slow import follow

        follow(x, self._gain, self._gain, math.inf, self._state, self._started, out)


class DCBlock(StageConfig):
    """One-pole high-pass that lets no spike in.

    The output starts at 0 whatever the electrode's offset. A step between two samples that is larger than a
    brain or an eye makes counts as none, so that a spike of 1e5 uV does not ring through the filters behind.
    """

    kind: Literal["dc_block"] = "dc_block"
    cutoff_hz: float = Field(0.5, gt=0, description="-3 dB", json_schema_extra={"unit": "Hz"})
    max_step: float = Field(200.0, gt=0, description="largest step between samples", json_schema_extra={"unit": "uV"})

    def prepare(self, spec: SignalSpec) -> Stage:
        """Set up the high-pass for the stream's rate."""
        return DCBlocker(math.exp(-2.0 * math.pi * self.cutoff_hz / spec.fs), self.max_step, spec)


class DCBlocker(LaneStage):
    """See `DCBlock`; adds no delay to what passes.

    Parameters
    ----------
    pole
        Between 0 and 1.
    max_step
        In the unit of the input.
    spec
        Of the output.
    """

    def __init__(self, pole: float, max_step: float, spec: SignalSpec) -> None:
        self._pole, self._max_step = pole, max_step
        super().__init__(spec)

    def reset(self) -> None:
        self._previous, self._level = np.zeros((2, self.spec.n_lanes))
        self._started = np.zeros(self.spec.n_lanes, dtype=np.bool_)

    def run(self, x: Float, out: Float) -> None:
        from neurosim.core.kernels.filters import dc_block

        dc_block(x, self._pole, self._max_step, self._previous, self._level, self._started, out)
