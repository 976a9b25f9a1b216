"""Gates on what tells artifacts from brain: amplitude, outliers, muscle."""

from __future__ import annotations

import math
from typing import ClassVar, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from neurosim.core.spec import Float, SignalSpec
from neurosim.core.stage import Stage
from neurosim.dsp.cleaning.gates import _BLOCKS, GateStage, RelativeToBaseline
from neurosim.dsp.design import butter_bandpass, check_band, energy_delay_s, one_pole_gain


class RMSGate(RelativeToBaseline):
    """Distrust a channel whose rms over the last second is too large: movement, sweat, loose electrodes.

    About the mean of the window, which moves on in eighths; an offset does not count. At least one of `max_uv` and
    `max_z` is needed; the nearer one counts. z is that of the logarithm.
    """

    kind: Literal["rms"] = "rms"
    max_uv: float = Field(0.0, ge=0, description="largest trusted rms; 0 for any", json_schema_extra={"unit": "uV"})
    window_s: float = Field(1.0, gt=0, description="length of the window", json_schema_extra={"unit": "s"})

    @classmethod
    def examples(cls) -> list[Self]:
        """Return one with a fixed limit and one with the baseline's."""
        return [cls(max_uv=30.0, hold_s=0.5), cls(max_z=4.0, hold_s=0.5)]

    @property
    def fixed_limit(self) -> float:
        """The largest trusted value, whatever the baseline."""
        return self.max_uv

    @model_validator(mode="after")
    def _one_limit(self) -> Self:
        if not self.max_uv and not self.max_z:
            raise ValueError("needs a limit: max_uv, max_z or both")
        return self

    def prepare(self, spec: SignalSpec) -> Stage:
        """Set up the gate for the stream's rate."""
        return MomentGate(self, self.max_uv or np.inf, self.window_s, spec)


class KurtosisGate(RelativeToBaseline):
    """Distrust a channel with outliers in the last seconds: pops, spikes, single jerks.

    Excess kurtosis is 0 for normal noise, -1.5 for a sine, and large where few samples hold most of the power
    (Delorme, Sejnowski & Makeig 2007, doi:10.1016/j.neuroimage.2006.11.004). The window moves on in eighths.
    """

    kind: Literal["kurtosis"] = "kurtosis"
    logarithmic: ClassVar[bool] = False
    max_excess: float = Field(5.0, ge=0, description="largest trusted excess kurtosis; 0 for any")
    window_s: float = Field(2.0, gt=0, description="length of the window", json_schema_extra={"unit": "s"})

    @classmethod
    def examples(cls) -> list[Self]:
        """Return one with a fixed limit and one with the baseline's."""
        return [cls(hold_s=0.5), cls(max_excess=0.0, max_z=5.0, hold_s=0.5)]

    @property
    def fixed_limit(self) -> float:
        """The largest trusted value, whatever the baseline."""
        return self.max_excess

    @model_validator(mode="after")
    def _one_limit(self) -> Self:
        if not self.max_excess and not self.max_z:
            raise ValueError("needs a limit: max_excess, max_z or both")
        return self

    def prepare(self, spec: SignalSpec) -> Stage:
        """Set up the gate for the stream's rate."""
        return MomentGate(self, self.max_excess or np.inf, self.window_s, spec)


class MuscleGate(RelativeToBaseline):
    """Distrust a channel with too much power where muscles are and brains hardly: jaw, neck, forehead.

    The rms of a band, 20 to 45 Hz or, at a sampling rate that allows it, 60 to 120 Hz, smoothed. z is that of the
    logarithm.
    """

    kind: Literal["muscle"] = "muscle"
    low_hz: float = Field(20.0, gt=0, description="lower edge, -3 dB", json_schema_extra={"unit": "Hz"})
    high_hz: float = Field(45.0, gt=0, description="upper edge, -3 dB", json_schema_extra={"unit": "Hz"})
    order: int = Field(4, ge=1, le=6, description="order of the low-pass prototype, as SciPy counts")
    tau_s: float = Field(0.1, gt=0, description="time constant of the smoothing", json_schema_extra={"unit": "s"})
    max_uv: float = Field(0.0, ge=0, description="largest trusted rms in the band; 0 for any",
                          json_schema_extra={"unit": "uV"})  # fmt: skip

    @classmethod
    def examples(cls) -> list[Self]:
        """Return one with a fixed limit and one with the baseline's."""
        return [cls(max_uv=4.0, hold_s=0.5), cls(max_z=3.0, low_hz=60.0, high_hz=120.0, hold_s=0.5)]

    @property
    def fixed_limit(self) -> float:
        """The largest trusted value, whatever the baseline."""
        return self.max_uv

    @model_validator(mode="after")
    def _one_limit(self) -> Self:
        if not self.max_uv and not self.max_z:
            raise ValueError("needs a limit: max_uv, max_z or both")
        return self

    def prepare(self, spec: SignalSpec) -> Stage:
        """Design the filter for the stream's rate."""
        check_band(self.low_hz, self.high_hz, spec.fs)
        return MuscleStage(self, spec)


class _MeasuredGate(GateStage):
    """A gate with a fixed limit, one from the baseline, or both."""

    def __init__(
        self, config: RelativeToBaseline, max_value: float, n_block: int, latency_s: float, spec: SignalSpec
    ) -> None:
        self._config = config
        self._least = config.least_s * spec.fs / n_block
        super().__init__(max_value, n_block, config.hold_s, latency_s, spec)

    def reset(self) -> None:
        super().reset()
        if not self._config.max_z:
            self._baseline = None

    def limit(self, baseline: Float) -> float:
        if baseline.size < self._least:
            return self.max_value
        return min(self.max_value, self._config.limit(baseline))


class MomentGate(_MeasuredGate):
    """See `RMSGate` and `KurtosisGate`.

    Parameters
    ----------
    config
        What the limit may follow from, and the hold.
    max_value
        The fixed limit; infinity for none.
    window_s
        Length of the window [s].
    spec
        Of the input.
    """

    def __init__(self, config: RMSGate | KurtosisGate, max_value: float, window_s: float, spec: SignalSpec) -> None:
        from neurosim.core.kernels.moments import KURTOSIS, RMS

        self._which = RMS if isinstance(config, RMSGate) else KURTOSIS
        n_block = max(1, round(window_s * spec.fs / _BLOCKS))
        # Twice the limit fills it in a quarter of the window, two blocks, and an outlier is one at once; then comes
        # the end of a block.
        n_blocks = 2.5 if self._which == RMS else 0.5
        super().__init__(config, max_value, n_block, n_blocks * n_block / spec.fs, spec)

    def reset(self) -> None:
        super().reset()
        self._ring = np.zeros((_BLOCKS * self.n_block, self.spec.n_lanes))
        self._sums = np.zeros((3, self.spec.n_lanes))
        self._held = np.zeros(self.spec.n_lanes)

    def measure(self, x: Float, out: Float) -> None:
        from neurosim.core.kernels.moments import window_moments

        window_moments(x, self.index, self.n_block, self._which, self._ring, self._sums, self._held, out)


class MuscleStage(_MeasuredGate):
    """See `MuscleGate`.

    Parameters
    ----------
    config
        Band, smoothing, limits and hold.
    spec
        Of the input.
    """

    def __init__(self, config: MuscleGate, spec: SignalSpec) -> None:
        self._sos = butter_bandpass(config.order, config.low_hz, config.high_hz, spec.fs)[0][None].copy()
        self._gains = np.array([one_pole_gain(config.tau_s, spec.fs)])
        # Of a step of the power to four times the limit's, a smoother has reached a quarter after so long.
        latency_s = energy_delay_s(self._sos[0], spec.fs) + math.log(4.0 / 3.0) * config.tau_s
        super().__init__(config, config.max_uv or np.inf, max(1, round(config.tau_s * spec.fs)), latency_s, spec)

    def reset(self) -> None:
        super().reset()
        self._state = np.zeros((*self._sos.shape[:2], 2, self.spec.n_lanes))
        self._mean_square = np.zeros((1, self.spec.n_lanes))

    def measure(self, x: Float, out: Float) -> None:
        from neurosim.core.kernels.filters import band_powers

        band_powers(x, self._sos, self._state, self._gains, self._mean_square, out[:, None])
        np.sqrt(out, out=out)
