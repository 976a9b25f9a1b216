"""The synthetic bodies that are compared: average ones, and people who differ as the table of traits says."""

from __future__ import annotations

from collections.abc import Callable, Collection

import numpy as np

from neurosim.core.drive import NEUTRAL, Drive
from neurosim.core.spec import Float, concatenate
from neurosim.core.timeline import TickGrid
from neurosim.signals.body.body import Body
from neurosim.signals.eeg.eeg import EEG

#: Average bodies that differ only by chance, and people; a statistic of the first tells how sure it is.
N_AVERAGE, N_PEOPLE = 8, 40
SEED = 7
_TICK_S = 1.0


def live(
    streams: Collection[str],
    duration_s: float,
    *,
    n: int,
    spread: float = 0.0,
    drive: Drive | Callable[[float], Drive] = NEUTRAL,
    skip_s: float = 0.0,
    tick_s: float = _TICK_S,
    eeg: EEG | None = None,
) -> dict[str, Float]:
    """Let bodies live for a while.

    Parameters
    ----------
    streams
        What to keep.
    duration_s
        For how long, after what is left out [s].
    n
        How many bodies.
    spread
        How much they differ: 0 all average, 1 as people do.
    drive
        What acts on them, at all times or by the time of a tick [s].
    skip_s
        How much is left out at the beginning, so that a drive has done its work [s].
    tick_s
        How often a drive may change [s].
    eeg
        Sensors other than the usual.

    Returns
    -------
    dict
        By stream ``(body, channel, n_times)``.
    """
    grid = TickGrid(tick_s)
    whole = Body(spread=spread) if eeg is None else Body(spread=spread, eeg=eeg)
    body = whole.prepare(grid, SEED, tuple(range(n)), (n,))
    body.select(streams)
    ticks: dict[str, list[Float]] = {name: [] for name in streams}
    for tick in range(grid.n_ticks(skip_s + duration_s)):
        at_s = tick * tick_s
        made = body.generate(tick, drive(at_s) if callable(drive) else drive)
        if at_s >= skip_s:
            for name in streams:
                ticks[name].append(made[name])
    return {name: np.ascontiguousarray(concatenate(pieces)) for name, pieces in ticks.items()}


def channel_of(stream: str, name: str) -> int:
    """Return where a channel stands in a stream."""
    return Body().prepare(TickGrid(_TICK_S), SEED, (0,), ()).specs[stream].ch_names.index(name)
