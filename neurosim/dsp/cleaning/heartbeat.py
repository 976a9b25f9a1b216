"""The heart out of the EMG, by subtraction of the average beat."""

from __future__ import annotations

import math
from typing import ClassVar, Literal, Self

import numpy as np
from pydantic import Field

from neurosim.core.errors import ConfigError, Problem
from neurosim.core.spec import Samples, SignalSpec, as_lanes, from_lanes, take_channels
from neurosim.core.stage import Stage, StageConfig
from neurosim.dsp.arithmetic import channel_index
from neurosim.dsp.body.beats import ECGBeats

_SMOOTH_S = 0.01  # to both sides, over which it is asked whether the average stands out
_SHORTEST_S = 0.25  # between two beats


class HeartbeatSubtraction(StageConfig):
    """Take the average QRS complex of the last beats away at every beat, scaled to it (Levine et al. 1986).

    Where a signal has R waves in it, as the EMG of shoulder, back and chest does, they are found in the channel itself.
    Where they drown in the EMG, name a channel with an ECG; it is not passed on. Put it before the band of the EMG,
    which spreads the QRS. The signal is delayed until a beat is known: 0.2 s, and what of the complex comes before the
    R wave. Beats at which the muscle works count less; of the average only what stands out of its noise counts, so
    that a muscle without a heart in it is left alone. The first four beats stay (doi:10.1152/jappl.1986.60.3.1073).

    Examples
    --------
    >>> stage = HeartbeatSubtraction().prepare(SignalSpec(1000.0, ("trapezius",), "uV"))
    >>> stage.spec.delay_s
    0.301
    """

    kind: Literal["heartbeat_subtraction"] = "heartbeat_subtraction"
    mixes_channels: ClassVar[bool] = True
    heart: str = Field("", description="channel with an ECG; by default each channel's own R waves")
    before_s: float = Field(
        0.1, gt=0, le=0.2, description="beginning of the complex before the R wave", json_schema_extra={"unit": "s"}
    )
    after_s: float = Field(
        0.12, gt=0, le=0.19, description="end of the complex after the R wave", json_schema_extra={"unit": "s"}
    )
    memory_s: float = Field(
        30.0, ge=5, le=300, description="beats of the last seconds make the average", json_schema_extra={"unit": "s"}
    )

    @classmethod
    def examples(cls) -> list[Self]:
        """Return one by its own R waves and one by an ECG."""
        return [cls(), cls(heart="Pz")]

    def prepare(self, spec: SignalSpec) -> Stage:
        """Look the channels up and set up the detector."""
        heart = channel_index(spec, self.heart, "heart") if self.heart else None
        if heart is not None and spec.n_channels == 1:
            message = f"is the only channel, '{self.heart}'; there is none to take it from"
            raise ConfigError([Problem(("heart",), message)])
        return HeartbeatSubtractionStage(self, heart, spec)


class HeartbeatSubtractionStage(Stage):
    """See `HeartbeatSubtraction`.

    Parameters
    ----------
    config
        Times.
    heart
        Which channel has the ECG; None for each its own.
    spec
        Of the input.
    """

    def __init__(self, config: HeartbeatSubtraction, heart: int | None, spec: SignalSpec) -> None:
        fs = spec.fs
        self._heart = heart
        self._kept = [c for c in range(spec.n_channels) if c != heart]
        kept = spec.of_channels(self._kept)
        finder = ECGBeats()
        self._beats = finder.prepare(kept if heart is None else spec.of_channels([heart]))
        lanes = np.arange(kept.n_lanes)
        self._heart_of = lanes if heart is None else lanes // kept.n_channels
        self._n_before = math.ceil(config.before_s * fs)
        self._n_window = self._n_before + math.ceil(config.after_s * fs) + 1
        self._n_delay = math.ceil(finder.report_s * fs) + self._n_before + 1
        self._n_smooth, self._memory_s = round(_SMOOTH_S * fs), config.memory_s
        super().__init__(kept.replace(added_delay_s=self._n_delay / fs))
        self.reset()

    def reset(self) -> None:
        n, n_beats = self.spec.n_lanes, math.ceil(self._memory_s / _SHORTEST_S) + 1
        self._beats.reset()
        self._index = 0
        self._since_before, self._counts = np.zeros(n), np.zeros(n, dtype=np.int64)
        self._raw, self._clean = np.zeros((2, n, self._n_delay + 2))
        self._windows, self._at = np.zeros((n, n_beats, self._n_window)), np.zeros((n, n_beats))
        self._weights, self._room = np.zeros(n_beats), np.zeros((4, self._n_window))

    def process(self, x: Samples) -> Samples:
        from neurosim.core.kernels.heartbeat import subtract_heartbeats

        kept = take_channels(x, self._kept)
        beats = as_lanes(self._beats.process(kept if self._heart is None else take_channels(x, [self._heart])))
        lanes = as_lanes(kept)
        out = np.empty_like(lanes)
        subtract_heartbeats(lanes, beats, self._heart_of, self._index, self.spec.fs, self._n_before, self._n_delay,
                            self._n_smooth, self._memory_s, self._since_before, self._raw, self._clean, self._windows,
                            self._at, self._weights, self._counts, self._room, out)  # fmt: skip
        self._index += len(lanes)
        return from_lanes(out, self.spec.batch_shape, self.spec.n_channels)
