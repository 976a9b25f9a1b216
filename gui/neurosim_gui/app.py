"""Opens the window: the entry point that the command line finds without knowing Qt."""

from __future__ import annotations

import ctypes.util
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from neurosim.core.errors import UserError
from neurosim.session.palette import LIGHT, PALETTES

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from neurosim.session.session import Session
    from neurosim.session.tick import Sink

#: What Qt's X11 plug-in needs beyond a bare Debian or Ubuntu.
_LIBRARIES = {"xcb-cursor": "libxcb-cursor0", "xcb-icccm": "libxcb-icccm4", "xcb-keysyms": "libxcb-keysyms1"}
#: For how long one thread may keep the interpreter from another [s].
_SWITCH_S = 5e-4


@dataclass(frozen=True)
class LiveRequest:
    """What the user asked for; the fields are the options of ``neurosim live``."""

    protocol: str = "alpha_up"
    source: str = "sim"
    sidecar: Path | None = None
    subject: str = "adult"
    seed: int | None = None
    speed: float = 1.0
    theme: str = "light"
    size: tuple[int, int] = (1920, 1080)


def make_app() -> QApplication:
    """Return the application, made if there is none yet.

    Raises
    ------
    UserError
        When there is no display, or a library of the system is missing: with the remedy.
    """
    _require_display()
    import pyqtgraph as pg
    from PySide6.QtWidgets import QApplication

    from neurosim_gui import messages

    messages.listen()
    # A tick must not wait for the usual 5 ms until the thread that draws lets the interpreter go.
    sys.setswitchinterval(_SWITCH_S)
    pg.setConfigOptions(antialias=False)
    app = QApplication.instance() or QApplication(["neurosim"])
    assert isinstance(app, QApplication)
    app.setApplicationName("neurosim")
    app.setStyle("Fusion")
    return app


def has_display() -> bool:
    """Return whether a window could be shown."""
    if os.environ.get("QT_QPA_PLATFORM") in ("offscreen", "minimal", "vnc"):
        return True
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _require_display() -> None:
    if not has_display():
        raise UserError("there is no display; run it on a desktop, or in the terminal with `neurosim demo --terminal`")
    needs_x11 = sys.platform.startswith("linux") and not os.environ.get("QT_QPA_PLATFORM")
    if needs_x11 and os.environ.get("DISPLAY") and not os.environ.get("WAYLAND_DISPLAY"):
        missing = [package for name, package in _LIBRARIES.items() if ctypes.util.find_library(name) is None]
        if missing:
            raise UserError(f"libraries of the system are missing; install {', '.join(missing)}")


def open_window(request: LiveRequest) -> int:
    """Open the Console on a session, and return the exit status when it is closed."""
    app = make_app()
    from neurosim.session.pace import PacedClock
    from neurosim_gui.console import Console
    from neurosim_gui.engine import Engine
    from neurosim_gui.look import Look

    look = Look(PALETTES.get(request.theme, LIGHT))
    app.setPalette(look.qt_palette())
    engine = Engine(lambda: prepare(request), PacedClock(request.speed))
    window = Console(engine, request.protocol, look)
    window.resize(*request.size)
    window.show()
    app.processEvents()  # the first frame comes before the session is prepared
    engine.start()
    return app.exec()


def prepare(request: LiveRequest) -> tuple[Session, Sequence[Sink]]:
    """Make the session that was asked for; called in the engine's thread.

    Raises
    ------
    UserError
        For what cannot be used.
    """
    from neurosim.session.session import Session
    from neurosim.session.simulate import plan_sessions
    from neurosim.signals.recordings.recorded import Recorded

    sidecar = None if request.sidecar is None else str(request.sidecar)
    source = None if request.source == "sim" else Recorded(path=request.source, sidecar=sidecar)
    plan = plan_sessions(request.protocol, request.subject, source, seed=request.seed, signals="all")
    return Session(plan.protocol, plan.source, plan.actors, sham=plan.sham), []
