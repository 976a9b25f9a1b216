"""Feedback from a surrogate of the subject's own feature."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from pydantic import Field

from neurosim.core.feedback import Feedback
from neurosim.core.noise import SESSION_STRIDE, AddressedNoise
from neurosim.core.spec import Float
from neurosim.core.timeline import TickGrid
from neurosim.feedback.shams.sham import Sham, ShamConfig
from neurosim.feedback.shams.surrogate import GaussianSurrogate, normal_scores

#: Levels of feedback that are told apart: 0, 1/64, ... 1.
_N_LEVELS = 65


class PhaseRandomisedSham(ShamConfig):
    """Feedback from a surrogate of the subject's own feature: as fast and as rough, at the rate that he earns so far.

    The feature of the time before training, its ranks made normal, gives the spectrum; its phases are drawn anew. What
    is shown has the distribution of the feedback earned so far (amplitude-adjusted surrogates, Theiler et al. 1992,
    doi 10.1016/0167-2789(92)90102-S): for feedback that is on or off that is a threshold at the matched reward rate.
    """

    kind: Literal["phase_randomised"] = "phase_randomised"
    least_s: float = Field(
        10.0, ge=1, description="time that gives a spectrum; while there was less, nothing is shown",
        json_schema_extra={"unit": "s"},
    )  # fmt: skip

    def prepare(self, grid: TickGrid, seed: int, subjects: Sequence[int], batch_shape: tuple[int, ...]) -> Sham:
        """Return the sham of these subjects."""
        noise = AddressedNoise(seed, "sham/phase_randomised", subjects)
        return _PhaseRandomised(max(4, grid.n_ticks(self.least_s)), noise, batch_shape)


class _PhaseRandomised(Sham):
    def __init__(self, least: int, noise: AddressedNoise, batch_shape: tuple[int, ...]) -> None:
        self._least, self._noise, self._shape = least, noise, batch_shape
        self._session = 0
        self._start()

    def _start(self) -> None:
        n = self._noise.n_lanes
        self._feature: list[Float] = []
        self._surrogate: GaussianSurrogate | None = None
        self._step = 0
        # Before anything is seen: one half.
        self._earned = np.zeros((n, _N_LEVELS))
        self._earned[:, [0, -1]] = 1.0

    def rest(self, duration_s: float) -> None:
        self._session += 1
        self._start()

    def update(self, tick_index: int, feedback: Feedback) -> Float:
        training = feedback.cue.block == "training"
        if self._surrogate is None:
            self._gather(feedback)
            if training and len(self._feature) >= self._least:
                scores = normal_scores(np.array(self._feature).T)
                self._surrogate = GaussianSurrogate(scores, self._noise, self._session * SESSION_STRIDE)
                self._feature = []
        if not training:
            return np.zeros(self._shape)
        shown = np.zeros(self._shape) if self._surrogate is None else self._drawn(self._surrogate)
        level = np.rint(feedback.shown.reshape(-1) * (_N_LEVELS - 1)).astype(np.int64)
        self._earned[np.arange(len(level)), level] += 1.0
        return shown

    def _gather(self, feedback: Feedback) -> None:
        """Keep the feature; where it is not trusted, its last trusted value."""
        value, valid = feedback.value.reshape(-1), feedback.valid.reshape(-1)
        last = self._feature[-1] if self._feature else np.zeros_like(value)
        self._feature.append(np.where(valid, value, last))

    def _drawn(self, surrogate: GaussianSurrogate) -> Float:
        """Return the feedback whose rank among all that was earned is the surrogate's."""
        from scipy.special import ndtr

        rank = ndtr(surrogate.at(self._step))
        self._step += 1
        below = np.cumsum(self._earned, axis=-1)
        level = (below <= rank[:, None] * below[:, -1:]).sum(axis=-1)
        shown: Float = np.minimum(level, _N_LEVELS - 1) / (_N_LEVELS - 1.0)
        return shown.reshape(self._shape)
