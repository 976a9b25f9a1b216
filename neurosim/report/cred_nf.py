"""The CRED-nf list: what a run fills in, and what a person must."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from pydantic import Field

from neurosim.core.config import Config, load_toml

#: Ros et al. 2020.
REFERENCE = "Ros et al. 2020, Brain 143:1674-1685, doi:10.1093/brain/awaa009"


class Item(Config):
    """An item of the list."""

    number: str = Field(pattern="^[1-7][a-e]$", description="as in the list")
    group: str = Field(description="what it is about")
    asks: str = Field(description="what is to be reported")
    person: str = Field(description="what a person must fill in where the run does not")
    shared: bool = Field(False, description="whether a person must add to what the run fills in")


class Checklist(Config):
    """The whole list."""

    items: tuple[Item, ...] = Field(description="in order")


@dataclass(frozen=True)
class Entry:
    """An item with its answer.

    Attributes
    ----------
    item
        What is asked.
    filled
        From the run; empty where it knows nothing.
    missing
        What a person must fill in; empty where nothing is.
    """

    item: Item
    filled: str
    missing: str


@cache
def items() -> tuple[Item, ...]:
    """Return the items of the list."""
    return load_toml(files("neurosim.report") / "cred_nf.toml", Checklist).items


def fill(answers: Mapping[str, str]) -> list[Entry]:
    """Return the list with what a run answers, by number; nothing is made up for the rest."""
    entries = []
    for item in items():
        filled = answers.get(item.number, "")
        entries.append(Entry(item, filled, item.person if item.shared or not filled else ""))
    return entries
