"""Operant learning felt by oneself: a point in a plane, and one hidden direction that works."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Self

import numpy as np
from pydantic import Field, field_validator

from neurosim.core.actor import Actor, ActorConfig
from neurosim.core.config import refuse
from neurosim.core.drive import Drive
from neurosim.core.errors import ConfigError
from neurosim.core.feedback import Feedback
from neurosim.core.spec import Float
from neurosim.core.timeline import TickGrid
from neurosim.subject.talent import good_directions


class HiddenStrategy(ActorConfig):
    """Who moves a point in a plane by hand, looking for what raises the trained rhythm.

    One direction, drawn from the seed, drives the latents, and the opposite one lowers them; across it nothing
    happens. Only the feedback tells. The effect is several times that of what people learn in a session, so that
    minutes are enough to find it.

    Examples
    --------
    >>> actor = HiddenStrategy(learns={"alpha_drive": 2.0}).prepare(TickGrid(1.0), 0, (0,), ())
    >>> actor.move(*actor.direction[0])
    >>> round(float(actor.act(0)["alpha_drive"]), 9)
    2.0
    """

    kind: Literal["hidden_strategy"] = "hidden_strategy"
    learns: dict[str, float] = Field(
        {"alpha_drive": 2.0}, min_length=1, description="what the direction moves: latents, each with its offset "
        "at the rim of the plane"
    )  # fmt: skip

    @field_validator("learns")
    @classmethod
    def _known(cls, learns: dict[str, float]) -> dict[str, float]:
        try:
            Drive(dict(learns))
        except ConfigError as error:
            refuse(error.problems)
        return learns

    @classmethod
    def examples(cls) -> list[Self]:
        """Return one who looks for more alpha."""
        return [cls()]

    def prepare(
        self, grid: TickGrid, seed: int, subjects: tuple[int, ...], batch_shape: tuple[int, ...]
    ) -> HiddenStrategyActor:
        """Return the actor; everyone in a batch is moved alike, each with a direction of its own."""
        return HiddenStrategyActor(self, seed, subjects, batch_shape)


class HiddenStrategyActor(Actor):
    """See `HiddenStrategy`.

    Parameters
    ----------
    config
        What is moved.
    seed, subjects, batch_shape
        Root of the direction, the address of each subject, and ``()`` or ``(n,)``.

    Attributes
    ----------
    direction
        The unit vector that works ``(subject, 2)``.
    place
        Where the point is.
    """

    def __init__(
        self, config: HiddenStrategy, seed: int, subjects: Sequence[int], batch_shape: tuple[int, ...]
    ) -> None:
        self._config, self._shape = config, batch_shape
        self.direction = good_directions(seed, subjects, ("hidden x", "hidden y"))
        self.place = (0.0, 0.0)

    @property
    def success(self) -> Float:
        """How far the point is along the direction ``(subject,)``, -1 to 1."""
        x, y = self.place
        along: Float = self.direction[:, 0] * x + self.direction[:, 1] * y
        return np.clip(along, -1.0, 1.0)

    def move(self, x: float, y: float) -> None:
        """Put the point somewhere; it takes effect in the next tick."""
        self.place = (x, y)

    def act(self, tick_index: int) -> Drive:
        success = self.success.reshape(self._shape)
        return Drive({latent: most * success for latent, most in self._config.learns.items()})

    def observe(self, feedback: Feedback) -> None:
        """Do nothing: the person sees the screen."""

    def rest(self, duration_s: float) -> None:
        self.place = (0.0, 0.0)
