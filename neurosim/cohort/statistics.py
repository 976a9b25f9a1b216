"""Means with their confidence intervals, shares, and change that is more than an unreliable measure."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from neurosim.core.spec import Bool, Float

_LEVEL = 0.95


@dataclass(frozen=True)
class Interval:
    """An estimate with its 95 % confidence interval.

    Attributes
    ----------
    n
        How many people it is from.
    mean, low, high
        The estimate and the ends of the interval; NaN where there are too few people.
    """

    n: int
    mean: float
    low: float
    high: float


def mean_interval(values: Float) -> Interval:
    """Return a mean with Student's interval; values that are not finite are left out.

    Examples
    --------
    >>> x = mean_interval(np.array([1.0, 2.0, 3.0]))
    >>> round(x.low, 3), x.mean, round(x.high, 3)
    (-0.484, 2.0, 4.484)
    """
    from scipy.special import stdtrit

    x = values[np.isfinite(values)]
    n = len(x)
    if n < 2:
        return Interval(n, float(x[0]) if n else math.nan, math.nan, math.nan)
    mean, half = float(x.mean()), float(stdtrit(n - 1, 0.5 + _LEVEL / 2) * x.std(ddof=1) / math.sqrt(n))
    return Interval(n, mean, mean - half, mean + half)


def share_interval(hits: Bool) -> Interval:
    """Return a share with the interval of Wilson 1927 (doi:10.1080/01621459.1927.10502953), good at 0 and 1 too.

    Examples
    --------
    >>> x = share_interval(np.array([False] * 20))
    >>> x.mean, x.low, round(x.high, 3)
    (0.0, 0.0, 0.161)
    """
    from scipy.special import ndtri

    n = len(hits)
    if not n:
        return Interval(0, math.nan, math.nan, math.nan)
    p, z = float(np.mean(hits)), float(ndtri(0.5 + _LEVEL / 2))
    centre = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * math.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    return Interval(n, p, max(0.0, centre - half), min(1.0, centre + half))


def correlation_interval(x: Float, y: Float) -> Interval:
    """Return Pearson's correlation with the interval of Fisher's z."""
    from scipy.special import ndtri

    n, r = len(x), float(np.corrcoef(x, y)[0, 1])
    half = float(ndtri(0.5 + _LEVEL / 2)) / math.sqrt(n - 3)
    return Interval(n, r, math.tanh(math.atanh(r) - half), math.tanh(math.atanh(r) + half))


def reliable_change(before: Float, after: Float, steady_before: Float, steady_after: Float) -> Float:
    """Return the reliable change index of each person ``(person,)``; above 1.96 it is more than the measure's error.

    Jacobson & Truax 1991, doi:10.1037/0022-006X.59.1.12: the change over the standard error of a difference,
    ``SD sqrt(2) sqrt(1 - r)``. SD and the test-retest reliability r come from people in whom nothing changed; what
    their mean changed by is no learning and is taken off.

    Parameters
    ----------
    before, after
        A measure of the trained people ``(person,)``.
    steady_before, steady_after
        The same of the people in whom nothing changed.
    """
    if len(steady_before) < 3:
        return np.full(before.shape, np.nan)
    r = max(0.0, float(np.corrcoef(steady_before, steady_after)[0, 1]))
    error = float(steady_before.std(ddof=1)) * math.sqrt(2.0) * math.sqrt(1.0 - r)
    index: Float = (after - before - float(np.mean(steady_after - steady_before))) / error
    return index
