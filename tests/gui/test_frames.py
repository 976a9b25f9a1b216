"""Frames are drawn in the gaps between ticks, and soon where there is no gap."""

from __future__ import annotations

import math

import pytest
from neurosim_gui.frames import Frames
from PySide6.QtCore import QElapsedTimer, QObject, QThread
from pytestqt.qtbot import QtBot

_WAIT_MS = 5_000
_COST_MS = 20


class Screen(QObject):
    """Counts what is drawn; a frame may cost something."""

    def __init__(self) -> None:
        super().__init__()
        self.gap_s, self.cost_ms, self.n = math.inf, 0, 0

    def draw(self) -> None:
        self.n += 1
        QThread.msleep(self.cost_ms)


@pytest.fixture
def screen() -> Screen:
    return Screen()


def test_frames_come_by_themselves_until_they_are_stopped(screen: Screen, qtbot: QtBot) -> None:
    frames = Frames(screen, lambda: screen.gap_s, screen.draw)
    qtbot.waitUntil(lambda: screen.n > 3, timeout=_WAIT_MS)
    frames.stop()
    n = screen.n
    qtbot.wait(50)
    assert screen.n == n


def test_a_frame_that_would_run_into_a_tick_waits_for_it_but_not_for_long(screen: Screen, qtbot: QtBot) -> None:
    screen.cost_ms = _COST_MS
    frames = Frames(screen, lambda: screen.gap_s, screen.draw)
    qtbot.waitUntil(lambda: screen.n == 2, timeout=_WAIT_MS)  # what a frame costs is known now
    asked: list[float] = []
    screen.gap_s = 0.001 * _COST_MS / 4.0
    frames.gap_s = lambda: asked.append(screen.gap_s) or screen.gap_s  # type: ignore[func-returns-value]
    waited = QElapsedTimer()
    waited.start()
    qtbot.waitUntil(lambda: screen.n == 3, timeout=_WAIT_MS)
    frames.stop()
    assert len(asked) > 1, "it was drawn into the tick at once"
    assert waited.elapsed() < _WAIT_MS
