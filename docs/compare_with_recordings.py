"""Compare synthetic signals with recordings: ``python docs/compare_with_recordings.py`` (about two minutes).

Writes ``validation.md`` and ``pictures/compare_*.png``. The recordings are in the folder named by the environment
variable NEUROSIM_RECORDINGS, else in ``../shared/data/recordings`` beside the project.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from comparison import eeg, emg, heart, never_checked, respiration, skin_conductance, temperature
from comparison.bodies import N_AVERAGE, N_PEOPLE
from comparison.rows import Row, each_recording, number, table

_PAGE = Path(__file__).parent / "validation.md"
_INTRODUCTION = f"""\
# Synthetic signals beside recordings

A simulation of group averages; not medical advice.

This page is made by `docs/compare_with_recordings.py`. Every statistic is computed by the same code on the
recordings and on the synthetic bodies, and that code is not ours: NeuroKit2, SciPy and neurodsp, never the detectors of
the package. The recordings are small public ones, most of a single person; what they span is what such recordings look
like, and not a norm. Where a range is published, it stands beside; one marked † is general knowledge of the field, not
looked up again in the source that is named.

How to read a table:

- *recordings*: the lowest and highest of the files that have the statistic, and how many they are; each file's own
  number stands below the table;
- *average body*: the median of {N_AVERAGE} bodies with `spread = 0`, which differ by chance alone;
- *people*: the 5th and 95th percentile of {N_PEOPLE} with `spread = 1`;
- *inside?*: whether the average body lies in the span of recordings and norm taken together, in which of them, and
  which share of people does. Otherwise by how much it lies outside, and by how many percent of the nearer end. One
  recording alone, with no norm, is no range: then only the ratio is given.

To be inside is not much where the span is wide. It shows that a signal is not out of the ordinary for a pipeline; it
shows nothing about a single person.
"""


def _both(modality: ModuleType) -> tuple[Any, Any]:
    """Return average bodies and people."""
    return modality.synthetic(N_AVERAGE, 0.0), modality.synthetic(N_PEOPLE, 1.0)


def _plain(modality: ModuleType) -> Callable[[], list[Row]]:
    def compare() -> list[Row]:
        real, (average, people) = modality.recorded(), _both(modality)
        modality.draw(real, people)
        rows: list[Row] = modality.rows(real, average, people)
        return rows

    return compare


def _heart() -> list[Row]:
    real, pulses = heart.recorded(), heart.recorded_pulses()
    average, people = _both(heart)
    heart.draw(real, pulses, people)
    return heart.rows(real, pulses, average, people)


def _temperature() -> list[Row]:
    real = temperature.recorded()
    average, people = _both(temperature)
    temperature.draw(real, people, temperature.relaxation(N_PEOPLE, 1.0))
    return temperature.rows(real, average, people)


_SECTIONS: tuple[tuple[str, str, str, Callable[[], list[Row]]], ...] = (
    ("EEG", "eeg", eeg.TEXT, _plain(eeg)),
    ("Heart and pulse", "heart", heart.TEXT, _heart),
    ("Breathing", "respiration", respiration.TEXT, _plain(respiration)),
    ("EMG", "emg", emg.TEXT, _plain(emg)),
    ("Temperature", "temperature", temperature.TEXT, _temperature),
    ("Skin conductance", "skin_conductance", skin_conductance.TEXT, _plain(skin_conductance)),
)


def _outside(rows: dict[str, list[Row]]) -> list[str]:
    every = [(title, row) for title, its in rows.items() for row in its]
    out = [(title, row) for title, row in every if row.excess]
    known = sum(row.known for _, row in every)
    alone = len(every) - known
    return [
        "## What lies outside",
        "",
        f"Of {known} statistics with a range, {known - len(out)} lie inside; {alone} more have one recording and no "
        "norm. Outside:",
        "",
        *(
            f"- {title}, {row.name}: {number(row.value)}, {number(abs(row.excess))} "
            f"{'above' if row.excess > 0 else 'below'} {number(row.span[0])} to {number(row.span[1])}"
            for title, row in out
        ),
        "",
    ]


def main() -> None:
    """Compute everything, draw, and write the page."""
    rows, lines = {}, []
    for title, picture, text, compute in _SECTIONS:
        rows[title] = compute()
        print(f"{title}: {len(rows[title])} statistics, {sum(bool(row.excess) for row in rows[title])} outside")
        lines += [f"## {title}", "", text.strip(), "", f"![{title}](pictures/compare_{picture}.png)", ""]
        lines += [*table(rows[title]), "", "Each recording:", "", *each_recording(rows[title]), ""]
    page = [_INTRODUCTION, *_outside(rows), *lines, *never_checked.section()]
    _PAGE.write_text("\n".join(page), encoding="utf-8")


if __name__ == "__main__":
    main()
