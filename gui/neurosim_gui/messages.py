"""What Qt has to say goes to the error stream; what it says of a screen that is none is left out."""

from __future__ import annotations

import sys

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

#: The plug-in that draws in memory says so for every window; nothing follows from it.
_OF_NO_USE = ("This plugin does not support propagateSizeHints()",)


def listen() -> None:
    """Let real messages of Qt stand in the error stream, one a line."""
    qInstallMessageHandler(_take)


def _take(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
    if message not in _OF_NO_USE and kind != QtMsgType.QtDebugMsg:
        print(f"Qt: {message}", file=sys.stderr)
