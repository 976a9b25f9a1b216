"""How the figures look: 1200 pixels wide, colours that any colour vision tells apart, recordings always orange."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from neurosim.core import palette
from neurosim.core.spec import Float

PICTURES = Path(__file__).parents[1] / "pictures"
RECORDED, SYNTHETIC, PEOPLE = palette.FEATURE, palette.SIGNAL, palette.GRID
_DPI = 120


def new_figure(n_rows: int, n_columns: int, height_in: float = 6.6, title: str = "") -> tuple[Figure, list[Axes]]:
    """Return a figure and its axes, row by row."""
    figure = Figure(figsize=(10.0, height_in), dpi=_DPI, layout="constrained")
    axes = list(figure.subplots(n_rows, n_columns, squeeze=False).ravel())
    for ax in axes:
        ax.spines[["top", "right"]].set_visible(False)
        ax.tick_params(labelsize=8)
    if title:
        figure.suptitle(title, fontsize=12, color=palette.TEXT, x=0.01, ha="left")
    return figure, axes


def label(ax: Axes, title: str, x: str, y: str) -> None:
    """Name a panel and its axes."""
    ax.set_title(title, fontsize=9.5, loc="left", color=palette.TEXT)
    ax.set_xlabel(x, fontsize=8.5)
    ax.set_ylabel(y, fontsize=8.5)


def band(ax: Axes, x: Float, people: Float, name: str = "") -> None:
    """Draw the median of synthetic people ``(person, x)`` and where 5 to 95 % of them lie."""
    low, high = np.percentile(people, [5, 95], axis=0)
    ax.fill_between(x, low, high, color=SYNTHETIC, alpha=0.2, linewidth=0)
    ax.plot(x, np.median(people, axis=0), color=SYNTHETIC, linewidth=1.8, label=name or None)


def save(figure: Figure, modality: str) -> Path:
    """Write a figure."""
    PICTURES.mkdir(exist_ok=True)
    path = PICTURES / f"compare_{modality}.png"
    line = "Simulation of group averages, not medical advice"
    figure.supxlabel(line, x=0.995, ha="right", fontsize=6.5, color=palette.FAINT)
    figure.savefig(path)
    return path
