"""The Stage: large enough for the last row, never more than it should show, and walked by a remote."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from neurosim_gui.app import LiveRequest, prepare
from neurosim_gui.console import Console
from neurosim_gui.engine import Engine
from neurosim_gui.look import Look
from neurosim_gui.rings import History
from neurosim_gui.stage import Question, Stage
from neurosim_gui.stage_trace import round_axis
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetricsF
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from neurosim.core.errors import ConfigError
from neurosim.core.pace import PacedClock
from neurosim.core.palette import DARK, LIGHT
from neurosim.session import Session
from neurosim.session.plan import plan_sessions
from neurosim.session.sealing.veil import DrawnSham

_SIZES = [(1280, 720), (1366, 768), (1920, 1080)]
_QUESTION = Question("At which pace is the swing largest?", ("15", "10", "6", "3"), right=2)


@pytest.fixture(scope="module")
def session() -> Session:
    plan = plan_sessions("alpha_up", seed=1, signals="all", duration_s=60.0)
    return Session(plan.protocol, plan.source, plan.actors)


@pytest.fixture(scope="module")
def history(session: Session) -> History:
    """Half a minute of the session."""
    names, conditions = tuple(session.pipeline.specs), session.rule.condition_names
    found = History(session.source.specs, names, conditions, session.protocol.update_interval_s)
    while session.time_s < 30.0:
        found.write(session.step())
    return found


@pytest.fixture
def stage(session: Session, history: History, qtbot: QtBot) -> Stage:
    found = Stage(Look(LIGHT), session)
    qtbot.addWidget(found)
    found.resize(1280, 720)
    found.show()
    return found


def _draw(stage: Stage, history: History) -> None:
    QApplication.processEvents()  # lays out
    stage.settle(history)


@pytest.mark.parametrize("size", _SIZES, ids=str)
@pytest.mark.parametrize("asked", [False, True], ids=["two plots", "with a question"])
def test_sizes_for_the_last_row(
    stage: Stage, history: History, qtbot: QtBot, size: tuple[int, int], *, asked: bool
) -> None:
    """Letters without ascenders and digits of 3 % of the picture: ANSI/AVIXA V202.01, six picture heights away."""
    stage.resize(*size)
    stage.ask(_QUESTION if asked else None)
    stage.show_plots(["eeg", "alpha"])
    _draw(stage, history)
    QApplication.processEvents()
    height = stage.height()
    words = [label for label in stage.labels if label.text() and label.isVisible()]
    words += [plot.title for plot in stage.plots]
    assert len(words) == (8 if asked else 7)
    for label in words:
        assert QFontMetricsF(label.font()).xHeight() >= 0.03 * height
        assert label.height() >= label.heightForWidth(label.width()) if label.wordWrap() else True
        assert label.sizeHint().width() <= label.width() or label.wordWrap(), label.text()
    for plot in stage.plots:
        ticks = plot.plot.getAxis("left").style["tickFont"]
        assert QFontMetricsF(ticks).tightBoundingRect("0").height() >= 0.03 * height
        times = plot.plot.getAxis("bottom").style["tickFont"]
        assert QFontMetricsF(times).xHeight() >= 0.03 * height
        assert all(len(labels) == 3 for labels in plot.tick_labels.values())
        assert all(label.endswith(" s") for label in plot.tick_labels["bottom"])
        assert "[µV]" in plot.title.text()
        widest = max(QFontMetricsF(ticks).horizontalAdvance(label) for label in plot.tick_labels["left"])
        assert widest <= plot.plot.getAxis("left").width()
    assert QFontMetricsF(stage.number.font()).tightBoundingRect("0").height() >= 0.07 * height
    pens = [plot.sweep._pens[0].widthF() / height for plot in stage.plots]
    assert pens == pytest.approx([0.003, 0.0045])
    _apart([*words, *(plot.canvas for plot in stage.plots), *([stage.choices] if asked else [])], stage)


def _apart(widgets: list[QWidget], stage: Stage) -> None:
    """Nothing overlaps or leaves the picture."""
    boxes = [widget.rect().translated(widget.mapTo(stage, widget.rect().topLeft())) for widget in widgets]
    for i, box in enumerate(boxes):
        assert stage.rect().contains(box)
        assert not any(box.intersects(other) for other in boxes[i + 1 :])


def test_the_picture_shows_the_signal_in_its_colour(stage: Stage, history: History) -> None:
    _draw(stage, history)
    picture = stage.grab().toImage()
    colors = {picture.pixelColor(x, y).name().upper() for x in range(picture.width()) for y in range(picture.height())}
    assert {LIGHT.signal, LIGHT.feature, LIGHT.reward, LIGHT.threshold} <= colors


def test_dark_is_for_dark_rooms(stage: Stage, history: History) -> None:
    stage.set_look(Look(DARK))
    _draw(stage, history)
    assert stage.grab().toImage().pixelColor(2, 2).name().upper() == DARK.ground


def test_freeze_holds_the_picture_and_blank_is_black(stage: Stage, session: Session, history: History) -> None:
    _draw(stage, history)
    stage.frozen = True
    before = stage.grab().toImage()
    for _ in range(64):
        history.write(session.step())
    _draw(stage, history)
    assert stage.grab().toImage() == before
    stage.frozen = False
    _draw(stage, history)
    assert stage.grab().toImage() != before
    stage.set_blank(blank=True)
    black = stage.grab().toImage()
    assert all(black.pixelColor(x, y).name() == "#000000" for x in range(0, 1280, 9) for y in range(0, 720, 7))


def test_the_truth_is_covered_until_it_is_revealed(stage: Stage, history: History) -> None:
    stage.show_plots(["alpha", "blood_pressure"])
    truth = stage.plots[1]
    _draw(stage, history)
    assert truth._cover.isVisible()
    assert truth.tick_labels["left"] == []
    assert not _has(truth, LIGHT.truth)
    stage.reveal(shown=True)
    _draw(stage, history)
    assert truth.title.text() == "true blood pressure, systolic [mmHg]"
    assert _has(truth, LIGHT.truth)


def _has(plot: QWidget, color: str) -> bool:
    picture = plot.canvas.grab().toImage()  # type: ignore[attr-defined]
    return any(
        picture.pixelColor(x, y).name().upper() == color
        for x in range(picture.width())
        for y in range(picture.height())
    )


def test_the_answer_comes_with_the_hands(stage: Stage) -> None:
    stage.ask(_QUESTION)
    asked = stage.choices.grab().toImage()
    stage.answer([3, 12, 88, 40])
    assert stage.choices.question.hands == (3, 12, 88, 40)
    assert stage.choices.grab().toImage() != asked


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["alpha", "eeg", "ecg"], "one plot or two, got 3"),
        (["alfa"], "no feature or stream 'alfa'; did you mean 'alpha'"),
        (["eeg:Czz"], "no channel 'Czz' in 'eeg'; did you mean 'Cz'"),
    ],
)
def test_what_it_cannot_show(stage: Stage, names: list[str], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        stage.show_plots(names)


def test_a_sealed_session_shows_signals_alone(qtbot: QtBot) -> None:
    """What is measured of the trained rhythm, and the truth, would tell the arm."""
    plan = plan_sessions("hand_warming", seed=1, signals="all", duration_s=60.0)
    session = Session(plan.protocol, plan.source, plan.actors, sham=DrawnSham([None], 0))
    stage = Stage(Look(LIGHT), session)
    qtbot.addWidget(stage)
    assert [plot.trace.stream for plot in stage.plots] == ["temperature"]
    assert stage.caption.text() == ""
    for name in ("truth/skin_temperature", "skin_temperature"):
        with pytest.raises(ConfigError, match="a sealed session shows signals alone"):
            stage.show_plots([name])


def test_the_usual_plots_are_the_signal_and_its_feature(qtbot: QtBot) -> None:
    """A muscle's signal beside its rms; a temperature alone, to hundredths of a degree."""
    for name, titles in (
        ("emg_frontalis", ["EMG at frontalis [µV]", "EMG [µV]"]),
        ("hand_warming", ["temperature [°C]"]),
        ("slow_breathing", ["breath [L]", "breathing rate [breaths/min]"]),
    ):
        plan = plan_sessions(name, seed=1, signals="all", duration_s=60.0)
        stage = Stage(Look(LIGHT), Session(plan.protocol, plan.source, plan.actors))
        qtbot.addWidget(stage)
        assert [plot.title.text() for plot in stage.plots] == titles
        if name == "hand_warming":
            stage.plots[0]._axis = (29.4, 0.05)
            assert stage._written(29.3944, stage.plots[0].trace) == "29.39"


def test_round_axes_hold_their_range() -> None:
    draws = np.random.default_rng(1)
    for low, high in np.sort(draws.normal(size=(500, 2)) * 10.0 ** draws.integers(-3, 4, (500, 1)), axis=1):
        middle, step = round_axis(float(low), float(high))
        assert middle - step <= low < high <= middle + step
        assert high - low >= 0.15 * 2.0 * step


@pytest.fixture
def console(qtbot: QtBot) -> Iterator[Console]:
    engine = Engine(lambda: prepare(LiveRequest(seed=1)), PacedClock(playing=False))
    window = Console(engine, "alpha_up", Look())
    window.resize(1280, 720)
    window.show()
    engine.start()
    qtbot.waitUntil(lambda: window.arrangement is not None, timeout=60_000)
    yield window
    window.close()


def test_a_remote_leaves_the_session_untouched(console: Console, qtbot: QtBot) -> None:
    keys = Qt.Key
    session = console.engine.session
    assert session is not None
    console.commands["stage"].trigger()
    stage = console.screens.stage
    assert stage is not None
    assert stage.isVisible()
    seen = []
    for key in (keys.Key_PageDown, keys.Key_PageDown, keys.Key_Period, keys.Key_Period, keys.Key_PageUp, keys.Key_F5):
        QTest.keyClick(stage, key)
        seen.append((stage.isVisible(), stage.blank))
    assert seen == [(True, False), (True, False), (True, True), (True, False), (True, False), (True, False)]
    QTest.keyClick(stage, keys.Key_Escape)
    assert not stage.isVisible()
    for key in (keys.Key_PageDown, keys.Key_Period, keys.Key_F5):  # the same in the Console
        QTest.keyClick(console, key)
    assert stage.isVisible()
    assert not stage.blank
    assert session.tick_index == 0
    assert session.command_log == []
    assert not console.screens.keys.held


def test_windows_beside_the_console(console: Console, qtbot: QtBot) -> None:
    screens = console.screens
    for name in ("participant", "picture_kind", "pad", "stage", "freeze"):
        assert console.commands[name].isEnabled()
        console.commands[name].trigger()
    console.commands["step"].trigger()
    qtbot.waitUntil(lambda: console.engine.session is not None and console.engine.session.tick_index == 1,
                    timeout=60_000)  # fmt: skip
    console.refresh()
    assert screens.stage is not None
    assert screens.participant is not None
    assert screens.pad is not None
    assert screens.stage.frozen
    assert screens.participant.kind == "thermometer"  # the one after the ring
    assert screens.stage.isActiveWindow()
    assert screens.take_theme(DARK)
    assert screens.stage.plots[0].look.palette is DARK
    console.close()
    assert not any(window.isVisible() for window in (screens.stage, screens.participant, screens.pad))
