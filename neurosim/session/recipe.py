"""What a session is made of besides its protocol, its seed and its commands: who, on what, and what was shown."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import Field

from neurosim.core.config import Config
from neurosim.core.errors import OutputError
from neurosim.core.source import AnySource
from neurosim.feedback.protocol import TrainingProtocol
from neurosim.feedback.shams.sham import AnySham, ShamConfig
from neurosim.session.folder import as_toml
from neurosim.subject.subject import Subject

_T = TypeVar("_T", bound=Config)
_PATHS = ("path", "folder", "sidecar")


class Recipe(Config):
    """Whom a session trains and what it shows, as ``session.json`` keeps it under ``made_of``.

    Together with ``protocol.toml``, the seed and ``commands.jsonl`` it repeats the session to the bit.
    """

    subject: Subject = Field(description="the body with its artifacts, and who acts on it with their traits")
    source: AnySource | None = Field(None, description="the recording that stands in for the body")
    sham: AnySham | None = Field(None, description="shown instead of real feedback")
    address: int = Field(0, ge=0, description="which of all subjects it is, where it is one")
    subjects: tuple[int, ...] | None = Field(None, description="addresses of a batch")
    signals: tuple[str, ...] = Field((), description="streams that were wanted besides the protocol's")
    rest_s: float = Field(86400.0, ge=0, description="between sessions", json_schema_extra={"unit": "s"})

    def told(self) -> dict[str, Any]:
        """Return it ready for JSON; files are named in full, and a sealed sham only says that it is sealed."""
        data = self.model_dump(mode="json", exclude={"sham", "source"})
        source = None if self.source is None else with_full_paths(self.source).model_dump(mode="json")
        return data | {"source": source, "sham": told_of(self.sham)}


def told_of(sham: ShamConfig | None) -> dict[str, Any] | None:
    """Return what may be written of a sham, ready for JSON."""
    return None if sham is None else with_full_paths(sham).told()


def with_full_paths(config: _T) -> _T:
    """Return the description with its files and folders named in full, so that it works from any folder."""
    paths = {name: value for name in _PATHS if (value := getattr(config, name, None))}
    return config.model_copy(update={name: str(Path(value).resolve()) for name, value in paths.items()})


def write_batch(folder: Path, protocol: TrainingProtocol, facts: Mapping[str, Any]) -> None:
    """Write what repeats a batch: ``protocol.toml`` and ``session.json``.

    Raises
    ------
    OutputError
        When they cannot be written.
    """
    texts = {"protocol.toml": as_toml(protocol), "session.json": json.dumps(facts, indent=2, ensure_ascii=False) + "\n"}
    for name, text in texts.items():
        try:
            (folder / name).write_text(text, encoding="utf-8", newline="\n")
        except OSError as error:
            raise OutputError(f"cannot be written: {error.strerror}", str(folder / name)) from None
