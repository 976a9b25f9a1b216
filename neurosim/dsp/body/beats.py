"""Heartbeats in the ECG and in the pulse wave, as they happen."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from neurosim.core.errors import ConfigError
from neurosim.core.spec import Float, Samples, SignalSpec, as_lanes, from_lanes
from neurosim.core.stage import Stage, StageConfig
from neurosim.dsp.design import butter_bandpass, energy_delay_s, one_pole_gain

#: What a stage of beats tells about each channel [s]: the interval between the last two beats, corrected; the time
#: since the last one; and the interval as it was measured. Where first and last differ, the interval is not trusted.
BEAT_CHANNELS = ("ibi_s", "since_beat_s", "raw_ibi_s")

_LEARN_S = 1.0  # a heart has beaten by then
_PERIOD_S = 0.8  # what is expected at first


class Beats(StageConfig):
    """What detectors of heartbeats share.

    Each channel gives three (`BEAT_CHANNELS`) that are held from beat to beat. Every beat is reported ``report_s``
    after it happened, to the sample: a feedback that comes after a constant time is easier to learn from than one
    that comes a little sooner on average.
    """

    delay_is_latency: ClassVar[bool] = True

    report_s: float = Field(
        0.2, ge=0.2, le=0.35, description="from a beat to its report", json_schema_extra={"unit": "s"}
    )
    refractory_s: float = Field(
        0.25, ge=0.2, le=0.5, description="shortest time between beats", json_schema_extra={"unit": "s"}
    )
    memory_s: float = Field(
        20.0, ge=5, le=30, description="intervals of the last seconds tell what is usual",
        json_schema_extra={"unit": "s"},
    )  # fmt: skip
    fade_s: float = Field(
        1.5, gt=0, le=10, description="time constant of forgetting how high beats were, while none comes",
        json_schema_extra={"unit": "s"},
    )  # fmt: skip

    def _stage(self, spec: SignalSpec, of: BeatFilter) -> Stage:
        if of.high_hz >= spec.fs / 2:
            raise ConfigError(f"needs a sampling rate above {2 * of.high_hz:g} Hz, got {spec.fs:g}")
        return BeatStage(self, of, spec)


class ECGBeats(Beats):
    """R waves of the ECG, after Pan & Tompkins 1985, without searching back.

    Examples
    --------
    >>> stage = ECGBeats().prepare(SignalSpec(250.0, ("ECG",), "mV"))
    >>> stage.spec.ch_names
    ('ECG.ibi_s', 'ECG.since_beat_s', 'ECG.raw_ibi_s')
    """

    kind: Literal["ecg_beats"] = "ecg_beats"

    def prepare(self, spec: SignalSpec) -> Stage:
        """Design the filter for the stream's rate."""
        # The band in which Elgendi, Jonkman & De Boer 2010 found most beats.
        return self._stage(spec, BeatFilter(8.0, 20.0, smooth_s=0.02, wait_s=0.1, of_slope=False))


class PPGBeats(Beats):
    """Pulses of the photoplethysmogram; a beat is where the pulse rises fastest.

    That is sharper than its foot and its peak, and moves less with the depth of breathing. It comes a transit time of
    some 0.2 s after the R wave.
    """

    kind: Literal["ppg_beats"] = "ppg_beats"
    report_s: float = Field(
        0.25, ge=0.25, le=0.35, description="from a beat to its report", json_schema_extra={"unit": "s"}
    )

    def prepare(self, spec: SignalSpec) -> Stage:
        """Design the filter for the stream's rate."""
        return self._stage(spec, BeatFilter(0.5, 6.0, smooth_s=0.04, wait_s=0.1, of_slope=True))


@dataclass(frozen=True)
class BeatFilter:
    """How a signal is made ready for the detector.

    Parameters
    ----------
    low_hz, high_hz
        The band in which beats stand out [Hz].
    smooth_s
        Time constant of the smoothing, which is applied twice [s].
    wait_s
        How long a hump must stay the highest to be one [s].
    of_slope
        Whether a beat is where the signal rises fastest, and not where it is farthest from zero.
    """

    low_hz: float
    high_hz: float
    smooth_s: float
    wait_s: float
    of_slope: bool


class BeatStage(Stage):
    """See `ECGBeats` and `PPGBeats`.

    Parameters
    ----------
    config
        Times.
    of
        The filter.
    spec
        Of the input.
    """

    def __init__(self, config: Beats, of: BeatFilter, spec: SignalSpec) -> None:
        fs = spec.fs
        sos, delay_s = butter_bandpass(2, of.low_hz, of.high_hz, fs)
        self._sos, self._of_slope, self._n_in = sos.copy(), of.of_slope, spec.n_lanes
        self._gain = one_pole_gain(of.smooth_s, fs)
        n_back, n_report = round(6.0 * of.smooth_s * fs), math.ceil(config.report_s * fs)
        # What makes a slope steep is the upper part of the band, which is less late than the middle.
        late = energy_delay_s(sos, fs, of=-2.0) * fs + 0.5 if of.of_slope else delay_s * fs
        fade = math.exp(-1.0 / (config.fade_s * fs))
        self._n_ring = round(of.wait_s * fs) + n_back + 3
        self._parameters = (
            fs, round(of.wait_s * fs), n_back, n_report, config.refractory_s * fs, late, fade,
            round(_LEARN_S * fs), config.memory_s,
        )  # fmt: skip
        names = tuple(f"{ch}.{name}" for ch in spec.ch_names for name in BEAT_CHANNELS)
        super().__init__(spec.replace(ch_names=names, unit="s", added_delay_s=n_report / fs))
        self.reset()

    def reset(self) -> None:
        from neurosim.core.kernels import beats as k

        n = self._n_in
        self._index = 0
        self._first, self._before = np.zeros((2, n))
        self._filtered, self._smoothed = np.zeros((len(self._sos), 2, n)), np.zeros((2, n))
        self._state = np.zeros((k.N_ROWS, n))
        self._state[k.BEAT_AT] = self._state[k.PENDING_AT] = -1.0
        self._state[k.SIDE] = 1.0
        self._state[k.PERIOD] = _PERIOD_S * self.spec.fs
        self._heights = np.zeros((n, 2, k.HEIGHTS))
        self._history, self._counts = np.zeros((n, 2, k.HISTORY)), np.zeros(n, dtype=np.int64)
        self._marks, self._room = np.zeros((n, self._n_ring)), np.zeros(k.HISTORY)

    def process(self, x: Samples) -> Samples:
        from neurosim.core.kernels.beats import find_beats
        from neurosim.core.kernels.filters import one_pole, sosfilt

        lanes = as_lanes(x)
        out = np.empty((len(lanes), self.spec.n_lanes))
        if len(lanes):
            if self._index == 0:
                self._first = lanes[0].copy()
            mark = lanes - self._first  # so that an offset makes no swing at the beginning
            sosfilt(mark, self._sos, self._filtered, mark)
            mark = self._rising(mark) if self._of_slope else mark
            drive = mark * mark
            for state in self._smoothed:
                one_pole(drive, self._gain, state, drive)
            np.sqrt(drive, out=drive)
            find_beats(drive, mark, self._index, *self._parameters, self._state, self._heights, self._history,
                       self._counts, self._marks, self._room, out)  # fmt: skip
            self._index += len(lanes)
        self.tell_unknown(out[:, 0::3] == 0.0)
        return from_lanes(out, self.spec.batch_shape, self.spec.n_channels)

    def _rising(self, y: Float) -> Float:
        slope = np.diff(y, axis=0, prepend=self._before[None])
        self._before = y[-1].copy()
        return np.maximum(slope, 0.0)
