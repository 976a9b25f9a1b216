"""Scenes: a lecturer's bookmarks, each a session at one of its moments and how the window looked; kept in a file."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, SerializeAsAny, ValidationInfo, field_validator, model_validator

from neurosim.core.config import Config, load_toml, refuse
from neurosim.core.errors import ConfigError, OutputError, Problem
from neurosim.feedback.protocol import load_protocol
from neurosim.session.commands import Command, Logged, parse_command
from neurosim.session.folder import as_toml
from neurosim.subject.subject import load_subject
from neurosim_gui.commands import N_SCENES
from neurosim_gui.request import LiveRequest


def _read_command(data: Any) -> Any:
    if not isinstance(data, dict):
        return data
    try:
        return parse_command(data)
    except ConfigError as error:
        refuse(error.problems)
    raise AssertionError("unreachable")


class Done(Config):
    """A command of the log."""

    tick: int = Field(ge=0, description="number of the first tick that saw it")
    command: Annotated[SerializeAsAny[Command], BeforeValidator(_read_command)] = Field(description="what was done")


class Scene(Config):
    """A moment of a session: what it is made of, what was done to it until then, and what was to be seen."""

    key: int = Field(ge=1, le=N_SCENES, description="the digit that recalls it")
    title: str = Field("", description="what it shows, for the menu")
    protocol: str = Field("alpha_up", description="name or TOML file")
    free_play: bool = Field(False, description="whether it is free play, instead of protocol and subject")
    source: str = Field("sim", description="`sim` for the subject's body, or a recorded file")
    sidecar: Path | None = Field(None, description="TOML file that describes the recording")
    subject: str = Field("adult", description="name or TOML file")
    subject_key: Path | None = Field(None, description="key of a subject that nobody names, instead")
    sham: str | None = Field(None, description="what is shown instead of real feedback")
    seed: int = Field(ge=0, description="root of all noise")
    tick: int = Field(ge=0, description="the next tick: where the session goes on")
    view: Literal["console", "course"] = Field("console", description="the view in front")
    windows: tuple[Literal["stage", "participant"], ...] = Field((), description="the windows that are open besides")
    panels: tuple[str, ...] = Field((), description="the tabs in front, as the texts name them")
    covered: bool = Field(True, description="whether the truth is covered")
    done: tuple[Done, ...] = Field((), description="the command log so far")

    @field_validator("protocol", "subject")
    @classmethod
    def _known(cls, name: str, info: ValidationInfo) -> str:
        try:
            load_protocol(name) if info.field_name == "protocol" else load_subject(name)
        except ConfigError as error:
            refuse([Problem((), str(error))])
        return name

    @model_validator(mode="after")
    def _in_time(self) -> Self:
        late = [i for i, each in enumerate(self.done) if each.tick >= self.tick]
        refuse([Problem(("done", i, "tick"), f"must be before the scene, which is tick {self.tick}") for i in late])
        return self

    @property
    def request(self) -> LiveRequest:
        """What begins the session, with its commands."""
        known = type(self).model_fields.keys() & {field.name for field in fields(LiveRequest)}
        made_of = {name: getattr(self, name) for name in known}
        return LiveRequest(**made_of, commands=tuple(Logged(each.tick, each.command) for each in self.done))


class Talk(Config):
    """The scenes of a lecture."""

    scene: tuple[Scene, ...] = ()

    @model_validator(mode="after")
    def _one_a_key(self) -> Self:
        keys = [scene.key for scene in self.scene]
        twice = [i for i, key in enumerate(keys) if key in keys[:i]]
        refuse([Problem(("scene", i, "key"), f"{keys[i]} is another scene's already") for i in twice])
        return self


def read_talk(path: Path) -> Talk:
    """Read the scenes of a lecture; a file that is not there yet has none.

    Raises
    ------
    ConfigError
        With everything that is wrong in the file.
    """
    return load_toml(path, Talk) if path.exists() else Talk()


def write_talk(path: Path, talk: Talk) -> None:
    """Write the scenes of a lecture; the file is whole or as it was.

    Raises
    ------
    OutputError
        When it cannot be written.
    """
    beside = path.with_name(f"{path.name}.new")
    try:
        beside.write_text(as_toml(talk), encoding="utf-8", newline="\n")
        beside.replace(path)
    except OSError as error:
        raise OutputError(f"cannot be written: {error.strerror}", str(path)) from None
