"""Blinding indices: how well arms were guessed, beyond chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from neurosim.core.spec import Float


@dataclass(frozen=True)
class BlindingIndex:
    """An index with its confidence interval.

    Parameters
    ----------
    value
        The index; NaN where it is not defined.
    standard_error
        Of a large sample.
    low, high
        Limits of the confidence interval (two-sided, normal).
    n
        How many were asked.
    """

    value: float
    standard_error: float
    low: float
    high: float
    n: int


def _with_interval(value: float, variance: float, n: int, confidence: float) -> BlindingIndex:
    error = float(np.sqrt(max(variance, 0.0)))
    reach = NormalDist().inv_cdf(0.5 + 0.5 * confidence) * error
    return BlindingIndex(value, error, value - reach, value + reach, n)


def bang_index(right: int, wrong: int, unknown: int = 0, *, confidence: float = 0.95) -> BlindingIndex:
    """Return Bang's index of one arm: the share of right guesses less that of wrong ones (Bang et al. 2004).

    1: all guess right; 0: as by chance, or nobody has an idea; -1: all guess wrong. Within -0.2 to 0.2 an arm usually
    counts as blind. doi 10.1016/j.cct.2003.10.016

    Parameters
    ----------
    right, wrong, unknown
        How many of the arm guessed it, guessed another, or did not know.
    confidence
        Of the two-sided interval; Bang's own one-sided limits of 95 % are those of 0.9.

    Examples
    --------
    >>> index = bang_index(82, 25, 170)
    >>> round(index.value, 2)
    0.21
    """
    n = right + wrong + unknown
    if n == 0:
        return BlindingIndex(np.nan, np.nan, np.nan, np.nan, 0)
    value = (right - wrong) / n
    # The variance of a multinomial's difference: p + q - (p - q)^2.
    return _with_interval(value, ((right + wrong) / n - value**2) / n, n, confidence)


def james_index(counts: Sequence[Sequence[int]] | Float, *, confidence: float = 0.95) -> BlindingIndex:
    """Return James' index of both arms together: disagreement of guess and arm (James et al. 1996).

    1: nobody knows; 0.5: guesses as by chance; 0: all guess right. Blinding counts as lost where the upper limit is
    below 0.5. doi 10.1002/(SICI)1097-0258(19960715)15:13<1421::AID-SIM266>3.0.CO;2-H

    Parameters
    ----------
    counts
        ``(3, 2)``: guesses of real, sham and unknown; of those in the real and the sham arm.
    confidence
        Of the two-sided interval.

    Notes
    -----
    With weights 0 for right, 1/2 for wrong and 1 for unknown the index comes down to d + g^2 W / (2 E): d and g are the
    shares who do not know and who guess, W the share of wrong guesses, E that expected from the margins of those who
    guess. The variance is that of the multinomial, to first order.

    Examples
    --------
    >>> round(james_index([[82, 27], [25, 29], [170, 83]]).value, 2)
    0.75
    """
    table = np.asarray(counts, dtype=np.float64)
    n = int(table.sum())
    if n == 0:
        return BlindingIndex(np.nan, np.nan, np.nan, np.nan, 0)
    p = table / n
    guessed = p[:2]
    rows, columns = guessed.sum(axis=1), guessed.sum(axis=0)
    g = float(guessed.sum())
    wrong = float(guessed[0, 1] + guessed[1, 0])
    expected = float(rows[0] * columns[1] + rows[1] * columns[0])
    if g == 0.0:
        return BlindingIndex(1.0, 0.0, 1.0, 1.0, n)
    if expected == 0.0:
        return BlindingIndex(np.nan, np.nan, np.nan, np.nan, n)
    value = 1.0 - g + g**2 * wrong / (2.0 * expected)
    slopes = np.zeros((3, 2))
    slopes[:2] = -1.0 + g * wrong / expected
    slopes[:2] += g**2 / (2.0 * expected) * (1.0 - np.eye(2))
    slopes[:2] -= g**2 * wrong / (2.0 * expected**2) * (columns[::-1, None] + rows[::-1])
    variance = ((p * slopes**2).sum() - (p * slopes).sum() ** 2) / n
    return _with_interval(value, float(variance), n, confidence)
