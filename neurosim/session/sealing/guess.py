"""What participant and operator believe at the end: real feedback or a sham."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal, TypeAlias

from neurosim.core.config import Config, read_text, validate
from neurosim.core.dataset import find_session
from neurosim.core.errors import ConfigError, OutputError

Guess: TypeAlias = Literal["real", "sham", "unknown"]

_FILE = "guesses.json"


class Guesses(Config):
    """The guesses of a session; None where nobody was asked or answered."""

    participant: Guess | None = None
    operator: Guess | None = None


def write_guesses(folder: Path, guesses: Guesses) -> None:
    """Keep the guesses with the results of a session; where there are none, nothing is written.

    Raises
    ------
    OutputError
        When they cannot be written.
    """
    data = guesses.model_dump(mode="json")
    if not any(data.values()):
        return
    path = find_session(folder).results / _FILE
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(data, indent=2) + "\n", encoding="utf-8", newline="\n")
    except OSError as error:
        raise OutputError(f"cannot be written: {error.strerror}", str(path)) from None


def read_guesses(folder: Path) -> Guesses:
    """Read the guesses of a session.

    Raises
    ------
    ConfigError
        When the file is not what was written.
    """
    path = find_session(folder).results / _FILE
    if not path.is_file():
        return Guesses()
    try:
        data = json.loads(read_text(path))
    except (ValueError, RecursionError):
        raise ConfigError("is not valid JSON", str(path)) from None
    return validate(data, Guesses, str(path))
