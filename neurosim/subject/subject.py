"""A subject: a body and who acts on it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Self

from pydantic import Field

from neurosim.core.actor import AnyActor
from neurosim.core.config import Config, load_named, of_name
from neurosim.core.source import AnySource
from neurosim.signals.body.body import Body
from neurosim.subject.person import Person


class Subject(Config):
    """A body and who acts on it, as one frozen value or one TOML file."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="lower case, no spaces")
    title: str = Field(description="who this is, in one line")
    references: tuple[str, ...] = Field((), description="where the numbers are from")
    body: Annotated[AnySource, of_name("body", Body)] = Field(
        default_factory=Body, description="what makes the signals: the name of a body, or a table"
    )
    actors: tuple[AnyActor, ...] = Field((), description="who moves the body")

    def by_hand(self) -> Self:
        """Return the subject with a person at the keyboard beside those who act already; the same if there is one."""
        if any(isinstance(actor, Person) for actor in self.actors):
            return self
        return self.model_copy(update={"actors": (*self.actors, Person())})


def load_subject(name: str | Path) -> Subject:
    """Read a subject that ships with neurosim or a plug-in, or a TOML file.

    Parameters
    ----------
    name
        A name such as ``"adult"``, or the path of a file (ending in ``.toml``).

    Raises
    ------
    ConfigError
        With everything that is wrong in the file, each with its place and the remedy.
    """
    return load_named("subject", name, Subject)
