"""The drawn arm and the nonce that hides it: what only the engine reads, and the commitment that all may see."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from neurosim.core.config import Config, read_text, validate
from neurosim.core.errors import ConfigError, OutputError
from neurosim.feedback.shams.sham import AnySham, parse_sham
from neurosim.session.recipe import with_full_paths

#: How the arm with real feedback is called.
REAL = "real"


class Arm(Config):
    """One of the arms that a subject can be drawn into."""

    name: str = Field(min_length=1, description="as it was asked for")
    sham: AnySham | None = Field(None, description="what is shown; none for real feedback")
    weight: int = Field(1, ge=1, le=1000, description="share of subjects that it gets, beside those of the others")


class Key(Config):
    """An arm that was drawn, among which, and 256 random bits without which the commitment tells nothing."""

    version: Literal[1] = Field(1, description="of this form")
    arms: tuple[Arm, ...] = Field(min_length=2, description="what it was drawn from")
    drawn: int = Field(ge=0, description="number of the arm, from 0")
    nonce: str = Field(pattern="^[0-9a-f]{64}$", description="256 random bits")

    @model_validator(mode="after")
    def _is_an_arm(self) -> Self:
        if self.drawn >= len(self.arms):
            raise ValueError("the drawn arm is none of the arms")
        names = [arm.name for arm in self.arms]
        if len(set(names)) < len(names):
            raise ValueError("an arm stands twice; give weights by the ratio")
        return self

    @property
    def arm(self) -> Arm:
        """The arm that was drawn."""
        return self.arms[self.drawn]

    @property
    def commitment(self) -> str:
        """SHA-256 of all of it in one canonical form (sorted JSON without spaces), in hexadecimal.

        It binds: no other arm can be made to fit it. It hides: the nonce cannot be tried out.
        """
        text = json.dumps(self.model_dump(mode="json"), sort_keys=True, separators=(",", ":"), allow_nan=False)
        return hashlib.sha256(text.encode()).hexdigest()


def parse_arms(names: Sequence[str], ratio: Sequence[int] = ()) -> tuple[Arm, ...]:
    """Return arms from their names: ``real``, or a sham as `parse_sham` reads it.

    Files and folders of shams are named in full, so that the key works from any folder.

    Raises
    ------
    ConfigError
        For an unknown name, or a ratio of another length.
    """
    if ratio and len(ratio) != len(names):
        raise ConfigError(f"has {len(ratio)} parts for {len(names)} arms", "--ratio")
    shams = [None if name == REAL else parse_sham(name) for name in names]
    found = []
    for name, sham, weight in zip(names, shams, ratio or [1] * len(names), strict=True):
        sham = None if sham is None else with_full_paths(sham)
        found.append(validate({"name": name, "sham": sham, "weight": weight}, Arm, "--ratio"))
    return tuple(found)


def draw_key(arms: Sequence[Arm]) -> Key:
    """Draw an arm by the weights, from the system's own randomness: no seed can repeat it.

    Raises
    ------
    ConfigError
        When there is nothing to draw from.
    """
    place = secrets.randbelow(sum(arm.weight for arm in arms)) if arms else 0
    drawn = 0
    while arms and place >= arms[drawn].weight:
        place -= arms[drawn].weight
        drawn += 1
    arms_ = [arm.model_dump() for arm in arms]
    return validate({"arms": arms_, "drawn": drawn, "nonce": secrets.token_hex(32)}, Key, "--arms")


def write_key(key: Key, path: Path) -> None:
    """Write a key that only its owner can read.

    Raises
    ------
    OutputError
        When the file exists, or cannot be written.
    """
    text = json.dumps(key.model_dump(mode="json"), indent=2, allow_nan=False) + "\n"
    try:
        with os.fdopen(create_private(path), "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        raise OutputError("exists already; a key is never overwritten", str(path)) from None
    except OSError as error:
        raise OutputError(f"cannot be written: {error.strerror}", str(path)) from None


def create_private(path: Path) -> int:
    """Create a file that only its owner can read, and return its descriptor; an existing one is an error."""
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)


def read_key(path: Path) -> Key:
    """Read a key.

    Raises
    ------
    ConfigError
        When it is none; the line does not tell the arm.
    """
    try:
        data = json.loads(read_text(path))
    except (ValueError, RecursionError):
        raise ConfigError("is no key: not valid JSON; name the file that `neurosim seal` wrote", str(path)) from None
    if not isinstance(data, dict) or "nonce" not in data:
        raise ConfigError("is no key; name the file that `neurosim seal` wrote", str(path))
    return validate(data, Key, str(path))
