"""Gates: stages whose output tells which samples can be trusted, 1 or 0."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from neurosim.core.spec import Bool, Float, SignalSpec, time_first
from neurosim.core.stage import BaselineNeed, Stage, StageConfig
from neurosim.core.tape import Tape
from neurosim.dsp.lanes import LaneStage

_BLOCKS = 8  # windows move on in eighths, on absolute sample indices
_TINY = 1e-12  # what a measure of 0 counts as before its logarithm is taken
_MAD_TO_SD = 1.4826  # of a normal distribution


class Gated(StageConfig):
    """What gates share that distrust a channel while a measure of it is too large.

    What follows within `hold_s` is not trusted either, so that nothing of the artifact is left in smoothed features.
    """

    #: It reports events: artifacts that end up twice as large as the limit. Where it opens and closes with a slow
    #: modulation, that has no one delay.
    delay_is_latency: ClassVar[bool] = True
    hold_s: float = Field(1.0, ge=0, description="distrust afterwards", json_schema_extra={"unit": "s"})


class RelativeToBaseline(Gated):
    """What gates share whose limit can follow from the baseline.

    With `max_z` a channel is not trusted, from the end of the baseline on, while the measure lies more than so many
    standard deviations above its median there. The deviation is 1.4826 times the median absolute one, which a few
    artifacts in the baseline do not move; samples that the entrance distrusts do not count.
    """

    #: Whether z is that of the measure's logarithm, as for amplitudes, which are nearly log-normal.
    logarithmic: ClassVar[bool] = True

    max_z: float = Field(0.0, ge=0, description="largest trusted robust z of the baseline; 0 for any",
                         json_schema_extra={"unit": "SD"})  # fmt: skip
    least_s: float = Field(5.0, gt=0, description="trusted baseline needed for that", json_schema_extra={"unit": "s"})

    @property
    @abstractmethod
    def fixed_limit(self) -> float:
        """The limit that holds from the first sample on; 0 for none."""

    def baseline_need(self) -> BaselineNeed | None:
        """Return the trusted baseline needed for `max_z`."""
        return (
            BaselineNeed(self.least_s, "only the fixed limit holds" if self.fixed_limit else "") if self.max_z else None
        )

    def limit(self, baseline: Float) -> float:
        """Return the limit that follows from a channel's measures in the baseline."""
        x = np.log(np.maximum(baseline, _TINY)) if self.logarithmic else baseline
        middle = float(np.median(x))
        limit = middle + self.max_z * _MAD_TO_SD * float(np.median(np.abs(x - middle)))
        return float(np.exp(limit)) if self.logarithmic else limit


class GateStage(LaneStage):
    """A stage that closes while a measure is above each lane's limit.

    Parameters
    ----------
    max_value
        The limit at first; infinity for none.
    n_block
        From one measure of the baseline to the next [samples].
    hold_s
        See `Gated`.
    latency_s
        From an artifact twice as large as the limit to the closing, in the median [s].
    spec
        Of the input.
    """

    def __init__(self, max_value: float, n_block: int, hold_s: float, latency_s: float, spec: SignalSpec) -> None:
        self.max_value, self.n_block = max_value, n_block
        self._n_hold = round(hold_s * spec.fs)
        super().__init__(spec.replace(unit="valid", added_delay_s=latency_s))

    def reset(self) -> None:
        self.index = 0
        self.limits = np.full(self.spec.n_lanes, self.max_value)
        self._remaining = np.zeros(self.spec.n_lanes, dtype=np.int64)
        self._baseline: Tape[np.float64] | None = Tape()
        self._trusted: Tape[np.bool_] = Tape()
        self._next_valid: Bool | None = None

    def restart(self) -> None:
        learned = self.limits, self._baseline, self._trusted
        self.reset()
        self.limits, self._baseline, self._trusted = learned

    @abstractmethod
    def measure(self, x: Float, out: Float) -> None:
        """Fill ``out (time, lane)`` with the measure; `index` is that of the first sample."""

    @abstractmethod
    def limit(self, baseline: Float) -> float:
        """Return the limit of a lane by its trusted measures in the baseline, one a block."""

    def mark_valid(self, valid: Bool) -> None:
        self._next_valid = valid

    def run(self, x: Float, out: Float) -> None:
        from neurosim.core.kernels.trust import hold

        self.measure(x, out)
        if self._baseline is not None:
            self._keep(out)
        hold(out, self.limits, self._n_hold, self._remaining, out)
        self.index += len(x)

    def _keep(self, measures: Float) -> None:
        ends = slice((-self.index - 1) % self.n_block, None, self.n_block)
        kept = measures[ends]
        trusted = np.ones((len(kept), self.spec.n_subjects), dtype=np.bool_)
        if self._next_valid is not None:
            trusted[:] = time_first(self._next_valid)[ends].reshape(trusted.shape)
            self._next_valid = None
        if self._baseline is not None:
            self._baseline.extend(kept.T)
            self._trusted.extend(trusted.T)

    def calibrate(self) -> None:
        if self._baseline:
            measures, trusted = self._baseline.all, np.repeat(self._trusted.all, self.spec.n_channels, axis=0)
            for lane in range(self.spec.n_lanes):
                kept = measures[lane, trusted[lane]]
                if kept.size:  # a baseline can be too short for a single block
                    self.limits[lane] = self.limit(kept)
        self._baseline, self._trusted = None, Tape()


class PeakToPeak(Gated):
    """Distrust a channel whose peak-to-peak amplitude over a short window is too large: blinks, spikes, movement.

    The window runs over the last 7/8 to 8/8 of its length. People and amplifiers differ: from the end of the
    baseline on, a channel may have `times_baseline` times its own median there, where that is more than `max_uv`.
    """

    kind: Literal["peak_to_peak"] = "peak_to_peak"
    max_uv: float = Field(100.0, gt=0, description="largest trusted amplitude", json_schema_extra={"unit": "uV"})
    times_baseline: float = Field(0.0, ge=0, description="multiple of the baseline's median that is trusted anyway")
    window_s: float = Field(0.5, gt=0, description="length of the window", json_schema_extra={"unit": "s"})

    def baseline_need(self) -> BaselineNeed | None:
        """Return the shortest baseline for `times_baseline`, a measure of the window."""
        return BaselineNeed(self.window_s / _BLOCKS, "only max_uv holds") if self.times_baseline else None

    def prepare(self, spec: SignalSpec) -> Stage:
        """Set up the gate for the stream's rate."""
        return PeakToPeakGate(self, spec)


class PeakToPeakGate(GateStage):
    """See `PeakToPeak`.

    Parameters
    ----------
    config
        Limit, window and hold.
    spec
        Of the input.
    """

    def __init__(self, config: PeakToPeak, spec: SignalSpec) -> None:
        self._times_baseline = config.times_baseline
        super().__init__(config.max_uv, max(1, round(config.window_s * spec.fs / _BLOCKS)), config.hold_s, 0.0, spec)

    def reset(self) -> None:
        super().reset()
        self._low = np.full((_BLOCKS + 1, self.spec.n_lanes), np.inf)
        self._high = np.full((_BLOCKS + 1, self.spec.n_lanes), -np.inf)
        if not self._times_baseline:
            self._baseline = None

    def measure(self, x: Float, out: Float) -> None:
        from neurosim.core.kernels.filters import extremes

        extremes(x, self.index, self.n_block, _BLOCKS, self._low, self._high, out)

    def limit(self, baseline: Float) -> float:
        return max(self.max_value, self._times_baseline * float(np.median(baseline)))
