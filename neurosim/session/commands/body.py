"""What is done to the body: happenings, pushes, keys, the point of a hidden strategy, a stimulator."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from pydantic import Field, field_validator

from neurosim.core.config import in_unit, validate
from neurosim.core.drive import EVENTS, SITES, Drive, DriveEvent, Offsets
from neurosim.core.errors import ConfigError, did_you_mean
from neurosim.modulation.pulses import Pulses
from neurosim.modulation.stimulator import StimulatorActor, Switch
from neurosim.session.commands.command import Command, check_subject
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
    return [actor for actor in session.actors if isinstance(actor, PersonActor)]


class Point(Command):
    """Moves the point of a hidden strategy."""

    command: Literal["point"] = "point"
    x: float = Field(ge=-1, le=1, description="left to right")
    y: float = Field(ge=-1, le=1, description="below to above")

    def check(self, session: Session) -> None:
        if not any(isinstance(actor, HiddenStrategyActor) for actor in session.actors):
            raise ConfigError("nobody here looks for a hidden strategy; give the subject the actor 'hidden_strategy'")

    def apply(self, session: Session) -> None:
        for actor in session.actors:
            if isinstance(actor, HiddenStrategyActor):
                actor.move(self.x, self.y)


#: What of pulses can be set while they are given.
PULSE_SETTINGS = ("current_ma", "width_us", "frequency_hz")


class Stimulate(Command):
    """Sets a stimulator from now on: its pulses, or whether it is on; the next session begins as the protocol says.

    Pulses past the electrode's limit are refused with the figure, as they are in a file.
    """

    command: Literal["stimulate"] = "stimulate"
    site: str = Field(description="where its pulses are given; `neurosim list latents` has the sites")
    current_ma: float | None = in_unit("mA", None, "current")
    width_us: float | None = in_unit("us", None, "width of a phase")
    frequency_hz: float | None = in_unit("Hz", None, "frequency")
    switch: Switch | None = Field(None, description="on, off, or program: as the protocol says")

    def pulses(self, now: Pulses) -> Pulses:
        """Return the pulses that are asked for, of a stimulator that gives others now.

        Raises
        ------
        ConfigError
            When they cannot be given.
        """
        asked = self.model_dump(include=set(PULSE_SETTINGS), exclude_none=True)
        return validate(now.model_dump() | asked, Pulses, f"the stimulator at {SITES[now.site]}")

    def check(self, session: Session) -> None:
        found = stimulators(session)
        if self.site not in found:
            there = did_you_mean(self.site, found) if found else "there is none here"
            raise ConfigError(f"no stimulator at the site '{self.site}'; {there}")
        now = found[self.site].config.pulses
        for command in session.pending:  # what waits for the same border of a tick comes first
            if isinstance(command, Stimulate) and command.site == self.site:
                now = command.pulses(now)
        self.pulses(now)

    def apply(self, session: Session) -> None:
        actor = stimulators(session)[self.site]
        actor.set(self.pulses(actor.config.pulses), self.switch)


def stimulators(session: Session) -> dict[str, StimulatorActor]:
    """Return the stimulators of a session by site."""
    return {actor.config.pulses.site: actor for actor in session.actors if isinstance(actor, StimulatorActor)}


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
