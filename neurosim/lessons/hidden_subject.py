"""A subject that nobody names: the class finds out what it is, the instructor reveals."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path

from pydantic import Field

from neurosim.core.config import Config, read_text, validate
from neurosim.core.errors import ConfigError, OutputError
from neurosim.subject.learner import Learner
from neurosim.subject.subject import Subject, load_subject


class Hidden(Config):
    """One of the subjects that may be drawn."""

    title: str = Field(description="what it is, for the reveal")
    subject: str = Field(description="name of a subject")
    artifacts: str = Field("none", description="what disturbs its signals")
    hardly_learns: bool = Field(False, description="whether its strategies move hardly anything")


#: What a class may be given: each can be found out from the window alone.
CANDIDATES = (
    Hidden(title="An average adult", subject="adult"),
    Hidden(title="A child with raised theta/beta", subject="adhd_like"),
    Hidden(title="An adult whose strategies move hardly anything", subject="adult", hardly_learns=True),
    Hidden(title="An adult with a loose electrode", subject="adult", artifacts="electrode_pop=12"),
    Hidden(title="An adult with a tense forehead", subject="tension_headache"),
    Hidden(title="An adult with cold hands", subject="raynaud_like"),
)


class SubjectKey(Config):
    """Which of the candidates was drawn, masked so that a glance at the file does not tell."""

    version: int = Field(1, ge=1, le=1, description="of this form")
    nonce: str = Field(pattern="^[0-9a-f]{16}$", description="random bits")
    masked: int = Field(ge=0, description="the drawn number behind them")

    @property
    def drawn(self) -> Hidden:
        """The candidate that was drawn."""
        return CANDIDATES[(self.masked - int(self.nonce, 16)) % len(CANDIDATES)]


def draw_subject(path: Path, number: int | None = None) -> None:
    """Draw a candidate in secret, or take the one that an instructor asks for, and write the key.

    Raises
    ------
    ConfigError
        When there is no such candidate.
    OutputError
        When the file is there already, or cannot be written.
    """
    if number is not None and not 0 <= number < len(CANDIDATES):
        raise ConfigError(f"no candidate {number}: there are {len(CANDIDATES)}, counted from 0")
    chosen = secrets.randbelow(len(CANDIDATES)) if number is None else number
    nonce = secrets.token_hex(8)
    masked = (chosen + int(nonce, 16)) % len(CANDIDATES) + len(CANDIDATES) * secrets.randbelow(1000)
    key = SubjectKey(nonce=nonce, masked=masked)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(json.dumps(key.model_dump()) + "\n")
    except FileExistsError:
        raise OutputError("is there already; a key is never overwritten", str(path)) from None
    except OSError as error:
        raise OutputError(f"cannot be written: {error.strerror}", str(path)) from None


def read_subject_key(path: Path) -> SubjectKey:
    """Read a key.

    Raises
    ------
    ConfigError
        When it is none.
    """
    try:
        data = json.loads(read_text(path))
    except ValueError:
        raise ConfigError("is no key of a hidden subject", str(path)) from None
    return validate(data, SubjectKey, str(path))


def hidden_subject(key: SubjectKey) -> tuple[Subject, str]:
    """Return the drawn subject under a name that tells nothing, and what disturbs its signals."""
    drawn = key.drawn
    subject = load_subject(drawn.subject)
    actors = subject.actors
    if drawn.hardly_learns:
        poor = {"non_responders": 1.0}
        actors = tuple(a.model_copy(update=poor) if isinstance(a, Learner) else a for a in actors)
    update = {"name": "hidden", "title": "A hidden subject", "actors": actors}
    return subject.model_copy(update=update), drawn.artifacts
