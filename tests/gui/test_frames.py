"""Frames are drawn in the gaps between ticks, and soon where there is no gap."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
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


_TICK_S = 0.016


@pytest.mark.parametrize("cost_s", [0.009, 0.030])
def test_a_frame_begins_where_there_is_a_gap_and_waits_no_longer(
    cost_s: float, screen: Screen, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a clock that only frames and questions move on, so that a busy machine changes nothing."""
    now_s = [0.0]
    monkeypatch.setattr("neurosim_gui.frames.time", SimpleNamespace(perf_counter=lambda: now_s[0]))
    left_s, drawn_s = [], []

    def gap_s() -> float:
        now_s[0] += 0.0007
        return _TICK_S - now_s[0] % _TICK_S

    def draw() -> None:
        drawn_s.append(now_s[0])
        left_s.append(_TICK_S - now_s[0] % _TICK_S)
        now_s[0] += cost_s

    frames = Frames(screen, gap_s, draw)
    qtbot.waitUntil(lambda: len(drawn_s) > 20, timeout=_WAIT_MS)
    frames.stop()
    # The first two do not know yet what a frame costs, and how long a gap can be.
    assert min(left_s[2:]) > min(cost_s, 0.75 * _TICK_S)
    assert np.diff(drawn_s).max() < max(cost_s, 1 / 60) + 0.021


def test_no_frame_begins_while_a_long_tick_is_made(
    screen: Screen, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second of the frames is due in a tick that takes 40 ms, such as one at which a filter is designed."""
    now_s, drawn_s = [0.0], []
    monkeypatch.setattr("neurosim_gui.frames.time", SimpleNamespace(perf_counter=lambda: now_s[0]))

    def gap_s() -> float:
        now_s[0] += 0.0007
        return 0.0 if 0.016 < now_s[0] < 0.056 else 0.015

    def draw() -> None:
        drawn_s.append(now_s[0])
        now_s[0] += 0.0155

    frames = Frames(screen, gap_s, draw)
    qtbot.waitUntil(lambda: len(drawn_s) > 1, timeout=_WAIT_MS)
    frames.stop()
    assert 0.056 <= drawn_s[1] < 0.060
