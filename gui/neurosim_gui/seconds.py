"""The whole session at a glance: the mean of each second of features, devices and state, for an hour."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from neurosim.core.spec import Float, SignalSpec
from neurosim.session.tick import Tick

#: The streams that are kept so besides the features: what devices give, and what moves in the body.
STREAMS = ("truth/devices", "truth/state")
_KEPT_S = 3600


class Seconds:
    """Means of whole seconds, from the beginning of the session on.

    Parameters
    ----------
    streams
        All streams of the session; those of `STREAMS` are kept.
    features
        Names of the features.
    update_interval_s
        Length of a tick [s].
    """

    def __init__(self, streams: Mapping[str, SignalSpec], features: Sequence[str], update_interval_s: float) -> None:
        self._first = {"": 0}
        n = len(features)
        for name in (name for name in STREAMS if name in streams):
            self._first[name] = n
            n += streams[name].n_channels
        self._per_s = max(1, round(1.0 / update_interval_s))
        self._step_s = self._per_s * update_interval_s
        self._kept = np.full((n, _KEPT_S), np.nan)
        self._sum, self._n, self._ticks = np.zeros(n), np.zeros(n), 0

    def write(self, tick: Tick) -> None:
        """Take a tick."""
        for name, first in self._first.items():
            x = tick.samples[name] if name else tick.features[:, None]
            rows = slice(first, first + x.shape[0])
            self._sum[rows] += x.sum(axis=-1)
            self._n[rows] += x.shape[-1]
        self._ticks += 1
        if self._ticks % self._per_s == 0:
            at = (self._ticks // self._per_s - 1) % _KEPT_S
            self._kept[:, at] = self._sum / np.maximum(self._n, 1.0)
            self._sum[:], self._n[:] = 0.0, 0.0

    def read(self, stream: str, row: int) -> tuple[Float, Float]:
        """Return when each second was, at its middle, and the means ``(second,)``; no stream for a feature."""
        total = self._ticks // self._per_s
        n = min(total, _KEPT_S)
        at = np.arange(total - n, total)
        middle_s = (np.arange(total - n, total, dtype=np.float64) + 0.5) * self._step_s
        means: Float = self._kept[self._first[stream] + row, at % _KEPT_S]
        return middle_s, means

    @property
    def now_s(self) -> float:
        """How long the session has been running [s]."""
        return self._ticks * self._step_s / self._per_s if self._ticks else math.nan
