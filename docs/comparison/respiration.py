"""Breathing: belts of NeuroKit2 and BioSPPy, beside the body's lungs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from scipy import signal

from . import bodies, figures
from .breath_statistics import FS, Breathing, measure
from .recordings import biosppy, channel, neurokit
from .rows import Norm, Row

DURATION_S, SKIP_S = 300.0, 30.0
TEXT = """\
Belts have no unit; the body's breathing is in litres. Breaths are those that NeuroKit2 finds (`khodadad2018`, 25
Hz), from trough to trough. The belt of the event-related recording is at its limit now and then. The body sighs by
itself every five minutes or so.
"""


def recorded() -> dict[str, Breathing]:
    """Return the recordings by name."""
    found = {
        f"NeuroKit {which}": measure(channel(neurokit(which), "RESP"), 100.0) for which in ("resting", "eventrelated")
    }
    return {**found, "BioSPPy": measure(biosppy("resp"), 1000.0)}


def synthetic(n: int, spread: float) -> list[Breathing]:
    """Return synthetic lungs."""
    made = bodies.live(["respiration"], DURATION_S, n=n, spread=spread, skip_s=SKIP_S)["respiration"]
    return [measure(one[0], 32.0) for one in made]


def rows(real: Mapping[str, Breathing], average: list[Breathing], people: list[Breathing]) -> list[Row]:
    """Return the rows of the table."""
    return [
        Row(
            name,
            {which: getattr(breathing, field) for which, breathing in real.items()},
            norm,
            *(np.array([getattr(b, field) for b in group]) for group in (average, people)),
        )
        for name, field, norm in (
            ("rate [1/min]", "rate", Norm(12.0, 18.0, "adults at rest")),
            ("SD / mean of the length of breaths", "variation", None),
            ("SD / mean of their depth", "depth_variation", None),
            ("inspiration's share of a breath", "inspiration", Norm(0.33, 0.45, "in : out 1 : 1.2 to 2")),
        )
    ]


def draw(real: Mapping[str, Breathing], people: list[Breathing]) -> Path:
    """Draw a minute of each, spectra, and how rates spread."""
    figure, axes = figures.new_figure(2, 2, 6.0, "Breathing: recordings (orange) and synthetic people (blue)")
    above, below, spectra, rates = axes[0], axes[2], axes[1], axes[3]
    for ax, group, color, title in (
        (above, real, figures.RECORDED, "Recorded: NeuroKit2 resting, event-related, BioSPPy"),
        (below, {str(i): b for i, b in enumerate(people[:3])}, figures.SYNTHETIC, "Synthetic, 3 people"),
    ):
        for row, breathing in enumerate(group.values()):
            cut = breathing.samples[: round(60 * FS)]
            ax.plot(np.arange(len(cut)) / FS, (cut - cut.mean()) / cut.std() - 5 * row, color=color, linewidth=1.1)
        ax.set_yticks([])
        figures.label(ax, title, "time [s]", "volume [SD], shifted")
    for group, color, width in ((people, figures.SYNTHETIC, 0.5), (list(real.values()), figures.RECORDED, 1.6)):
        for breathing in group:
            hz, power = signal.welch(breathing.samples, FS, nperseg=min(len(breathing.samples), round(64 * FS)))
            inside = (hz > 0.03) & (hz < 1.0)
            spectra.plot(hz[inside], power[inside] / power[inside].sum(), color=color, linewidth=width)
    figures.label(spectra, "Spectra, sum 1, up to 1 Hz", "frequency [Hz]", "share of power")
    for group, color, size, name in (
        (people, figures.SYNTHETIC, 18, "synthetic, 40 people"),
        (list(real.values()), figures.RECORDED, 60, "recorded"),
    ):
        rates.scatter([b.rate for b in group], [b.variation for b in group], size, color=color, label=name,
                      marker="o" if size < 50 else "D")  # fmt: skip
    rates.set_ylim(0, None)
    rates.legend(fontsize=7.5, frameon=False)
    figures.label(rates, "Rate, and how lengths vary", "rate [1/min]", "SD / mean of lengths")
    return figures.save(figure, "respiration")
