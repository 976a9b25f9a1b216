"""Anything that moves the nervous system: a learner, a script, a person, a stimulator."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import SerializeAsAny

from neurosim.core.config import KindConfig, of_kind
from neurosim.core.drive import Drive
from neurosim.core.feedback import Feedback
from neurosim.core.spec import Float
from neurosim.core.timeline import TickGrid


class Actor(ABC):
    """Puts a drive on the body each tick, and sees what is shown."""

    @abstractmethod
    def act(self, tick_index: int) -> Drive:
        """Return the drive for a tick."""

    @abstractmethod
    def observe(self, feedback: Feedback) -> None:
        """See the feedback that is on display at the end of the tick."""

    @abstractmethod
    def rest(self, duration_s: float) -> None:
        """Let the time between two sessions pass [s]: retention, wash-out."""

    def read(self) -> tuple[Float | float, ...]:
        """Return what its `ActorConfig.readings` are over the last tick, each ``(*batch,)`` or one for all."""
        return ()

    def memory(self) -> dict[str, Float]:
        """Return all that a session leaves behind for the next one, besides its number; by default nothing.

        Each by a name of its own ``(subject, ...)``, so that the memory of some subjects is a part of it.
        """
        return {}

    def recall(self, memory: Mapping[str, Float]) -> None:
        """Take over the memory of another actor of the same kind, who has had as many sessions."""


class ActorConfig(KindConfig):
    """The description of an actor; `kind` is its name in files."""

    category: ClassVar[str] = "actor"

    @property
    def events(self) -> frozenset[str]:
        """The kinds of events that it may bring about."""
        return frozenset()

    @property
    def readings(self) -> dict[str, str]:
        """What can be read off it, as off a device's display, with the unit of each; a person has none."""
        return {}

    @abstractmethod
    def prepare(self, grid: TickGrid, seed: int, subjects: tuple[int, ...], batch_shape: tuple[int, ...]) -> Actor:
        """Return the actor; the parameters are those of `SourceConfig.prepare`."""


#: An actor of any kind, as a field of another model.
AnyActor = Annotated[SerializeAsAny[ActorConfig], of_kind(ActorConfig)]
