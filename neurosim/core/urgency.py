"""Let a thread go before all others, as an audio server does with the thread that fills the sound card."""

from __future__ import annotations

import contextlib
import os
import sys


class Urgency:
    """Asks the system to run the thread that made it first, while that is wanted.

    Where another program takes a core, the scheduler may keep a thread that has just woken waiting for 10 ms, though it
    has a millisecond's work. It is asked for on Linux, and granted to the superuser and to whoever has a limit
    ``rtprio`` (see `limits.conf(5)`); elsewhere everything runs as it would without. Threads and processes that are
    started meanwhile get none of it.
    """

    def __init__(self) -> None:
        self._wanted = False

    def when(self, wanted: bool) -> None:
        """Go first from now on, or no longer."""
        if wanted == self._wanted:
            return
        self._wanted = wanted
        if sys.platform == "linux":
            policy, priority = (os.SCHED_RR, 1) if wanted else (os.SCHED_OTHER, 0)
            with contextlib.suppress(OSError):  # not allowed here
                os.sched_setscheduler(0, policy | os.SCHED_RESET_ON_FORK, os.sched_param(priority))
