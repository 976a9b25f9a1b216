"""Features of the surface EMG: how strong, and how fast."""

from __future__ import annotations

import math
from typing import ClassVar, Literal, Self

import numpy as np
from pydantic import Field

from neurosim.core.errors import ConfigError, Problem
from neurosim.core.spec import Float, SignalSpec
from neurosim.core.stage import Stage, StageConfig
from neurosim.dsp.design import butter_bandpass, check_band, one_pole_delay_s, one_pole_gain
from neurosim.dsp.lanes import LaneStage


class EMGRms(StageConfig):
    """Root mean square of the EMG in a band, in the unit of the input.

    From 20 to 400 Hz it holds nearly all of a muscle's power, and some of the heart's, whose R waves reach up to
    about 40 Hz; from 100 to 200 Hz it holds a third of the muscle's and next to nothing of the heart's. Both are in
    use; the numbers of one do not compare with those of the other.

    Examples
    --------
    >>> t = np.arange(2000) / 1000
    >>> stage = EMGRms(low_hz=100, high_hz=200).prepare(SignalSpec(1000.0, ("trapezius",), "uV"))
    >>> float(stage.process(10 * np.sin(2 * np.pi * 141 * t)[None])[0, -1].round(1))
    7.1
    """

    kind: Literal["emg_rms"] = "emg_rms"
    low_hz: float = Field(20.0, gt=0, description="lower edge, -3 dB", json_schema_extra={"unit": "Hz"})
    high_hz: float = Field(400.0, gt=0, description="upper edge, -3 dB", json_schema_extra={"unit": "Hz"})
    order: int = Field(4, ge=1, le=6, description="order of the low-pass prototype, as SciPy counts")
    tau_s: float = Field(0.25, gt=0, description="time constant of the mean", json_schema_extra={"unit": "s"})

    @classmethod
    def examples(cls) -> list[Self]:
        """Return one that the laws' sampling rate can hold."""
        return [cls(low_hz=20.0, high_hz=100.0)]

    def prepare(self, spec: SignalSpec) -> Stage:
        """Design the filter for the stream's rate."""
        check_band(self.low_hz, self.high_hz, spec.fs)
        return EMGRmsStage(self, spec)


class EMGRmsStage(LaneStage):
    """See `EMGRms`.

    Parameters
    ----------
    config
        Band and time constant.
    spec
        Of the input.
    """

    def __init__(self, config: EMGRms, spec: SignalSpec) -> None:
        sos, delay_s = butter_bandpass(config.order, config.low_hz, config.high_hz, spec.fs)
        self._sos, self._gains = sos[None].copy(), np.array([one_pole_gain(config.tau_s, spec.fs)])
        super().__init__(spec.replace(added_delay_s=delay_s + one_pole_delay_s(config.tau_s, spec.fs)))

    def reset(self) -> None:
        self._state = np.zeros((*self._sos.shape[:2], 2, self.spec.n_lanes))
        self._mean_square = np.zeros((1, self.spec.n_lanes))

    def run(self, x: Float, out: Float) -> None:
        from neurosim.core.kernels.filters import band_powers

        band_powers(x, self._sos, self._state, self._gains, self._mean_square, out[:, None])
        np.sqrt(out, out=out)


class EMGMedianFrequency(StageConfig):
    """Frequency that halves the power of the EMG [Hz]: it falls as a muscle tires (De Luca 1984).

    Of the mean spectrum of the last seconds (Welch: Hann segments that overlap by half), from ``low_hz`` to
    ``high_hz``. A lower edge of 30 Hz or more keeps the heart out of a weak EMG. No value until the window is
    full.
    """

    kind: Literal["emg_median_frequency"] = "emg_median_frequency"
    delay_is_latency: ClassVar[bool] = True
    low_hz: float = Field(20.0, gt=0, description="lowest frequency", json_schema_extra={"unit": "Hz"})
    high_hz: float = Field(400.0, gt=0, description="highest frequency", json_schema_extra={"unit": "Hz"})
    window_s: float = Field(2.0, gt=0, le=60, description="length of the window", json_schema_extra={"unit": "s"})
    segment_s: float = Field(0.5, gt=0, le=10, description="length of a segment", json_schema_extra={"unit": "s"})

    @classmethod
    def examples(cls) -> list[Self]:
        """Return one that the laws' sampling rate can hold."""
        return [cls(low_hz=5.0, high_hz=100.0)]

    def first_value_s(self) -> float:
        """Return the length of the window."""
        return self.window_s

    def prepare(self, spec: SignalSpec) -> Stage:
        """Set up segments and frequencies for the stream's rate."""
        check_band(self.low_hz, self.high_hz, spec.fs)
        if self.segment_s > self.window_s:
            message = f"must be at most window_s = {self.window_s:g} s, got {self.segment_s:g}"
            raise ConfigError([Problem(("segment_s",), message)])
        if (self.high_hz - self.low_hz) * self.segment_s < 4.0:
            message = f"must be {4.0 / (self.high_hz - self.low_hz):.3g} s at least for a band this narrow"
            raise ConfigError([Problem(("segment_s",), message)])
        return EMGMedianFrequencyStage(self, spec)


class EMGMedianFrequencyStage(LaneStage):
    """See `EMGMedianFrequency`; half the window and half the time between estimates count as delay.

    Parameters
    ----------
    config
        Band and window.
    spec
        Of the input.
    """

    def __init__(self, config: EMGMedianFrequency, spec: SignalSpec) -> None:
        fs = spec.fs
        n = round(config.segment_s * fs)
        self._n_update = max(1, n // 2)
        self._n_kept = 1 + max(0, int((config.window_s * fs - n) / self._n_update + 1e-9))
        first, last = math.ceil(config.low_hz * n / fs), math.floor(config.high_hz * n / fs)
        self._hz = np.arange(first, last + 1) * fs / n
        at = np.arange(n)
        taper = 0.5 - 0.5 * np.cos(2.0 * np.pi * at / n)
        turns = np.multiply.outer(self._hz / fs, at)
        self._cosines, self._sines = taper * np.cos(2.0 * np.pi * turns), taper * np.sin(2.0 * np.pi * turns)
        added_s = (n + (self._n_kept - 1) * self._n_update + self._n_update) / (2.0 * fs)
        super().__init__(spec.replace(unit="Hz", added_delay_s=added_s))

    def reset(self) -> None:
        n, n_hz = self._cosines.shape[1], len(self._hz)
        self._index, self._count = 0, 0
        self._past, self._segment = np.zeros((self.spec.n_lanes, n)), np.zeros(n)
        self._psds, self._psd = np.zeros((self.spec.n_lanes, self._n_kept, n_hz)), np.zeros(n_hz)
        self._held = np.full(self.spec.n_lanes, np.nan)

    def run(self, x: Float, out: Float) -> None:
        from neurosim.core.kernels.periodogram import median_frequency

        step_hz = float(self._hz[1] - self._hz[0])
        self._count = median_frequency(
            x, self._index, self._n_update, self._cosines, self._sines, float(self._hz[0]), step_hz, self._past,
            self._segment, self._psds, self._count, self._psd, self._held, out,
        )  # fmt: skip
        self._index += len(x)
        self.stand_in(out)
