"""A stretch of time as the organs see it: the state at each step, and what happens in it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from neurosim.core.drive import DriveEvent
from neurosim.core.spec import Float
from neurosim.core.timeline import exact

#: The state of the body advances in steps of 1/32 s, on absolute time.
STEP_HZ = 32.0


@lru_cache(maxsize=256)
def _steps_per_sample(fs: float) -> tuple[int, int]:
    ratio = exact(STEP_HZ) / exact(fs)
    return ratio.numerator, ratio.denominator


def step_of(sample: int, fs: float) -> int:
    """Return the step that a sample lies in."""
    numerator, denominator = _steps_per_sample(fs)
    return sample * numerator // denominator


def steps_of(start: int, n_times: int, fs: float) -> NDArray[np.int64]:
    """Return the step of each of some samples ``(n_times,)``."""
    numerator, denominator = _steps_per_sample(fs)
    steps: NDArray[np.int64] = np.arange(start, start + n_times, dtype=np.int64) * numerator // denominator
    return steps


def cuts(start: int, n_times: int, fs: float) -> NDArray[np.int64]:
    """Return where steps begin among some samples, with both ends ``(n_steps + 1,)``, counted from the first sample.

    For rates of 32 Hz and more. The first piece belongs to the step of sample ``start``, each next one to the next.

    Examples
    --------
    >>> cuts(6, 12, fs=256.0)
    array([ 0,  2, 10, 12])
    """
    numerator, denominator = _steps_per_sample(fs)
    first, last = step_of(start, fs), step_of(start + max(n_times, 1) - 1, fs)
    inner = -(-np.arange(first + 1, last + 1, dtype=np.int64) * denominator // numerator) - start
    return np.concatenate([[0], inner, [n_times]]).astype(np.int64)


@dataclass
class Span:
    """The body over a stretch of time.

    Parameters
    ----------
    first
        The step of the first row. The step before what is new is kept as well, for samples that still lie in it.
    index
        Where each quantity stands.
    values
        ``(step, quantity, subject)``, contiguous.
    events
        Everything that goes on, in the order of its beginning.
    inner
        What the inner organs note for the others, by name: ``"breath"``, ``"beats"``.
    """

    first: int
    index: Mapping[str, int]
    values: Float
    events: Sequence[DriveEvent] = ()
    inner: dict[str, Any] = field(default_factory=dict)

    def __getitem__(self, quantity: str) -> Float:
        """Return a quantity ``(step, subject)``."""
        return self.values[:, self.index[quantity]]

    def at(self, quantity: str, step: int) -> Float:
        """Return a quantity at a step ``(subject,)``."""
        row: Float = self.values[step - self.first, self.index[quantity]]
        return row

    def rows(self, quantity: str, start: int, n_times: int, fs: float) -> Float:
        """Return a quantity at each of some samples ``(n_times, subject)``."""
        rows: Float = self.values[steps_of(start, n_times, fs) - self.first, self.index[quantity]]
        return rows

    def of_kind(self, *kinds: str) -> list[DriveEvent]:
        """Return the events of some kinds, by onset.

        Sums of floats depend on their order, which must not be the one in which ticks bring the events.
        """
        return sorted((event for event in self.events if event.kind in kinds), key=_by_onset) if self.events else []

    def beginning(self, first: int, *kinds: str) -> list[tuple[int, DriveEvent]]:
        """Return what begins from a step on, in order, each with the first step that is wholly after its onset."""
        last = self.first + len(self.values)
        steps = [(math.ceil(event.onset_s * STEP_HZ), event) for event in self.of_kind(*kinds)]
        return sorted((pair for pair in steps if first <= pair[0] < last), key=lambda pair: pair[0])


def _by_onset(event: DriveEvent) -> tuple[float, str, str, int]:
    return event.onset_s, event.kind, event.where, -1 if event.subject is None else event.subject
