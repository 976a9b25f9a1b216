"""What was seen of a feature in the baseline blocks, subject by subject."""

from __future__ import annotations

import numpy as np

from neurosim.core.feedback import Cue
from neurosim.core.spec import Bool, Float
from neurosim.core.tape import Tape

_MAD_TO_SD = 1.4826  # of a normal distribution


class Collected:
    """The values that counted, of every subject; statistics are of each subject's own.

    Sums go in the order of time, so that a subject in a batch has the same bits as alone.

    Parameters
    ----------
    n_subjects
        How many there are.
    """

    def __init__(self, n_subjects: int) -> None:
        self.n: Float = np.zeros(n_subjects)
        self._values: Tape[np.float64] = Tape()

    def add(self, values: Float, take: Bool) -> None:
        """Take the values ``(subject,)`` of a tick, where `take` says so."""
        self.n = self.n + take
        self._values.extend(np.where(take, values, np.nan)[:, None])

    def quantile(self, fraction: float, least: int) -> Float:
        """Return the linearly interpolated quantile ``(subject,)``; NaN below `least` values."""
        return self._quantile(self._array(), fraction, least)

    def mean_and_sd(self, least: int) -> tuple[Float, Float]:
        """Return mean and standard deviation ``(subject,)``; NaN below `least` values."""
        values = self._array()
        n = np.where(self._known(least), self.n, np.nan)
        mean = _sum(np.where(np.isnan(values), 0.0, values)) / n
        deviation = np.where(np.isnan(values), 0.0, values - mean)
        return mean, np.sqrt(_sum(deviation * deviation) / n)

    def median_and_spread(self, least: int) -> tuple[Float, Float]:
        """Return the median, and the median absolute deviation as an SD ``(subject,)``; NaN below `least` values."""
        values = self._array()
        median = self._quantile(values, 0.5, least)
        return median, _MAD_TO_SD * self._quantile(np.abs(values - median), 0.5, least)

    def _array(self) -> Float:
        """Return all values ``(tick, subject)``, NaN where they do not count."""
        return self._values.all.T if len(self._values) else np.full((1, len(self.n)), np.nan)

    def _known(self, least: int) -> Bool:
        known: Bool = self.n >= max(least, 1)
        return known

    def _quantile(self, values: Float, fraction: float, least: int) -> Float:
        ordered = np.sort(values, axis=0)  # NaN goes to the end
        known = self._known(least)
        position = fraction * np.maximum(self.n - 1.0, 0.0)
        low = position.astype(np.int64)
        high = np.minimum(low + 1, np.maximum(self.n.astype(np.int64) - 1, 0))
        a, b = (np.take_along_axis(ordered, at[None], axis=0)[0] for at in (low, high))
        found: Float = np.where(known, a + (position - low) * (b - a), np.nan)
        return found


def _sum(values: Float) -> Float:
    total: Float = np.cumsum(values, axis=0)[-1]
    return total


class BaselineValues:
    """Collects a feature in baseline blocks, and says when what is made of it is to be made anew.

    Parameters
    ----------
    n_subjects
        How many there are.
    """

    def __init__(self, n_subjects: int) -> None:
        self.collected = Collected(n_subjects)
        self._fresh = False

    def add(self, values: Float, take: Bool, cue: Cue) -> None:
        """Take the values ``(subject,)`` of a tick, if it is one of a baseline."""
        if cue.block == "baseline":
            self.collected.add(values, take)
            self._fresh = True

    def ended(self, cue: Cue) -> bool:
        """Return whether a baseline has ended since this was last asked, so that there is something new."""
        ended = self._fresh and cue.block != "baseline"
        if ended:
            self._fresh = False
        return ended


class Opening:
    """Collects the first values of each subject: where a threshold begins, and how widely its feature spreads.

    Parameters
    ----------
    n_subjects, least
        How many subjects, and how many values of each are wanted.
    """

    def __init__(self, n_subjects: int, least: int) -> None:
        self.collected = Collected(n_subjects)
        self._least = least

    def add(self, values: Float, take: Bool) -> Bool:
        """Take the values ``(subject,)`` of a tick; return who has enough with it."""
        missing = take & (self.collected.n < self._least)
        if missing.any():
            self.collected.add(values, missing)
        return missing & (self.collected.n >= self._least)
