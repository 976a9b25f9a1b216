"""What has come of something in time, kept for later."""

from __future__ import annotations

from typing import Generic

import numpy as np
from numpy.typing import NDArray

from neurosim.core.spec import AnyScalar, Bool, Samples, time_first, time_last
from neurosim.core.stage import Baseline

#: Times there is room for at first: a second of most signals.
_FIRST = 256


class Tape(Generic[AnyScalar]):
    """All chunks of a stream side by side, in memory that doubles when it is full.

    A list of chunks would have to be joined when it is read, at the very tick that needs the time for what it is read
    for: thousands of small arrays, where a baseline ends.

    Examples
    --------
    >>> tape: Tape[np.float64] = Tape()
    >>> tape.extend(np.array([[1.0, 2.0]]))
    >>> tape.extend(np.array([[3.0]]))
    >>> tape.all
    array([[1., 2., 3.]])
    """

    def __init__(self) -> None:
        self._kept: NDArray[AnyScalar] | None = None
        self._n = 0

    def __len__(self) -> int:
        """Return how many times have come."""
        return self._n

    def extend(self, chunk: NDArray[AnyScalar]) -> None:
        """Take the next chunk ``(..., time)``; it is copied."""
        rows = time_first(chunk)
        end = self._n + len(rows)
        if self._kept is None or end > len(self._kept):
            grown = np.empty((max(_FIRST, 2 * end), *rows.shape[1:]), rows.dtype)
            if self._kept is not None:
                grown[: self._n] = self._kept[: self._n]
            self._kept = grown
        self._kept[self._n : end] = rows
        self._n = end

    @property
    def all(self) -> NDArray[AnyScalar]:
        """View everything ``(..., time)``, time-major in memory.

        Raises
        ------
        ValueError
            When nothing has come.
        """
        if self._kept is None:
            raise ValueError("nothing has come yet, not even how many channels there are")
        return time_last(self._kept[: self._n])


class BaselineTape:
    """All samples of a stream, and which of them can be trusted."""

    def __init__(self) -> None:
        self._samples: Tape[np.float64] = Tape()
        self._valid: Tape[np.bool_] = Tape()

    def __len__(self) -> int:
        """Return how many samples have come."""
        return len(self._samples)

    def extend(self, samples: Samples, valid: Bool) -> None:
        """Take the next samples ``(*batch, channel, time)``, and which can be trusted ``(*batch, time)``."""
        self._samples.extend(samples)
        self._valid.extend(valid)

    @property
    def all(self) -> Baseline:
        """View everything; see `Tape.all`."""
        return self._samples.all, self._valid.all
