"""The words of a lesson's sheet, in the languages that the window has."""

from __future__ import annotations

import math
from dataclasses import dataclass

from neurosim.core.units import pretty_units


@dataclass(frozen=True)
class SheetWords:
    """What stands on a sheet besides the lesson's own texts.

    Parameters
    ----------
    language
        Its code, such as ``de``.
    units
        Units that are words, by how files write them.
    """

    language: str
    mine: str
    instructors: str
    made: str
    sources: str
    step: str
    prediction: str
    unanswered: str
    right: str
    wrong: str
    hands: str
    not_measured: str
    shown_right: str
    took: str
    failed: str
    curve: str
    feature: str
    notice: str
    units: dict[str, str]

    def number(self, value: float, unit: str) -> str:
        """Write a number with its unit.

        Examples
        --------
        >>> sheet_words("en").number(4.1894, "uV"), sheet_words("de").number(9.05, "0 to 10")
        ('4.189 µV', '9.05 von 10')
        """
        if not math.isfinite(value):
            return self.not_measured
        return f"{value:.4g} {self.units.get(unit, pretty_units(unit))}".rstrip()


_ENGLISH = SheetWords(
    language="en",
    mine="My sheet",
    instructors="Instructor's copy",
    made="Protocol {protocol}, subject {subject}, seed {seed}",
    sources="Sources",
    step="{number}. {name}",
    prediction="My prediction",
    unanswered="not answered",
    right="right",
    wrong="not so",
    hands="Hands in the room",
    not_measured="not measured",
    shown_right="Right",
    took="Took {seconds:.0f} s.",
    failed="Not as expected",
    curve="{feature} over the lesson",
    feature="feature",
    notice="Simulation of group averages, not medical advice.",
    units={"0 to 10": "of 10", "1": "", "1/min": "per min"},
)

_GERMAN = SheetWords(
    language="de",
    mine="Mein Blatt",
    instructors="Blatt der Lehrenden",
    made="Protokoll {protocol}, Person {subject}, Startwert {seed}",
    sources="Quellen",
    step="Schritt {number}",
    prediction="Meine Vorhersage",
    unanswered="nicht beantwortet",
    right="richtig",
    wrong="nicht so",
    hands="Hände im Raum",
    not_measured="nicht gemessen",
    shown_right="Richtig",
    took="Dauerte {seconds:.0f} s.",
    failed="Nicht wie erwartet",
    curve="{feature} über die Lektion",
    feature="Merkmal",
    notice="Simulation von Gruppenmitteln, kein medizinischer Rat.",
    units={
        "0 to 10": "von 10",
        "1": "",
        "1/min": "pro min",
        "people": "Personen",
        "% of the usual": "% der üblichen",
    },
)


def sheet_words(language: str) -> SheetWords:
    """Return the words of a language; English where it has none."""
    return {_GERMAN.language: _GERMAN}.get(language, _ENGLISH)
