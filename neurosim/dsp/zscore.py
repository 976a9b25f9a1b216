"""Features in units of the own baseline."""

from __future__ import annotations

from typing import Literal, Self

import numpy as np
from pydantic import Field

from neurosim.core.calibrated import CalibratedStageConfig
from neurosim.core.spec import Bool, Float, Samples, SignalSpec
from neurosim.core.stage import Stage
from neurosim.dsp.lanes import Stateless

_MAD_TO_SD = 1.4826  # of a normal distribution


class ZScore(CalibratedStageConfig):
    """How many standard deviations above the middle of the baseline block.

    Of each subject's and channel's trusted baseline samples: the median, and the median absolute deviation as large
    as the standard deviation of a normal distribution that has it; or mean and standard deviation, which a single
    blink can shift. Powers are nearer to normal behind a logarithm. Before the baseline has ended there is no value.
    """

    kind: Literal["zscore"] = "zscore"
    robust: bool = Field(True, description="median and median absolute deviation, instead of mean and standard "
                         "deviation")  # fmt: skip
    least_s: float = Field(5.0, gt=0, description="trusted baseline needed, else there is no value",
                           json_schema_extra={"unit": "s"})  # fmt: skip

    @classmethod
    def examples(cls) -> list[Self]:
        """Return both ways."""
        return [cls(), cls(robust=False)]

    def uncalibrated(self, spec: SignalSpec) -> Stage:
        """Return a stage that has no value."""
        return Affine(np.zeros(spec.n_lanes), np.zeros(spec.n_lanes), spec.replace(unit="SD"))

    def fit(self, spec: SignalSpec, baseline: Samples, valid: Bool) -> Stage:
        """Take median and spread from the baseline."""
        by_subject = baseline.reshape(spec.n_subjects, spec.n_channels, -1)
        trusted = valid.reshape(spec.n_subjects, -1)
        centre = np.zeros((spec.n_subjects, spec.n_channels))
        scale = np.zeros_like(centre)
        for subject, (samples, keep) in enumerate(zip(by_subject, trusted, strict=True)):
            if keep.sum() < self.least_s * spec.fs:
                continue
            for channel, kept in enumerate(np.ascontiguousarray(samples[:, keep])):
                middle, spread = self._middle_and_spread(kept)
                centre[subject, channel], scale[subject, channel] = middle, 1.0 / spread if spread > 0 else 0.0
        return Affine(centre.ravel(), scale.ravel(), spec.replace(unit="SD"))

    def _middle_and_spread(self, x: Float) -> tuple[float, float]:
        if not self.robust:
            return float(np.mean(x)), float(np.std(x))
        middle = np.median(x)
        return float(middle), _MAD_TO_SD * float(np.median(np.abs(x - middle)))


class Affine(Stateless):
    """``(x - centre) * scale`` for each lane; no value where the scale is 0.

    Parameters
    ----------
    centre, scale
        ``(lane,)``.
    spec
        Of the output.
    """

    def __init__(self, centre: Float, scale: Float, spec: SignalSpec) -> None:
        self._centre, self._scale, self._unknown = centre, scale, scale == 0.0
        super().__init__(spec)

    def run(self, x: Float, out: Float) -> None:
        np.multiply(np.subtract(x, self._centre, out=out), self._scale, out=out)
        if self._unknown.any():
            self.tell_unknown(np.broadcast_to(self._unknown, out.shape))
