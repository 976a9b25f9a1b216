"""Gates: stages whose output tells which samples can be trusted, 1 or 0."""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import Field

from neurosim.core.spec import Float, SignalSpec
from neurosim.core.stage import Stage, StageConfig
from neurosim.dsp.lanes import LaneStage

_BLOCKS = 8  # the window moves on in eighths, on absolute sample indices


class PeakToPeak(StageConfig):
    """Distrust a channel whose peak-to-peak amplitude over a short window is too large: blinks, spikes, movement.

    The window runs over the last 7/8 to 8/8 of its length. What follows within `hold_s` is not trusted either, so
    that nothing of the artifact is left in smoothed features. People and amplifiers differ: from the end of the
    baseline on, a channel may have `times_baseline` times its own median there, where that is more than `max_uv`.
    """

    kind: Literal["peak_to_peak"] = "peak_to_peak"
    max_uv: float = Field(100.0, gt=0, description="largest trusted amplitude", json_schema_extra={"unit": "uV"})
    times_baseline: float = Field(0.0, ge=0, description="multiple of the baseline's median that is trusted anyway")
    window_s: float = Field(0.5, gt=0, description="length of the window", json_schema_extra={"unit": "s"})
    hold_s: float = Field(1.0, ge=0, description="distrust afterwards", json_schema_extra={"unit": "s"})

    def prepare(self, spec: SignalSpec) -> Stage:
        """Set up the gate for the stream's rate."""
        return PeakToPeakGate(self, spec.replace(unit="valid"))


class PeakToPeakGate(LaneStage):
    """See `PeakToPeak`.

    Parameters
    ----------
    config
        Limit, window and hold.
    spec
        Of the output.
    """

    def __init__(self, config: PeakToPeak, spec: SignalSpec) -> None:
        self._max_uv, self._times_baseline = config.max_uv, config.times_baseline
        self._n_block = max(1, round(config.window_s * spec.fs / _BLOCKS))
        self._n_hold = round(config.hold_s * spec.fs)
        super().__init__(spec)

    def reset(self) -> None:
        self._index = 0
        self._limit = np.full(self.spec.n_lanes, self._max_uv)
        self._baseline: list[Float] | None = [] if self._times_baseline else None
        self._low = np.full((_BLOCKS + 1, self.spec.n_lanes), np.inf)
        self._high = np.full((_BLOCKS + 1, self.spec.n_lanes), -np.inf)
        self._remaining = np.zeros(self.spec.n_lanes, dtype=np.int64)

    def run(self, x: Float, out: Float) -> None:
        from neurosim.core.kernels.filters import extremes
        from neurosim.core.kernels.trust import hold

        extremes(x, self._index, self._n_block, _BLOCKS, self._low, self._high, out)
        if self._baseline is not None:  # one value a block is enough for a median
            self._baseline.append(out[(-self._index - 1) % self._n_block :: self._n_block].copy())
        hold(out, self._limit, self._n_hold, self._remaining, out)
        self._index += len(x)

    def calibrate(self) -> None:
        if self._baseline and any(map(len, self._baseline)):  # a baseline can be too short for a single block
            usual = np.median(np.concatenate(self._baseline), axis=0)
            self._limit = np.maximum(self._max_uv, self._times_baseline * usual)
        self._baseline = None
