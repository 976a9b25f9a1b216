"""How numbers, units and names are written on the screen."""

from __future__ import annotations

import numpy as np

from neurosim.core.spec import Float
from neurosim_gui.texts import text


class Units:
    """How temperatures and amplitudes are written; files keep °C and µV.

    Parameters
    ----------
    fahrenheit
        °F for °C.
    peak_to_peak
        Amplitudes from peak to peak, for rms.
    """

    def __init__(self, *, fahrenheit: bool = False, peak_to_peak: bool = False) -> None:
        self.fahrenheit, self.peak_to_peak = fahrenheit, peak_to_peak

    def shown(self, value: Float, unit: str, *, change: bool = False) -> Float:
        """Return numbers as they are written; a change has no zero to shift."""
        if self.fahrenheit and unit.startswith("degC"):
            return value * 1.8 + (0.0 if change or unit != "degC" else 32.0)
        return value

    def measured(self, value: float, unit: str) -> float:
        """Return a number as it is measured, from the one that is written."""
        if self.fahrenheit and unit.startswith("degC"):
            return (value - (32.0 if unit == "degC" else 0.0)) / 1.8
        return value

    def words(self, unit: str, of: str = "") -> str:
        """Return how a unit is written; that of a rate tells what is counted, where it is known of what it is."""
        return unit_words(unit.replace("degC", "degF") if self.fahrenheit else unit, of)

    def amplitude(self, x: Float, unit: str) -> str:
        """Say how large a signal is, rms or from peak to peak."""
        size = float(np.ptp(x)) if self.peak_to_peak else float(np.std(x))
        return f"{steady(size)} {self.words(unit)} {text('unit.pp' if self.peak_to_peak else 'unit.rms')}"


def steady(value: float, digits: int = 3) -> str:
    """Write a number with so many digits, its zeros too: it is as wide when it changes a little.

    Examples
    --------
    >>> [steady(value) for value in (4.4, 9.996, 0.0123, 123.4, 8500.0)]
    ['4.40', '10.0', '0.0123', '123', '8500']
    """
    rounded = float(f"{value:.{digits}g}")
    if not np.isfinite(rounded):
        return f"{value:g}"
    before = int(np.floor(np.log10(abs(rounded)))) if rounded else 0
    if not -digits - 1 < before < 2 * digits:
        return f"{value:.{digits - 1}e}"
    return f"{value if before >= digits else rounded:.{max(0, digits - 1 - before)}f}"


def sentence(words: str) -> str:
    """Return words with a capital letter at their beginning."""
    return words[:1].upper() + words[1:]


def named(section: str, name: str) -> str:
    """Return what a name of the protocols is called: its words in a section of the texts, or the name as it reads."""
    try:
        return text(f"{section}.{name}")
    except KeyError:
        return name.replace("_", " ")


def after_number(words: str) -> str:
    """Return what stands behind a number for its unit as it is written: nothing for a ratio, a scale in brackets.

    Examples
    --------
    >>> f"4.40{after_number('µV')}", f"9.05{after_number('0 to 10')}"
    ('4.40 µV', '9.05 (0 to 10)')
    """
    if words in ("", text("unit.1")):
        return ""
    return f" ({words})" if words[:1].isdigit() and not words.startswith("1/") else f" {words}"


def unit_words(unit: str, of: str = "") -> str:
    """Return a unit as it is written on the screen; that of a rate tells what is counted.

    Parameters
    ----------
    unit
        As files write it.
    of
        Name of the feature or stream.

    Examples
    --------
    >>> unit_words("uV^2"), unit_words("1/min", "heart_rate"), unit_words("1/min")
    ('µV²', 'beats/min', '1/min')
    """
    try:
        if unit.startswith("1/"):
            return text(f"counted.{of}") + unit.removeprefix("1")
        return text(f"unit.{unit}") if "." not in unit else unit
    except KeyError:
        words = unit.replace("uV", "µV").replace("uS", "µS").replace("degC", "°C").replace("degF", "°F")
        return words.replace("^2", "²")
