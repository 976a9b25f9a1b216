"""A body of which only some streams are made."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from neurosim.core.drive import NEUTRAL, Drive
from neurosim.core.timeline import TickGrid
from neurosim.signals.body.body import Body

Float = NDArray[np.float64]


@pytest.fixture(scope="session")
def record() -> Callable[..., dict[str, Float]]:
    """Return a function that makes streams, and those of the same organs, ``(*batch, channel, time)``."""

    def made(
        streams: tuple[str, ...],
        duration_s: int,
        drive: Drive | Callable[[int], Drive] = NEUTRAL,
        *,
        body: Body | None = None,
        n: int = 0,
    ) -> dict[str, Float]:
        source = (body or Body()).prepare(TickGrid(1.0), 1, tuple(range(max(n, 1))), (n,) if n else ())
        source.select(streams)
        ticks = [source.generate(k, drive(k) if callable(drive) else drive) for k in range(duration_s)]
        return {name: np.concatenate([tick[name] for tick in ticks], axis=-1) for name in source.specs}

    return made
