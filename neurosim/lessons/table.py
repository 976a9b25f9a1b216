"""Courses that were computed beforehand: small tables that say what they were made with."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from neurosim.core.errors import ConfigError, did_you_mean


@dataclass(frozen=True)
class Table:
    """A table of numbers.

    Parameters
    ----------
    made
        What it was made with: protocol, seed, version and the like.
    rows
        Its cells as they stand in the file, by column.
    """

    made: Mapping[str, str]
    rows: tuple[Mapping[str, str], ...]

    def value(self, column: str, where: Mapping[str, str | float]) -> float:
        """Return a number: that of a column in the row in which other columns have these values."""
        return float(self._find(where)[0][column])

    def column(self, name: str) -> list[float]:
        """Return the numbers of a column."""
        return [float(row[name]) for row in self.rows]

    def problem(self, column: str, where: Mapping[str, str | float]) -> str:
        """Return why there is no such number; empty if there is one."""
        for name in (column, *where):
            if name not in self.rows[0]:
                return f"the table has no column '{name}'; {did_you_mean(name, self.rows[0])}"
        n = len(self._find(where))
        return "" if n == 1 else f"{n} rows of the table fit {dict(where)}; name one"

    def _find(self, where: Mapping[str, str | float]) -> list[Mapping[str, str]]:
        return [row for row in self.rows if all(_same(row[name], wanted) for name, wanted in where.items())]


def _same(cell: str, wanted: str | float) -> bool:
    return cell == wanted if isinstance(wanted, str) else float(cell) == wanted


@cache
def table_names() -> tuple[str, ...]:
    """Return the names of all tables, sorted."""
    found = files("neurosim.lessons.tables").iterdir()
    return tuple(sorted(f.name.removesuffix(".tsv") for f in found if f.name.endswith(".tsv")))


@cache
def find_table(name: str) -> Table:
    """Return a table by its name.

    Raises
    ------
    ConfigError
        When there is none.
    """
    if name not in table_names():
        raise ConfigError(f"no table '{name}'; {did_you_mean(name, table_names())}")
    return parse_table((files("neurosim.lessons.tables") / f"{name}.tsv").read_text(encoding="utf-8"))


def parse_table(text: str) -> Table:
    """Read a table: lines ``# key: value`` of what it was made with, then tab-separated values with a header."""
    lines = text.splitlines()
    made = dict(line[2:].split(": ", 1) for line in lines if line.startswith("# "))
    return Table(made, tuple(csv.DictReader((line for line in lines if not line.startswith("#")), delimiter="\t")))


def format_table(table: Table) -> str:
    """Write a table as it is read."""
    head = [f"# {key}: {value}" for key, value in table.made.items()]
    return "\n".join([*head, "\t".join(table.rows[0]), *("\t".join(row.values()) for row in table.rows)]) + "\n"
