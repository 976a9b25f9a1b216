"""Libraries that only some files need."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from neurosim.core.errors import RecordingError


def need(module: str, what: str) -> Any:
    """Return a library that reads a kind of file.

    Raises
    ------
    RecordingError
        With the command that installs it.
    """
    try:
        return import_module(module)
    except ImportError:
        raise RecordingError(f"{what} are read by {module}: pip install 'neurosim[files]'") from None
