"""One sentence for everything that the mouse can be over; every command in a menu, with a key of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from neurosim_gui.commands import COMMANDS
from neurosim_gui.console import Console
from neurosim_gui.help_line import sentence_of
from PySide6.QtGui import QStatusTipEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDockWidget,
    QLineEdit,
    QScrollBar,
    QTabBar,
    QWidget,
)
from pytestqt.qtbot import QtBot

_WAIT_MS = 60_000
_CONTROLS = (QAbstractButton, QAbstractSlider, QAbstractSpinBox, QComboBox, QLineEdit, QTabBar)
Opener = Callable[..., Console]


def _is_control(widget: QWidget) -> bool:
    """Return whether somebody uses it; Qt's own arrows, scroll bars and the field inside a spin box are none."""
    parent = widget.parentWidget()
    inside = isinstance(parent, (*_CONTROLS, QDockWidget)) or widget.objectName().startswith("qt_")
    return isinstance(widget, _CONTROLS) and not isinstance(widget, QScrollBar) and not inside


@pytest.mark.parametrize("name", ["alpha_up", "hrv_resonance"])
def test_nothing_is_without_a_sentence(name: str, open_console: Opener, qtbot: QtBot) -> None:
    window = open_console(name)
    qtbot.waitUntil(lambda: window.arrangement is not None, timeout=_WAIT_MS)
    assert window.arrangement is not None
    middle = window.views.widget(0)
    assert middle is not None
    controls = [widget for widget in middle.findChildren(QWidget) if _is_control(widget)]
    assert len(controls) > 10
    silent = [f"{type(w).__name__} {getattr(w, 'text', str)()}" for w in controls if not sentence_of(w)]
    assert not silent
    assert not [panel.title for panel in window.arrangement.panels if not panel.statusTip().endswith(".")]
    buttons = [w for w in controls if isinstance(w, (QAbstractButton, QAbstractSpinBox, QComboBox))]
    assert not [f"{type(w).__name__} {getattr(w, 'text', str)()}" for w in buttons if not w.statusTip()]
    assert not [name for name, action in window.commands.items() if not action.statusTip().endswith(".")]


def test_the_line_tells_what_the_mouse_is_over(open_console: Opener, qtbot: QtBot) -> None:
    window = open_console()
    qtbot.waitUntil(lambda: window.arrangement is not None, timeout=_WAIT_MS)
    assert window.arrangement is not None
    window.help.explain(window.head.play)
    assert window.help.text() == "Lets the session run, or holds it before its next tick."
    panel = window.arrangement.signals[0]
    window.help.explain(panel)
    assert window.help.text() == panel.statusTip()
    window.help.explain(None)
    assert "? shows all keys" in window.help.text()
    QApplication.sendEvent(window, QStatusTipEvent(window.commands["record"].statusTip()))
    assert window.help.text().startswith("Begins to write")


def test_every_command_stands_in_a_menu_with_a_key_of_its_own(open_console: Opener, qtbot: QtBot) -> None:
    window = open_console()
    keys = Counter(key for command in COMMANDS for key in command.keys)
    assert [key for key, n in keys.items() if n > 1] == []
    function = {f"F{n}" for n in range(1, 36)}
    assert [command.name for command in COMMANDS if set(command.keys) <= function] == []
    menus = [bar.menu() for bar in window.menuBar().actions()]
    listed = [action for menu in menus if menu is not None for action in menu.actions()]  # type: ignore[attr-defined]
    assert {id(action) for action in window.commands.values()} == {id(action) for action in listed}
    assert all(action.isEnabled() for action in window.commands.values())
    assert all(action.shortcuts() for action in window.commands.values())
