"""One sentence for everything that the mouse can be over; every command in a menu, with a key of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

import pytest
from neurosim_gui.commands import COMMANDS
from neurosim_gui.console import Console
from neurosim_gui.help_line import sentence_of
from neurosim_gui.panels.panel import Panel
from neurosim_gui.texts import text
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


def _controls(widget: QWidget) -> list[QWidget]:
    return [each for each in widget.findChildren(QWidget) if _is_control(each)]


def _silent(controls: Sequence[QWidget]) -> list[str]:
    """Return those without a sentence; buttons, fields and choices need one of their own."""
    buttons = (QAbstractButton, QAbstractSpinBox, QComboBox)
    told = [(w, w.statusTip() if isinstance(w, buttons) else sentence_of(w)) for w in controls]
    return [f"{type(w).__name__} {getattr(w, 'text', str)()}" for w, words in told if not words]


@pytest.mark.parametrize("name", ["alpha_up", "hrv_resonance"])
def test_nothing_is_without_a_sentence(name: str, open_console: Opener, qtbot: QtBot) -> None:
    window = open_console(name)
    qtbot.waitUntil(lambda: window.arrangement is not None, timeout=_WAIT_MS)
    assert window.arrangement is not None
    middle = window.views.widget(0)
    assert middle is not None
    controls = _controls(middle)
    assert len(controls) > 10
    assert not _silent(controls)
    assert not [panel.title for panel in window.arrangement.panels if not panel.statusTip().endswith(".")]
    assert not [name for name, action in window.commands.items() if not action.statusTip().endswith(".")]


def test_course_start_lesson_and_quiz_have_sentences_too(open_console: Opener, qtbot: QtBot) -> None:
    window = open_console()
    window.do_course()
    window.do_start()
    window.take_lesson("alpha_and_eyes")
    qtbot.waitUntil(lambda: window.runner is not None and window.runner.ready, timeout=_WAIT_MS)
    lesson, runner = window.lesson, window.runner
    assert lesson is not None
    assert runner is not None
    while not lesson.choices:
        window.do_next_step()
    window.show_sheet(runner)
    for index in range(1, window.views.count()):
        view = window.views.widget(index)
        assert view is not None
        assert not _silent(_controls(view)), type(view).__name__
        assert sentence_of(view), type(view).__name__
    assert window.views.count() == 4
    assert len(_controls(lesson)) >= 4 + 2 * len(lesson.choices)
    assert not _silent(_controls(lesson))
    window.take_quiz(seed=1)
    assert window.quiz is not None
    assert len(_controls(window.quiz)) == 4
    assert not _silent(_controls(window.quiz))


def test_every_panel_and_command_has_a_sentence_in_english() -> None:
    """A language that lacks one takes the English one; one that is nowhere would stop the window."""
    for command in COMMANDS:
        assert command.sentence.endswith(".")
    for kind in _kinds(Panel):
        tab = getattr(kind, "tab", "")
        assert not tab or text(f"panel.{tab}").endswith("."), kind


def _kinds(base: type[QWidget]) -> Iterator[type[QWidget]]:
    yield base
    for kind in base.__subclasses__():
        yield from _kinds(kind)


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
