"""Heart rate and its variability, from beats."""

from __future__ import annotations

import math
from abc import abstractmethod
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from neurosim.core.spec import Float, Samples, SignalSpec, as_lanes, from_lanes
from neurosim.core.stage import Stage, StageConfig
from neurosim.dsp.body.beats import BEAT_CHANNELS

_SHORTEST_S = 0.25  # between two beats; see `Beats.refractory_s`
#: From beat to beat at rest, by which latencies that count beats are told [s].
USUAL_IBI_S = 0.8


def hearts(spec: SignalSpec) -> tuple[str, ...] | None:
    """Return the channels whose beats a stream tells about; None where it is a stream of plain intervals [s]."""
    n = len(BEAT_CHANNELS)
    names = tuple(name.removesuffix(f".{BEAT_CHANNELS[0]}") for name in spec.ch_names[::n])
    return names if spec.ch_names == tuple(f"{ch}.{each}" for ch in names for each in BEAT_CHANNELS) else None


class OfBeats(StageConfig):
    """What stages share that stand behind `ecg_beats` or `ppg_beats`, or take intervals [s] as a device sends them.

    Of plain intervals every change counts as a beat. There is no value until there are beats enough.
    """

    delay_is_latency: ClassVar[bool] = True


class OfBeatsStage(Stage):
    """Turns rows of beats into one channel for each heart.

    Parameters
    ----------
    unit
        Of the output.
    added_delay_s
        From a beat's report to half its effect [s].
    spec
        Of the input.
    """

    def __init__(self, unit: str, added_delay_s: float, spec: SignalSpec) -> None:
        names = hearts(spec)
        self._plain = names is None
        super().__init__(spec.replace(ch_names=names, unit=unit, added_delay_s=added_delay_s))
        self.reset()

    def reset(self) -> None:
        n = self.spec.n_lanes
        self._index = 0
        self._last, self._changed = np.zeros(n), np.zeros(n, dtype=np.int64)
        self.forget(n)

    def forget(self, n: int) -> None:
        """Return n hearts to their beginning."""

    @abstractmethod
    def run(self, beats: Float, start: int, out: Float) -> None:
        """Fill ``out (time, lane)`` from beats ``(time, 3 lane)``; the first sample has the index ``start``.

        NaN stands where there is no value yet.
        """

    def process(self, x: Samples) -> Samples:
        lanes = as_lanes(x)
        if self._plain:
            from neurosim.core.kernels.beat_windows import beats_of_intervals

            intervals, lanes = lanes, np.empty((len(lanes), 3 * lanes.shape[1]))
            beats_of_intervals(intervals, self._index, self.spec.fs, self._last, self._changed, lanes)
        out = np.empty((len(lanes), self.spec.n_lanes))
        self.run(lanes, self._index, out)
        self.stand_in(out)
        self._index += len(lanes)
        return from_lanes(out, self.spec.batch_shape, self.spec.n_channels)


class IBI(OfBeats):
    """The time between the last two beats, corrected [s].

    A step of the heart rate shows in the first interval of which it fills half: after 1/2 to 3/2 of a beat, a usual
    beat in the median, and the report of the one that ends it.
    """

    kind: Literal["ibi"] = "ibi"

    def prepare(self, spec: SignalSpec) -> Stage:
        """Look the channels up."""
        return IBIStage("s", USUAL_IBI_S, spec)


class IBIStage(OfBeatsStage):
    """See `IBI`."""

    def run(self, beats: Float, start: int, out: Float) -> None:
        ibi_s = beats[:, 0::3]
        out[:] = np.where(ibi_s > 0.0, ibi_s, np.nan)


class HeartRate(OfBeats):
    """Heart rate of the last interval [1/min]; as late as `IBI`."""

    kind: Literal["heart_rate"] = "heart_rate"

    def prepare(self, spec: SignalSpec) -> Stage:
        """Look the channels up."""
        return HeartRateStage("1/min", USUAL_IBI_S, spec)


class HeartRateStage(OfBeatsStage):
    """See `HeartRate`."""

    def run(self, beats: Float, start: int, out: Float) -> None:
        ibi_s = beats[:, 0::3]
        out[:] = np.nan
        np.divide(60.0, ibi_s, out=out, where=ibi_s > _SHORTEST_S)


class TrustedBeats(OfBeats):
    """Whether beats can be trusted, 1 or 0, for a gate: the last one was not long ago and its interval is as measured.

    0 until there are two beats.
    """

    kind: Literal["trusted_beats"] = "trusted_beats"
    longest_s: float = Field(2.5, gt=0, le=10, description="time without a beat after which something is wrong",
                             json_schema_extra={"unit": "s"})  # fmt: skip

    def prepare(self, spec: SignalSpec) -> Stage:
        """Look the channels up."""
        return TrustedBeatsStage(self, spec)


class TrustedBeatsStage(OfBeatsStage):
    """See `TrustedBeats`."""

    def __init__(self, config: TrustedBeats, spec: SignalSpec) -> None:
        self._longest_s = config.longest_s
        super().__init__("valid", 0.0, spec)

    def run(self, beats: Float, start: int, out: Float) -> None:
        ibi_s, since_s, raw_s = beats[:, 0::3], beats[:, 1::3], beats[:, 2::3]
        out[:] = (since_s <= self._longest_s) & (raw_s == ibi_s) & (raw_s > 0.0)


class _Variability(OfBeats):
    window_s: float = Field(
        60.0, ge=5, le=3600, description="intervals that lie in the last seconds count",
        json_schema_extra={"unit": "s"},
    )  # fmt: skip
    least: int = Field(5, ge=2, description="intervals needed, else the last value is held")


class RMSSD(_Variability):
    """Root mean square of successive differences of the intervals [ms] (Task Force 1996), updated at each beat.

    Differences with an interval that was corrected are left out.

    Examples
    --------
    >>> stage = RMSSD(window_s=30).prepare(SignalSpec(4.0, ("ibi",), "s"))
    >>> held = np.repeat([0.8, 0.9] * 20, 4)[None]  # each interval differs from the next by 100 ms
    >>> stage.process(held)[0, -1].round(6)
    np.float64(100.0)
    """

    kind: Literal["rmssd"] = "rmssd"

    def prepare(self, spec: SignalSpec) -> Stage:
        """Set up the window."""
        return VariabilityStage(self, "rmssd", spec)


class SDNN(_Variability):
    """Standard deviation of the intervals [ms] (Task Force 1996), updated at each beat; corrected ones are left out."""

    kind: Literal["sdnn"] = "sdnn"

    def prepare(self, spec: SignalSpec) -> Stage:
        """Set up the window."""
        return VariabilityStage(self, "sdnn", spec)


class BeatWindowStage(OfBeatsStage):
    """Remembers the last beats.

    Parameters
    ----------
    window_s
        For how long [s].
    unit, added_delay_s, spec
        As for `OfBeatsStage`.
    """

    def __init__(self, window_s: float, unit: str, added_delay_s: float, spec: SignalSpec) -> None:
        self._capacity = math.ceil(window_s / _SHORTEST_S) + 16
        super().__init__(unit, added_delay_s, spec)

    def forget(self, n: int) -> None:
        self._before, self._held = np.zeros(n), np.full(n, np.nan)
        self._rings, self._counts = np.zeros((n, self._capacity, 3)), np.zeros(n, dtype=np.int64)


class VariabilityStage(BeatWindowStage):
    """See `RMSSD` and `SDNN`; half the window counts as delay."""

    def __init__(self, config: _Variability, statistic: Literal["rmssd", "sdnn"], spec: SignalSpec) -> None:
        self._config, self._statistic = config, statistic
        super().__init__(config.window_s, "ms", config.window_s / 2.0, spec)

    def run(self, beats: Float, start: int, out: Float) -> None:
        from neurosim.core.kernels import beat_windows as k

        which = k.RMSSD if self._statistic == "rmssd" else k.SDNN
        k.beat_statistic(beats, start, self.spec.fs, self._config.window_s, self._config.least, which,
                         self._before, self._rings, self._counts, self._held, out)  # fmt: skip
