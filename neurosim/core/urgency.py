"""Let a thread go before all others, as an audio server does with the thread that fills the sound card."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator


class Urgency:
    """Asks the system to run the thread that made it first, while that is wanted.

    Where another program takes a core, the scheduler may keep a thread that has just woken waiting for 10 ms, though it
    has a millisecond's work. On Linux it is granted to the superuser and to whoever has a limit ``rtprio`` (see
    `limits.conf(5)`). On macOS the process is said to do what cannot wait, or it would be slowed once its windows are
    covered. Where nothing is granted everything runs as it would without. Threads and processes that are started
    meanwhile are not run first.
    """

    def __init__(self) -> None:
        self._wanted = False
        self._granted = contextlib.ExitStack()

    def when(self, wanted: bool) -> None:
        """Go first from now on, or no longer."""
        if wanted == self._wanted:
            return
        self._wanted = wanted
        if wanted:
            self._granted.enter_context(_first())
        else:
            self._granted.close()


@contextlib.contextmanager
def _first() -> Iterator[None]:
    if sys.platform == "linux":
        _schedule(os.SCHED_RR, 1)
        yield
        _schedule(os.SCHED_OTHER, 0)
    elif sys.platform == "darwin":
        import appnope

        cannot_wait = appnope.NSActivityUserInitiated | appnope.NSActivityLatencyCritical
        with appnope.nope_scope(cannot_wait, "a session is running"):
            yield
    else:
        yield


def _schedule(policy: int, priority: int) -> None:
    if sys.platform == "linux":
        with contextlib.suppress(OSError):  # not allowed here
            os.sched_setscheduler(0, policy | os.SCHED_RESET_ON_FORK, os.sched_param(priority))
