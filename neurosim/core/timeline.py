"""Ticks and samples, in integers: which samples of a stream belong to which tick.

Tick k spans ``[k dt, (k + 1) dt)``; sample i of a stream stands at ``i / fs``. Both are kept as fractions,
so a session of many hours has no drift and a slow stream simply gives no sample on some ticks.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache


@lru_cache(maxsize=256)
def exact(value: float) -> Fraction:
    """Return the simple fraction meant by a float such as 1/3 or 0.1."""
    return Fraction(value).limit_denominator(10**6)


@lru_cache(maxsize=256)
def _samples_per_tick(update_interval_s: float, fs: float) -> tuple[int, int]:
    ratio = exact(update_interval_s) * exact(fs)
    return ratio.numerator, ratio.denominator


@dataclass(frozen=True, slots=True)
class TickGrid:
    """The ticks of a session.

    Parameters
    ----------
    update_interval_s
        Length of a tick [s].
    """

    update_interval_s: float

    def start_s(self, tick_index: int) -> float:
        """Return when a tick starts [s]."""
        length_s = exact(self.update_interval_s)
        return tick_index * length_s.numerator / length_s.denominator  # of integers this is rounded once

    def first_sample(self, tick_index: int, fs: float) -> int:
        """Return the index of the first sample at or after the start of a tick."""
        numerator, denominator = _samples_per_tick(self.update_interval_s, fs)
        return -(-tick_index * numerator // denominator)

    def n_ticks(self, duration_s: float) -> int:
        """Return how many ticks a duration holds, to the nearest whole one."""
        return max(0, round(exact(duration_s) / exact(self.update_interval_s)))
