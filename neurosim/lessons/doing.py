"""What a step of a lesson does: commands of the session, and commands of the window, which change nothing in it."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BeforeValidator, Field, SerializeAsAny, ValidationError

from neurosim.core.config import Config, refuse
from neurosim.core.errors import ConfigError, Problem, did_you_mean
from neurosim.session.commands import COMMANDS, Command, parse_command


class Play(Config):
    """Lets the session run."""

    command: Literal["play"] = "play"
    speed: float = Field(1.0, gt=0, description="seconds of the session a second")


class Pause(Config):
    """Holds the session before its next tick."""

    command: Literal["pause"] = "pause"


class Reveal(Config):
    """Uncovers a stream of the truth."""

    command: Literal["reveal"] = "reveal"
    stream: str = Field(description="which, such as `truth/blood_pressure`")


class Show(Config):
    """Shows a view of the window."""

    command: Literal["show"] = "show"
    view: Literal["console", "stage", "participant", "course", "sheet", "strategy"] = Field(description="which")


#: Commands of the window by name. Without a window they do nothing.
WINDOW_COMMANDS: dict[str, type[Config]] = {"play": Play, "pause": Pause, "reveal": Reveal, "show": Show}


def _read(data: Any) -> Any:
    if not isinstance(data, dict):
        return data
    name = data.get("command")
    if name in WINDOW_COMMANDS:
        return WINDOW_COMMANDS[name].model_validate(data)
    if name not in COMMANDS:
        known = (*COMMANDS, *WINDOW_COMMANDS)
        refuse([Problem(("command",), f"unknown command {name!r}; {did_you_mean(str(name), known)}")])
    try:
        return parse_command(data)
    except ConfigError as error:
        refuse(error.problems)
    raise AssertionError("unreachable")


def _read_nested(data: Any) -> Any:
    try:
        return _read(data)
    except ValidationError as error:
        refuse([Problem(tuple(e["loc"]), e["msg"]) for e in error.errors()])
    raise AssertionError("unreachable")


#: A command of the session or of the window, as a field of another model.
Doing: TypeAlias = Annotated[SerializeAsAny[Config], BeforeValidator(_read_nested)]


def is_of_session(doing: Config) -> bool:
    """Return whether a command is one of the session, not of the window."""
    return isinstance(doing, Command)
