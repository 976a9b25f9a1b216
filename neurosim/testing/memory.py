"""How long a kind remembers, read from its description."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from neurosim.core.config import Config


def longest_time_s(config: Config) -> float:
    """Return the longest time constant that a description names, nested ones included [s].

    Every key that ends in ``_s`` is a time, ``f_hz`` stands for 1/(2 pi f), a ``cutoff_hz`` with an ``order`` n for
    that over sin(pi / 2n), the slowest pole of a Butterworth low-pass, a ``bandwidth_hz`` for 1/(pi f), that of a
    resonance, and a band from ``low_hz`` to ``high_hz`` for 2/(high - low), above the slowest pole of a Butterworth
    band-pass of any order to 6. At least 0.1 s.

    Examples
    --------
    >>> from neurosim.dsp import BandPass, Smooth
    >>> longest_time_s(Smooth(tau_s=3.0)), longest_time_s(BandPass(low_hz=8, high_hz=12))
    (3.0, 0.5)
    """
    return max([0.1, *_times(config.model_dump())])


def bands_hz(config: Config) -> list[tuple[float, float]]:
    """Return every band that a description names, nested ones included [Hz]: ``low_hz, total_low_hz`` and so on."""
    return [band for table in _tables(config.model_dump()) for band in _bands(table)]


def cutoffs_hz(config: Config) -> list[float]:
    """Return every other frequency that a description names [Hz]."""
    return [
        float(value)
        for table in _tables(config.model_dump())
        for key, value in table.items()
        if key.endswith("_hz") and not _EDGE.search(key) and isinstance(value, (int, float)) and value > 0
    ]


_EDGE = re.compile("(^|_)(low|high)_hz$")


def _bands(table: Mapping[str, Any]) -> list[tuple[float, float]]:
    lows = [key for key in table if _EDGE.search(key) and key.endswith("low_hz")]
    highs = [key.removesuffix("low_hz") + "high_hz" for key in lows]
    return [(table[low], table[high]) for low, high in zip(lows, highs, strict=True) if high in table]


def _tables(value: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, Mapping):
        yield value
        for inner in value.values():
            yield from _tables(inner)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for inner in value:
            yield from _tables(inner)


def _is_butterworth(key: str, table: Mapping[str, Any]) -> bool:
    return key == "cutoff_hz" and isinstance(table.get("order"), int)


def _times(dump: Mapping[str, Any]) -> Iterator[float]:
    for table in _tables(dump):
        for key, value in table.items():
            if not isinstance(value, (int, float)) or value <= 0:
                continue
            if key.endswith("_s"):
                yield float(value)
            elif key.endswith("_hz") and not _EDGE.search(key):
                time_s = (2.0 if key.endswith("bandwidth_hz") else 1.0) / (2.0 * math.pi * value)
                yield time_s / math.sin(math.pi / (2 * table["order"])) if _is_butterworth(key, table) else time_s
        yield from (2.0 / (high - low) for low, high in _bands(table))
