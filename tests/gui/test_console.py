"""The Console over a real session."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from neurosim_gui.commands import COMMANDS
from neurosim_gui.console import Console
from neurosim_gui.engine import Engine, Status
from neurosim_gui.key_sheet import KeySheet
from neurosim_gui.look import Look
from neurosim_gui.panels.artifacts import ArtifactsPanel
from neurosim_gui.panels.feature import FeaturePanel
from neurosim_gui.panels.minutes import MinutesPanel
from neurosim_gui.panels.panel import Panel
from neurosim_gui.panels.pipeline import PipelinePanel
from neurosim_gui.panels.settings import SettingsPanel
from neurosim_gui.panels.signals import SignalsPanel
from PySide6.QtCore import QSettings, QStandardPaths
from pytestqt.qtbot import QtBot

from neurosim.feedback import Condition, ManualThreshold, load_protocol
from neurosim.session import Session, SetThreshold
from neurosim.session.plan import plan_sessions

_WAIT_MS = 60_000

Opener = Callable[..., Console]


def _ready(window: Console, qtbot: QtBot) -> Session:
    qtbot.waitUntil(lambda: window.arrangement is not None, timeout=_WAIT_MS)
    assert window.engine.session is not None
    return window.engine.session


def _panel(window: Console, kind: type[Panel]) -> Panel:
    assert window.arrangement is not None
    return next(panel for panel in window.arrangement.panels if isinstance(panel, kind))


def _go_to(window: Console, qtbot: QtBot, time_s: float) -> None:
    """Play as fast as it goes until a moment of the session, and pause."""
    session = _ready(window, qtbot)
    window.engine.clock.play()
    qtbot.waitUntil(lambda: session.time_s >= time_s, timeout=_WAIT_MS)
    window.engine.clock.pause()


def _steps(window: Console, qtbot: QtBot, n: int = 1) -> None:
    session = _ready(window, qtbot)
    before = session.tick_index
    window.engine.clock.step(n)
    qtbot.waitUntil(lambda: session.tick_index >= before + n, timeout=_WAIT_MS)


def _by_hand() -> tuple[Session, list[object]]:
    protocol = load_protocol("alpha_up")
    by_hand = Condition(feature="alpha", threshold=ManualThreshold(value=20.0))
    protocol = protocol.model_copy(update={"rule": protocol.rule.model_copy(update={"conditions": (by_hand,)})})
    plan = plan_sessions(protocol, seed=1, duration_s=120.0)
    return Session(plan.protocol, plan.source, plan.actors), []


def test_single_steps_and_playing(open_console: Opener, qtbot: QtBot) -> None:
    window = open_console()
    session = _ready(window, qtbot)
    window.commands["step"].trigger()
    qtbot.waitUntil(lambda: session.tick_index == 1, timeout=_WAIT_MS)
    window.commands["play"].trigger()
    qtbot.waitUntil(lambda: session.tick_index > 10, timeout=_WAIT_MS)
    window.commands["play"].trigger()
    assert not window.engine.clock.playing


def test_speeds(open_console: Opener, qtbot: QtBot) -> None:
    window = open_console()
    clock = window.engine.clock
    window.commands["real_time"].trigger()
    assert clock.speed == 1.0
    for _ in range(5):
        window.commands["slower"].trigger()
    assert clock.speed == 0.25
    window.commands["faster"].trigger()
    assert clock.speed == 0.5
    for _ in range(9):
        window.commands["faster"].trigger()
    assert clock.speed == float("inf")


def test_a_parameter_is_changed_by_a_command(open_console: Opener, qtbot: QtBot) -> None:
    window = open_console()
    session = _ready(window, qtbot)
    settings = _panel(window, SettingsPanel)
    assert isinstance(settings, SettingsPanel)
    field = settings.fields["rule.refractory_s"]
    assert field.minimum() == 0.0
    assert field.suffix() == " s"
    assert "rule.conditions[0].threshold.percentile" not in settings.fields  # it may not change while it runs
    field.setValue(1.5)
    _steps(window, qtbot)
    assert session.protocol.rule.model_dump()["refractory_s"] == 1.5
    assert [str(logged.command) for logged in session.command_log] == ["set parameter=rule.refractory_s value=1.5"]


def test_a_manual_threshold_is_dragged(open_console: Opener, qtbot: QtBot) -> None:
    window = open_console(prepared=_by_hand)
    session = _ready(window, qtbot)
    feature = _panel(window, FeaturePanel)
    assert isinstance(feature, FeaturePanel)
    assert feature.handle is not None
    feature.handle.setValue(12.0)
    feature.handle.sigPositionChangeFinished.emit(feature.handle)
    _steps(window, qtbot, 2)
    assert session.command_log[0].command == SetThreshold(condition="alpha", value=12.0)
    assert float(session.rule.thresholds[0]) == 12.0


def test_a_threshold_that_adapts_has_no_handle(open_console: Opener, qtbot: QtBot) -> None:
    window = open_console()
    _ready(window, qtbot)
    feature = _panel(window, FeaturePanel)
    assert isinstance(feature, FeaturePanel)
    assert feature.handle is None


def test_a_blink_on_demand_is_not_trusted(open_console: Opener, qtbot: QtBot) -> None:
    window = open_console()
    _go_to(window, qtbot, 5.0)
    window.commands["blink"].trigger()
    artifacts = _panel(window, ArtifactsPanel)
    assert isinstance(artifacts, ArtifactsPanel)
    artifacts.buttons["jaw_clench"].click()
    _go_to(window, qtbot, 7.0)
    session, history = window.engine.session, window.engine.history
    assert session is not None
    assert history is not None
    assert [logged.command.model_dump()["kind"] for logged in session.command_log] == ["blink", "jaw_clench"]
    begun = session.command_log[0].tick
    start, ticks = history.ticks.read(begun)
    assert (ticks[3, :64] < 0.5).any()  # the row `valid`, within a second
    assert start == begun


def test_a_mark_stands_in_the_log(open_console: Opener, qtbot: QtBot) -> None:
    window = open_console()
    session = _ready(window, qtbot)
    window.commands["mark"].trigger()
    _steps(window, qtbot)
    assert session.command_log[0].command.command == "mark"


def test_what_a_stage_gives_is_shown(open_console: Opener, qtbot: QtBot) -> None:
    window = open_console(size=(1920, 1080))
    _go_to(window, qtbot, 1.0)
    pipeline = _panel(window, PipelinePanel)
    assert isinstance(pipeline, PipelinePanel)
    pipeline.buttons[1].click()
    _go_to(window, qtbot, 3.0)
    shown = pipeline.watched
    assert shown is not None
    assert shown.unit == "uV"
    pipeline.buttons[1].click()
    _steps(window, qtbot, 2)
    assert not pipeline.canvas.isVisible()
    assert not window.engine.sinks


def test_text_size_and_theme(open_console: Opener, qtbot: QtBot) -> None:
    window = open_console()
    _ready(window, qtbot)
    for _ in range(30):
        window.commands["larger"].trigger()
    assert window.look.text_scale == 2.0
    for _ in range(30):
        window.commands["smaller"].trigger()
    assert window.look.text_scale == 0.8
    window.commands["dark"].trigger()
    assert window.look.palette.name == "dark"
    window.commands["light"].trigger()
    assert window.look.palette.name == "light"
    other = open_console()
    assert other.look.text_scale == 0.8  # remembered
    other.commands["reset_layout"].trigger()
    assert other.look.text_scale == 1.0


def test_folding(open_console: Opener, qtbot: QtBot) -> None:
    window = open_console(size=(1920, 1080))
    _ready(window, qtbot)
    assert window.arrangement is not None
    below = window.arrangement.below
    qtbot.waitUntil(lambda: all(panel.isVisible() for panel in below), timeout=_WAIT_MS)
    window.resize(1280, 720)
    qtbot.waitUntil(lambda: not all(panel.isVisible() for panel in below), timeout=_WAIT_MS)
    window.resize(1920, 1080)
    qtbot.waitUntil(lambda: all(panel.isVisible() for panel in below), timeout=_WAIT_MS)


def test_channels_and_gain(open_console: Opener, qtbot: QtBot) -> None:
    window = open_console()
    _go_to(window, qtbot, 1.0)
    signals = _panel(window, SignalsPanel)
    assert isinstance(signals, SignalsPanel)
    signals.show_channels({"eeg": list(range(19))})
    assert signals.channels == {"eeg": list(range(19))}
    signals.show_channels({})  # nothing is no choice
    assert signals.channels == {"eeg": list(range(19))}
    signals.set_gain(2.0)
    assert signals.gain == 2.0


def test_units(open_console: Opener, qtbot: QtBot) -> None:
    window = open_console("hand_warming")
    _go_to(window, qtbot, 10.0)
    feature, table = _panel(window, FeaturePanel), _panel(window, MinutesPanel)
    assert isinstance(feature, FeaturePanel)
    assert isinstance(table, MinutesPanel)
    assert feature.axis_labels["left"] == table.what.text() == "temperature [°C]"
    window.commands["fahrenheit"].trigger()
    assert feature.axis_labels["left"] == table.what.text() == "temperature [°F]"
    # By definition: 0 °C is 32 °F and 100 °C is 212 °F; a change of 5 °C is one of 9 °F.
    np.testing.assert_allclose(window.appearance.units.shown(np.array([0.0, 100.0]), "degC"), [32.0, 212.0])
    assert float(window.appearance.units.shown(np.array(5.0), "degC", change=True)) == 9.0
    assert window.appearance.units.measured(212.0, "degC") == pytest.approx(100.0)
    sine = np.sin(2 * np.pi * np.arange(1000) / 100.0)
    assert window.appearance.units.amplitude(sine, "uV") == "0.707 µV rms"
    window.commands["peak_to_peak"].trigger()
    assert window.appearance.units.amplitude(sine, "uV") == "2.00 µV p-p"


def test_a_picture_is_saved(
    open_console: Opener, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QStandardPaths, "writableLocation", lambda _: str(tmp_path / "pictures"))
    window = open_console()
    _ready(window, qtbot)
    window.commands["picture"].trigger()
    (picture,) = (tmp_path / "pictures").iterdir()
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert ":" not in picture.name


def test_the_key_sheet_has_every_command(open_console: Opener, qtbot: QtBot) -> None:
    window = open_console()
    window.commands["keys"].trigger()
    sheet = window.findChildren(KeySheet)[-1]
    told = {words for _, words in sheet.rows}
    alone = [command.words for command in COMMANDS if not command.number]
    assert set(alone) <= told
    assert {"Keep as scene 1 … 9", "Recall scene 1 … 9"} <= told
    sheet.close()


def test_the_layout_is_remembered(open_console: Opener, qtbot: QtBot) -> None:
    window = open_console()
    _ready(window, qtbot)
    window.close()
    kept = QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, "neurosim", "window").allKeys()
    assert any("narrow_low_body" in key for key in kept)


def test_an_engine_error_is_told_with_its_remedy(open_console: Opener, qtbot: QtBot) -> None:
    window = open_console("alpha_upp")
    engine: Engine = window.engine
    qtbot.waitUntil(lambda: engine.status is Status.FAILED, timeout=_WAIT_MS)
    window.refresh()
    assert "did you mean 'alpha_up'" in window.message
    assert window.look == Look()
