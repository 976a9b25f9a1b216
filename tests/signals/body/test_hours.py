"""A body that lives for hours takes no more memory than after its first minutes.

Two hours of a hundred subjects are for a run by hand: ``python tests/signals/body/test_hours.py 100 7200``.
"""

from __future__ import annotations

import gc
import os
import sys
import time
from pathlib import Path

import pytest

from neurosim import Body
from neurosim.core.drive import NEUTRAL
from neurosim.core.timeline import TickGrid

_STATM = Path("/proc/self/statm")


def _resident_mb() -> float:
    gc.collect()
    return int(_STATM.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def growth_mb(subjects: int, duration_s: int, settled_s: int = 600) -> tuple[float, float]:
    """Let a body with everything live in ticks of 1 s, and forget its samples.

    Returns
    -------
    settled_mb
        Resident memory when it has settled.
    growth_mb
        By how much it has grown at the end.
    """
    body = Body(artifacts="typical", spread=1.0)
    source = body.prepare(TickGrid(1.0), 1, tuple(range(subjects)), (subjects,))
    settled_mb = 0.0
    for tick in range(duration_s):
        source.generate(tick, NEUTRAL)
        if tick == settled_s:
            settled_mb = _resident_mb()
    return settled_mb, _resident_mb() - settled_mb


@pytest.mark.slow
@pytest.mark.skipif(not _STATM.exists(), reason="resident memory is read from /proc, which only Linux has")
def test_memory_is_flat() -> None:
    _, growth = growth_mb(subjects=20, duration_s=1200, settled_s=300)
    # The samples of a tick are 1.4 MB; a leak of a tenth of them would be more than 100 MB by now.
    assert growth < 8.0


if __name__ == "__main__":
    n_subjects, seconds = (int(argument) for argument in sys.argv[1:3])
    begin_s = time.perf_counter()
    settled, growth = growth_mb(n_subjects, seconds)
    took_s = time.perf_counter() - begin_s
    print(f"{n_subjects} subjects, {seconds} s: {settled:.0f} MB after 10 min, {growth:+.1f} MB at the end")
    print(f"took {took_s:.0f} s")
