"""Rate and phase of breathing, from a belt or any signal that rises with inspiration."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from neurosim.core.spec import Float, SignalSpec
from neurosim.core.stage import Stage, StageConfig
from neurosim.dsp.body.rises import RiseFinder, RiseStage

#: What a stage of breaths tells about each channel [s]: from one inspiration to the next, and since the last.
BREATH_CHANNELS = ("breath_s", "since_breath_s")
#: From breath to breath at rest, by which latencies that count breaths are told [s].
USUAL_BREATH_S = 4.0


class _OfBreaths(StageConfig):
    """A breath begins where inspiration lifts the signal from its lowest, and is reported ``report_s`` later.

    One slower than some 6 a minute, which rises too slowly for that, comes later still. What rises by less than a
    fifth of a usual breath is none.
    """

    delay_is_latency: ClassVar[bool] = True

    report_s: float = Field(
        1.5, ge=0.5, le=3, description="from the beginning of an inspiration to its report",
        json_schema_extra={"unit": "s"},
    )  # fmt: skip
    smooth_s: float = Field(0.15, gt=0, le=1, description="time constant of the smoothing, which is applied twice",
                            json_schema_extra={"unit": "s"})  # fmt: skip
    quiet_s: float = Field(
        15.0, ge=5, le=120, description="after that long without a breath, how deep they were is forgotten",
        json_schema_extra={"unit": "s"},
    )  # fmt: skip

    def finder(self) -> RiseFinder:
        """Return what counts as a breath."""
        # Volume rises about as half a cosine: to 1/20 in 0.144 of an inspiration, to 1/5 in 0.295.
        return RiseFinder(self.smooth_s, self.report_s, share=0.2, foot=0.25, before=0.144 / (0.295 - 0.144),
                          late_s=2.0 * self.smooth_s, learn_s=4.0, quiet_s=self.quiet_s)  # fmt: skip

    @abstractmethod
    def prepare(self, spec: SignalSpec) -> Stage: ...


class Breaths(_OfBreaths):
    """Each channel gives two, held from breath to breath: time between the last two breaths, and since the last [s]."""

    kind: Literal["breaths"] = "breaths"

    def prepare(self, spec: SignalSpec) -> Stage:
        """Set up the smoothing for the stream's rate."""
        names = tuple(f"{ch}.{name}" for ch in spec.ch_names for name in BREATH_CHANNELS)
        return BreathStage(self.finder(), spec, spec.replace(ch_names=names, unit="s"))


class BreathStage(RiseStage):
    """See `Breaths`."""

    def run(self, rises: Float, start: int, out: Float) -> None:
        out[:, 0::2], out[:, 1::2] = rises[:, 0::3], rises[:, 1::3]
        self.tell_unknown(rises[:, 0::3] == 0.0)


class BreathingRate(_OfBreaths):
    """Breaths a minute, of the last breath; no value until there are two.

    A step of the rate shows in the first breath of which it fills half: after a usual breath in the median, and the
    report of the next one.
    """

    kind: Literal["breathing_rate"] = "breathing_rate"

    def prepare(self, spec: SignalSpec) -> Stage:
        """Set up the smoothing for the stream's rate."""
        return BreathingRateStage(self.finder(), spec, spec.replace(unit="1/min"), USUAL_BREATH_S)


class BreathingRateStage(RiseStage):
    """See `BreathingRate`."""

    def run(self, rises: Float, start: int, out: Float) -> None:
        breath_s = rises[:, 0::3]
        out[:] = np.nan
        np.divide(60.0, breath_s, out=out, where=breath_s > 0.1)
        self.stand_in(out)


class BreathingPhase(_OfBreaths):
    """Place in the breath [turns]: 0 where inspiration begins, 1 when the next is due by the length of the last.

    It goes on to the present: the next breath is taken to begin when it is due, and to be overdue when it has not been
    found ``report_s`` later; then the phase waits at 1.
    """

    kind: Literal["breathing_phase"] = "breathing_phase"

    def prepare(self, spec: SignalSpec) -> Stage:
        """Set up the smoothing for the stream's rate."""
        return BreathingPhaseStage(self, spec)


class BreathingPhaseStage(RiseStage):
    """See `BreathingPhase`."""

    def __init__(self, config: BreathingPhase, spec: SignalSpec) -> None:
        self._report_s = config.report_s
        super().__init__(config.finder(), spec, spec.replace(unit="turns"))

    def run(self, rises: Float, start: int, out: Float) -> None:
        breath_s, since_s = rises[:, 0::3], rises[:, 1::3]
        out[:] = np.nan
        np.divide(since_s, breath_s, out=out, where=breath_s > 0.1)
        overdue = since_s > breath_s + self._report_s + 2.0 / self.spec.fs
        out[:] = np.where(overdue & (breath_s > 0.1), 1.0, out - np.floor(out))
        self.stand_in(out)
