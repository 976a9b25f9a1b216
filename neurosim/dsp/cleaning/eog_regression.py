"""Eye movements out of the EEG, by regression on channels beside the eyes."""

from __future__ import annotations

from typing import ClassVar, Literal, Self

import numpy as np
from pydantic import Field

from neurosim.core.calibrated import CalibratedStageConfig
from neurosim.core.errors import ConfigError, Problem
from neurosim.core.spec import Bool, Float, Samples, SignalSpec
from neurosim.core.stage import Stage
from neurosim.dsp.arithmetic import channel_index
from neurosim.dsp.cleaning.rereference import SubtractOthers


class EOGRegression(CalibratedStageConfig):
    """Take away what the eyes' channels put into the others, as much as in the baseline (Gratton et al. 1983).

    The share of each eye channel in each other one is found by least squares over the baseline block
    (doi:10.1016/0013-4694(83)90135-9). Blinks are what it learns from, so samples that gates distrust count; gaps and
    flat stretches do not. Put a high-pass before it, since drifts are alike everywhere. Nothing is taken away before
    the baseline has ended, or after too short a one. Brain activity in the eyes' channels goes, too.
    """

    kind: Literal["eog_regression"] = "eog_regression"
    mixes_channels: ClassVar[bool] = True
    eyes: tuple[str, ...] = Field(min_length=1, description="channels beside the eyes; they stay as they are")
    least_s: float = Field(5.0, gt=0, description="baseline needed", json_schema_extra={"unit": "s"})

    @classmethod
    def examples(cls) -> list[Self]:
        """Return one that takes the second channel of the laws' signal for an eye."""
        return [cls(eyes=("Pz",))]

    def _eyes(self, spec: SignalSpec) -> list[int]:
        eyes = [channel_index(spec, name, "eyes", i) for i, name in enumerate(self.eyes)]
        if len(set(eyes)) < len(eyes):
            raise ConfigError([Problem(("eyes",), "must differ from each other")])
        return eyes

    def _stage(self, weights: Float, spec: SignalSpec) -> SubtractOthers:
        return SubtractOthers(np.tile(self._eyes(spec), (spec.n_channels, 1)), weights, spec)

    def uncalibrated(self, spec: SignalSpec) -> Stage:
        """Return a stage that takes nothing away."""
        return self._stage(np.zeros((spec.n_channels, len(self.eyes))), spec)

    def fit(self, spec: SignalSpec, baseline: Samples, valid: Bool) -> Stage:
        """Find the eyes' shares by least squares."""
        eyes = self._eyes(spec)
        by_subject = baseline.reshape(spec.n_subjects, spec.n_channels, -1)
        weights = np.zeros((spec.n_subjects, spec.n_channels, len(eyes)))
        for subject, samples in enumerate(by_subject):
            # What is held over a gap or flat does not change.
            moving = np.diff(samples, axis=1, prepend=np.nan) != 0.0
            x = np.ascontiguousarray(samples[:, moving.all(axis=0)])
            if x.shape[1] >= self.least_s * spec.fs:
                weights[subject] = _shares(x - x.mean(axis=1, keepdims=True), eyes)
        return self._stage(weights, spec)


def _shares(x: Float, eyes: list[int]) -> Float:
    """Return the least-squares weight of each eye channel in each other channel ``(channel, eye)``."""
    inner = np.array([[np.sum(x[a] * x[b]) for b in eyes] for a in eyes])
    shares = np.zeros((len(x), len(eyes)))
    for c in range(len(x)):
        if c not in eyes:
            outer = np.array([np.sum(x[e] * x[c]) for e in eyes])
            # Two eye channels that are the same have no unique shares; the least ones are taken then.
            shares[c] = np.linalg.lstsq(inner, outer, rcond=1e-12)[0]
    return shares
