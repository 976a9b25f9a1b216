"""Frames are drawn in the gaps between ticks, and soon where there is no gap."""

from __future__ import annotations

import math
from types import SimpleNamespace

import pytest
from neurosim_gui.frames import Frames
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

_WAIT_MS = 5_000


class Screen(QObject):
    """Counts what is drawn."""

    def __init__(self) -> None:
        super().__init__()
        self.gap_s, self.n = math.inf, 0

    def draw(self) -> None:
        self.n += 1


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


def test_a_frame_that_would_run_into_a_tick_waits_for_it_but_not_for_long(
    screen: Screen, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a clock that only frames of 20 ms and questions of 2 ms move on, so that a busy machine changes nothing."""
    now_s = [0.0]
    monkeypatch.setattr("neurosim_gui.frames.time", SimpleNamespace(perf_counter=lambda: now_s[0]))
    asked_s, drawn_s = [], []

    def gap_s() -> float:
        asked_s.append(now_s[0])
        now_s[0] += 0.002
        return 0.005

    def draw() -> None:
        drawn_s.append(now_s[0])
        now_s[0] += 0.020

    frames = Frames(screen, gap_s, draw)
    qtbot.waitUntil(lambda: len(drawn_s) > 1, timeout=_WAIT_MS)
    frames.stop()
    waited = [s for s in asked_s if drawn_s[0] < s < drawn_s[1]]
    assert len(waited) > 1, "it was drawn into the tick at once"
    assert drawn_s[1] < drawn_s[0] + 0.020 + 0.015  # the 12 ms that it is patient, and the steps of this clock
