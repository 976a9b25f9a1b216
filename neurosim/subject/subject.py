"""A subject: a body and who acts on it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from neurosim.core.actor import AnyActor
from neurosim.core.config import Config, load_named, of_name
from neurosim.core.source import AnySource
from neurosim.signals.body.body import Body
from neurosim.subject.person import Person


class Subject(Config):
    """A body and who acts on it, as one frozen value or one TOML file.

    ``severity`` beside the name is that of the body's condition.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="lower case, no spaces")
    title: str = Field(description="who this is, in one line")
    references: tuple[str, ...] = Field((), description="where the numbers are from")
    body: Annotated[AnySource, of_name("body", Body)] = Field(
        default_factory=Body, description="what makes the signals: the name of a body, or a table"
    )
    actors: tuple[AnyActor, ...] = Field((), description="who moves the body")

    @model_validator(mode="before")
    @classmethod
    def _as_ill(cls, data: Any) -> Any:
        """Hand a severity on to the body."""
        if not isinstance(data, dict) or "severity" not in data:
            return data
        rest, severity = {k: v for k, v in data.items() if k != "severity"}, data["severity"]
        body = data.get("body", "adult")
        if isinstance(body, str):
            return rest | {"body": f"{body}:severity={severity}"}
        table = body if isinstance(body, dict) else {"kind": body.kind, **body.model_dump(exclude_unset=True)}
        return rest | {"body": table | {"severity": severity}}

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
