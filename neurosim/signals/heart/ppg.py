"""The photoplethysmogram: the pulse at the finger."""

from __future__ import annotations

import math

import numpy as np
from pydantic import Field

from neurosim.core.drive import DriveEvent
from neurosim.core.noise import SESSION_STRIDE
from neurosim.core.spec import Float, Samples, SignalSpec, from_lanes
from neurosim.signals.body.organ import Given, Organ, OrganConfig
from neurosim.signals.body.span import Span
from neurosim.signals.heart.lungs import lung_volume

# Place [s], width [s] and height of the systolic wave, its reflection and the diastolic wave at 60 beats a minute, by
# design: from foot to peak 0.15 s, as in recordings (docs/validation.md). They go with the cube root of the beat's
# length, as ejection does (Weissler et al. 1968: 413 - 1.7 HR ms); in proportion to it, the time between pulses would
# follow that between R waves less closely than it does in people.
_WAVES = np.array([[0.14, 0.045, 0.706], [0.25, 0.09, 0.53], [0.46, 0.14, 0.318]])
_MOTION_HZ = 2.0
_MOTION_FADE_S = 0.3


class PPG(OrganConfig):
    """The pulse at a finger, a transit time after each R wave; smaller when the vessels constrict."""

    fs: float = Field(64.0, ge=25, le=1024, description="sampling rate", json_schema_extra={"unit": "Hz"})
    noise: float = Field(0.005, ge=0, description="rms of the sensor's noise, in pulse heights")
    breathing: float = Field(0.1, ge=0, description="swing of the baseline with a breath, in pulse heights")

    def prepare(self, given: Given) -> PPGOrgan:
        """Return the organ."""
        return PPGOrgan(self, given)


class PPGOrgan(Organ):
    """Makes ``ppg`` in units of a usual pulse's height.

    Parameters
    ----------
    config
        The parameters.
    given
        Who it belongs to.
    """

    needs_heart = True

    def __init__(self, config: PPG, given: Given) -> None:
        self._config, self._noise, self._swings = config, given.noise("ppg"), given.noise("ppg/motion")
        super().__init__({"ppg": SignalSpec(config.fs, ("PPG",), "a.u.", given.batch_shape)}, config.fs)

    def start(self, session: int, rest: Span) -> None:
        self._base = session * SESSION_STRIDE

    def generate(self, start: int, n_times: int, span: Span) -> dict[str, Samples]:
        from neurosim.core.kernels.heart import draw_pulses

        config, beats = self._config, span.inner["beats"]
        ppg = np.empty((n_times, self._noise.n_lanes))
        draw_pulses(start, self.fs, beats.ring, beats.count, _WAVES, ppg)
        volume, _ = lung_volume(span, start, n_times, self.fs)
        ppg += config.breathing * (volume - 0.5)
        ppg += config.noise * self._noise.normal(self._base + start, n_times)
        for event in span.of_kind("ppg_motion"):
            self._move(ppg, start, event)
        return {"ppg": from_lanes(ppg, self.specs["ppg"].batch_shape, 1)}

    def _move(self, ppg: Float, start: int, event: DriveEvent) -> None:
        """Add swings between addressed random heights, two a second, that come and go smoothly."""
        times = (start + np.arange(len(ppg))) / self.fs
        since, left = times - event.onset_s, event.onset_s + (event.duration_s or 0.0) - times
        rows = np.flatnonzero((since > 0) & (left > 0))
        if not rows.size:
            return
        fade = _smooth(np.minimum(since[rows], left[rows]) / _MOTION_FADE_S)
        place = times[rows] * _MOTION_HZ
        first = math.floor(place[0])
        heights = self._swings.normal(self._base + first, math.floor(place[-1]) - first + 2)
        before = np.floor(place).astype(np.int64) - first
        share = _smooth(place - np.floor(place))[:, None]
        swing = heights[before] * (1.0 - share) + heights[before + 1] * share
        who = slice(None) if event.subject is None else slice(event.subject, event.subject + 1)
        ppg[rows, who] += (event.amplitude or 0.0) * fade[:, None] * swing[:, who]


def _smooth(x: Float) -> Float:
    """Rise from 0 to 1 without a corner."""
    y = np.clip(x, 0.0, 1.0)
    smooth: Float = y * y * (3.0 - 2.0 * y)
    return smooth
