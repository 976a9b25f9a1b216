"""The window under a real X server, with the keys and the mouse of xdotool."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = [
    pytest.mark.x11,
    pytest.mark.skipif(not os.environ.get("DISPLAY"), reason="needs an X display (xvfb-run)"),
    pytest.mark.skipif(shutil.which("xdotool") is None, reason="needs xdotool"),
]

_PATIENCE_S = 90.0
#: Free play, which tells ten times a second what has become of keys and clicks.
_CHILD = """
import json
from neurosim_gui.app import LiveRequest, prepare
from neurosim_gui.system import make_app
app = make_app()
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QTabWidget
from neurosim_gui.console import Console
from neurosim_gui.engine import Engine
from neurosim_gui.look import Look
from neurosim_gui.panels.truth import TruthPanel
engine = Engine(lambda: prepare(LiveRequest(free_play=True, seed=1)))
window = Console(engine, "free play", Look())
window.resize(1280, 900)
window.show()
engine.start()

def tell():
    if window.arrangement is None:
        return
    panel, = window.findChildren(TruthPanel)
    for tabs in window.findChildren(QTabWidget):
        if tabs.indexOf(panel) >= 0:
            tabs.setCurrentWidget(panel)
    button = panel.buttons[0]
    at = button.mapToGlobal(button.rect().center())
    log = [str(logged.command) for logged in engine.session.command_log]
    print(json.dumps({"log": log, "playing": engine.clock.playing, "revealed": panel.revealed,
                      "window": int(window.winId()), "active": window.isActiveWindow(),
                      "button": [at.x(), at.y()]}), flush=True)

timer = QTimer()
timer.timeout.connect(tell)
timer.start(100)
raise SystemExit(app.exec())
"""


class _Live:
    """A window in a process of its own, and the newest that it told."""

    def __init__(self, settings: Path) -> None:
        environment = {**os.environ, "QT_QPA_PLATFORM": "xcb", "XDG_CONFIG_HOME": str(settings)}
        self.process = subprocess.Popen(
            [sys.executable, "-c", _CHILD], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
        )
        self.told: dict[str, Any] = {}
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.told = json.loads(line)

    def until(self, met: Callable[[dict[str, Any]], bool]) -> None:
        deadline = time.monotonic() + _PATIENCE_S
        while not (self.told and met(self.told)):
            assert self.process.poll() is None, self.process.stderr and self.process.stderr.read()
            assert time.monotonic() < deadline, self.told
            time.sleep(0.05)


def _do(*arguments: object) -> None:
    subprocess.run(["xdotool", *map(str, arguments)], check=True, timeout=30)


@pytest.fixture
def live(tmp_path: Path) -> Iterator[_Live]:
    live = _Live(tmp_path)
    try:
        live.until(lambda told: True)
        _do("windowfocus", live.told["window"])
        live.until(lambda told: bool(told["active"]))
        yield live
    finally:
        live.process.kill()
        live.process.communicate()


def test_keys_and_clicks_do_what_they_say(live: _Live) -> None:
    _do("keydown", "space")
    time.sleep(3.0)  # long enough for the server to repeat the key many times
    _do("keyup", "space")
    live.until(lambda told: len(told["log"]) >= 2)
    time.sleep(0.5)
    assert live.told["log"] == ["key key=space", "key key=space pressed=False"]
    _do("key", "p")
    live.until(lambda told: not told["playing"])
    _do("key", "p")
    live.until(lambda told: bool(told["playing"]))
    x, y = live.told["button"]
    _do("mousemove", x, y)
    _do("click", 1)
    live.until(lambda told: bool(told["revealed"]))
    _do("key", "t")
    live.until(lambda told: not told["revealed"])
    _do("key", "ctrl+q")
    out, err = live.process.communicate(timeout=30)
    assert (live.process.returncode, err) == (0, ""), out
