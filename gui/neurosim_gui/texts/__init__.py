"""All words of the window, in one file a language."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

LANGUAGE = "en"


@cache
def _read(language: str) -> dict[str, Any]:
    return tomllib.loads(files(__name__).joinpath(f"{language}.toml").read_text(encoding="utf-8"))


def text(address: str, **values: object) -> str:
    """Return the words at an address such as ``"signals.title"``, with values filled in.

    Raises
    ------
    KeyError
        When there are none.
    """
    found: Any = _read(LANGUAGE)
    for part in address.split("."):
        found = found[part]
    if not isinstance(found, str):
        raise KeyError(address)
    return found.format(**values) if values else found
