"""The table that clinicians read first: each minute, or each trial, as mean, standard deviation and change."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from neurosim.core.spec import Float
from neurosim.session.tick import Sink, Tick


@dataclass
class Stretch:
    """A minute of a block, or a trial; arrays are ``(feature,)`` over its trusted ticks.

    Sums are of differences from the first value, so that a temperature loses no digits.

    Attributes
    ----------
    block, number
        Where it lies: the name of the block, and the minute in it or the trial of the session, from 1.
    trial
        Whether it is a trial.
    start_s
        Where it begins [s].
    n_ticks, n_valid
        Ticks so far, and those that could be trusted.
    """

    block: str
    number: int
    trial: bool
    start_s: float
    first: Float
    n_ticks: int = 0
    n_valid: int = 0
    _time: float = 0.0
    _time_squared: float = 0.0
    _sum: Float = field(default_factory=lambda: np.zeros(0))
    _squared: Float = field(default_factory=lambda: np.zeros(0))
    _by_time: Float = field(default_factory=lambda: np.zeros(0))

    def add(self, time_s: float, values: Float, valid: bool) -> None:
        """Take the next tick."""
        self.n_ticks += 1
        if not valid:
            return
        if not self.n_valid:
            self.first = values.copy()
            self._sum, self._squared, self._by_time = np.zeros((3, len(values)))
        since, difference = time_s - self.start_s, values - self.first
        self.n_valid += 1
        self._time += since
        self._time_squared += since * since
        self._sum += difference
        self._squared += difference * difference
        self._by_time += since * difference

    @property
    def mean(self) -> Float:
        """Mean of each feature; NaN where nothing could be trusted."""
        return self.first + self._sum / self.n_valid if self.n_valid else np.full(len(self.first), np.nan)

    @property
    def sd(self) -> Float:
        """Standard deviation of each feature, with n - 1; NaN below two ticks."""
        n = self.n_valid
        if n < 2:
            return np.full(len(self.first), np.nan)
        sd: Float = np.sqrt(np.maximum(self._squared - self._sum**2 / n, 0.0) / (n - 1))
        return sd

    @property
    def change_per_min(self) -> Float:
        """Slope of the least-squares line of each feature [its unit a minute]; NaN below two ticks."""
        n = self.n_valid
        spread = self._time_squared - self._time**2 / n if n else 0.0
        if n < 2 or spread <= 0.0:
            return np.full(len(self.first), np.nan)
        slope: Float = 60.0 * (self._by_time - self._time * self._sum / n) / spread
        return slope


class Minutes(Sink):
    """Keeps a row a minute of every block, or a row a trial where there are trials; for one subject.

    Attributes
    ----------
    rows
        In order; the last one is still going on.
    """

    def __init__(self) -> None:
        self.rows: list[Stretch] = []
        self._block_start_s = 0.0
        self._block: object = None

    def write(self, tick: Tick) -> None:
        if tick.block is not self._block:
            self._block, self._block_start_s = tick.block, tick.start_s
        trial = tick.feedback.cue.trial
        minute = int((tick.start_s - self._block_start_s + 1e-9) // 60.0) + 1
        number = trial or minute
        last = self.rows[-1] if self.rows else None
        begins = tick.start_s == self._block_start_s
        if last is None or begins or (last.number, last.trial) != (number, trial > 0):
            empty = np.full(len(tick.features), np.nan)
            last = Stretch(tick.block.name, number, trial > 0, tick.start_s, empty)
            self.rows.append(last)
        last.add(tick.start_s, tick.features, bool(tick.feedback.valid))

    def baseline(self) -> Float | None:
        """Return the mean of each feature over the first block's rows, trusted ticks alike; None without any."""
        first = [row for row in self.rows if row.block == self.rows[0].block and row.n_valid]
        if not first:
            return None
        weights = np.array([row.n_valid for row in first], dtype=np.float64)
        mean: Float = weights @ np.stack([row.mean for row in first]) / weights.sum()
        return mean
