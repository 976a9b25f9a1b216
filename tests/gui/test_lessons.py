"""Lessons and the start screen in the window."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from string import Formatter

import numpy as np
import pytest
from neurosim_gui import texts
from neurosim_gui.console import Console
from neurosim_gui.course import CourseView
from neurosim_gui.engine import Engine, Status
from neurosim_gui.look import Look
from neurosim_gui.panels.events import EventsPanel
from neurosim_gui.panels.feature import FeaturePanel
from neurosim_gui.panels.heart import HeartWavePanel
from neurosim_gui.panels.panel import Panel, PlotPanel
from neurosim_gui.panels.signals import SignalsPanel
from neurosim_gui.panels.truth import TruthPanel
from neurosim_gui.request import LiveRequest, prepare
from neurosim_gui.rings import History
from neurosim_gui.sheet_view import SheetView
from neurosim_gui.stage import Choices, Question
from neurosim_gui.stage_trace import find_trace
from neurosim_gui.start import StartView
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetricsF
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from neurosim.core.event import SessionEvent
from neurosim.core.pace import PacedClock
from neurosim.core.registry import kind_names
from neurosim.lessons import LessonRunner, load_lesson
from neurosim.lessons.hidden_subject import draw_subject
from neurosim.session import Point, Session, read_session


def _ask(words: str) -> str:
    """Return a step that asks, with its words."""
    return f"""
[[step]]
name = "ask"
text = "{words}"
question = "Which?"

    [[step.choice]]
    text = "this"
    right = true
    reply = "Yes."

    [[step.choice]]
    text = "that"
    reply = "Not quite."
"""


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
"""
_LESSON += _ask("It was {alpha:.1f} µV.")
_LESSON += """
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
    window.keep_recording = True  # else the close asks, and nobody answers
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
    assert window.runner.lesson.title == "Free play"
    qtbot.waitUntil(lambda: window.engine.status is Status.RUNNING, timeout=60_000)
    start.buttons["protocol", "smr_up"].click()
    assert window.lesson is not None
    assert window.lesson.taken is None
    qtbot.waitUntil(lambda: window.engine.status is Status.RUNNING, timeout=60_000)
    assert window.engine.session is not None
    assert window.engine.session.protocol.name == "smr_up"


_LAB = """
title = "Short lab"

[[part]]
title = "Play"
text = "Close the eyes (E)."
minutes = 0.05

[[part]]
lesson = "alpha_and_eyes"
minutes = 8
"""


def test_a_part_without_a_lesson_is_free_play_and_the_remote_goes_on(
    window: Console, qtbot: QtBot, tmp_path: Path, press: Callable[[Qt.Key], None]
) -> None:
    (tmp_path / "lab.toml").write_text(_LAB, encoding="utf-8")
    window.take_lab(str(tmp_path / "lab.toml"))
    panel, runner = window.lesson, window.runner
    assert panel is not None
    assert runner is not None
    assert panel.title.text() == "Part 1 of 2: Play"
    assert panel.words.text() == "Close the eyes (E)."
    assert panel.on.isEnabled()  # a part never locks anybody in
    qtbot.waitUntil(lambda: window.arrangement is not None and runner.ready, timeout=60_000)
    assert window.arrangement is not None
    assert any(isinstance(panel, HeartWavePanel) for panel in window.arrangement.trained)
    assert window.arrangement.name.startswith("play")  # what answers the keys is in front
    session = window.engine.session
    assert session is not None
    press(Qt.Key.Key_E)
    qtbot.waitUntil(lambda: len(session.command_log) == 1, timeout=60_000)
    window.poll()
    assert panel.waiting.text() == "The time is over. Go on when you like."

    press(Qt.Key.Key_PageDown)
    assert panel.title.text() == "Part 2 of 2: Alpha and the eyes"
    qtbot.waitUntil(lambda: window.engine.session not in (None, session), timeout=60_000)
    qtbot.waitUntil(lambda: window.arrangement is not None, timeout=60_000)
    assert not window.arrangement.name.startswith("play")
    window.take_lesson(_lesson(tmp_path))  # which is no part of the lab
    assert panel.title.text() == "Lesson: Short"
    assert not window.plays_freely


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
    qtbot.waitUntil(lambda: panel.over or engine.status is not Status.RUNNING, timeout=120_000)
    assert engine.failure is None
    panel.refresh()
    assert panel.result.text() == str(panel.quiz.score(panel.calls))
    assert not panel.buttons["blink"].isEnabled()


_TRUTH = """
title = "Pressure"
question = "What does blood pressure do?"
minutes = 1
protocol = "hrv_resonance"
actor = "person"
signals = ["truth/blood_pressure"]
blocks = [{ name = "free", kind = "baseline", duration_s = 60.0 }]

[[features]]
name = "heart_rate"
stream = "ecg"
channels = ["ECG"]
stages = [{ kind = "ecg_beats" }, { kind = "heart_rate" }]

[[step]]
name = "look"
text = "Look."
look = ["truth/blood_pressure", "heart_rate"]
stage = ["truth/blood_pressure", "heart_rate"]
do = [{ command = "play" }]
until = { after_s = 2.0 }
notes = "SECRET NOTES"
"""
_TRUTH += _ask("Think.")
_TRUTH += """
[[step]]
name = "uncover"
text = "Now it is seen."
look = ["pacer", "heart_rate"]
stage = ["pacer", "heart_rate"]
do = [{ command = "reveal", stream = "truth/blood_pressure" }]

[[step]]
name = "again"
text = "From the start."
look = ["truth/blood_pressure"]
stage = ["truth/blood_pressure", "heart_rate"]
begin = { seed = 2 }
until = { after_s = 2.0 }

[[step]]
name = "sheet"
text = "The end."
do = [{ command = "show", view = "sheet" }, { command = "show", view = "course" }]
"""


def _take(window: Console, folder: Path, text: str, name: str = "mine") -> LessonRunner:
    file = folder / f"{name}.toml"
    file.write_text(text, encoding="utf-8")
    window.take_lesson(str(file))
    assert window.runner is not None
    return window.runner


def test_in_a_low_window_the_truth_has_room_beside_a_lesson(window: Console, qtbot: QtBot) -> None:
    window.resize(1366, 768)
    window.take_lesson("alpha_and_eyes")
    runner = window.runner
    assert runner is not None
    qtbot.waitUntil(lambda: window.arrangement is not None and bool(window.arrangement.focus.panels), timeout=60_000)
    assert window.arrangement is not None
    window.arrangement.bring(["truth"])
    qtbot.wait(100)
    (truth,) = (panel for panel in window.arrangement.panels if isinstance(panel, TruthPanel))
    seen = [truth, *(panel for panel in window.arrangement.focus.panels if isinstance(panel, PlotPanel))]
    assert len(seen) == 3
    for panel in seen:
        assert panel.isVisible()
        assert panel.canvas.height() >= 100, panel.title  # below that, numbers at the left have no room


def test_an_answer_of_two_lines_can_be_read(window: Console, qtbot: QtBot) -> None:
    window.take_lesson("alpha_and_eyes")
    panel, runner = window.lesson, window.runner
    assert panel is not None
    assert runner is not None
    qtbot.waitUntil(lambda: runner.ready, timeout=120_000)
    window.do_next_step()
    qtbot.wait(100)
    lines = [button.words.height() / button.words.fontMetrics().height() for button in panel.choices]
    assert max(lines) >= 2.0
    for button in panel.choices:
        assert button.words.height() >= button.words.heightForWidth(button.words.width())
        assert button.rect().contains(button.words.geometry())


def test_what_a_lesson_looks_at_is_the_feature_where_a_stream_has_its_name(window: Console, qtbot: QtBot) -> None:
    window.take_lesson("stress_profile")
    qtbot.waitUntil(lambda: window.arrangement is not None and bool(window.arrangement.focus.panels), timeout=60_000)
    assert window.arrangement is not None
    found = [panel.name for panel in window.arrangement.focus.panels if isinstance(panel, FeaturePanel)]
    assert found == ["emg", "scl", "breathing_rate", "temperature"]
    assert not [panel for panel in window.arrangement.focus.panels if isinstance(panel, SignalsPanel)]


def _panel(window: Console, stream: str) -> Panel:
    assert window.arrangement is not None
    return next(panel for panel in window.arrangement.panels if panel.truth == stream)


def test_a_step_brings_its_panels_plots_question_and_hands_and_the_truth_stays_covered(
    window: Console, qtbot: QtBot, tmp_path: Path
) -> None:
    runner = _take(window, tmp_path, _TRUTH)
    qtbot.waitUntil(lambda: runner.ready and window.arrangement is not None, timeout=60_000)
    window.screens.do_stage()
    stage, panel = window.screens.stage, window.lesson
    assert stage is not None
    assert panel is not None
    qtbot.waitUntil(lambda: stage.title.text() == "Pressure", timeout=60_000)
    assert window.arrangement is not None
    assert [p.title for p in window.arrangement.focus.panels] == [
        "True blood pressure, systolic [mmHg]", "Heart and breath: line and dots",
    ]  # fmt: skip
    assert all(p.isVisible() for p in window.arrangement.focus.panels)
    assert [plot.trace.name for plot in stage.plots] == ["truth/blood_pressure", "heart_rate"]
    assert [plot.covered for plot in stage.plots] == [True, False]
    assert len({plot.sweep_s for plot in stage.plots}) == 1  # one time axis
    assert _panel(window, "truth/blood_pressure").covered
    assert stage.question.text() == "What does blood pressure do?"

    window.do_next_step()
    qtbot.waitUntil(lambda: stage.question.text() == "Which?", timeout=60_000)
    assert stage.choices.question.choices == ("this", "that")
    assert not stage.choices.question.revealed
    window.poll()
    assert panel.hands[0].isVisible()
    panel.hands[0].setValue(12)
    panel.hands[1].setValue(30)
    panel.choices[1].click()
    window.poll()
    question = stage.choices.question
    assert (question.revealed, question.right, question.hands) == (True, 0, (12, 30))
    assert "42 hands" in panel.counting.text()

    window.do_next_step()
    qtbot.waitUntil(lambda: not _panel(window, "truth/blood_pressure").covered, timeout=60_000)
    window.do_previous_step()
    window.do_previous_step()  # the room looks back too, at what is uncovered now
    qtbot.waitUntil(lambda: stage.plots[0].trace.name == "truth/blood_pressure", timeout=60_000)
    qtbot.waitUntil(lambda: not stage.plots[0].covered, timeout=60_000)
    window.do_reveal()
    assert _panel(window, "truth/blood_pressure").covered
    assert stage.plots[0].covered
    for label in stage.findChildren(QLabel):
        assert "SECRET" not in label.text()
    window.write_sheet(tmp_path / "sheet.html")
    assert "Hands in the room: this: 12; that: 30" in (tmp_path / "sheet.html").read_text(encoding="utf-8")


def test_the_stage_stays_when_a_step_begins_another_session_and_its_truth_is_covered_again(
    window: Console, qtbot: QtBot, tmp_path: Path
) -> None:
    runner = _take(window, tmp_path, _TRUTH)
    qtbot.waitUntil(lambda: runner.ready and window.arrangement is not None, timeout=60_000)
    window.screens.do_stage()
    stage, panel, first = window.screens.stage, window.lesson, window.engine.session
    assert stage is not None
    assert panel is not None
    window.do_next_step()
    panel.choose(0)
    window.do_next_step()
    window.do_next_step()
    qtbot.waitUntil(lambda: runner.ready, timeout=60_000)
    assert window.engine.session is not first
    assert window.screens.stage is stage
    assert stage.isVisible()
    qtbot.waitUntil(lambda: len(stage.plots) == 2 and stage.plots[0].covered, timeout=60_000)
    window.do_next_step()
    qtbot.waitUntil(lambda: isinstance(window.views.currentWidget(), CourseView), timeout=60_000)
    sheets = [window.views.widget(i) for i in range(window.views.count())]
    (sheet,) = [view for view in sheets if isinstance(view, SheetView)]
    assert "My prediction: this (right)" in sheet.page.toPlainText()


def test_a_recording_goes_on_in_the_next_session_of_a_lesson(
    window: Console, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    window.engine.clock.set_speed(1.0)  # else the session is over before it is recorded
    _take(window, tmp_path, _TRUTH)
    qtbot.waitUntil(lambda: window.engine.status is Status.RUNNING, timeout=60_000)
    window.do_record()
    qtbot.waitUntil(lambda: window.recording, timeout=60_000)
    first = window.engine.recorder
    assert first is not None
    for _ in range(3):
        window.do_next_step()
        assert window.lesson is not None
        if window.lesson.choices:
            window.lesson.choose(0)
    qtbot.waitUntil(lambda: window.engine.recorder not in (None, first) and window.recording, timeout=60_000)
    (folder,) = first.kept
    assert read_session(folder).protocol.name == first.plan.protocol.name
    again = window.engine.recorder
    assert again is not None
    assert again.kept[0] != folder


def test_the_quiz_is_recorded_too_and_its_events_are_told_at_the_end(window: Console, qtbot: QtBot) -> None:
    window.take_quiz(seed=1)
    window.engine.clock.set_speed(float("inf"))
    qtbot.waitUntil(lambda: window.arrangement is not None and window.engine.recorder is not None, timeout=60_000)
    assert window.arrangement is not None
    assert window.quiz is not None
    arrangement = window.arrangement
    events = next(panel for panel in arrangement.panels if isinstance(panel, EventsPanel))
    qtbot.waitUntil(lambda: arrangement.focus.panels == [arrangement.signals[0]], timeout=60_000)
    quiz, history = window.quiz, window.engine.history
    assert history is not None
    qtbot.waitUntil(lambda: quiz.over or window.engine.status is not Status.RUNNING, timeout=120_000)
    assert window.engine.failure is None
    window.poll()
    events.refresh(history)
    lines = [events.list.item(i).text() for i in range(events.list.count())]
    assert sum("blink" in line for line in lines) == 5


def test_events_that_are_asked_for_are_withheld_and_others_are_told(qtbot: QtBot) -> None:
    panel = EventsPanel(Look())
    qtbot.addWidget(panel)
    panel.withheld = frozenset({"blink"})
    history = History({}, (), (), 0.1)
    history.events += [SessionEvent(1.0, 0.0, "blink"), SessionEvent(2.0, 0.0, "mark")]
    panel.refresh(history)
    assert [panel.list.item(i).text() for i in range(panel.list.count())] == ["0:02  mark"]
    panel.tell_all()
    panel.refresh(history)
    assert panel.list.count() == 2


@pytest.mark.parametrize("name", sorted(kind_names("lesson")))
def test_what_a_lesson_looks_at_is_there_for_console_and_stage(name: str, qtbot: QtBot) -> None:
    lesson = load_lesson(name)
    sessions: dict[str, Session] = {}
    for number, step in enumerate(lesson.step):
        setting = lesson.setting(number)
        session = sessions.setdefault(setting.model_dump_json(), setting.prepare())
        for each in {*step.look, *step.stage} - {"strategy"}:
            assert find_trace(each, session).words


@pytest.mark.parametrize("height", [720, 1080])
def test_every_choice_of_every_lesson_can_be_read_on_the_stage(height: int, qtbot: QtBot) -> None:
    choices = Choices()
    qtbot.addWidget(choices)
    choices.resize(round(height * 16 / 9 * 0.95), 100)
    look = Look(stage_height_px=float(height))
    choices.set_look(look)
    metrics = QFontMetricsF(look.font("words"))
    for name in kind_names("lesson"):
        for step in load_lesson(name).step:
            if step.choice:
                choices.ask(Question("?", tuple(choice.text for choice in step.choice), 0, (99,) * len(step.choice)))
                assert choices.height() < 0.75 * height
                for words, place in zip(choices.widest_words, choices.places, strict=True):
                    needed = metrics.boundingRect(place, Qt.TextFlag.TextWordWrap, words)
                    assert needed.height() <= place.height() + 1.0, words
                    assert needed.width() <= place.width() + 1.0, words


def test_words_in_german_where_there_are_some(qtbot: QtBot) -> None:
    texts.choose_language("de_AT")
    try:
        assert texts.text("lesson.next").startswith("Weiter")
        start = StartView(Look())
        qtbot.addWidget(start)
        assert start.buttons["lesson", "breathing_at_resonance"].card.title == "Atmen in Resonanz"
        assert start.buttons["lab", "first_lab"].card.title == "Die erste Übung"
        texts.choose_language("xx")  # one that is not there
        assert texts.text("lesson.next").startswith("Next")
    finally:
        texts.choose_language(texts.ENGLISH)


def test_every_word_of_the_window_is_there_in_german_with_the_same_values() -> None:
    folder = files("neurosim_gui.texts")
    read = (tomllib.loads((folder / f"{code}.toml").read_text(encoding="utf-8")) for code in ("en", "de"))
    english, german = ({f"{g}.{name}": w for g, group in words.items() for name, w in group.items()} for words in read)
    assert english.keys() == german.keys()
    for name, told in german.items():
        fields = [sorted(f for _, f, _, _ in Formatter().parse(w) if f) for w in (english[name], told)]
        assert fields[0] == fields[1], name
