"""Slow cortical potentials: what a drive shifts at the vertex."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from neurosim.core.spec import Float
from neurosim.signals.body.span import STEP_HZ, Span


class SlowPotential:
    """Adds the latent `slow_potential` to the EEG, as a source under the vertex; by a straight line from step to step.

    Spontaneous slow potentials are in the background, whose spectrum rises towards 0 Hz.

    Parameters
    ----------
    fs
        Sampling rate [Hz].
    weights
        How it reaches the sensors, 1 at the strongest ``(1, channel)``.
    n_subjects
        How many subjects.
    """

    def __init__(self, fs: float, weights: Float, n_subjects: int) -> None:
        self._fs, self._weights, self._n = fs, weights, n_subjects

    def start(self, rest: Span) -> None:
        """Begin a session at rest."""
        self._row = rest.index["slow_potential"]
        self._before, self._now = np.zeros((2, self._n))

    def add(self, mixed: Float, start: int, bounds: NDArray[np.int64], step: int, fresh: bool, moved: Float) -> None:
        """Add it to the EEG ``(time, subject * channel)`` [uV]; the others as for `RhythmBank.generate`."""
        from neurosim.core.kernels.filters import mix

        levels = moved[:, self._row]
        if not len(mixed) or not (levels.any() or self._now.any() or self._before.any()):
            return
        first = np.stack([self._now if fresh else self._before, levels[0]])
        path = np.concatenate([first, levels[1:]])  # where each piece's line begins, and the end of the last
        piece = np.repeat(np.arange(len(levels)), np.diff(bounds))
        at = (start + np.arange(len(mixed))) * (STEP_HZ / self._fs) - (step + piece)
        shift = path[piece] + at[:, None] * (path[piece + 1] - path[piece])
        mix(np.ascontiguousarray(shift), self._weights, self._n, mixed)
        self._before, self._now = path[-2].copy(), path[-1].copy()
