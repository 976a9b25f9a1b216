"""Feedback turned round: shown when it is not earned."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from neurosim.core.feedback import Feedback
from neurosim.core.spec import Float
from neurosim.core.timeline import TickGrid
from neurosim.feedback.shams.sham import Sham, ShamConfig


class ReversedSham(ShamConfig):
    """The subject's own feedback turned round: shown while the conditions do not hold and the signal is trusted.

    It trains the opposite. Its rate is one minus the reward rate, so it is matched at one half only.
    """

    kind: Literal["reversed"] = "reversed"

    def prepare(self, grid: TickGrid, seed: int, subjects: Sequence[int], batch_shape: tuple[int, ...]) -> Sham:
        """Return the sham of these subjects."""
        return _Reversed()


class _Reversed(Sham):
    def rest(self, duration_s: float) -> None:
        """Do nothing: there is no state."""

    def update(self, tick_index: int, feedback: Feedback) -> Float:
        given = feedback.valid & (feedback.cue.block == "training")
        shown: Float = np.where(given, 1.0 - feedback.shown, 0.0)
        return shown
