"""From the time stamps of samples to their place in the session: gaps, duplicates, the rate that is measured."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

import numpy as np

from neurosim.core.errors import StreamError
from neurosim.core.spec import Float

_FORGET_S = 10.0
_SURE_S = 10.0  # stamps that jitter by 10 ms give the rate to a thousandth long before
_STALL_S = 0.2  # what steps further was held up, and says nothing about the rate
_OFF_RATE = 0.01
_WRONG_RATE = 0.2
_KEPT_S = 1.0
_LONGEST_S = 3600.0  # a stamp further ahead is of another clock


@dataclass(frozen=True, slots=True)
class Note:
    """Something about a stretch of samples.

    Parameters
    ----------
    index, n_times
        Its first sample, and its length.
    kind, text
        As in `SessionEvent`.
    """

    index: int
    n_times: int
    kind: str
    text: str


class Timeline:
    """Puts samples in their places: sample i stands at i / fs, and where samples are missing there is NaN.

    Stamps jitter, and no clock runs exactly at the nominal rate. So a straight line through the stamps of the last
    seconds says when each sample was taken, as readers of XDF files do it for the whole file, and only a jump between
    two stamps is a gap.

    Parameters
    ----------
    fs
        Nominal sampling rate [Hz].
    n_channels
        Of a row.
    gap_s
        The shortest jump that is a gap [s].

    Attributes
    ----------
    n
        Number of samples so far, those that are missing included.
    notes
        What was found, for somebody to take.
    """

    def __init__(self, fs: float, n_channels: int, gap_s: float) -> None:
        self.fs, self.gap_s = fs, gap_s
        self._n_channels = n_channels
        self.n = 0
        self.notes: list[Note] = []
        self._filled_from: int | None = None
        self._off = False
        self.restart()

    def restart(self) -> None:
        """Take the next sample as the first of a new line; the count of samples goes on."""
        self._last = -math.inf
        self._kept: deque[tuple[Float, Float]] = deque()
        self._new: deque[tuple[int, Float, Float]] = deque()
        self._period_s = 1.0 / self.fs
        self._filled_from = None
        self._anchor(0.0)
        self._weight = 0.0

    @property
    def started(self) -> bool:
        """Whether there has been a sample."""
        return self._last > -math.inf

    @property
    def is_sure(self) -> bool:
        """Whether samples come, and have come for so long without a break that the line through their stamps holds."""
        return self._filled_from is None and self.n - self._since > _SURE_S * self.fs

    @property
    def rate_hz(self) -> float:
        """Sampling rate as measured; the nominal one until it is sure [Hz]."""
        self.absorb()
        return 1.0 / self._period_s

    def time_of(self, index: float) -> float:
        """Return when a sample is taken, on the clock of the stamps [s]."""
        self.absorb()
        return self._mean[1] + (index - self._mean[0]) * self._period_s

    def index_of(self, time_s: float) -> float:
        """Return which sample is taken at a time, in fractions."""
        self.absorb()
        return self._mean[0] + (time_s - self._mean[1]) / self._period_s

    def fill(self, n_times: int) -> Float:
        """Let samples be missing, because none have come; return the rows."""
        if self._filled_from is None:
            self._filled_from = self.n
            self.notes.append(Note(self.n, 0, "silence", "no samples come"))
        self.n += n_times
        return np.full((n_times, self._n_channels), np.nan)

    def place(self, rows: Float, stamps: Float) -> Float:
        """Return the next samples of the session, with NaN for those that are missing before or between them.

        Parameters
        ----------
        rows
            ``(time, channel)``.
        stamps
            When each was taken [s].

        Raises
        ------
        StreamError
            When a stamp is no number.
        """
        if not math.isfinite(stamps.sum()):
            raise StreamError("gives time stamps that are no numbers; restart what sends it")
        steps = self._steps(stamps)
        shortest, longest = steps.min(), steps.max()
        most = self.gap_s + 1.0 / self.fs
        usual = min(self.gap_s, _STALL_S) + 1.0 / self.fs
        if shortest > 0.0 and longest <= usual and self._filled_from is None:
            self._append(rows, stamps)
            return rows
        if shortest <= 0.0:
            rows, stamps = self._without_duplicates(rows, stamps)
            steps = self._steps(stamps)
        if not len(stamps):
            return rows
        jumps = (steps > usual) | (steps < -self.gap_s)
        jumps[0] |= self._filled_from is not None
        placed = []
        borders = np.flatnonzero(jumps)
        for start, stop in zip([0, *borders], [*borders, len(stamps)], strict=True):
            if start in borders:
                placed.append(self._resume(float(stamps[start]), float(steps[start]) > most))
            if stop > start:
                self._append(rows[start:stop], stamps[start:stop])
                placed.append(rows[start:stop])
        return np.concatenate(placed) if placed else rows

    def _steps(self, stamps: Float) -> Float:
        """Return from the stamp before to each stamp [s]."""
        steps = np.empty(len(stamps))
        steps[:1] = stamps[:1] - self._last
        np.subtract(stamps[1:], stamps[:-1], out=steps[1:])
        return steps

    def _resume(self, stamp: float, is_gap: bool) -> Float:
        """Go on at a stamp behind a jump; return the rows that are missing."""
        self.absorb()
        stalled = self._filled_from is None and stamp > self._last and not is_gap
        if not self.started or stalled:
            self._anchor(stamp)
            return np.zeros((0, self._n_channels))
        start = self.n if self._filled_from is None else self._filled_from
        missing = round((stamp - self.time_of(self.n)) * self.fs)
        late = self.n - start
        if stamp <= self._last or missing > _LONGEST_S * self.fs:
            missing = 0
            self._kept.clear()
            self.notes.append(Note(start, late, "gap", "the clock of the stream was set anew; how long is not known"))
        elif missing + late > 0:
            missing = max(missing, 0)
            self.notes.append(Note(start, late + missing, "gap", f"{(late + missing) / self.fs:.3f} s without samples"))
        self.n += max(missing, 0)
        self._filled_from = None
        self._anchor(stamp)
        return np.full((max(missing, 0), self._n_channels), np.nan)

    def _without_duplicates(self, rows: Float, stamps: Float) -> tuple[Float, Float]:
        """Leave out samples that have come before: the same stamp and the same values."""
        self.absorb()
        times = np.concatenate([*(kept for kept, _ in self._kept), stamps])
        values = np.concatenate([*(kept for _, kept in self._kept), rows])
        n_before = len(times) - len(stamps)
        newest = np.maximum.accumulate(np.concatenate([[self._last], stamps]))[:-1]
        new = np.ones(len(stamps), dtype=np.bool_)
        for i in np.flatnonzero(stamps <= newest).tolist():
            earlier = slice(0, n_before + i)
            same = (values[earlier] == rows[i]) | (np.isnan(values[earlier]) & np.isnan(rows[i]))
            new[i] = not (same.all(axis=1) & (times[earlier] == stamps[i])).any()
        if n_twice := int((~new).sum()):
            self.notes.append(Note(self.n, 0, "duplicate", f"{n_twice} samples came twice; they are left out"))
        return rows[new], stamps[new]

    def _append(self, rows: Float, stamps: Float) -> None:
        if not self.started:
            self._anchor(float(stamps[0]))
        self._new.append((self.n, rows, stamps))
        self.n += len(stamps)
        self._last = float(stamps[-1])

    def absorb(self) -> None:
        """Take what is new into the line; it can wait until the feedback is out.

        Raises
        ------
        StreamError
            When the rate is so far from the nominal one that every filter would measure something else.
        """
        while self._new:
            first, rows, stamps = self._new.popleft()
            n = len(stamps)
            self._kept.append((stamps, rows))
            while stamps[-1] - self._kept[0][0][-1] > _KEPT_S:
                self._kept.popleft()
            self._follow(first + 0.5 * (n - 1), float(stamps.sum()) / n, n)

    def _anchor(self, stamp: float) -> None:
        """Begin the line anew: the next sample stands at this stamp."""
        self._mean = float(self.n), stamp
        self._weight, self._since = 0.0, self.n
        self._squares = self._products = 0.0

    def _follow(self, index: float, stamp: float, n: int) -> None:
        """Take the mean of a chunk into the line, which forgets what is long ago (weighted least squares)."""
        kept = math.exp(-n / (self.fs * _FORGET_S))
        weight = self._weight * kept + n
        along, off = index - self._mean[0], stamp - self._mean[1]
        share = n / weight
        self._squares = self._squares * kept + n * (1.0 - share) * along * along
        self._products = self._products * kept + n * (1.0 - share) * along * off
        self._mean, self._weight = (self._mean[0] + share * along, self._mean[1] + share * off), weight
        if index - self._since < _SURE_S * self.fs or self._squares == 0.0:
            return
        self._period_s = max(self._products / self._squares, 1e-9)
        rate_hz = 1.0 / self._period_s
        off_by = abs(rate_hz / self.fs - 1.0)
        if off_by > _WRONG_RATE:
            raise StreamError(
                f"says {self.fs:g} samples a second and gives {rate_hz:.1f}, so that every filter would measure "
                "another frequency; correct the rate where it is sent, or give the true one as fs="
            )
        if off_by > _OFF_RATE and not self._off:
            self.notes.append(Note(self.n, 0, "rate", f"{rate_hz:.2f} Hz measured, {self.fs:g} Hz said"))
        self._off = off_by > _OFF_RATE
