"""What is done to a subject while a block lasts."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field

from neurosim.core.actor import Actor, ActorConfig
from neurosim.core.drive import NEUTRAL, Drive
from neurosim.core.feedback import Feedback
from neurosim.core.timeline import TickGrid
from neurosim.feedback.block import Stressor


class Stressors(ActorConfig):
    """Does to the body what the cue says: the stressors of a protocol, each while its block lasts.

    A simulated body gets one by itself where a protocol has stressors.
    """

    kind: Literal["stressors"] = "stressors"
    stressors: tuple[Stressor, ...] = Field(description="what can be done, by the name in the cue")

    @classmethod
    def examples(cls) -> list[Self]:
        """Return mental arithmetic."""
        return [cls(stressors=(Stressor(name="arithmetic", drive={"arousal": 0.3, "attention": 0.3}),))]

    def prepare(
        self, grid: TickGrid, seed: int, subjects: tuple[int, ...], batch_shape: tuple[int, ...]
    ) -> StressorsActor:
        """Return the actor."""
        return StressorsActor({each.name: Drive(each.drive) for each in self.stressors})


class StressorsActor(Actor):
    """See `Stressors`.

    Parameters
    ----------
    drives
        What each stressor adds, by its name.
    """

    def __init__(self, drives: dict[str, Drive]) -> None:
        self._drives = drives
        self._now = NEUTRAL

    def act(self, tick_index: int) -> Drive:
        return self._now

    def observe(self, feedback: Feedback) -> None:
        self._now = self._drives.get(feedback.cue.stressor, NEUTRAL)

    def rest(self, duration_s: float) -> None:
        self._now = NEUTRAL
