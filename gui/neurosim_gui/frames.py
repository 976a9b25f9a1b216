"""When a frame is drawn: in the gaps between ticks, so that no tick waits for the interpreter."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QTimer

#: From frame to frame, how long it waits for a gap at most (more than from tick to tick), how soon it looks again [s].
_FRAME_S, _PATIENCE_S, _AGAIN_S = 1.0 / 60.0, 0.02, 0.001
#: How fast the cost that is expected falls again after an expensive frame, and the gap that is hoped for, each frame.
_FORGETS = 0.98
#: How long it waits at most while a tick is made: some take long, such as that in which a baseline ends [s].
_WHILE_MADE_S = 0.06
#: Where no gap is long enough, a frame begins when so much of the longest is left: just behind a tick.
_MOST_OF_A_GAP = 0.8


class Frames(QTimer):
    """Asks for frames, 60 a second where the machine can, each in a gap that is long enough for it where there is one.

    While a frame is drawn the engine's thread gets the interpreter late. So a frame that would run into the next tick
    waits until that has been made, but never for long; one that is longer than any gap begins where a gap does.

    Parameters
    ----------
    parent
        Who draws.
    gap_s
        Tells how long it is until the next tick [s], see `PacedClock.gap_s`.
    draw
        Draws a frame.
    """

    def __init__(self, parent: QObject, gap_s: Callable[[], float], draw: Callable[[], None]) -> None:
        super().__init__(parent)
        self.gap_s, self._draw = gap_s, draw
        self._cost_s, self._longest_s, self._due_s = 0.0, 0.0, time.perf_counter()
        self.setSingleShot(True)
        self.setTimerType(Qt.TimerType.PreciseTimer)
        self.timeout.connect(self._look)
        self._idle = QTimer(self)
        self._idle.setSingleShot(True)
        self._idle.timeout.connect(self._drawn)
        self.start(0)

    def stop(self) -> None:
        """Draw no more."""
        super().stop()
        self._idle.stop()

    def _look(self) -> None:
        now, gap_s = time.perf_counter(), self.gap_s()
        if math.isfinite(gap_s):
            self._longest_s = max(self._longest_s, gap_s)
        needed_s = min(self._cost_s, _MOST_OF_A_GAP * self._longest_s)
        patience_s = _PATIENCE_S if gap_s > 0.0 else _WHILE_MADE_S
        if gap_s < needed_s and now - self._due_s < patience_s:
            self._again(gap_s + _AGAIN_S)
            return
        self._longest_s *= _FORGETS
        self._due_s = max(self._due_s + _FRAME_S, now)
        self._started_s = now
        self._idle.start(0)  # comes when the event loop has done what it had to
        self._draw()

    def _drawn(self) -> None:
        """Go on when the event loop has painted what was drawn."""
        now = time.perf_counter()
        self._cost_s = max(now - self._started_s, self._cost_s * _FORGETS)
        self._due_s = max(self._due_s, now)
        self._again(self._due_s - now)

    def _again(self, in_s: float) -> None:
        self.start(max(0, round(1000.0 * in_s)))
