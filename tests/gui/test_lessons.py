"""Lessons and the start screen in the window."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from neurosim_gui.console import Console
from neurosim_gui.engine import Engine, Status
from neurosim_gui.look import Look
from neurosim_gui.request import LiveRequest, prepare
from neurosim_gui.start import StartView
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from neurosim.core.pace import PacedClock
from neurosim.core.registry import kind_names
from neurosim.lessons.hidden_subject import draw_subject
from neurosim.session import Point

_LESSON = """
title = "Short"
question = "Is alpha there?"
minutes = 1
actor = "hidden_strategy"
blocks = [{ name = "rest", kind = "baseline", duration_s = 20.0 }]

[[step]]
name = "look"
text = "Look **here**."
do = [{ command = "play" }, { command = "show", view = "strategy" }]
until = { after_s = 2.0 }
remember = { name = "alpha", feature = "alpha" }
notes = "For the presenter alone."

[[step]]
name = "ask"
text = "It was {alpha:.1f} µV."
question = "Which?"

    [[step.choice]]
    text = "this"
    right = true
    reply = "Yes."

    [[step.choice]]
    text = "that"
    reply = "Not quite."

[[step]]
name = "late"
text = "Now with a delay."
begin = { more_delay_s = 1.0 }
until = { after_s = 2.0 }

[[step]]
name = "course"
text = "The end."
do = [{ command = "reveal", stream = "truth/state" }]
"""


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[Console]:
    engine = Engine(lambda: prepare(LiveRequest(seed=1)), PacedClock(float("inf")))
    window = Console(engine, "alpha_up", Look())
    window.resize(1280, 720)
    window.show()
    yield window
    window.close()


@pytest.fixture
def press(window: Console) -> Callable[[Qt.Key], None]:
    def press(key: Qt.Key) -> None:
        window.activateWindow()
        QTest.keyClick(window, key)

    return press


def _lesson(folder: Path) -> str:
    file = folder / "short.toml"
    file.write_text(_LESSON, encoding="utf-8")
    return str(file)


def test_a_remotes_keys_walk_a_lesson(
    window: Console, qtbot: QtBot, tmp_path: Path, press: Callable[[Qt.Key], None]
) -> None:
    window.take_lesson(_lesson(tmp_path))
    panel, runner = window.lesson, window.runner
    assert panel is not None
    assert runner is not None
    qtbot.waitUntil(lambda: runner.ready, timeout=60_000)
    assert "**here**" in panel.words.text()
    assert panel.notes.words.text() == "For the presenter alone."
    first = window.engine.session

    press(Qt.Key.Key_PageDown)
    assert panel.place.text() == "step 2 of 4"
    assert f"It was {runner.numbers['alpha']:.1f} µV." in panel.words.text()
    press(Qt.Key.Key_PageDown)
    assert runner.number == 1  # the question wants its answer first
    panel.choices[1].click()
    assert panel.reply.text() == "Not quite."
    assert not runner.taken[-1].right

    press(Qt.Key.Key_PageUp)
    assert panel.place.text() == "step 1 of 4"
    assert runner.number == 1
    press(Qt.Key.Key_PageDown)
    assert panel.place.text() == "step 2 of 4"
    assert window.engine.session is first  # walking about leaves the session untouched

    press(Qt.Key.Key_PageDown)
    qtbot.waitUntil(lambda: runner.ready, timeout=60_000)
    second = window.engine.session
    assert second is not None
    assert second is not first
    assert second.protocol.display_delay_s == pytest.approx(1.0 + 1 / 32)
    press(Qt.Key.Key_PageDown)
    assert runner.last
    assert not panel.on.isEnabled()
    window.write_sheet(tmp_path / "sheet.html")
    sheet = (tmp_path / "sheet.html").read_text(encoding="utf-8")
    assert "My prediction: that (not so)" in sheet
    assert "data:image/png" in sheet


def test_the_hand_moves_the_point_and_the_session_logs_it(window: Console, qtbot: QtBot, tmp_path: Path) -> None:
    window.take_lesson(_lesson(tmp_path))
    window.engine.clock.set_speed(1.0)
    qtbot.waitUntil(lambda: window.strategy is not None, timeout=60_000)
    strategy, session = window.strategy, window.engine.session
    assert strategy is not None
    assert session is not None
    strategy.plane.move_to(3.0, 4.0)
    qtbot.waitUntil(lambda: bool(session.command_log), timeout=60_000)
    command = session.command_log[-1].command
    assert isinstance(command, Point)
    assert (command.x, command.y) == pytest.approx((0.6, 0.8))
    strategy.reveal()
    assert strategy.plane.direction is not None


def test_the_start_screen_has_a_card_for_everything_that_ships(window: Console) -> None:
    window.do_start()
    start = window.views.currentWidget()
    assert isinstance(start, StartView)
    for kind in ("lesson", "lab", "protocol"):
        assert {name for k, name in start.buttons if k == kind} == set(kind_names(kind))
    assert ("free_play", "") in start.buttons
    assert start.horizontalScrollBar().maximum() == 0


def test_a_card_begins_its_lesson_and_a_protocol_ends_it(window: Console, qtbot: QtBot) -> None:
    window.do_start()
    start = window.views.currentWidget()
    assert isinstance(start, StartView)
    start.buttons["lab", "first_lab"].click()
    assert window.runner is not None
    assert window.runner.lesson.title == "Alpha and the eyes"
    assert window.to_come[0] == "artifacts_are_not_alpha"
    qtbot.waitUntil(lambda: window.engine.status is Status.RUNNING, timeout=60_000)
    start.buttons["protocol", "smr_up"].click()
    assert window.lesson is not None
    assert window.lesson.taken is None
    qtbot.waitUntil(lambda: window.engine.status is Status.RUNNING, timeout=60_000)
    assert window.engine.session is not None
    assert window.engine.session.protocol.name == "smr_up"


def test_a_hidden_subject_is_named_nowhere(tmp_path: Path) -> None:
    draw_subject(tmp_path / "key", 1)
    session, _ = prepare(LiveRequest(protocol="theta_beta", subject_key=tmp_path / "key", seed=1))
    plain, _ = prepare(LiveRequest(protocol="theta_beta", subject="adhd_like", seed=1))
    for _ in range(64):
        np.testing.assert_array_equal(session.step().samples["eeg"], plain.step().samples["eeg"])


def test_the_quiz_counts_what_is_called(window: Console, qtbot: QtBot) -> None:
    window.take_quiz(seed=1)
    window.engine.clock.set_speed(float("inf"))
    panel, engine = window.quiz, window.engine
    assert panel is not None
    qtbot.waitUntil(lambda: engine.session is not None and engine.session.time_s > 1.0, timeout=60_000)
    panel.buttons["blink"].click()  # before the first event: called for nothing, or within time of none
    assert [call.kind for call in panel.calls] == ["blink"]
    qtbot.waitUntil(lambda: panel.over, timeout=120_000)
    panel.refresh()
    assert panel.result.text() == str(panel.quiz.score(panel.calls))
    assert not panel.buttons["blink"].isEnabled()
