"""All words of the window, in one file a language."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

#: What every word is there in; what another language lacks is English.
ENGLISH = "en"

_chosen = ENGLISH


@cache
def _read(language: str) -> dict[str, Any]:
    file = files(__name__).joinpath(f"{language}.toml")
    return tomllib.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}


def choose_language(code: str) -> None:
    """Take the words of a language from now on, such as ``de`` or ``de_AT``; those that it lacks are English."""
    global _chosen
    _chosen = code.replace("-", "_").partition("_")[0].lower()


def language() -> str:
    """Return the code of the language that was chosen."""
    return _chosen


def text(address: str, **values: object) -> str:
    """Return the words at an address such as ``"signals.title"``, with values filled in.

    Raises
    ------
    KeyError
        When there are none.
    """
    found = _find(address, _read(_chosen)) or _find(address, _read(ENGLISH))
    if found is None:
        raise KeyError(address)
    return found.format(**values) if values else found


def _find(address: str, words: Any) -> str | None:
    for part in address.split("."):
        words = words.get(part) if isinstance(words, dict) else None
    return words if isinstance(words, str) else None
