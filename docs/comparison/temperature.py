"""Skin temperature: an hour at a wrist, beside the body's finger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from neurosim.core.drive import Drive
from neurosim.core.spec import Float

from . import bodies, figures
from .recordings import empatica
from .rows import Norm, Row

FS, DURATION_S = 4.0, 3600.0
RELAXATION, RELAXATION_S = 0.15, 1200.0
TEXT = """\
The recording is from a wrist band in steps of 0.01 degC (Empatica E4, an hour of a day at a desk), the body's from a
finger at rest in a room of 23 degC. Of the recording the first five minutes are left out, when the sensor warms up.
Slopes are those of lines fitted to each whole minute.
"""


@dataclass(frozen=True)
class Course:
    """What is measured of a temperature.

    Parameters
    ----------
    samples
        ``(n_times,)`` [degC].
    slopes
        Of each minute [degC/min].
    """

    samples: Float
    slopes: Float

    @property
    def level(self) -> float:
        """The mean [degC]."""
        return float(self.samples.mean())

    @property
    def range(self) -> float:
        """From the lowest to the highest minute [degC]."""
        minutes = self.samples[: len(self.samples) // 240 * 240].reshape(-1, 240).mean(axis=1)
        return float(np.ptp(minutes))

    @property
    def slope_sd(self) -> float:
        """The SD of the slopes of minutes [degC/min]."""
        return float(self.slopes.std())

    @property
    def second_sd(self) -> float:
        """The SD of the change over a second [degC]."""
        return float((self.samples[4:] - self.samples[:-4]).std())

    @property
    def ten_seconds_sd(self) -> float:
        """The SD of the change over 10 s [degC]."""
        return float((self.samples[40:] - self.samples[:-40]).std())


def measure(samples: Float) -> Course:
    """Measure a temperature ``(n_times,)`` [degC] at 4 Hz."""
    minutes = samples[: len(samples) // 240 * 240].reshape(-1, 240)
    return Course(samples, np.polyfit(np.arange(240) / 240.0, minutes.T, 1)[0])


def recorded() -> dict[str, Course]:
    """Return the recordings by name."""
    samples, _ = empatica("TEMP")
    return {"E4 wrist": measure(samples[round(300 * FS) :])}


def synthetic(n: int, spread: float) -> list[Course]:
    """Return synthetic fingers."""
    made = bodies.live(["temperature"], DURATION_S, n=n, spread=spread)["temperature"]
    return [measure(one[0]) for one in made]


def relaxation(n: int, spread: float) -> Float:
    """Return the course of 20 min of relaxation after one at rest ``(body, n_times)`` [degC].

    Arousal falls by `RELAXATION` within the first ten minutes, for nobody relaxes at once.
    """

    def drive(at_s: float) -> Drive:
        return Drive({"arousal": -RELAXATION * min(max(at_s - 60.0, 0.0) / 600.0, 1.0)})

    return bodies.live(["temperature"], RELAXATION_S + 60.0, n=n, spread=spread, drive=drive)["temperature"][:, 0]


def rows(real: Mapping[str, Course], average: list[Course], people: list[Course]) -> list[Row]:
    """Return the rows of the table."""
    return [
        Row(
            name,
            {which: getattr(course, field) for which, course in real.items()},
            norm,
            *(np.array([getattr(course, field) for course in group]) for group in (average, people)),
        )
        for name, field, norm in (
            ("level [degC]", "level", Norm(24.0, 35.0, "fingers")),
            ("range of minutes in an hour [degC]", "range", None),
            ("SD of the slope of a minute [degC/min]", "slope_sd", None),
            ("SD of the change in 1 s [degC]", "second_sd", None),
            ("SD of the change in 10 s [degC]", "ten_seconds_sd", None),
        )
    ]


def draw(real: Mapping[str, Course], people: list[Course], relaxed: Float) -> Path:
    """Draw an hour of both, a minute, slopes, and relaxation."""
    figure, axes = figures.new_figure(2, 2, 6.4, "Temperature: wrist recorded (orange) and synthetic fingers (blue)")
    course = real["E4 wrist"]
    hour, close, slopes, relaxing = axes
    for one in people[:12]:
        hour.plot(np.arange(len(one.samples)) / 240, one.samples, color=figures.SYNTHETIC, linewidth=0.6, alpha=0.6)
    hour.plot(np.arange(len(course.samples)) / 240, course.samples, color=figures.RECORDED, linewidth=1.2)
    figures.label(hour, "An hour at rest, 12 people", "time [min]", "temperature [degC]")
    pair = ((course.samples, figures.RECORDED, 0.25), (people[0].samples, figures.SYNTHETIC, -0.25))
    for samples, color, up in pair:
        cut = samples[4800:5520]
        close.plot(np.arange(len(cut)) / 4, cut - cut.mean() + up, color=color, linewidth=0.8)
    figures.label(close, "Three minutes, means at ±0.25", "time [s]", "change [degC]")
    bins = np.linspace(-0.4, 0.4, 41)
    slopes.hist(np.concatenate([p.slopes for p in people]), bins, density=True, color=figures.SYNTHETIC, alpha=0.45,
                label="synthetic, 40 people")  # fmt: skip
    slopes.hist(course.slopes, bins, density=True, histtype="step", color=figures.RECORDED, linewidth=1.6,
                label="recorded")  # fmt: skip
    slopes.legend(fontsize=7.5, frameon=False)
    figures.label(slopes, "Slopes of minutes", "slope [degC/min]", "density [min/degC]")
    time_min = np.arange(relaxed.shape[1]) / 240 - 1.0
    relaxing.plot(time_min, relaxed.T, color=figures.SYNTHETIC, linewidth=0.5, alpha=0.35)
    relaxing.plot(time_min, np.median(relaxed, axis=0), color=figures.SYNTHETIC, linewidth=2.2, label="median")
    relaxing.axvline(0, color=figures.PEOPLE, zorder=0)
    relaxing.legend(fontsize=7.5, frameon=False)
    figures.label(relaxing, "Relaxation (arousal -0.15 by 10 min), 40 people", "time [min]", "temperature [degC]")
    return figures.save(figure, "temperature")
