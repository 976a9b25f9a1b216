"""The Console over a real session."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from neurosim_gui.app import LiveRequest, prepare
from neurosim_gui.console import Console
from neurosim_gui.engine import Engine, Status
from neurosim_gui.look import Look
from pytestqt.qtbot import QtBot

from neurosim.core.pace import PacedClock


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


def test_single_steps_and_playing(console: Console, qtbot: QtBot) -> None:
    engine = console.engine
    assert engine.session is not None
    console.commands["step"].trigger()
    qtbot.waitUntil(lambda: engine.session is not None and engine.session.tick_index == 1, timeout=60_000)
    console.commands["play"].trigger()
    qtbot.waitUntil(lambda: engine.session is not None and engine.session.tick_index > 10, timeout=60_000)
    console.commands["play"].trigger()
    assert not engine.clock.playing


def test_an_engine_error_is_told_with_its_remedy(qtbot: QtBot) -> None:
    engine = Engine(lambda: prepare(LiveRequest(protocol="alpha_upp")))
    window = Console(engine, "alpha_upp", Look())
    qtbot.addWidget(window)
    window.show()
    engine.start()
    qtbot.waitUntil(lambda: engine.status is Status.FAILED, timeout=30_000)
    window.refresh()
    assert "did you mean 'alpha_up'" in window.message
