"""What somebody does to a running session: frozen values that take effect at the border of a tick and are logged.

(protocol, subject, seed, command log) reproduces a session to the bit.
"""

from __future__ import annotations

import json
import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, field_validator

from neurosim.core.config import Config, in_unit, read_text, validate
from neurosim.core.drive import EVENTS, LATENTS, SITES, Drive, DriveEvent
from neurosim.core.errors import ConfigError, did_you_mean
from neurosim.core.rule import Rule, RuleConfig
from neurosim.feedback.protocol import TrainingProtocol
from neurosim.modulation.pulses import Pulses
from neurosim.modulation.stimulator import StimulatorActor, Switch
from neurosim.subject.hidden_strategy import HiddenStrategyActor
from neurosim.subject.person import Key, PersonActor

if TYPE_CHECKING:
    from neurosim.session.session import Session


class Command(Config, ABC):
    """Something done to a running session; `command` is its name in files and logs."""

    command: str

    @abstractmethod
    def check(self, session: Session) -> None:
        """Refuse what the session cannot do.

        Raises
        ------
        ConfigError
            Saying why, and what can be done.
        """

    @abstractmethod
    def apply(self, session: Session) -> None:
        """Do it; the next tick is the first that sees it."""

    def __str__(self) -> str:
        given = self.model_dump(exclude={"command"}, exclude_defaults=True)
        return " ".join([self.command, *(f"{name}={value}" for name, value in given.items())])


class RuleCommand(Command):
    """Something done to the rule, which a rule that is run again without its session repeats."""

    @abstractmethod
    def change(self, protocol: TrainingProtocol, rule: Rule) -> TrainingProtocol:
        """Do it to a rule, and return the protocol as it is now."""

    def apply(self, session: Session) -> None:
        session.protocol = self.change(session.protocol, session.rule)


class SetThreshold(RuleCommand):
    """Sets a manual threshold."""

    command: Literal["threshold"] = "threshold"
    condition: str = Field(description="name of the condition")
    value: float = Field(description="in the unit of its feature")
    subject: int | None = Field(None, ge=0, description="which subject of a batch, by position; all by default")

    def check(self, session: Session) -> None:
        rule = session.rule
        if self.condition not in rule.condition_names:
            raise ConfigError(f"no condition '{self.condition}'; {did_you_mean(self.condition, rule.condition_names)}")
        if self.condition not in rule.manual:
            there = f"manual ones here: {', '.join(rule.manual)}" if rule.manual else "none here is"
            raise ConfigError(f"the threshold of '{self.condition}' is not of the kind 'manual'; {there}")
        _check_subject(self.subject, session)

    def change(self, protocol: TrainingProtocol, rule: Rule) -> TrainingProtocol:
        rule.set_threshold(self.condition, self.value, self.subject)
        return protocol


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
        _check_subject(self.subject, session)

    def apply(self, session: Session) -> None:
        event = DriveEvent(self.kind, session.time_s, self.amplitude, self.duration_s, self.where, self.subject)
        session.hand.events.append(event)


class Push(Command):
    """Moves latents of the body, on top of what the actors do, until it is set to something else."""

    command: Literal["drive"] = "drive"
    offsets: dict[str, float] = Field(description="by latent; 0 lets it go; `neurosim list latents`")

    @field_validator("offsets")
    @classmethod
    def _known(cls, offsets: dict[str, float]) -> dict[str, float]:
        for name in offsets:
            if name not in LATENTS:
                raise ValueError(f"unknown latent '{name}'; {did_you_mean(name, LATENTS)}")
        return offsets

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


class Mark(Command):
    """Writes a mark into the log: something that somebody saw."""

    command: Literal["mark"] = "mark"
    text: str = Field("", description="what was seen")

    def check(self, session: Session) -> None:
        """Refuse nothing."""

    def apply(self, session: Session) -> None:
        """Change nothing: the log has it."""


class SetParameter(RuleCommand):
    """Changes a number of the rule that may change while it runs."""

    command: Literal["set"] = "set"
    parameter: str = Field(description="where it stands in the protocol, such as `rule.conditions[0].hysteresis`")
    value: float = Field(description="in its unit")

    def _changed(self, protocol: TrainingProtocol) -> RuleConfig:
        rule = protocol.rule
        data = rule.model_dump()
        *way, last = [int(p) if p.isdigit() else p for p in re.findall(r"[^.\[\]]+", self.parameter)]
        if not way or way[0] != "rule":
            raise ConfigError(f"no parameter '{self.parameter}' of the rule; its name begins with 'rule.'")
        inner: Any = data
        for part in (*way[1:], last):
            known = range(len(inner)) if isinstance(inner, Sequence) else inner if isinstance(inner, dict) else ()
            if part not in known:
                raise ConfigError(f"no parameter '{self.parameter}'; {did_you_mean(str(part), map(str, known))}")
            parent, inner = inner, inner[part]
        if not isinstance(inner, (int, float)):
            raise ConfigError(f"'{self.parameter}' is not a number")
        if isinstance(parent, tuple):
            raise ConfigError(f"'{self.parameter}' is not a number that has a name")
        parent[last] = self.value
        return validate(data, type(rule), self.parameter)

    def check(self, session: Session) -> None:
        session.protocol.rule.check_change(self._changed(session.protocol))

    def change(self, protocol: TrainingProtocol, rule: Rule) -> TrainingProtocol:
        changed = self._changed(protocol)
        rule.change(changed)
        return protocol.model_copy(update={"rule": changed})


class SetPacer(Command):
    """Sets the breathing pacer from now on, whatever the blocks say."""

    command: Literal["pacer"] = "pacer"
    rate_per_min: float = Field(
        ge=0, le=30, description="breaths a minute; 0 for no pacer", json_schema_extra={"unit": "1/min"}
    )

    def check(self, session: Session) -> None:
        """Refuse nothing: every session can be paced."""

    def apply(self, session: Session) -> None:
        session.schedule.set_pacer(session.block_index, session.tick_index, self.rate_per_min)


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


#: What of pulses can be set while they are given.
PULSE_SETTINGS = ("current_ma", "width_us", "frequency_hz")


def stimulators(session: Session) -> dict[str, StimulatorActor]:
    """Return the stimulators of a session by site."""
    return {actor.config.pulses.site: actor for actor in session.actors if isinstance(actor, StimulatorActor)}


class Seek(Command):
    """Goes to another place of the recording that is played.

    The session itself goes on: its clock, its blocks and what its rule has learned. The pipeline begins again at the
    new place, with what the baseline has taught it, so a feature is there what it would be had the recording begun
    there. A baseline itself is never cut: whoever wants to leave it waits for its end.
    """

    command: Literal["seek"] = "seek"
    to_s: float = Field(ge=0, description="place in the recording", json_schema_extra={"unit": "s"})

    def check(self, session: Session) -> None:
        length_s = session.source.length_s
        if length_s is None:
            raise ConfigError("only in a recording can one go to another place")
        if self.to_s >= length_s:
            raise ConfigError(f"the recording goes from 0 to {length_s:.1f} s, and {self.to_s:g} s is not in it")
        block = session.protocol.blocks[session.block_index]
        if block.kind == "baseline":
            end_s = session.grid.start_s(session.schedule.ends[session.block_index])
            raise ConfigError(
                f"'{block.name}' is a baseline, and is learned from without a cut; go there after {end_s:.0f} s"
            )

    def apply(self, session: Session) -> None:
        session.source.seek(session.tick_index, self.to_s)
        session.pipeline.restart()


def _check_subject(subject: int | None, session: Session) -> None:
    n = session.batch_shape[0] if session.batch_shape else 1
    if subject is not None and subject >= n:
        raise ConfigError(f"no subject {subject}: there {'is' if n == 1 else 'are'} {n}, counted from 0")


#: The commands of a session by name.
COMMANDS: dict[str, type[Command]] = {
    "threshold": SetThreshold,
    "event": Happen,
    "drive": Push,
    "key": Stroke,
    "set": SetParameter,
    "mark": Mark,
    "pacer": SetPacer,
    "point": Point,
    "seek": Seek,
    "stimulate": Stimulate,
}


def parse_command(data: Any, where: str = "") -> Command:
    """Read a command from plain data, as it stands in a log.

    Raises
    ------
    ConfigError
        For everything that is wrong in it.
    """
    name = data.get("command") if isinstance(data, dict) else None
    if name not in COMMANDS:
        raise ConfigError(f"unknown command {name!r}; {did_you_mean(str(name), COMMANDS)}", where)
    return validate(data, COMMANDS[name], where)


@dataclass(frozen=True, slots=True)
class Logged:
    """A command and the tick that it took effect in.

    Parameters
    ----------
    tick
        Number of the first tick that saw it.
    command
        What was done.
    """

    tick: int
    command: Command

    def as_json(self) -> str:
        """Return it as one line of JSON."""
        return json.dumps({"tick": self.tick} | self.command.model_dump(mode="json", exclude_none=True))


def read_commands(path: Path) -> list[Logged]:
    """Read the log of a session: ``commands.jsonl``.

    Raises
    ------
    ConfigError
        With the first line that is none.
    """
    log = []
    for number, line in enumerate(read_text(path).splitlines(), 1):
        where = f"{path.name}, line {number}"
        try:
            data = json.loads(line)
            tick = data.pop("tick")
        except (ValueError, KeyError, AttributeError):
            raise ConfigError('is no command: a table with "tick" and "command" is wanted', where) from None
        log.append(Logged(int(tick), parse_command(data, where)))
    return log


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
