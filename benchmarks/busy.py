"""Keeps a core busy in bursts, before ordinary programs where it may: ``python -m benchmarks.busy SECONDS``."""

from __future__ import annotations

import contextlib
import os
import sys
import time

_BURST_S, _EVERY_S, _NICE = 0.012, 0.037, -10


def keep_busy(seconds: float) -> None:
    """Take a core for 12 ms of every 37."""
    with contextlib.suppress(OSError, AttributeError):  # not allowed, or another system
        os.nice(_NICE)
    begin = time.monotonic()
    end = begin + seconds
    while begin < end:
        while time.monotonic() < begin + _BURST_S:
            pass
        begin += _EVERY_S
        time.sleep(max(0.0, begin - time.monotonic()))


if __name__ == "__main__":
    keep_busy(float(sys.argv[1]))
