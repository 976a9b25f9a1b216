"""What surrounds the Console: recording, export, truth, comparison, the close, and a sealed session."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from neurosim_gui.app import LiveRequest, prepare
from neurosim_gui.console import Console
from neurosim_gui.engine import Engine, Status
from neurosim_gui.look import Look
from neurosim_gui.panels.truth import TruthPanel
from neurosim_gui.system import make_app, pass_on
from PySide6.QtCore import QMessageLogContext, QtMsgType
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLabel, QLineEdit, QTableWidget, QTabWidget, QWidget
from pytestqt.qtbot import QtBot

from neurosim.core.pace import PacedClock
from neurosim.feedback.protocol import load_protocol
from neurosim.session import Happen, Push, Session, read_session, simulate
from neurosim.session.folder import as_toml
from neurosim.session.memory import MemorySink
from neurosim.session.plan import plan_sessions
from neurosim.session.sealing.key import Key, parse_arms, write_key
from neurosim.session.tick import Sink
from neurosim.session.twin import OtherSham

_PATIENCE_MS = 60_000
Opened = Callable[..., Console]


@pytest.fixture
def opened(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Opened]:
    """Open Consoles in a folder of their own; they are closed at the end."""
    monkeypatch.chdir(tmp_path)
    windows: list[Console] = []

    def open_(*, playing: bool = False, make: Any = None, **options: Any) -> Console:
        request = LiveRequest(**{"seed": 1, **options})
        engine = Engine(make or (lambda: prepare(request)), PacedClock(float("inf"), playing=playing))
        window = Console(engine, request.name, Look())
        window.resize(1280, 720)
        window.show()
        engine.start()
        windows.append(window)
        qtbot.waitUntil(lambda: window.arrangement is not None or engine.failure is not None, timeout=_PATIENCE_MS)
        return window

    yield open_
    for window in windows:
        window.keep_recording = True
        window.close()


def test_ticks_that_have_a_moment_wait_until_the_panels_have_been_painted(qtbot: QtBot) -> None:
    """Making the panels takes the time of many ticks: those would be late, and nobody would see them."""
    engine = Engine(lambda: prepare(LiveRequest(seed=1)), PacedClock(1.0))
    window = Console(engine, "alpha_up", Look())
    engine.start()
    deadline = time.monotonic() + _PATIENCE_MS / 1000.0
    while (session := engine.session) is None and time.monotonic() < deadline:  # and no event of the window's
        time.sleep(0.01)
    assert session is not None
    assert engine.between_ticks(lambda given: given.tick_index).get(timeout=60.0) == 0  # it does what it is asked for
    assert not window.area.panels
    assert session.tick_index == 0
    window.show()
    qtbot.waitUntil(lambda: session.tick_index > 8, timeout=_PATIENCE_MS)
    assert window.arrangement is not None
    window.close()
    qtbot.waitUntil(lambda: engine.status is Status.STOPPED, timeout=_PATIENCE_MS)


def test_a_window_can_be_closed_before_anything_was_shown(qtbot: QtBot) -> None:
    engine = Engine(lambda: prepare(LiveRequest(seed=1)), PacedClock(1.0))
    window = Console(engine, "alpha_up", Look())
    engine.start()
    window.close()
    qtbot.waitUntil(lambda: engine.status is Status.STOPPED, timeout=_PATIENCE_MS)


def _step(window: Console, qtbot: QtBot, n: int) -> None:
    session = window.engine.session
    assert session is not None
    goal = session.tick_index + n
    window.engine.clock.step(n)
    history = window.engine.history
    assert history is not None
    qtbot.waitUntil(lambda: history.newest is not None and history.newest.tick.index + 1 >= goal, timeout=_PATIENCE_MS)


def _until_idle(window: Console, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not window._answers, timeout=_PATIENCE_MS)


def test_a_recording_begins_in_the_middle_and_is_exported(opened: Opened, qtbot: QtBot, tmp_path: Path) -> None:
    window = opened()
    _step(window, qtbot, 64)
    window.do_record()
    _until_idle(window, qtbot)
    recorder = window.engine.recorder
    assert recorder is not None
    assert recorder.folder is not None
    _step(window, qtbot, 128)
    window.do_record()
    _until_idle(window, qtbot)
    assert not window.recording
    folder = read_session(recorder.kept[-1])
    assert (len(folder.features), folder.facts["start_s"]) == (128, 1.0)
    assert folder.features["onset"].iloc[0] == 0.0
    assert folder.to_raw("eeg").n_times == 2 * 256
    block = folder.events[folder.events["trial_type"] == "block"].iloc[0]
    assert (block["onset"], block["value"]) == (-1.0, "baseline")
    window.ask_folder = lambda: tmp_path / "mine"  # type: ignore[method-assign]
    window.do_export()
    qtbot.waitUntil(lambda: not window._answers, timeout=_PATIENCE_MS)
    (copy,) = (tmp_path / "mine").iterdir()
    assert (read_session(copy).places.results / "eeg_raw.fif").is_file()


def test_closing_while_it_records_asks_and_keeps(opened: Opened, qtbot: QtBot) -> None:
    window = opened(out=Path("mine"))
    _step(window, qtbot, 64)
    asked: list[str] = []

    def no(words: str) -> bool:
        asked.append(words)
        return False

    window.confirm = no  # type: ignore[method-assign]
    assert not window.close()
    assert "is being recorded" in asked[0]
    assert window.engine.status is Status.RUNNING
    window.confirm = lambda words: True  # type: ignore[method-assign]
    assert window.close()
    assert read_session("mine").facts["status"] == "closed"
    assert len(read_session("mine").features) == 64


class _Broken(Sink):
    def write(self, tick: Any) -> None:
        if tick.index == 70:
            raise RuntimeError("stage 'envelope' broke")


def test_an_engine_error_is_told_and_the_recording_is_whole(opened: Opened, qtbot: QtBot) -> None:
    def make() -> tuple[Session, list[Sink]]:
        session, sinks = prepare(LiveRequest(seed=1, out=Path("mine")))
        return session, [*sinks, _Broken()]

    window = opened(make=make, playing=True)
    qtbot.waitUntil(lambda: window.engine.status is Status.FAILED, timeout=_PATIENCE_MS)
    window.refresh()
    window.poll()
    assert "stage 'envelope' broke" in window.message
    assert "mine" in window.statusBar().currentMessage()
    folder = read_session("mine")
    assert (folder.facts["status"], len(folder.features)) == ("closed", 71)
    assert "broke" in folder.events["value"].iloc[-1]


def test_truth_is_covered_until_somebody_predicts(opened: Opened, qtbot: QtBot) -> None:
    window = opened()
    (panel,) = window.findChildren(TruthPanel)
    _step(window, qtbot, 10 * 64)
    assert "covered" in panel.words.text()
    panel.buttons[1].click()
    assert window.engine.history is not None
    panel.refresh(window.engine.history)
    assert "correlation" in panel.words.text()
    assert "You said 50 to 150 ms" in panel.words.text()
    window.commands["reveal"].trigger()
    assert not panel.revealed


def test_two_branches_from_the_same_tick_on(opened: Opened, qtbot: QtBot) -> None:
    def make() -> tuple[Session, list[Sink]]:
        from neurosim.session.recorder import Recorder

        plan = plan_sessions("alpha_up", seed=1, duration_s=60.0)
        return Session(plan.protocol, plan.source, plan.actors), [Recorder(plan)]

    window = opened(make=make)
    _step(window, qtbot, 6 * 64)
    window.compare(OtherSham("random"))
    _until_idle(window, qtbot)
    view = window._compare
    assert view is not None
    _step(window, qtbot, 10 * 64)
    qtbot.waitUntil(lambda: view.comparison.branch.ticks.total == 10 * 64, timeout=_PATIENCE_MS)
    view.refresh()
    assert view.seconds == 10.0
    assert "random" in view.summary.text()
    running, branch = view.comparison.running, view.comparison.branch
    assert view.comparison.twin.first_tick == 6 * 64
    shown = running.ticks.newest(10 * 64)[0], branch.ticks.newest(10 * 64)[0]
    assert (shown[0] != shown[1]).any()
    assert window.views.count() == 2


def test_a_live_session_is_repeated_without_the_window(opened: Opened, qtbot: QtBot) -> None:
    """Law 7: (protocol, subject, seed, command log) gives the same rewards."""
    memory, seconds = MemorySink(signals=False), 20.0

    def make() -> tuple[Session, list[Sink]]:
        plan = plan_sessions("alpha_up", "adult", seed=5, duration_s=seconds, signals="all")
        return Session(plan.protocol, plan.source, plan.actors), [memory]

    window = opened(make=make)
    session = window.engine.session
    assert session is not None
    for n, command in ((300, Happen(kind="blink", amplitude=150.0)), (200, Push(offsets={"alpha_drive": 1.0}))):
        _step(window, qtbot, n)
        session.submit(command)
    window.engine.clock.play()
    qtbot.waitUntil(lambda: window.engine.status is Status.FINISHED, timeout=_PATIENCE_MS)
    again = simulate(
        "alpha_up", subject="adult", seed=5, duration_s=seconds, signals="all", commands=session.command_log
    )
    assert len(session.command_log) == 2
    assert memory.rewards().any()
    np.testing.assert_array_equal(memory.rewards(), again.memory.rewards())


def _words(window: QWidget) -> list[str]:
    """Return all words of a window."""
    found = [window.windowTitle()]
    for widget in window.findChildren(QWidget):
        found.append(f"{widget.objectName()} {widget.toolTip()} {widget.windowTitle()}")
        if isinstance(widget, (QLabel, QAbstractButton, QLineEdit)):
            found.append(widget.text().partition("late ticks")[0])  # how many are late is the machine's doing
        if isinstance(widget, QComboBox):
            found += [widget.itemText(i) for i in range(widget.count())]
        if isinstance(widget, QTabWidget):
            found += [widget.tabText(i) for i in range(widget.count())]
        if isinstance(widget, QTableWidget):
            items = [widget.item(row, column) for row in range(widget.rowCount()) for column in range(3)]
            found += [item.text() for item in items if item is not None]
        found.append(widget.statusTip())
        title = getattr(widget, "title", None)
        found.append(title if isinstance(title, str) else "")
    found += [f"{action.text()} {action.isVisible()}" for action in window.findChildren(QAction)]
    return found


def test_nothing_in_the_window_tells_a_sealed_arm(
    opened: Opened, qtbot: QtBot, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Somebody whom feedback does not move gives the same signals in both arms: what differs could only be the arm."""
    seen: list[Any] = []
    short = tmp_path / "short.toml"
    short.write_text(as_toml(load_protocol("alpha_up").fit(60.0)), encoding="utf-8")
    for number in range(2):
        folder = tmp_path / f"{number}" / "same"
        folder.mkdir(parents=True)
        write_key(Key(arms=parse_arms(["real", "random"]), drawn=number, nonce="ab" * 32), folder / "key.json")
        window = opened(protocol=str(short), subject="resting_adult", blind=folder / "key.json", out=folder / "s07")
        assert window.engine.sealed
        _step(window, qtbot, 15 * 64)
        window.settle()
        window.poll()
        window.do_record()
        window.do_reveal()
        window.do_compare()
        assert not window.findChildren(TruthPanel)
        names = sorted(path.name for path in folder.rglob("*"))
        history = window.engine.history
        assert history is not None
        ticks = history.ticks.newest(1000)
        events = [str(event) for event in history.events]
        seen.append((_words(window), names, ticks.tobytes(), events, window.statusBar().currentMessage()))
        participant = window.engine.participant
        assert participant is not None
        assert participant.ticks.newest(15 * 64)[0].any()
        window.keep_recording = True
        window.close()
        said = capfd.readouterr()
        seen[-1] += (said.out.replace(str(folder), ""), said.err.replace(str(folder), ""))
    for real, sham in zip(*seen, strict=True):
        assert real == sham
    there = " ".join(w for w in seen[0][0] if w.endswith("True")).lower()
    assert not [word for word in ("compare", "truth", "scene") if word in there]
    assert any("good" in words for words in seen[0][0])  # electrodes are there to be seen


def test_the_first_frame_waits_for_no_heavy_library(tmp_path: Path) -> None:
    """What is loaded before the first frame is what the frame needs."""
    script = """
import sys
from neurosim_gui.app import make_app
app = make_app()
from neurosim_gui.console import Console
from neurosim_gui.engine import Engine
from neurosim_gui.look import Look
window = Console(Engine(lambda: None), "alpha_up", Look())
window.show()
app.processEvents()
heavy = ("mne", "scipy", "matplotlib", "numba", "pandas", "pyqtgraph", "neurosim.dsp")
print(",".join(name for name in heavy if name in sys.modules))
"""
    environment = {**os.environ, "XDG_CONFIG_HOME": str(tmp_path)}  # the user's settings are the user's
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    assert (done.stdout.strip(), done.stderr) == ("", "")


def test_qt_speaks_only_of_what_matters(qtbot: QtBot, capsys: pytest.CaptureFixture[str]) -> None:
    make_app()
    pass_on(QtMsgType.QtWarningMsg, QMessageLogContext(), "This plugin does not support propagateSizeHints()")
    pass_on(QtMsgType.QtWarningMsg, QMessageLogContext(), "a font is missing")
    assert capsys.readouterr().err == "neurosim: Qt: a font is missing\n"


def test_a_missing_display_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    from neurosim_gui import system

    from neurosim.core.errors import UserError

    monkeypatch.delenv("QT_QPA_PLATFORM")
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    if sys.platform.startswith("linux"):
        with pytest.raises(UserError, match=r"there is no display; .*neurosim demo --terminal"):
            system.require_display()
        monkeypatch.setenv("DISPLAY", ":99")
        monkeypatch.setattr(system, "_loads", lambda name: "cursor" not in name)
        with pytest.raises(UserError, match=r"apt-get install libxcb-cursor0$"):
            system.require_display()
