"""The open set of kinds, filled by one entry-point group that the built-ins use too.

An entry point ``stage.bandpass = neurosim.dsp:BandPass`` adds a kind to the category ``stage``; an entry
point ``protocols.neurosim = neurosim.feedback.protocols`` adds a package that holds TOML files.
A file can only name what stands here; it never names an import path.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import EntryPoint, entry_points
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from neurosim.core.errors import ConfigError, did_you_mean

GROUP = "neurosim.kinds"

#: Categories whose kinds are classes, and those whose kinds are TOML files in a package.
CLASS_CATEGORIES = ("stage", "source", "actor", "rule", "threshold", "sham")
FILE_CATEGORIES = ("protocol", "subject", "body", "lesson", "lab")


def plural(category: str) -> str:
    """Return the plural of a category, as it stands in entry points and on the command line."""
    return category.removesuffix("y") + "ies" if category.endswith("y") else f"{category}s"


@cache
def _entries(category: str) -> dict[str, EntryPoint]:
    prefix = f"{category}."
    found = entry_points(group=GROUP)
    return {e.name.removeprefix(prefix): e for e in found if e.name.startswith(prefix)}


def kind_names(category: str) -> list[str]:
    """Return the names of all kinds of a category, sorted."""
    if category in FILE_CATEGORIES:
        return sorted(name for name in _kind_files(category) if "." not in name)  # x.de has the German words of x
    return sorted(_entries(category))


def find_kind(category: str, name: str) -> Any:
    """Return the class registered under a name.

    Raises
    ------
    ConfigError
        When there is none; the message names the likeliest one.
    """
    entries = _entries(category)
    if name not in entries:
        raise ConfigError(f"unknown {category} '{name}'; {did_you_mean(name, entries)}")
    return entries[name].load()


@cache
def _kind_files(category: str) -> dict[str, Traversable]:
    folders = [files(entry.value) for entry in _entries(plural(category)).values()]
    return {f.name.removesuffix(".toml"): f for d in folders for f in d.iterdir() if f.name.endswith(".toml")}


def find_kind_file(category: str, name: str) -> Traversable:
    """Return the TOML file that ships under a name, for example a protocol.

    Raises
    ------
    ConfigError
        When there is none; the message names the likeliest one.
    """
    found = _kind_files(category)
    if name not in found:
        raise ConfigError(f"unknown {category} '{name}'; {did_you_mean(name, found)}")
    return found[name]
