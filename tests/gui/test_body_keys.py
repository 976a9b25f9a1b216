"""Keys that move the body: one breath is one breath, and the log repeats the session."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from neurosim_gui.app import LiveRequest, prepare
from neurosim_gui.body_keys import BodyKeys
from neurosim_gui.body_pad import BodyPad
from neurosim_gui.look import Look
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from neurosim.core.errors import ConfigError
from neurosim.session import Session, Stroke, simulate
from neurosim.session.commands import parse_command, persons
from neurosim.session.plan import plan_sessions
from neurosim.subject import Person, load_subject

_REPEATS = 150  # of a key held for five seconds, at the usual 30 a second


@pytest.fixture
def session() -> Session:
    return prepare(LiveRequest(seed=1))[0]


@pytest.fixture
def keys(session: Session, qapp: QApplication) -> Iterator[BodyKeys]:
    found = BodyKeys(lambda: [session])
    qapp.installEventFilter(found)
    yield found
    qapp.removeEventFilter(found)


class _Form(QWidget):
    """A button and a text field."""

    def __init__(self) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        self.button, self.field, self.n_clicks = QPushButton("press"), QLineEdit(), 0
        self.button.clicked.connect(self._count)
        column.addWidget(self.button)
        column.addWidget(self.field)

    def _count(self) -> None:
        self.n_clicks += 1


@pytest.fixture
def form(qtbot: QtBot) -> _Form:
    found = _Form()
    qtbot.addWidget(found)
    with qtbot.waitExposed(found):
        found.show()
    found.activateWindow()
    return found


def _strokes(session: Session) -> list[tuple[str, bool]]:
    session.step()
    return [(event.key, event.pressed) for event in persons(session)[0].log]


def _send(widget: QWidget, kind: QEvent.Type, key: Qt.Key, *, repeat: bool = False) -> None:
    words = " " if key == Qt.Key.Key_Space else ""
    QApplication.sendEvent(widget, QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, words, repeat))


def _hold(widget: QWidget, key: Qt.Key, *, says_so: bool) -> None:
    """Press a key and hold it while the system repeats it, as pairs of release and press; then let go."""
    _send(widget, QEvent.Type.KeyPress, key)
    for _ in range(_REPEATS):
        _send(widget, QEvent.Type.KeyRelease, key, repeat=says_so)
        _send(widget, QEvent.Type.KeyPress, key, repeat=says_so)
    _send(widget, QEvent.Type.KeyRelease, key)


@pytest.mark.parametrize("says_so", [True, False], ids=["told as repeats", "as bare pairs"])
@pytest.mark.parametrize("focused", [True, False], ids=["button focused", "window focused"])
def test_space_held_is_one_breath(
    keys: BodyKeys, session: Session, form: _Form, qtbot: QtBot, *, says_so: bool, focused: bool
) -> None:
    if focused:
        form.button.setFocus()
    _hold(form.button if focused else form, Qt.Key.Key_Space, says_so=says_so)
    qtbot.waitUntil(lambda: not keys.held, timeout=60_000)
    assert _strokes(session) == [("space", True), ("space", False)]
    assert form.n_clicks == 0


def test_a_text_field_keeps_its_keys(keys: BodyKeys, session: Session, form: _Form, qtbot: QtBot) -> None:
    form.field.setFocus()
    qtbot.waitUntil(lambda: QApplication.focusWidget() is form.field, timeout=60_000)
    QTest.keyClicks(form.field, "e e")
    assert form.field.text() == "e e"
    assert _strokes(session) == []


def test_with_a_modifier_a_key_is_a_command(keys: BodyKeys, session: Session, form: _Form, qtbot: QtBot) -> None:
    QTest.keyClick(form, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    assert _strokes(session) == []


def test_losing_the_focus_lets_go(keys: BodyKeys, session: Session, form: _Form) -> None:
    for key in (Qt.Key.Key_Space, Qt.Key.Key_Up):
        _send(form, QEvent.Type.KeyPress, key)
    QApplication.sendEvent(form, QEvent(QEvent.Type.WindowDeactivate))
    assert not keys.held
    assert _strokes(session) == [("space", True), ("up", True), ("space", False), ("up", False)]
    _send(form, QEvent.Type.KeyRelease, Qt.Key.Key_Space)  # comes after all; there is nothing to let go
    assert len(_strokes(session)) == 4


def test_the_pad_does_what_the_keys_do(keys: BodyKeys, session: Session, qtbot: QtBot) -> None:
    pad = BodyPad(Look(), keys)
    qtbot.addWidget(pad)
    pad.show()
    QTest.mousePress(pad.buttons["space"], Qt.MouseButton.LeftButton)
    assert keys.held == {"space"}
    QTest.mouseRelease(pad.buttons["space"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not keys.held, timeout=60_000)
    _send(pad, QEvent.Type.KeyPress, Qt.Key.Key_Left)
    assert pad.buttons["left"].isDown()
    keys.let_go()
    assert not pad.buttons["left"].isDown()
    assert _strokes(session) == [("space", True), ("space", False), ("left", True), ("left", False)]


def test_a_body_that_nobody_moves_takes_no_keys(form: _Form, qapp: QApplication) -> None:
    plan = plan_sessions("alpha_up", seed=1)
    session = Session(plan.protocol, plan.source, plan.actors)
    keys = BodyKeys(lambda: [session])
    qapp.installEventFilter(keys)
    _send(form.button, QEvent.Type.KeyPress, Qt.Key.Key_Space)
    _send(form.button, QEvent.Type.KeyRelease, Qt.Key.Key_Space)
    qapp.removeEventFilter(keys)
    assert form.n_clicks == 1
    assert not keys.held
    with pytest.raises(ConfigError, match="give the subject an actor of the kind 'person'"):
        session.submit(Stroke(key="space"))


def test_strokes_are_commands_and_repeat_the_session(keys: BodyKeys, session: Session, form: _Form) -> None:
    """Law 7, by the command log and by a person whose keys are the log."""
    pressed = {40: Qt.Key.Key_E, 90: Qt.Key.Key_Up, 200: Qt.Key.Key_E}
    for k in range(640):
        if k in pressed:
            _send(form, QEvent.Type.KeyPress, pressed[k])
        if k - 30 in pressed:
            keys.let_go()
        session.step()
    assert len(session.command_log) == 6
    assert [parse_command(logged.command.model_dump()) for logged in session.command_log] == [
        logged.command for logged in session.command_log
    ]
    by_hand = load_subject("adult").by_hand()
    recorded = load_subject("adult")
    recorded = recorded.model_copy(update={"actors": (*recorded.actors, Person(keys=tuple(persons(session)[0].log)))})
    options = {"seed": 1, "signals": "all", "keep": "all"}
    logged = simulate("alpha_up", subject=by_hand, commands=session.command_log, **options, stop=_after(640))
    told = simulate("alpha_up", subject=recorded, **options, stop=_after(640))
    assert logged.samples("eeg").shape[-1] == 2560
    np.testing.assert_array_equal(logged.samples("eeg"), told.samples("eeg"))
    alone = simulate("alpha_up", **options, stop=_after(640))
    hands_off = simulate("alpha_up", subject=by_hand, **options, stop=_after(640))
    np.testing.assert_array_equal(hands_off.samples("eeg"), alone.samples("eeg"))
    moved = logged.samples("eeg") != alone.samples("eeg")
    assert np.flatnonzero(moved.any(axis=0))[0] >= 160  # tick 40, four samples each


def _after(n_ticks: int):  # type: ignore[no-untyped-def]
    left = iter(range(n_ticks))
    return lambda: next(left, None) is None
