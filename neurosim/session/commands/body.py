"""What is done to the body: happenings, pushes, keys, the point of a hidden strategy."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from pydantic import Field, field_validator

from neurosim.core.drive import EVENTS, Drive, DriveEvent, Offsets
from neurosim.core.errors import ConfigError, did_you_mean
from neurosim.session.commands.command import Command, acting, check_subject
from neurosim.subject.hidden_strategy import HiddenStrategyActor
from neurosim.subject.person import Key, PersonActor

if TYPE_CHECKING:
    from neurosim.session.session import Session


class Happen(Command):
    """Lets something happen to the body: a blink, a clenched jaw."""

    command: Literal["event"] = "event"
    kind: str = Field(description="what happens; `neurosim list events`")
    amplitude: float | None = Field(None, description="how strongly, in the unit of the kind; typical by default")
    duration_s: float | None = Field(None, gt=0, description="how long", json_schema_extra={"unit": "s"})
    where: str = Field("", description="the channel, where there is a choice")
    subject: int | None = Field(None, ge=0, description="which subject of a batch, by position; all by default")

    @field_validator("kind")
    @classmethod
    def _known(cls, kind: str) -> str:
        if kind not in EVENTS:
            raise ValueError(f"unknown event '{kind}'; {did_you_mean(kind, EVENTS)}")
        return kind

    def check(self, session: Session) -> None:
        check_subject(self.subject, session)

    def apply(self, session: Session) -> None:
        event = DriveEvent(self.kind, session.time_s, self.amplitude, self.duration_s, self.where, self.subject)
        session.hand.events.append(event)


class Push(Command):
    """Moves latents of the body, on top of what the actors do, until it is set to something else."""

    command: Literal["drive"] = "drive"
    offsets: Offsets = Field(description="by latent; 0 lets it go; `neurosim list latents`")

    def check(self, session: Session) -> None:
        """Refuse nothing: every body can be moved."""

    def apply(self, session: Session) -> None:
        session.hand.offsets |= self.offsets


class Stroke(Command):
    """Presses or lets go a key of the person who moves the body by hand."""

    command: Literal["key"] = "key"
    key: Key = Field(description="space, up, down, left, right or e")
    pressed: bool = Field(True, description="down, or up again")

    def check(self, session: Session) -> None:
        if not persons(session):
            raise ConfigError("nobody here moves the body by keys; give the subject an actor of the kind 'person'")

    def apply(self, session: Session) -> None:
        for person in persons(session):
            (person.press if self.pressed else person.release)(self.key)


def persons(session: Session) -> list[PersonActor]:
    """Return those who move the body of a session by keys."""
    return acting(session, PersonActor)


class Point(Command):
    """Moves the point of a hidden strategy."""

    command: Literal["point"] = "point"
    x: float = Field(ge=-1, le=1, description="left to right")
    y: float = Field(ge=-1, le=1, description="below to above")

    def check(self, session: Session) -> None:
        if not acting(session, HiddenStrategyActor):
            raise ConfigError("nobody here looks for a hidden strategy; give the subject the actor 'hidden_strategy'")

    def apply(self, session: Session) -> None:
        for actor in acting(session, HiddenStrategyActor):
            actor.move(self.x, self.y)


@dataclass
class Hand:
    """What commands have put on the body.

    Attributes
    ----------
    offsets
        Of the latents, until they are changed.
    events
        What begins in the next tick.
    """

    offsets: dict[str, float] = field(default_factory=dict)
    events: list[DriveEvent] = field(default_factory=list)

    def act(self) -> Drive:
        """Return the drive of the next tick."""
        events, self.events = tuple(self.events), []
        return Drive(dict(self.offsets), events)
