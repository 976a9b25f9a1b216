"""What is shown, from 0 to 1, by how far a feature is past its threshold."""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import Field

from neurosim.core.config import Config
from neurosim.core.feedback import Cue
from neurosim.core.spec import Bool, Float
from neurosim.feedback.collected import BaselineValues
from neurosim.feedback.thresholds.threshold import nothing_yet


class Graded(Config):
    """Shows one half at the threshold, and more the further the feature is past it.

    Linear: from 0 half a span short of the threshold to 1 half a span past it. Sigmoid: the logistic function with
    the same slope at the threshold, ``1 / (1 + exp(-4 distance / span))``.
    """

    shape: Literal["linear", "sigmoid"] = Field("linear", description="how it grows")
    span: float = Field(gt=0, description="distance over which it grows, in `unit`")
    unit: Literal["feature", "sd"] = Field(
        "feature", description="of the span: the feature's own, or the standard deviation of its baseline"
    )


class Grading:
    """See `Graded`.

    Parameters
    ----------
    config
        Shape and span.
    n_subjects
        How many there are.
    """

    def __init__(self, config: Graded, n_subjects: int) -> None:
        self._config, self._n = config, n_subjects
        self.reset()

    def reset(self) -> None:
        """Return to the state before the first tick."""
        self._baseline = BaselineValues(self._n)
        by_baseline = self._config.unit == "sd"
        self._span = nothing_yet(self._n) if by_baseline else np.full(self._n, self._config.span)

    def update(self, values: Float, take: Bool, margin: Float, cue: Cue) -> Float:
        """Return what is to be shown ``(subject,)``; 0 while threshold or spread are not known.

        Parameters
        ----------
        values, take
            The feature, and which of it counts.
        margin
            How far it is past the threshold, in its unit.
        cue
            What goes on.
        """
        if self._config.unit == "sd":
            if self._baseline.ended(cue):
                self._span = self._config.span * self._baseline.collected.mean_and_sd(2)[1]
            self._baseline.add(values, take, cue)
        spans = margin / np.where(self._span > 0, self._span, np.nan)
        return _grade(spans, sigmoid=self._config.shape == "sigmoid")


def _grade(spans: Float, *, sigmoid: bool) -> Float:
    from neurosim.core.kernels.grade import logistic

    known = np.where(np.isnan(spans), -np.inf, spans)
    if not sigmoid:
        return np.clip(0.5 + known, 0.0, 1.0)
    out = np.empty_like(known)
    logistic(4.0 * known, out)
    return out
