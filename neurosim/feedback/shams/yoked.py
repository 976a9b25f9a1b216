"""Another subject's real feedback."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from neurosim.core.errors import ConfigError
from neurosim.core.feedback import Feedback
from neurosim.core.spec import Float
from neurosim.core.timeline import TickGrid
from neurosim.feedback.shams.replay import Replay
from neurosim.feedback.shams.sham import Sham, ShamConfig
from neurosim.feedback.shams.stream import read_donor

_WHERE = "sham 'yoked'"


class YokedSham(ShamConfig):
    """Another subject's real feedback: of the same batch in the same tick, or of a recorded session.

    In a batch, subjects 0 and 1 are each other's donors, 2 and 3, and so on, unless `donors` says who gets whose;
    whoever `donors` does not name has real feedback of his own. What the donor earns is passed on, not what the donor
    is shown. It has the rate and the rhythm of real feedback, but not the rate that the subject himself earns.
    """

    kind: Literal["yoked"] = "yoked"
    donors: dict[int, int] = Field({}, description="by address, the donor of each subject of a batch")
    folder: str = Field("", description="the session folder of a donor who had real feedback")

    @model_validator(mode="after")
    def _one_donor(self) -> Self:
        if self.donors and self.folder:
            raise ValueError("donors are of the batch, or recorded in a folder, not both")
        if any(subject == donor for subject, donor in self.donors.items()):
            raise ValueError("nobody can be his own donor")
        return self

    def donor_of(self, subject: int) -> int:
        """Return the address of the donor; the subject himself who has real feedback."""
        return self.donors.get(subject, subject) if self.donors else subject ^ 1

    def company(self, subjects: Sequence[int]) -> tuple[int, ...]:
        """Return the donors who are not among the subjects."""
        donors = () if self.folder else dict.fromkeys(map(self.donor_of, subjects))
        return tuple(donor for donor in donors if donor not in subjects)

    def prepare(self, grid: TickGrid, seed: int, subjects: Sequence[int], batch_shape: tuple[int, ...]) -> Sham:
        """Find the donors."""
        if self.folder:
            return Replay(read_donor(Path(self.folder)), grid, batch_shape, loop=False)
        if not batch_shape:
            raise ConfigError("one subject has no donor; name a recorded session with `folder`", _WHERE)
        missing = self.company(subjects)
        if missing:
            message = f"subject {missing[0]}, a donor, is not in the batch; name `donors` in it, or take an even number"
            raise ConfigError(message, _WHERE)
        lanes = {subject: lane for lane, subject in enumerate(subjects)}
        return _Yoked(np.array([lanes[self.donor_of(subject)] for subject in subjects]))


class _Yoked(Sham):
    def __init__(self, donors: NDArray[np.int64]) -> None:
        self._donors = donors

    def rest(self, duration_s: float) -> None:
        """Do nothing: there is no state."""

    def update(self, tick_index: int, feedback: Feedback) -> Float:
        shown: Float = feedback.shown[self._donors]
        return shown if feedback.cue.block == "training" else np.zeros_like(shown)
