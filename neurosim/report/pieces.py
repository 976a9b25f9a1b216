"""Intervals for the numbers of one session, from its half minutes: what the session alone can honestly say."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from neurosim.core.spec import Float

if TYPE_CHECKING:
    import pandas as pd

    from neurosim.session.result import SessionFolder

#: Length of a piece [s], and how many of them an interval needs.
PIECE_S = 30.0
LEAST = 4
_LEVEL = 0.95
#: What is said of the intervals wherever they stand.
METHOD = (
    "Student's t over the means of half minutes (batch means), their number made smaller by what neighbours have in "
    "common (lag-1 correlation r: n (1 - r) / (1 + r)). An interval says where the mean of this person in this session "
    "would lie had it gone on like that; it says nothing of other people or days. Where there are fewer than four half "
    "minutes, or fewer than two that tell something of their own, as of a hand that warms all the time, there is none."
)


@dataclass(frozen=True)
class PieceMean:
    """A mean over pieces of a session.

    Attributes
    ----------
    n, n_effective
        Pieces, and how many independent ones they are worth.
    mean
        Over the pieces.
    error
        Its standard error; NaN where it cannot be told.
    """

    n: int
    n_effective: float
    mean: float
    error: float

    def interval(self) -> tuple[float, float]:
        """Return the ends of the 95 % interval."""
        return _ends(self.mean, self.error, self.n_effective - 1.0)


def _ends(mean: float, error: float, freedom: float) -> tuple[float, float]:
    from scipy.special import stdtrit

    if not math.isfinite(error):
        return math.nan, math.nan
    half = float(stdtrit(freedom, 0.5 + _LEVEL / 2)) * error
    return mean - half, mean + half


def piece_mean(values: Float, block: Float) -> PieceMean:
    """Return the mean of pieces in order, with the error that their correlation leaves it.

    Parameters
    ----------
    values
        The mean of each piece ``(piece,)``.
    block
        Which block each is in: neighbours are of the same block ``(piece,)``.

    Examples
    --------
    >>> x = piece_mean(np.array([1.0, 2.0, 1.0, 2.0]), np.zeros(4))
    >>> x.n_effective, [round(end, 3) for end in x.interval()]
    (4.0, [0.581, 2.419])
    """
    n = len(values)
    if not n:
        return PieceMean(0, 0.0, math.nan, math.nan)
    mean = float(values.mean())
    d = values - mean
    spread = float((d * d).sum())
    if n < LEAST or spread == 0.0:
        return PieceMean(n, float(n), mean, math.nan)
    neighbours = block[1:] == block[:-1]
    n_pairs = int(neighbours.sum())
    r = float((d[1:] * d[:-1])[neighbours].sum()) / spread * n / n_pairs if n_pairs else 0.0
    r = min(max(r, 0.0), 1.0)
    n_effective = n * (1.0 - r) / (1.0 + r)
    if n_effective < 2.0:
        return PieceMean(n, n_effective, mean, math.nan)
    return PieceMean(n, n_effective, mean, math.sqrt(spread / (n - 1) / n_effective))


def difference(one: PieceMean, other: PieceMean) -> tuple[float, float, float]:
    """Return the difference of two means and the ends of its 95 % interval, of unequal variances (Welch 1947)."""
    a, b = one.error**2, other.error**2
    mean = one.mean - other.mean
    if not math.isfinite(a + b):
        return mean, math.nan, math.nan
    freedom = (a + b) ** 2 / (a**2 / (one.n_effective - 1.0) + b**2 / (other.n_effective - 1.0))
    return mean, *_ends(mean, math.sqrt(a + b), freedom)


def session_intervals(session: SessionFolder, kinds: pd.Series[str], rates: list[str]) -> pd.DataFrame:
    """Return means with their intervals.

    Columns: ``what`` (a kind of block, or training less baseline), ``of`` (the trained feature, a column of `rates`, or
    ``valid``), ``n`` half minutes, ``n_effective``, ``mean``, ``low`` and ``high``.

    Parameters
    ----------
    session
        The folder.
    kinds
        Kind of the block of each tick.
    rates
        Columns of the table whose share of the training time is asked for.
    """
    import pandas as pd

    table, name = session.features, session.protocol.rule.trained
    start_s = table.groupby("block", sort=False)["onset"].transform("min")
    piece = ((table["onset"] - start_s) / PIECE_S + 1e-9).astype(int)
    cut = table.assign(kind=kinds, piece=piece, number=pd.factorize(table["block"])[0])
    pieces = [part for _, part in cut.groupby(["number", "piece"], sort=True)]
    whole = round(PIECE_S / session.protocol.update_interval_s)
    pieces = [part for part in pieces if len(part) >= whole - 1]
    rows: list[dict[str, Any]] = []
    found = {kind: _of_feature(pieces, kind, name) for kind in ("baseline", "training", "transfer")}
    for kind, x in found.items():
        rows.append(_row(kind, name, x, *x.interval()))
    if found["baseline"].n and found["training"].n:
        change, low, high = difference(found["training"], found["baseline"])
        both = PieceMean(found["training"].n, found["training"].n_effective, change, math.nan)
        rows.append(_row("training less baseline", name, both, low, high))
    for column in (*rates, "valid"):
        of_training = [part for part in pieces if part["kind"].iloc[0] == "training"]
        shares = np.array([float(part[column].mean()) for part in of_training])
        x = piece_mean(shares, np.array([float(part["number"].iloc[0]) for part in of_training]))
        low, high = x.interval()
        rows.append(_row("training", column, x, max(low, 0.0), min(high, 1.0)))
    return pd.DataFrame([row for row in rows if row["n"]], columns=list(_row("", "", PieceMean(0, 0, 0, 0), 0, 0)))


def _of_feature(pieces: list[pd.DataFrame], kind: str, name: str) -> PieceMean:
    """Return the mean of a feature over the pieces of a kind of block of which half can be trusted."""
    of_kind = [part for part in pieces if part["kind"].iloc[0] == kind and part["valid"].mean() >= 0.5]
    means = np.array([float(part.loc[part["valid"] == 1, name].mean()) for part in of_kind])
    return piece_mean(means, np.array([float(part["number"].iloc[0]) for part in of_kind]))


def _row(what: str, of: str, x: PieceMean, low: float, high: float) -> dict[str, Any]:
    return {"what": what, "of": of, "n": x.n, "n_effective": x.n_effective, "mean": x.mean, "low": low, "high": high}
