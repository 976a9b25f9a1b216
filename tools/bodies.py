"""Bodies of which only some streams are made, for tests and for the figures of the documentation."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from neurosim.core.drive import NEUTRAL, Drive
from neurosim.core.spec import Float
from neurosim.core.timeline import TickGrid
from neurosim.signals import Body


def record(
    streams: tuple[str, ...],
    duration_s: int,
    drive: Drive | Callable[[int], Drive] = NEUTRAL,
    *,
    body: Body | None = None,
    n: int = 0,
) -> dict[str, Float]:
    """Return streams, and those of the same organs, ``(*batch, channel, time)``.

    Parameters
    ----------
    streams
        Which ones.
    duration_s
        How much of them [s].
    drive
        What acts, all the time or by the second.
    body
        Whose; by default that of a healthy adult.
    n
        How many of it; 0 for one without a batch axis.
    """
    source = (body or Body()).prepare(TickGrid(1.0), 1, tuple(range(max(n, 1))), (n,) if n else ())
    source.select(streams)
    ticks = [source.generate(k, drive(k) if callable(drive) else drive) for k in range(duration_s)]
    return {name: np.concatenate([tick[name] for tick in ticks], axis=-1) for name in source.specs}
