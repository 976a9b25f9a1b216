"""What is kept of how a session was made: descriptions whose files are named in full, and the folder of a batch."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from neurosim.core.config import Config
from neurosim.core.errors import OutputError
from neurosim.core.source import SourceConfig
from neurosim.feedback.shams.sham import ShamConfig
from neurosim.session.folder import as_toml

_T = TypeVar("_T", bound=Config)
_PATHS = ("path", "folder", "sidecar")


def told_of(config: ShamConfig | SourceConfig | None) -> dict[str, Any] | None:
    """Return what may be written of a sham or of a source, ready for JSON; files are named in full."""
    if config is None:
        return None
    full = with_full_paths(config)
    return full.told() if isinstance(full, ShamConfig) else full.model_dump(mode="json")


def with_full_paths(config: _T) -> _T:
    """Return the description with its files and folders named in full, so that it works from any folder."""
    paths = {name: value for name in _PATHS if (value := getattr(config, name, None))}
    return config.model_copy(update={name: str(Path(value).resolve()) for name, value in paths.items()})


def write_batch(folder: Path, configs: Mapping[str, Config | None], facts: Mapping[str, Any], n: Sequence[int]) -> None:
    """Write what a batch was made of beside its summary: ``protocol.toml``, ``subject.toml``, ``session.json``.

    Parameters
    ----------
    folder
        Of the batch.
    configs
        By the name of its file; None is left out.
    facts
        Seed, sham, versions.
    n
        The address of each subject.

    Raises
    ------
    OutputError
        When they cannot be written.
    """
    texts = {f"{name}.toml": as_toml(config) for name, config in configs.items() if config is not None}
    texts["session.json"] = json.dumps({**facts, "subjects": list(n)}, indent=2, ensure_ascii=False) + "\n"
    for name, text in texts.items():
        try:
            (folder / name).write_text(text, encoding="utf-8", newline="\n")
        except OSError as error:
            raise OutputError(f"cannot be written: {error.strerror}", str(folder / name)) from None
