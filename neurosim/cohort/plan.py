"""What a course is made of: who, in which arms, how many sessions, and when somebody looks again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from neurosim.cohort.arm import UNDRIVEN, Arm, arm_named, check_arms
from neurosim.core.config import Config, of_name
from neurosim.feedback.protocol import TrainingProtocol
from neurosim.subject.population import Population
from neurosim.subject.subject import Subject

DAY_S = 86400.0


@dataclass(frozen=True)
class Sitting:
    """One time that people come.

    Attributes
    ----------
    kind
        A training session, or a follow-up without training.
    days
        Since the sitting before.
    """

    kind: Literal["training", "follow_up"]
    days: float


class CoursePlan(Config):
    """A course of training: people in arms, sessions over days, follow-ups. One frozen value or one TOML file."""

    protocol: Annotated[TrainingProtocol, of_name("protocol", TrainingProtocol)] = Field(
        description="what is trained: a name, or a table"
    )
    subject: Annotated[Subject, of_name("subject", Subject)] = Field(
        description="the average of the people: a name, or a table"
    )
    people: int = Field(40, ge=1, description="how many people in each arm; the same ones in all")
    spread: float = Field(1.0, ge=0, le=2, description="how much they differ: 0 all average, 1 as people do")
    seed: int = Field(ge=0, description="root of all noise, and of who they are")
    arms: tuple[Arm, ...] = Field(min_length=1, description="how they are treated")
    sessions: int = Field(10, ge=1, description="sessions of training")
    days_between: float = Field(1.0, gt=0, description="from session to session", json_schema_extra={"unit": "d"})
    follow_up_days: tuple[float, ...] = Field(
        (28.0,), description="looks without training, so long after the last session", json_schema_extra={"unit": "d"}
    )

    @model_validator(mode="after")
    def _sound(self) -> Self:
        check_arms(self.arms)
        if UNDRIVEN not in [arm.name for arm in self.arms]:
            raise ValueError(f"one arm must be '{UNDRIVEN}': what the others are judged against")
        if list(self.follow_up_days) != sorted({d for d in self.follow_up_days if d > 0}):
            raise ValueError("follow-up days must be above 0 and rise")
        if not any(block.kind == "training" for block in self.protocol.blocks):
            raise ValueError(f"nothing is trained in '{self.protocol.name}': it has no training block")
        return self

    @property
    def person(self) -> Subject:
        """The subject whose batches are these people."""
        return Population(self.people, self.seed, self.subject, self.spread).subject

    def assessed(self) -> TrainingProtocol:
        """Return the protocol of a follow-up."""
        return assessed(self.protocol)

    def to_come(self, done: Sequence[Sitting]) -> list[Sitting]:
        """Return the sittings that are still to come; follow-ups come again after further training."""
        more = self.sessions - sum(sitting.kind == "training" for sitting in done)
        looked = 0
        while more <= 0 and looked < len(done) and done[-1 - looked].kind == "follow_up":
            looked += 1
        gaps = [days - before for before, days in pairwise((0.0, *self.follow_up_days))]
        come = [Sitting("training", self.days_between)] * more
        come += [Sitting("follow_up", gap) for gap in gaps[looked:]]
        return come if done else [Sitting("training", 0.0), *come[1:]]


def assessed(protocol: TrainingProtocol) -> TrainingProtocol:
    """Return a protocol without training: its baseline, and a transfer block, in which nobody gets feedback."""
    blocks = protocol.blocks
    transfer = next((b for b in blocks if b.kind == "transfer"), None)
    if transfer is None:
        training = next(b for b in blocks if b.kind == "training")
        transfer = training.model_copy(update={"name": "transfer", "kind": "transfer"})
    return protocol.with_blocks(*(b for b in blocks if b.kind == "baseline"), transfer)


def arms_named(arms: Sequence[str | Arm]) -> tuple[Arm, ...]:
    """Return arms by name, and the undriven one at the end if it is not among them."""
    found = [arm_named(arm) if isinstance(arm, str) else arm for arm in arms]
    missing = [] if UNDRIVEN in [arm.name for arm in found] else [arm_named(UNDRIVEN)]
    return (*found, *missing)
