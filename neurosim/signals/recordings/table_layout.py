"""How a text file is laid out: header lines, delimiter, column names, first row of samples."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from itertools import islice

_HEADER_MARKS = ("%", "#", "@")
_ATTRIBUTE = re.compile(r"""@attribute\s+(?:'([^']*)'|"([^"]*)"|(\S+))""", re.IGNORECASE)
_RATE = re.compile(r"sampl(?:e|ing)\s+rate\s*(?:\(hz\))?\s*:?=?\s*([0-9.]+(?:e[+-]?\d+)?)", re.IGNORECASE)
_LABELS = re.compile(r"[#%]\s*labels\s*:=\s*(.*\S)", re.IGNORECASE)  # BioSPPy's "Simple Text Format"
_RESOLUTION = re.compile(r"[#%]\s*resolution\s*:=", re.IGNORECASE)
_MISSING = {"", "?", "na", "n/a", "nan", "null", "none"}


@dataclass(frozen=True)
class Layout:
    """Where the samples of a text file are.

    Parameters
    ----------
    start
        Position of the first row of samples in the text [characters].
    line
        Line number of that row, from 1.
    delimiter
        One character, or "whitespace".
    names
        Name of every column, "" where there is none.
    fs
        Sampling rate from the header lines [Hz].
    units
        Unit of every column from the header lines; empty where they tell none.
    """

    start: int
    line: int
    delimiter: str
    names: tuple[str, ...]
    fs: float | None
    units: tuple[str, ...] = ()

    @property
    def n_columns(self) -> int:
        """How many columns there are."""
        return len(self.names)

    def label(self, number: int) -> str:
        """Return what a column is called in a message."""
        return f"{number} ('{self.names[number]}')" if self.names[number] else str(number)

    def line_of_row(self, text: str, row: int) -> int:
        """Return the line number of a row of samples; empty lines hold none."""
        lines = enumerate(text[self.start :].split("\n"), start=self.line)
        return next(islice((number for number, line in lines if line.strip()), row, None))


def find_layout(text: str, delimiter: str | None) -> Layout | None:
    """Find where the samples are.

    Parameters
    ----------
    text
        The whole file, with lines ending in a newline character.
    delimiter
        The delimiter if it is known.

    Returns
    -------
        None when there are only header lines.
    """
    handle = io.StringIO(text)
    names: list[str] = []
    fs, steps = None, False
    rows: list[tuple[int, int, str]] = []
    start, number = 0, 0
    while len(rows) < 2 and (line := handle.readline()):
        number += 1
        if line.lstrip().startswith(_HEADER_MARKS) and not rows:
            if attribute := _ATTRIBUTE.match(line.strip()):
                names.append(next(group for group in attribute.groups() if group is not None))
            if labels := _LABELS.match(line.strip()):
                names = re.split(r"[\t,;]\s*", labels[1])
            steps = steps or _RESOLUTION.match(line.strip()) is not None
            if fs is None and (rate := _RATE.search(line)):
                fs = _positive(rate[1])
        elif line.strip():
            rows.append((start, number, line))
        start = handle.tell()
    if not rows:
        return None

    # The last of the two rows is samples in any case; a name with a blank or a comma in it misleads no one.
    delimiter = _find_delimiter(rows[-1][2]) if delimiter is None else delimiter
    delimiter = "whitespace" if delimiter == " " else delimiter
    cells = _split(rows[0][2], delimiter)
    if not names and _are_names(cells):
        names = cells
        rows = rows[1:]
        if not rows:
            return None
    n_columns = max(len(names), len(_split(rows[0][2], delimiter)))
    padded = (*names, *[""] * (n_columns - len(names)))
    # A file that tells the resolution of its converter holds the converter's steps.
    units = ("adc",) * n_columns if steps else ()
    return Layout(start=rows[0][0], line=rows[0][1], delimiter=delimiter, names=padded, fs=fs, units=units)


def _find_delimiter(line: str) -> str:
    for delimiter in "\t;,":
        if delimiter in line.strip():
            return delimiter
    return "whitespace" if len(line.split()) > 1 else ","


def _split(line: str, delimiter: str) -> list[str]:
    if delimiter == "whitespace":
        return [cell.strip('"') for cell in line.split()]
    cells = next(csv.reader([line.strip("\n")], delimiter=delimiter, skipinitialspace=True))
    return [cell.strip() for cell in cells]


def _are_names(cells: list[str]) -> bool:
    return any(cell.lower() not in _MISSING for cell in cells) and not any(_is_number(cell) for cell in cells)


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return cell.lower() not in _MISSING


def _positive(digits: str) -> float | None:
    try:
        return float(digits) if float(digits) > 0 else None
    except ValueError:
        return None
