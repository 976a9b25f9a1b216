"""A page of sections with words, tables and figures, in one HTML file that needs nothing else."""

from __future__ import annotations

import math
import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from html import escape
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from neurosim.core.errors import ConfigError, OutputError
from neurosim.core.units import pretty_units

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

NOTICE = "Simulation of group averages, not medical advice."
_STYLE = """
.neurosim table { border-collapse: collapse; margin: 0.5em 0 1em; width: auto; max-width: 100%; }
.neurosim img { max-width: 100%; }
.neurosim th, .neurosim td { border-bottom: 1px solid #DDE3E8; padding: 0.2em 1em 0.2em 0; text-align: left;
  vertical-align: top; }
.neurosim td.number, .neurosim th.number { text-align: right; font-variant-numeric: tabular-nums; }
.neurosim .missing { background: #FFF3CD; border: 1px dashed #A66900; padding: 0.1em 0.4em; }
"""


@dataclass(frozen=True)
class Section:
    """A part of a page.

    Attributes
    ----------
    title
        A plain sentence or its beginning.
    parts
        Pieces of HTML, in order.
    """

    title: str
    parts: Sequence[str]


def prose(text: str) -> str:
    """Return words as HTML: names between backticks are set as code, and units as people write them."""
    return re.sub("`([^`]*)`", r"<code>\1</code>", escape(pretty_units(text)))


def paragraph(text: str) -> str:
    """Return a paragraph."""
    return f"<p>{prose(text)}</p>"


def heading(text: str) -> str:
    """Return a heading within a section."""
    return f"<h4>{prose(text)}</h4>"


def bullets(lines: Iterable[str]) -> str:
    """Return a list."""
    return "<ul>" + "".join(f"<li>{prose(line)}</li>" for line in lines) + "</ul>"


def missing(text: str) -> str:
    """Return the mark of what a person must fill in."""
    return f'<span class="missing">to be filled in by a person: {prose(text)}</span>'


def picture(figure: Figure) -> str:
    """Return a figure as a PNG inside the page; its title is what is read out where it cannot be seen."""
    png = BytesIO()
    figure.savefig(png, format="png")
    said = escape(figure.axes[0].get_title(loc="left"), quote=True)
    return f'<img alt="{said}" src="data:image/png;base64,{b64encode(png.getvalue()).decode("ascii")}">'


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Return a table; numbers stand to the right, pieces of HTML come as `Html`."""
    filled = [list(row) for row in rows]
    right = [any(_is_number(row[i]) for row in filled) for i in range(len(columns))]
    sides = [' class="number"' if each else "" for each in right]
    head = "".join(f"<th{side}>{prose(name)}</th>" for name, side in zip(columns, sides, strict=True))
    body = "".join(
        "<tr>" + "".join(f"<td{side}>{_cell(x)}</td>" for x, side in zip(row, sides, strict=True)) + "</tr>"
        for row in filled
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


class Html(str):
    """A piece of HTML in the cell of a table."""


def _is_number(x: Any) -> bool:
    return isinstance(x, (int, float)) or re.fullmatch(r"-?[\d.]+( %)?", str(x)) is not None


def _cell(x: Any) -> str:
    if isinstance(x, Html):
        return x
    return prose(number(x) if isinstance(x, (int, float)) else str(x))


def number(x: float) -> str:
    """Return a number with four digits; a dash where there is none."""
    if isinstance(x, float) and not math.isfinite(x):
        return "-"
    return str(x) if isinstance(x, int) else f"{x:.4g}"


def percent(share: float) -> str:
    """Return a share as a percentage; a dash where there is none."""
    return f"{100.0 * share:.1f} %" if math.isfinite(share) else "-"


def interval(low: float, high: float, shown: Callable[[float], str]) -> str:
    """Return the ends of an interval; a dash where there is none."""
    return f"{shown(low)} to {shown(high)}" if math.isfinite(low) and math.isfinite(high) else "-"


def ms(seconds: float) -> str:
    """Return a time in milliseconds; a dash where there is none."""
    return f"{round(1000.0 * seconds, 1) + 0.0:.1f}" if math.isfinite(seconds) else "-"


def frame(data: pd.DataFrame, names: dict[str, str]) -> str:
    """Return columns of a data frame as a table, under other names; columns that are not there are left out."""
    there = [column for column in names if column in data]
    return table([names[column] for column in there], data[there].astype(object).itertuples(index=False))


def write_page(title: str, sections: Sequence[Section], path: Path) -> None:
    """Write sections as one file.

    Raises
    ------
    UserError
        When the name does not end in ``.html``, or the file cannot be written.
    """
    if path.suffix != ".html":
        raise ConfigError(f"must end in .html, got '{path.name}'", "--out")
    from mne import Report

    report = Report(title=title, verbose="error")
    report.add_custom_css(_STYLE)
    for section in sections:
        report.add_html(f'<div class="neurosim">{"".join(section.parts)}</div>', title=section.title, tags=())
    try:
        report.save(path, open_browser=False, overwrite=True, verbose="error")
    except OSError as error:
        raise OutputError(f"cannot be written: {error.strerror}", str(path)) from None
