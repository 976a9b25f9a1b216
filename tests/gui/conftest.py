"""Windows for tests: drawn in memory, without a display, unless the environment names another platform."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from neurosim_gui.system import pass_on
from PySide6.QtCore import QEvent, qInstallMessageHandler
from PySide6.QtWidgets import QApplication

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
qInstallMessageHandler(pass_on)  # pytest-qt has one of its own during a test, and goes back to this one after it


@pytest.fixture(autouse=True)
def _own_settings(tmp_path: Path) -> None:
    """Let no test see what another has remembered, or change what the user has."""
    from PySide6.QtCore import QSettings

    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(tmp_path / "settings"))


@pytest.fixture(autouse=True)
def _own_windows() -> Iterator[None]:
    """Let no window outlive its test: each new look would be put on all of them, and each event shown to them."""
    yield
    if QApplication.instance() is not None:
        for window in QApplication.topLevelWidgets():
            if type(window).__module__.startswith("neurosim_gui."):  # Qt and PyQtGraph see to theirs
                window.deleteLater()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


@pytest.fixture
def open_console() -> Iterator[Callable[..., object]]:
    """Return what opens a Console, paused before its first tick."""
    from neurosim_gui.app import LiveRequest, make_app, prepare
    from neurosim_gui.console import Console
    from neurosim_gui.engine import Engine, Prepare
    from neurosim_gui.look import Look

    from neurosim.core.pace import PacedClock

    app = make_app()
    windows: list[Console] = []

    def open_it(
        name: str = "alpha_up", size: tuple[int, int] = (1280, 720), prepared: Prepare | None = None
    ) -> Console:
        make = prepared or (lambda: prepare(LiveRequest(protocol=name, seed=1)))
        window = Console(Engine(make, PacedClock(float("inf"), playing=False)), name, Look())
        windows.append(window)
        window.resize(*size)
        window.show()
        app.processEvents()
        window.engine.start()
        return window

    yield open_it
    for window in windows:
        window.keep_recording = True  # else the close asks, and nobody answers
        window.close()
