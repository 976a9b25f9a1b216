"""Going to another place of a recording in the window."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from neurosim_gui.console import Console
from neurosim_gui.request import LiveRequest, prepare
from PySide6.QtWidgets import QInputDialog, QSlider
from pytestqt.qtbot import QtBot

from neurosim.session import Sink, simulate
from neurosim.session.memory import MemorySink
from neurosim.session.session import Session
from neurosim.signals import Recorded

_WAIT_MS = 60_000
Opener = Callable[..., Console]


@pytest.fixture
def recording(tmp_path: Path) -> LiveRequest:
    """Return a recording of a minute; its baseline is over after five seconds."""
    t = np.arange(60 * 256) / 256.0
    data = np.random.default_rng(2).normal(0.0, 4.0, (2, t.size))
    data += 8.0 * (1.0 + np.sin(2 * np.pi * 0.1 * t)) * np.sin(2 * np.pi * 10.0 * t)
    np.save(tmp_path / "data.npy", data)
    table = "\n".join(f'[[channels]]\nname = "{name}"\ncolumn = {i}' for i, name in enumerate(("O1", "Fp1")))
    (tmp_path / "data.toml").write_text(f"fs = 256.0\n{table}\n", encoding="utf-8")
    return LiveRequest(source=str(tmp_path / "data.npy"), sidecar=tmp_path / "data.toml", seed=1)


def go_to(window: Console, qtbot: QtBot, tick: int) -> Session:
    qtbot.waitUntil(lambda: window.arrangement is not None, timeout=_WAIT_MS)
    session = window.engine.session
    assert session is not None
    window.engine.clock.step(tick - session.tick_index)
    qtbot.waitUntil(lambda: session.tick_index >= tick, timeout=_WAIT_MS)
    window.settle()
    return session


def test_a_live_session_with_seeks_is_repeated_without_the_window(
    open_console: Opener, qtbot: QtBot, recording: LiveRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory = MemorySink(signals=False)

    def make() -> tuple[Session, list[Sink]]:
        session, sinks = prepare(recording)
        return session, [*sinks, memory]

    window = open_console("recording", prepared=make)
    session = go_to(window, qtbot, 128)
    assert window.seek.isVisible()
    window.commands["go_forward"].trigger()
    assert "is a baseline, and is learned from without a cut" in window.statusBar().currentMessage()
    go_to(window, qtbot, 640)
    assert (window.seek.slider.value(), window.seek.place.text()) == (100, "0:10 / 1:00")
    window.commands["go_forward"].trigger()
    go_to(window, qtbot, 704)
    assert window.seek.place.text() == "0:21 / 1:00"
    window.commands["go_back"].trigger()
    go_to(window, qtbot, 705)
    monkeypatch.setattr(QInputDialog, "getDouble", lambda *_: (40.0, True))
    window.commands["go_to"].trigger()
    go_to(window, qtbot, 706)
    assert session.source.place_s(session.tick_index) == pytest.approx(40.0 + 1 / 64)
    window.seek.slider.setSliderPosition(300)
    window.seek.slider.sliderReleased.emit()
    go_to(window, qtbot, 800)
    window.seek.slider.triggerAction(QSlider.SliderAction.SliderPageStepAdd)
    window.engine.clock.play()
    qtbot.waitUntil(lambda: session.finished, timeout=_WAIT_MS)
    qtbot.waitUntil(lambda: window.message == "The session is over.", timeout=_WAIT_MS)
    places = [logged.command.model_dump()["to_s"] for logged in session.command_log]
    assert places == [20.0, 11.0, 40.0, 30.0, pytest.approx(32.5, abs=1.1)]
    source = Recorded(path=recording.source, sidecar=str(recording.sidecar))
    again = simulate("alpha_up", source=source, seed=1, commands=session.command_log)
    qtbot.waitUntil(lambda: memory.n_ticks == again.n_ticks, timeout=_WAIT_MS)
    assert memory.rewards().any()
    np.testing.assert_array_equal(memory.rewards(), again.memory.rewards())


def test_a_body_has_no_places(open_console: Opener, qtbot: QtBot) -> None:
    window = open_console()
    go_to(window, qtbot, 1)
    assert not window.seek.isVisible()
    window.commands["go_back"].trigger()
    assert "only in a recording" in window.statusBar().currentMessage()
    window.commands["go_to"].trigger()
    assert not window.engine.session.command_log  # type: ignore[union-attr]
