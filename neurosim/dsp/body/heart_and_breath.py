"""How heart and breathing go together, breath by breath."""

from __future__ import annotations

from typing import ClassVar, Literal, Self

import numpy as np
from pydantic import Field

from neurosim.core.errors import ConfigError
from neurosim.core.spec import Samples, SignalSpec, as_lanes, from_lanes, take_channels
from neurosim.core.stage import AnyStage, Stage, StageConfig
from neurosim.dsp.arithmetic import channel_index
from neurosim.dsp.body.beats import BEAT_CHANNELS, ECGBeats
from neurosim.dsp.body.breaths import USUAL_BREATH_S, Breaths

_N_BEATS = 128  # that are remembered: breaths of 30 s at 250 beats a minute


class _HeartInBreath(StageConfig):
    """Looks at two channels of a stream: one with the heart, one with the breath; told at the end of each breath.

    A change shows in the first breath of which it fills half: after a usual breath in the median, and the report of
    the next one.
    """

    delay_is_latency: ClassVar[bool] = True

    heart: str = Field(description="channel with the ECG or the pulse wave")
    breath: str = Field(description="channel that rises with inspiration")
    beats: AnyStage = Field(default_factory=lambda: ECGBeats(), description="what finds the beats")
    breaths: Breaths = Field(default_factory=lambda: Breaths(), description="what finds the breaths")
    least: int = Field(3, ge=3, description="trusted beats that a breath needs, else the last value is held")
    hold_s: float = Field(
        30.0, ge=5, le=300, description="after that long without such a breath there is no value",
        json_schema_extra={"unit": "s"},
    )  # fmt: skip

    @classmethod
    def examples(cls) -> list[Self]:
        """Return one on the channels of the laws' signal."""
        return [cls.model_validate({"heart": "Cz", "breath": "Pz"})]

    def _stage(self, spec: SignalSpec, which: int, name: str, unit: str) -> Stage:
        channels = channel_index(spec, self.heart, "heart"), channel_index(spec, self.breath, "breath")
        try:
            beats = self.beats.prepare(spec.replace(ch_names=(self.heart,)))
        except ConfigError as error:
            raise error.within("beats") from error
        if beats.spec.ch_names != tuple(f"{self.heart}.{each}" for each in BEAT_CHANNELS):
            raise ConfigError("must find beats, as ecg_beats and ppg_beats do").within("beats")
        breaths = self.breaths.prepare(spec.replace(ch_names=(self.breath,)))
        longest = max(beats.spec.delay_s, breaths.spec.delay_s) + USUAL_BREATH_S
        after = spec.replace(ch_names=(name,), unit=unit, added_delay_s=longest - spec.delay_s)
        return HeartInBreathStage(beats, breaths, channels, which, (self.least, self.hold_s), after)


class RSA(_HeartInBreath):
    """Respiratory sinus arrhythmia: highest less lowest heart rate in each breath [1/min].

    It is told when the next breath is, ``breaths.report_s`` after it began.
    """

    kind: Literal["rsa"] = "rsa"

    def prepare(self, spec: SignalSpec) -> Stage:
        """Look the channels up and set up both detectors."""
        return self._stage(spec, 0, "rsa", "1/min")


class BreathHeartPhase(_HeartInBreath):
    """Where in the breath the heart is fastest [turns]: 0 at the beginning of inspiration, from -1/2 to 1/2.

    By the first harmonic of the heart rate in each breath. At rest it is near the end of inspiration; at the
    resonance frequency heart rate and volume of the lungs rise and fall together (Vaschillo et al. 2002).
    """

    kind: Literal["breath_heart_phase"] = "breath_heart_phase"

    def prepare(self, spec: SignalSpec) -> Stage:
        """Look the channels up and set up both detectors."""
        return self._stage(spec, 1, "breath_heart_phase", "turns")


class HeartInBreathStage(Stage):
    """See `RSA` and `BreathHeartPhase`.

    Parameters
    ----------
    beats, breaths
        The detectors.
    channels
        Of heart and breath in the input.
    which
        0 for the swing, 1 for the phase.
    limits
        Beats that a breath needs, and how long the output is held without [s].
    spec
        Of the output.
    """

    def __init__(
        self,
        beats: Stage,
        breaths: Stage,
        channels: tuple[int, int],
        which: int,
        limits: tuple[int, float],
        spec: SignalSpec,
    ) -> None:
        super().__init__(spec)
        self._beats, self._breaths, self._channels, self._which, self._limits = beats, breaths, channels, which, limits
        self._forget()

    def _forget(self) -> None:
        n = self.spec.n_subjects
        self._index = 0
        self._before, self._breath_before = np.zeros((2, n))
        self._held = np.full((3, n), np.nan)
        self._rings, self._counts = np.zeros((n, _N_BEATS, 3)), np.zeros(n, dtype=np.int64)

    def reset(self) -> None:
        self._beats.reset()
        self._breaths.reset()
        self._forget()

    def process(self, x: Samples) -> Samples:
        from neurosim.core.kernels.beat_windows import heart_in_breath

        heart, breath = (take_channels(x, [channel]) for channel in self._channels)
        beats, breaths = as_lanes(self._beats.process(heart)), as_lanes(self._breaths.process(breath))
        both = np.empty((len(beats), 2 * self.spec.n_subjects))
        heart_in_breath(beats, breaths, self._index, self.spec.fs, *self._limits, self._before, self._breath_before,
                        self._rings, self._counts, self._held, both)  # fmt: skip
        self._index += len(beats)
        out = np.ascontiguousarray(both[:, self._which :: 2])
        self.stand_in(out)
        return from_lanes(out, self.spec.batch_shape, 1)
