"""The application, and what it needs of the system: a display, libraries, and Qt's own messages in the log."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

from neurosim.core.errors import UserError

if TYPE_CHECKING:
    from PySide6.QtCore import QMessageLogContext, QtMsgType
    from PySide6.QtWidgets import QApplication

#: What Qt and its X11 plug-in are linked to beyond a bare Debian or Ubuntu, with the packages that bring it.
_LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xinerama.so.0": "libxcb-xinerama0",
}
#: Said by the offscreen platform about every window, which has no size hints to hand on; it means nothing.
_MEANINGLESS = "This plugin does not support propagateSizeHints()"


def make_app() -> QApplication:
    """Return the application, made if there is none yet.

    Raises
    ------
    UserError
        When there is no display, or a library of the system is missing: with the remedy.
    """
    require_display()
    try:
        from PySide6.QtCore import qInstallMessageHandler
        from PySide6.QtWidgets import QApplication
    except ImportError:  # a shared library that Qt itself is linked to
        raise UserError(_remedy(package for name, package in _LIBRARIES.items() if not _loads(name))) from None
    qInstallMessageHandler(pass_on)
    app = QApplication.instance() or QApplication(["neurosim"])
    assert isinstance(app, QApplication)
    app.setApplicationName("neurosim")
    app.setStyle("Fusion")
    return app


def pass_on(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
    """Write what Qt has to say to stderr, but for what means nothing."""
    if message != _MEANINGLESS:
        print(f"neurosim: Qt: {message}", file=sys.stderr, flush=True)


def has_display() -> bool:
    """Return whether a window could be shown."""
    if os.environ.get("QT_QPA_PLATFORM", "").partition(":")[0] in ("offscreen", "minimal", "vnc"):
        return True
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def require_display() -> None:
    """Refuse to go on where Qt would end the process.

    Raises
    ------
    UserError
        When there is no display, or a library of the system is missing: with the remedy.
    """
    if not has_display():
        raise UserError(
            "there is no display; run it on a desktop, or in the terminal: `neurosim demo --terminal`, `neurosim run`"
        )
    needs_x11 = sys.platform.startswith("linux") and not os.environ.get("QT_QPA_PLATFORM")
    if needs_x11 and os.environ.get("DISPLAY") and not os.environ.get("WAYLAND_DISPLAY"):
        missing = [package for name, package in _LIBRARIES.items() if not _loads(name)]
        if missing:
            raise UserError(_remedy(missing))


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _remedy(packages: Iterable[str]) -> str:
    return f"libraries of the system are missing; on Debian or Ubuntu: apt-get install {' '.join(packages)}"
