"""How long this machine keeps a thread waiting that does nothing but wake up, and goes before all others.

``python -m benchmarks.standstill SECONDS`` prints begin and end of each time [s of the monotonic clock], as JSON. What
is late by less could have been in time; a virtual machine whose cores are lent to others has more of them.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time

from neurosim.core.urgency import Urgency

_EVERY_S, _LEAST_S = 0.002, 0.003


def watch(seconds: float) -> list[tuple[float, float]]:
    """Return when it was kept waiting for longer than 3 ms."""
    found, due = list[tuple[float, float]](), time.monotonic()
    end, urgency = due + seconds, Urgency()
    urgency.when(True)
    while due < end:
        due += _EVERY_S
        time.sleep(max(0.0, due - time.monotonic()))
        now = time.monotonic()
        if now - due > _LEAST_S:
            found.append((due, now))
            due = now
    urgency.when(False)
    return found


class Standstill:
    """Watches the machine in a process of its own.

    Parameters
    ----------
    seconds
        For how long.
    """

    def __init__(self, seconds: float) -> None:
        command = [sys.executable, "-m", __spec__.name, str(seconds)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    def found(self) -> list[tuple[float, float]]:
        """Return begin and end of each time [s], once it is over."""
        told: list[tuple[float, float]] = [(begin, end) for begin, end in json.loads(self._process.communicate()[0])]
        return told


if __name__ == "__main__":
    print(json.dumps(watch(float(sys.argv[1]))))
