"""How long this machine takes from a change to a painted window, for ``neurosim certify``."""

from __future__ import annotations

import time

import numpy as np
from PySide6.QtCore import QEventLoop
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from neurosim.core.spec import Float
from neurosim_gui.system import make_app

_SIZE = 400
_MOST_S = 1.0


class _Patch(QWidget):
    """A patch that is light or dark, and knows when it was painted last."""

    def __init__(self) -> None:
        super().__init__()
        self.light, self.painted_s = False, 0.0
        self.resize(_SIZE, _SIZE)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 Qt's name
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor("white" if self.light else "black"))
        painter.end()
        self.painted_s = time.perf_counter()


def measure_display(n: int = 120) -> tuple[float, Float]:
    """Change a patch many times, and note how long it takes until it is painted.

    What the system does with it afterwards, and the screen, only a light sensor could tell.

    Parameters
    ----------
    n
        How many times.

    Returns
    -------
    refresh_hz
        Rate of the screen as it says it; 0 where it does not [Hz].
    seconds
        From the change to the end of painting, each time [s].
    """
    app = make_app()
    patch = _Patch()
    patch.show()
    app.processEvents()
    random = np.random.default_rng(1)
    took = []
    for _ in range(n):
        time.sleep(random.uniform(0.0, 0.017))  # at any moment between two pictures of the screen
        began = time.perf_counter()
        patch.light = not patch.light
        patch.update()
        while patch.painted_s < began < time.perf_counter() < began + _MOST_S:
            app.processEvents(QEventLoop.ProcessEventsFlag.AllEvents)
        took.append(patch.painted_s - began if patch.painted_s > began else _MOST_S)
    screen = patch.screen()
    patch.close()
    return (screen.refreshRate() if screen is not None else 0.0), np.array(took)
