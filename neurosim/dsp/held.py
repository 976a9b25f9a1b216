"""What stages share that make a new estimate now and then and hold it in between."""

from __future__ import annotations

from abc import abstractmethod

import numpy as np
from pydantic import Field

from neurosim.core.spec import Float, Samples, SignalSpec, as_lanes, from_lanes
from neurosim.core.stage import Stage, StageConfig


class WindowedConfig(StageConfig):
    """What stages share that look at a window which moves on in steps."""

    window_s: float = Field(2.0, gt=0, le=120, description="length of the window", json_schema_extra={"unit": "s"})
    update_s: float = Field(
        1 / 16, gt=0, le=10, description="time from one estimate to the next; held in between",
        json_schema_extra={"unit": "s"},
    )  # fmt: skip

    def first_value_s(self) -> float:
        """Return the length of the window."""
        return self.window_s

    def n_update(self, fs: float) -> int:
        """Return the samples from one estimate to the next."""
        return max(1, round(self.update_s * fs))

    def n_blocks(self, fs: float) -> int:
        """Return how many such blocks a window has."""
        return max(1, round(self.window_s * fs / self.n_update(fs)))

    def window_delay_s(self, fs: float) -> float:
        """Return the age of the middle of the window, half of an update's hold included [s]."""
        n_update = self.n_update(fs)
        return ((self.n_blocks(fs) * n_update - 1) / 2.0 + (n_update - 1) / 2.0) / fs


class HeldStage(Stage):
    """A stage that makes an estimate every ``n_update`` samples, on absolute indices, and holds it.

    An estimate is a value once its window is full: from less of it a coherence, for one, would be too high.

    Parameters
    ----------
    n_update
        Samples from one estimate to the next.
    n_window
        Updates until the window is full.
    first
        What is held before there is an estimate.
    spec
        Of the output.
    """

    def __init__(self, n_update: int, n_window: int, first: float, spec: SignalSpec) -> None:
        super().__init__(spec)
        self.n_update, self._n_window, self._first = n_update, n_window, first
        self.reset()

    def reset(self) -> None:
        self.index = 0
        self._held = np.full(self.spec.n_lanes, self._first)

    @abstractmethod
    def estimate(self, x: Float, estimates: Float) -> None:
        """Take in ``x (time, lane)`` and fill ``estimates (update, lane)``; `index` is that of the first sample."""

    def process(self, x: Samples) -> Samples:
        lanes = as_lanes(x)
        before, after = self.index // self.n_update, (self.index + len(lanes)) // self.n_update
        estimates = np.empty((1 + after - before, self.spec.n_lanes))
        estimates[0] = self._held
        self.estimate(lanes, estimates[1:])
        newest = np.arange(self.index + 1, self.index + 1 + len(lanes)) // self.n_update - before
        self._held = estimates[-1].copy()
        self.tell_unknown((newest + before < self._n_window)[:, None].repeat(self.spec.n_subjects, axis=1))
        self.index += len(lanes)
        return from_lanes(estimates.take(newest, axis=0), self.spec.batch_shape, self.spec.n_channels)


class WindowMean:
    """The mean of some columns over the last blocks of a window.

    Parameters
    ----------
    n_update, n_blocks
        Samples in a block, blocks in a window.
    n_columns
        How many.
    """

    def __init__(self, n_update: int, n_blocks: int, n_columns: int) -> None:
        self._n_update = n_update
        self._running = np.zeros(n_columns)
        self._ring = np.zeros((n_blocks, n_columns))

    def __call__(self, x: Float, index: int, n_updates: int) -> Float:
        """Return the means ``(update, column)`` that the samples ``(time, column)`` from `index` on complete."""
        from neurosim.core.kernels.blocks import block_means

        means = np.empty((n_updates, x.shape[1]))
        block_means(x, self._n_update, index, self._running, self._ring, means)
        return means
