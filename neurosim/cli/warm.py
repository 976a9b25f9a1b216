"""The first run compiles; who waits is told."""

from __future__ import annotations

import threading

from neurosim.cli.console import say

_PATIENCE_S = 1.5


def warm_up() -> None:
    """Run every kernel once, so that no session waits for a compiler; tell the user when it takes long."""
    notice = threading.Timer(
        _PATIENCE_S, say, ("Compiling the inner loops once for this machine (up to half a minute) ...",)
    )
    notice.daemon = True
    notice.start()
    try:
        from neurosim.session.simulate import simulate

        simulate("smr_up", seed=0, duration_s=1.0)
    finally:
        notice.cancel()
