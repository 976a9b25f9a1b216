"""Pictures of every view of a running session, for documents and lectures; without a display too."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from PySide6.QtCore import QSize
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QApplication, QWidget

from neurosim.core.errors import OutputError
from neurosim.session.tick import Sink, Tick
from neurosim_gui.engine import Engine, Status
from neurosim_gui.window import SessionWindow

#: Commands that open further views; a view that is not there for a session has no picture.
VIEWS = ("stage", "participant", "compare_now", "course")
_OVER = (Status.FINISHED, Status.STOPPED, Status.FAILED)
_PATIENCE_S = 300.0


def take_screenshots(window: SessionWindow, folder: Path, seconds: float) -> int:
    """Run the session for some of its seconds, write one PNG of every view, close, and return the exit status.

    Parameters
    ----------
    window
        The Console, not yet shown; its size is that of all pictures.
    folder
        Where to write; it is made if need be.
    seconds
        How much of the session is to be seen [s].

    Raises
    ------
    OutputError
        When a picture cannot be written.
    """
    engine, size = window.engine, window.size()
    engine.follow(_Hold(engine, seconds))
    window.show()
    engine.start()
    _run_for(engine, seconds)
    written = [_write(window, folder / "console.png")] if engine.failure is None else []
    for name in VIEWS if written else ():
        act = getattr(window, f"do_{name}", None)
        if act is None or not window.offers(name):
            continue
        before = set(QApplication.topLevelWidgets())
        act()
        _let_draw(0.5)
        new = [w for w in QApplication.topLevelWidgets() if w not in before and w.isVisible() and w.isWindow()]
        for view in new or [window]:
            _resize(view, size)
            _let_draw(0.3)
            written.append(_write(view, folder / f"{name.removesuffix('_now')}.png"))
            if view is not window:
                view.close()
    window.keep_recording = True
    window.close()
    for path in written:
        print(path)
    if engine.failure is not None:
        print(f"neurosim: {engine.failure.line}", file=sys.stderr)
        return 2 if engine.failure.expected else 1
    return 0


class _Hold(Sink):
    """Holds the session at the moment of the pictures, however fast it runs."""

    def __init__(self, engine: Engine, seconds: float) -> None:
        self._engine, self._seconds = engine, seconds
        self._held = False

    def write(self, tick: Tick) -> None:
        if not self._held and tick.start_s >= self._seconds:
            self._held = True
            self._engine.clock.pause()


def _run_for(engine: Engine, seconds: float) -> None:
    """Let the session run, and hold it at the moment of the pictures."""
    deadline = time.monotonic() + _PATIENCE_S + seconds
    while time.monotonic() < deadline and engine.status not in _OVER:
        QApplication.processEvents()
        newest = None if engine.history is None else engine.history.newest
        if newest is not None and newest.tick.start_s >= seconds:
            break
        time.sleep(0.01)
    engine.clock.pause()
    _let_draw(0.5)


def _let_draw(seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        QApplication.processEvents()
        time.sleep(0.01)


def _resize(view: QWidget, size: QSize) -> None:
    view.showNormal()
    view.resize(size)


def _write(view: QWidget, path: Path) -> Path:
    picture: QPixmap = view.grab()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"cannot be made: {error.strerror}", str(path.parent)) from None
    if not picture.save(str(path)):
        raise OutputError("cannot be written", str(path))
    return path
