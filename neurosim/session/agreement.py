"""How well and how late an estimate follows the truth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurosim.core.spec import Float


@dataclass(frozen=True)
class Agreement:
    """How an estimate follows the truth.

    Attributes
    ----------
    correlation
        Pearson's, of the estimate with the truth that lies `delay_s` before it.
    delay_s
        By how much the estimate is late: where the correlation is largest [s].
    error
        Root mean square of estimate minus truth, the delay taken off, in their unit.
    """

    correlation: float
    delay_s: float
    error: float


def agreement(estimate: Float, truth: Float, interval_s: float, longest_s: float = 2.0) -> Agreement | None:
    """Compare an estimate with the truth; None where there is too little of both, or one of them stands still.

    Parameters
    ----------
    estimate, truth
        ``(n,)``, the values at the same moments; what is not finite is left out.
    interval_s
        Between two values [s].
    longest_s
        Longest delay that is looked for [s].

    Examples
    --------
    >>> truth = np.sin(np.arange(400) / 10)
    >>> found = agreement(truth[:-8], truth[8:], 0.01)
    >>> found is None or (round(found.correlation, 3), round(found.delay_s, 3), round(found.error, 3))
    (1.0, 0.08, 0.0)
    """
    longest = min(round(longest_s / interval_s), estimate.size // 2)
    correlations = np.array([_correlation(estimate[k:], truth[: truth.size - k]) for k in range(longest + 1)])
    if estimate.size < 3 or not np.isfinite(correlations).any():
        return None
    best = int(np.nanargmax(correlations))
    apart = estimate[best:] - truth[: truth.size - best]
    error = float(np.sqrt(np.nanmean(apart**2)))
    return Agreement(float(correlations[best]), (best + _vertex(correlations, best)) * interval_s, error)


def _correlation(x: Float, y: Float) -> float:
    kept = np.isfinite(x) & np.isfinite(y)
    x, y = x[kept] - x[kept].mean() if kept.any() else x[kept], y[kept] - y[kept].mean() if kept.any() else y[kept]
    norm = float(np.sqrt((x @ x) * (y @ y)))
    return float(x @ y) / norm if norm > 0 else np.nan


def _vertex(y: Float, at: int) -> float:
    """Return where the parabola through a largest value and its neighbours is highest, -0.5 to 0.5 from it."""
    if not 0 < at < y.size - 1:
        return 0.0
    before, here, after = y[at - 1 : at + 2].tolist()
    bend = before - 2 * here + after
    return 0.5 * (before - after) / bend if bend < 0 else 0.0
