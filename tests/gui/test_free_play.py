"""Free play: what answers within seconds, and what is in front."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from neurosim_gui.console import Console
from neurosim_gui.hints import show_hints
from neurosim_gui.panels.heart import HeartWavePanel
from neurosim_gui.panels.spectrum import SpectrumPanel
from neurosim_gui.request import LiveRequest, prepare
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from neurosim.core.spec import Float
from neurosim.session import Happen, Session, Stroke

_WAIT_MS = 60_000
Opener = Callable[..., Console]


def _play(seed: int) -> Session:
    return prepare(LiveRequest(free_play=True, seed=seed))[0]


def _alpha(session: Session, seconds: float) -> Float:
    return np.array([session.step().features[0] for _ in range(round(seconds * 64))])


def test_closing_the_eyes_lifts_alpha_within_two_seconds() -> None:
    """Power rises three- to sixfold, as window.md asks for, as the geometric mean of three people.

    Alpha waxes and wanes, so a single second tells little.
    """
    rises, soon = [], []
    for seed in range(1, 4):
        session = _play(seed)
        opened = _alpha(session, 42.0)[12 * 64 :]
        session.submit(Stroke(key="e"))
        closed = _alpha(session, 32.0)
        rises.append((closed[2 * 64 :] ** 2).mean() / (opened**2).mean())
        soon.append((closed[64 : 2 * 64] ** 2).mean() / (opened**2).mean())
    assert 3.0 < np.exp(np.mean(np.log(rises))) < 6.0
    assert np.exp(np.mean(np.log(soon))) > 2.0


def test_a_blink_is_not_trusted_and_earns_nothing() -> None:
    session = _play(1)
    for _ in range(20 * 64):
        session.step()
    session.submit(Happen(kind="blink"))
    ticks = [session.step() for _ in range(2 * 64)]
    invalid = [tick for tick in ticks if not tick.feedback.valid]
    assert len(invalid) > 32
    assert not any(tick.feedback.reward or float(tick.feedback.shown) for tick in invalid)


def test_slow_breathing_swings_the_heart() -> None:
    """Within half a minute, at six breaths a minute, the heart swings with the breath more than twice as far."""
    session = _play(1)
    own, slow = _swing(session, None, (0.15, 0.4)), _swing(session, 5.0, (0.08, 0.12))
    assert slow > 2.0 * own


def _swing(session: Session, half_breath_s: float | None, hz: tuple[float, float]) -> float:
    """Return the largest amplitude of the heart rate in a band, over the last 30 s of 50 [1/min]."""
    beats: list[Float] = []
    for tick in range(50 * 64):
        if half_breath_s is not None and tick % round(half_breath_s * 64) == 0:
            session.submit(Stroke(key="space", pressed=tick // round(half_breath_s * 64) % 2 == 0))
        beats.append(session.step().samples["truth/ibi"][0])
    fs = session.source.specs["truth/ibi"].fs
    rate = 60.0 / np.concatenate(beats)[round(-30 * fs) :]
    at = np.fft.rfftfreq(rate.size, 1.0 / fs)
    amplitude = 2.0 * np.abs(np.fft.rfft(rate - rate.mean())) / rate.size
    return float(amplitude[(at > hz[0]) & (at < hz[1])].max())


def test_spectrum_and_heart_are_in_front_at_every_size(open_console: Opener, qtbot: QtBot) -> None:
    request = LiveRequest(free_play=True, seed=1)
    window = open_console("free play", prepared=lambda: prepare(request))
    window.running = request
    bar = show_hints(window, "free_play")
    qtbot.waitUntil(lambda: window.arrangement is not None, timeout=_WAIT_MS)
    lines = [label.text() for label in bar.findChildren(QLabel)]
    assert lines == ["E closes the eyes.", "Space breathes: hold to breathe in.", "B blinks."]
    assert window.arrangement is not None
    chosen = [p for p in window.arrangement.panels if isinstance(p, (SpectrumPanel, HeartWavePanel))]
    assert len(chosen) == 2
    for size in ((1280, 720), (1366, 768), (1920, 1080)):
        window.resize(*size)
        qtbot.waitUntil(lambda: all(panel.isVisible() for panel in chosen), timeout=_WAIT_MS)
        assert all(panel.canvas.height() >= 70 for panel in chosen)
    window.engine.clock.play()
    session = window.engine.session
    assert session is not None
    qtbot.waitUntil(lambda: session.time_s > 12.0, timeout=_WAIT_MS)
