"""How long it takes from the command to the first frame of the window: ``python -m benchmarks.first_frame``.

Each run is a process of its own with warm caches; printed are median and range, and what Qt and PyQtGraph alone take.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time

import numpy as np

N = 7
_WINDOW = """
import os, sys, time
import neurosim_gui.engine
neurosim_gui.engine.Engine.start = lambda self: (print(time.time(), flush=True), os._exit(0))
from neurosim.cli import main
sys.argv = ["neurosim", "live", "alpha_up"]
main()
"""
_QT = """
import os, time
from PySide6.QtWidgets import QApplication, QMainWindow
app = QApplication([])
window = QMainWindow()
window.show()
app.processEvents()
print(time.time(), flush=True)
os._exit(0)
"""
_PYQTGRAPH = "import pyqtgraph\n" + _QT


def measure(script: str) -> list[float]:
    """Return how long after its start a script has told the time [s]."""
    environment = {"QT_QPA_PLATFORM": "offscreen", **os.environ}
    found = []
    for _ in range(N):
        started = time.time()
        done = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, check=True, env=environment
        )
        found.append(float(done.stdout.split()[-1]) - started)
    return found


def main() -> None:
    """Measure and print."""
    for name, script in (("neurosim live", _WINDOW), ("Qt alone", _QT), ("PyQtGraph alone", _PYQTGRAPH)):
        times = measure(script)
        print(f"{name:16s} median {np.median(times):.2f} s, {min(times):.2f} to {max(times):.2f} s of {N}")


if __name__ == "__main__":
    main()
