"""The spectrum of the time between beats: power in a band, and how much of it is one rhythm."""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import Field

from neurosim.core.spec import Float, SignalSpec
from neurosim.core.stage import Stage
from neurosim.dsp.body.heart_rate import USUAL_IBI_S, BeatWindowStage, OfBeats
from neurosim.dsp.design import check_band

_LONGEST_GAP_S = 5.0  # between trusted beats; over a longer one no curve can be drawn
_PADDING = 8  # frequencies for each that the window resolves, so that limits of bands fall between two


class _OfSpectrum(OfBeats):
    """Intervals on a natural cubic spline, less their straight line; held where five seconds have no trusted beat."""

    update_s: float = Field(5.0, gt=0, le=60, description="time from one estimate to the next; held in between",
                            json_schema_extra={"unit": "s"})  # fmt: skip
    taper: Literal["hann", "none"] = Field("hann", description="what the window is multiplied by")
    window_s: float

    def first_value_s(self) -> float:
        """Return the length of the window."""
        return self.window_s


class HRVPower(_OfSpectrum):
    """Power of the intervals in a band [ms^2]: by default LF, 0.04 to 0.15 Hz; HF is 0.15 to 0.4 Hz (Task Force 1996).

    A periodogram of the last two minutes, of which the Task Force wants at least one for HF and two for LF.
    """

    kind: Literal["hrv_power"] = "hrv_power"
    low_hz: float = Field(0.04, gt=0, description="lower edge", json_schema_extra={"unit": "Hz"})
    high_hz: float = Field(0.15, gt=0, description="upper edge", json_schema_extra={"unit": "Hz"})
    window_s: float = Field(120.0, ge=20, le=600, description="length of the window", json_schema_extra={"unit": "s"})
    resample_hz: float = Field(4.0, ge=1, le=16, description="rate of the resampling", json_schema_extra={"unit": "Hz"})

    def prepare(self, spec: SignalSpec) -> Stage:
        """Set up window and frequencies."""
        check_band(self.low_hz, self.high_hz, self.resample_hz)
        width = 1.0 / (_PADDING * self.window_s)
        hz = np.arange(np.ceil(self.low_hz / width), np.floor(self.high_hz / width) + 1) * width
        # Half of what belongs to an edge's frequency lies outside; the power per Hz is taken as even in between.
        bands = np.array([self.low_hz, self.high_hz, (self.high_hz - self.low_hz) / len(hz)])
        return SpectrumStage(self, self.window_s, self.resample_hz, hz, bands, "ms^2", spec)


class CoherenceRatio(_OfSpectrum):
    """How much of the heart's variability is one rhythm: power at the peak, over all the rest.

    ``P_peak / (P_total - P_peak)`` of the intervals of the last 64 s at 2 Hz, every 5 s: peak between 0.04 and 0.24 Hz
    and 0.015 Hz to both sides, total from 0.0033 to 0.4 Hz. The definition is HeartMath's; their scores are another
    number. Of one steady rhythm it is about 9 without a taper and 5 with Hann's, since the window widens the peak.
    """

    kind: Literal["coherence_ratio"] = "coherence_ratio"
    window_s: float = Field(64.0, ge=20, le=600, description="length of the window", json_schema_extra={"unit": "s"})

    def prepare(self, spec: SignalSpec) -> Stage:
        """Set up window and frequencies."""
        width = 1.0 / (_PADDING * self.window_s)
        hz = np.arange(np.ceil(0.0033 / width), np.floor(0.4 / width) + 1) * width
        bands = np.array([0.04, 0.24, 0.015, 0.0033, 0.4])
        return SpectrumStage(self, self.window_s, 2.0, hz, bands, "1", spec)


class SpectrumStage(BeatWindowStage):
    """See `HRVPower` and `CoherenceRatio`.

    Half the window and half the update count as delay, and a usual beat: half of one since the last beat, half from
    the middle of its interval to the beat, where the interval is entered.

    Parameters
    ----------
    config
        Update and taper.
    window_s
        Length of the window [s].
    resample_hz
        Rate at which intervals are taken from the spline [Hz].
    hz
        Frequencies that are looked at [Hz].
    bands
        As for the kernel.
    unit
        Of the output.
    spec
        Of the input.
    """

    def __init__(self, config: _OfSpectrum, window_s: float, resample_hz: float, hz: Float, bands: Float, unit: str,
                 spec: SignalSpec) -> None:  # fmt: skip
        n = round(window_s * resample_hz)
        at = np.arange(n)
        taper = 0.5 - 0.5 * np.cos(2.0 * np.pi * at / n) if config.taper == "hann" else np.ones(n)
        taper *= np.sqrt(2.0 / (resample_hz * np.sum(taper**2)))  # power spectral density, one-sided
        turns = np.multiply.outer(hz / resample_hz, at)
        self._cosines, self._sines = taper * np.cos(2.0 * np.pi * turns), taper * np.sin(2.0 * np.pi * turns)
        self._n_update = max(1, round(config.update_s * spec.fs))
        self._rate_hz, self._hz, self._bands = resample_hz, hz, bands
        added_s = (window_s + self._n_update / spec.fs) / 2.0 + USUAL_IBI_S
        super().__init__(window_s, unit, added_s, spec)

    def forget(self, n: int) -> None:
        super().forget(n)
        self._knots, self._series = np.zeros((4, self._capacity)), np.zeros(self._cosines.shape[1])
        self._psd = np.zeros(len(self._hz))

    def run(self, beats: Float, start: int, out: Float) -> None:
        from neurosim.core.kernels.beat_windows import beat_spectrum

        beat_spectrum(beats, start, self.spec.fs, self._n_update, self._rate_hz, _LONGEST_GAP_S, self._cosines,
                      self._sines, self._hz, self._bands, self._before, self._rings, self._counts, self._knots,
                      self._series, self._psd, self._held, out)  # fmt: skip
