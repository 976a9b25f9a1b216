"""Another language: a file beside a lesson or a lab that changes its texts and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, TypeVar

from pydantic import model_validator

from neurosim.core.config import Config, load_named, load_toml, refuse
from neurosim.core.errors import ConfigError, Problem
from neurosim.core.registry import find_kind_file

#: The language that every lesson is written in; others are files beside it.
ENGLISH = "en"

_T = TypeVar("_T", bound=Config)
_Texts = TypeVar("_Texts", bound="Texts")


class Texts(Config):
    """Texts of something that has other fields too."""

    @model_validator(mode="before")
    @classmethod
    def _texts_alone(cls, data: Any) -> Any:
        known = ", ".join(cls.model_fields)
        others = [key for key in data if key not in cls.model_fields] if isinstance(data, dict) else []
        refuse([Problem((key,), f"is no text; a language's file changes texts alone, here: {known}") for key in others])
        return data


def load_translated(
    category: str, name: str | Path, language: str, model: type[_T], texts: type[_Texts],
    translated: Callable[[_T, _Texts], _T],
) -> _T:  # fmt: skip
    """Read what ships with neurosim or a plug-in, or a TOML file, in a language.

    Parameters
    ----------
    category
        ``"lesson"`` or ``"lab"``.
    name
        A name, or a file ``mine.toml``.
    language
        Such as ``de``: texts come from ``mine.de.toml`` beside it where there is one; what it leaves out is English.
    model, texts
        What the file and the one beside it are read into.
    translated
        Puts texts into a model, or raises with all that does not fit it.

    Raises
    ------
    ConfigError
        With everything that is wrong in the files, each with its place and the remedy.
    """
    english = load_named(category, name, model)
    file = None if language == ENGLISH else _find_texts(name, language, category)
    if file is None:
        return english
    told = load_toml(file, texts)
    try:
        return translated(english, told)
    except ConfigError as error:
        raise ConfigError(error.problems, file.name) from None


def _find_texts(name: str | Path, language: str, category: str) -> Path | Traversable | None:
    if isinstance(name, Path) or name.endswith(".toml"):
        beside = Path(name).with_suffix(f".{language}.toml")
        return beside if beside.is_file() else None
    try:
        return find_kind_file(category, f"{name}.{language}")
    except ConfigError:
        return None


def with_texts(model: _T, texts: Config | None, *names: str) -> _T:
    """Return a model with those of some texts that are given."""
    given = {name: words for name in names if (words := getattr(texts, name, ""))}
    return model.model_copy(update=given)
