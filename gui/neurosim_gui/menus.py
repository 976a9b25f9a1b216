"""The menus of a window, with the commands in them and their keys."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow

from neurosim_gui.commands import COMMANDS, MENUS
from neurosim_gui.texts import text


def make_menus(window: QMainWindow, owners: Sequence[object]) -> dict[str, QAction]:
    """Fill the menu bar, and return every command by its name.

    Parameters
    ----------
    window
        Whose menus they are.
    owners
        What has the methods ``do_NAME``; the first that has one does the command, and without one it is disabled.
    """
    menus = {name: window.menuBar().addMenu(text(f"menu.{name}")) for name in MENUS}
    found: dict[str, QAction] = {}
    for command in COMMANDS:
        name = f"do_{command.name}"
        act: Callable[..., None] | None = next(filter(None, (getattr(owner, name, None) for owner in owners)), None)
        action = QAction(command.words, window)
        action.setShortcuts([QKeySequence(key) for key in command.keys])
        action.setStatusTip(command.sentence)
        action.setEnabled(act is not None)
        if act is not None:
            given = (command.number,) if command.number else ()
            action.triggered.connect(lambda _=False, act=act, given=given: act(*given))
        menus[command.menu].addAction(action)
        found[command.called] = action
    return found
