"""The first run compiles; who waits is told."""

from __future__ import annotations

import sys
import threading
from typing import Any

from neurosim.cli.console import say

_PATIENCE_S = 1.5
_KERNELS = "neurosim.core.kernels."


def warm_up() -> None:
    """Run every kernel of a session once, so that none waits for a compiler; tell the user when it takes long."""
    ready = threading.Event()
    threading.Thread(target=_tell_who_waits, args=(ready,), daemon=True).start()
    try:
        from neurosim.session.simulate import simulate

        for protocol in ("smr_up", "alpha_up"):  # filters of bands, and one fitted to a baseline
            simulate(protocol, seed=0, duration_s=1.0, sham="random", keep="blocks")
    finally:
        ready.set()


def _tell_who_waits(ready: threading.Event) -> None:
    # A slow disk is no reason to speak of compiling: ask the kernels.
    while not ready.wait(_PATIENCE_S):
        if compiled():
            say("Compiling the inner loops once for this machine (up to half a minute) ...")
            return


def compiled() -> bool:
    """Return whether a kernel was not in the cache and was, or is being, compiled by this process."""
    return any(sum(kernel.stats.cache_misses.values()) > 0 for kernel in kernels())


def cache_folder() -> str | None:
    """Return where compiled kernels are kept; None when no folder for them can be written."""
    return next((kernel.stats.cache_path for kernel in kernels() if kernel.stats.cache_path), None)


def kernels() -> list[Any]:
    """Return the kernels loaded so far."""
    modules = [module for name, module in list(sys.modules.items()) if name.startswith(_KERNELS)]
    return [thing for module in modules for thing in list(vars(module).values()) if hasattr(thing, "stats")]
