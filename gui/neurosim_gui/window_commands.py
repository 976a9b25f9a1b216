"""The commands that a Console does to itself: its picture, the key sheet, what it is, and its end."""

from __future__ import annotations

from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QMessageBox

from neurosim_gui.key_sheet import KeySheet
from neurosim_gui.texts import text

if TYPE_CHECKING:
    from neurosim_gui.console import Console


class WindowCommands:
    """Picture, keys, about and quit.

    Parameters
    ----------
    window
        What does them.

    Attributes
    ----------
    keys
        The key sheet, once it has been shown.
    """

    def __init__(self, window: Console) -> None:
        self._window = window
        self.keys: KeySheet | None = None

    def do_picture(self) -> None:
        """Save a picture of the window."""
        folder = Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.PicturesLocation))
        path = folder / f"neurosim_{datetime.now():%Y%m%dT%H%M%S}.png"
        folder.mkdir(parents=True, exist_ok=True)
        saved = self._window.grab().save(str(path))
        self._window.tell(text("picture.saved" if saved else "picture.failed", path=path))

    def do_keys(self) -> None:
        """Show every command with its keys."""
        self.keys = KeySheet(self._window.look, self._window)
        self.keys.show()

    def do_about(self) -> None:
        """Say what this is."""
        box = QMessageBox(self._window)
        box.setWindowTitle(text("about.title"))
        box.setText(text("about.text", version=version("neurosim")))
        box.setFont(self._window.look.font())
        box.open()

    def do_quit(self) -> None:
        """Close the window."""
        self._window.close()
