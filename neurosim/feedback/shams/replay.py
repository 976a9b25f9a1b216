"""Feedback from a file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, Self

import numpy as np
from pydantic import Field

from neurosim.core.feedback import Feedback
from neurosim.core.spec import Float
from neurosim.core.timeline import TickGrid
from neurosim.feedback.shams.sham import Sham, ShamConfig
from neurosim.feedback.shams.stream import FeedbackStream, read_stream


class ReplaySham(ShamConfig):
    """Feedback from a file, by the time since the session began: a session folder, or a table of times and values.

    Every subject and every session gets the same; outside training nothing is shown, whatever the file says.
    """

    kind: Literal["replay"] = "replay"
    path: str = Field(min_length=1, description="a session folder, or a table with columns time_s and shown")
    at_end: Literal["refuse", "loop"] = Field(
        "refuse", description="where the file is shorter than the session: refuse to begin, or loop from its start"
    )

    @classmethod
    def examples(cls) -> list[Self]:
        """Return none: there is no file to name."""
        return []

    def prepare(self, grid: TickGrid, seed: int, subjects: Sequence[int], batch_shape: tuple[int, ...]) -> Sham:
        """Read the file."""
        return Replay(read_stream(Path(self.path)), grid, batch_shape, loop=self.at_end == "loop")


class Replay(Sham):
    """A stream shown again.

    Parameters
    ----------
    stream
        What is shown.
    grid
        The ticks of the session.
    batch_shape
        ``()`` or ``(n,)``; all get the same.
    loop
        Whether it begins again at its end; else the session must not be longer.
    """

    def __init__(self, stream: FeedbackStream, grid: TickGrid, batch_shape: tuple[int, ...], *, loop: bool) -> None:
        self._shown, self._shape = stream.on(grid), batch_shape
        self.n_ticks = None if loop else len(self._shown)

    def rest(self, duration_s: float) -> None:
        """Do nothing: each session begins at the start of the stream."""

    def update(self, tick_index: int, feedback: Feedback) -> Float:
        now = self._shown[tick_index % len(self._shown)] if feedback.cue.block == "training" else 0.0
        return np.full(self._shape, now)
