"""What a frame of the window costs, beside plain PyQtGraph curves in the same run.

32 channels of 10 s at 500 Hz, a spectrogram, a feature with rewards, two bars and a head map, 60 times a second. The
goal is at most 3 ms of CPU a frame. The frames are drawn in memory, so what a graphics driver adds is left out of both.

``python -m benchmarks.bench_window --minutes 10`` runs a whole Console beside a session at the clock's speed for so
long, and tells how many ticks were late and by how much at worst; the machine should have nothing else to do. Beside it
runs a thread that only wakes up, and tells for how long the machine itself stood still. With ``--busy`` another program
keeps a core busy in bursts meanwhile.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

from benchmarks.standstill import Standstill
from neurosim.core.spec import Float, SignalSpec
from neurosim.signals.eeg.mixing import sphere_mixing

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

FS, SWEEP_S, FRAMES_HZ, TICKS_HZ = 500.0, 10.0, 60.0, 60.0
N_CHANNELS, N_FRAMES = 32, 480
_SETTLED_S, _MEASURED_S = 5.0, 20.0
#: How long before it was seen to be late a tick may have been kept waiting [s].
_BEFORE_S = 0.06


@dataclass
class Frames:
    """Wall time and CPU of each frame, and how late it began [s]."""

    wall_s: list[float]
    cpu_s: list[float]
    late_s: list[float]

    def __str__(self) -> str:
        wall, cpu, late = (1000.0 * np.array(x[60:]) for x in (self.wall_s, self.cpu_s, self.late_s))
        return (
            f"frame {np.median(wall):.2f} ms median, {np.percentile(wall, 99):.2f} ms p99; CPU {cpu.mean():.2f} ms "
            f"mean, {np.median(cpu):.2f} ms median; began {np.percentile(late, 99):.2f} ms late at p99"
        )


def run_frames(draw: Callable[[int], None], process: Callable[[], None]) -> Frames:
    """Draw frames on a 60 Hz grid of deadlines."""
    found = Frames([], [], [])
    start = time.perf_counter()
    for k in range(N_FRAMES):
        due = start + k / FRAMES_HZ
        while (ahead := due - time.perf_counter()) > 0:
            time.sleep(ahead)
        wall, cpu = time.perf_counter(), time.thread_time()
        draw(k)
        process()
        found.wall_s.append(time.perf_counter() - wall)
        found.cpu_s.append(time.thread_time() - cpu)
        found.late_s.append(wall - due)
    return found


def test_frames(capsys: pytest.CaptureFixture[str]) -> None:
    import pyqtgraph as pg
    from neurosim_gui.app import make_app
    from neurosim_gui.look import Look
    from neurosim_gui.panels.feature import FeaturePanel
    from neurosim_gui.panels.head_map import HeadMapPanel, flat_positions
    from neurosim_gui.panels.rate import RatePanel
    from neurosim_gui.panels.signals import SignalsPanel
    from neurosim_gui.panels.spectrogram import SpectrogramPanel
    from neurosim_gui.rings import TICK_ROWS, History
    from PySide6.QtWidgets import QGridLayout, QWidget

    app = make_app()
    names = sphere_mixing().sensors[:N_CHANNELS]
    spec = SignalSpec(FS, names, "uV")
    history = History({"eeg": spec}, ("alpha",), ("alpha",), 1.0 / TICKS_HZ)
    rng = np.random.default_rng(1)
    signal: Float = np.cumsum(rng.normal(size=(N_CHANNELS, round(FS * N_FRAMES / FRAMES_HZ) + 100)), axis=1)
    signal = 20.0 * np.sin(2 * np.pi * 10.0 * np.arange(signal.shape[1]) / FS) + rng.normal(size=signal.shape) * 5.0
    history.streams["eeg"].extend(rng.normal(size=(N_CHANNELS, round(SWEEP_S * FS))))
    look = Look()
    of = (look, "eeg", FS, "uV", 0, names[0], [(8.0, 12.0)])
    at = flat_positions(names)
    assert at is not None
    panels = [
        SignalsPanel(look, {"eeg": spec}, {"eeg": list(range(N_CHANNELS))}, SWEEP_S),
        FeaturePanel(look, "alpha", "alpha", "uV", 0, 0, 1.0 / TICKS_HZ),
        SpectrogramPanel(*of),
        RatePanel(look, 1.0 / TICKS_HZ, 0.6),
        HeadMapPanel(look, "eeg", FS, "uV", list(range(N_CHANNELS)), at, (8.0, 12.0)),
    ]
    window = QWidget()
    grid = QGridLayout(window)
    for i, panel in enumerate(panels):
        grid.addWidget(panel, i // 2, i % 2)
    window.resize(1920, 1000)
    window.show()
    app.processEvents()
    step = FS / FRAMES_HZ

    def draw(k: int) -> None:
        with history.lock:
            history.streams["eeg"].extend(signal[:, round(k * step) : round((k + 1) * step)])
            history.features.extend(np.array([[5.0 + np.sin(k / 20.0)]]))
            history.thresholds.extend(np.array([[5.0]]))
            tick = np.ones((len(TICK_ROWS), 1))
            tick[TICK_ROWS.index("reward")] = k % 30 == 0
            history.ticks.extend(tick)
        for panel in panels:
            panel.refresh(history)

    ours = run_frames(draw, app.processEvents)
    window.close()

    plain = pg.PlotWidget()
    plain.resize(960, 500)
    plain.enableAutoRange("xy", False)
    plain.setRange(xRange=(0, SWEEP_S), yRange=(0, N_CHANNELS), padding=0)
    curves = [plain.plot(pen=pg.mkPen("k", width=1)) for _ in range(N_CHANNELS)]
    plain.show()
    seen = np.zeros((N_CHANNELS, round(SWEEP_S * FS)))
    t = np.arange(seen.shape[1]) / FS

    def draw_plain(k: int) -> None:
        new = signal[:, round(k * step) : round((k + 1) * step)]
        seen[:, : -new.shape[1]] = seen[:, new.shape[1] :]
        seen[:, -new.shape[1] :] = new
        for i, curve in enumerate(curves):
            curve.setData(t, 0.01 * seen[i] + i)

    theirs = run_frames(draw_plain, app.processEvents)
    plain.close()
    with capsys.disabled():
        print(f"\nthe window's panels:            {ours}\nthe traces alone, plain curves: {theirs}")


def beside_a_session(seconds: float) -> str:
    """Run a whole Console over a session of `alpha_up` with all its streams, at the clock's speed, and tell of it.

    A tick is late when the one before had not been made when it was due. How long after its moment each began is told
    besides: what the timer and the interpreter, which the threads share, add to it. So is the longest time for which a
    thread that only wakes up was not run, and how many late ticks fell into such times.
    """
    from neurosim_gui.app import LiveRequest, make_app, prepare
    from neurosim_gui.console import Console
    from neurosim_gui.engine import Engine
    from neurosim_gui.look import Look

    from neurosim.core.pace import PacedClock

    app = make_app()
    engine = Engine(lambda: prepare(LiveRequest(seed=1)), PacedClock(1.0))
    window = Console(engine, "alpha_up", Look())
    window.resize(1920, 1080)
    window.show()
    engine.start()
    while window.arrangement is None or engine.session is None or engine.session.time_s < _SETTLED_S:
        app.processEvents()
        time.sleep(0.001)
    late, ticks, cpu = engine.clock.late_ticks, engine.session.tick_index, time.thread_time()
    frames: list[float] = []
    kept, lateness_s = engine.clock.lateness_s, list[float]()
    kept.clear()
    standstill, late_at_s = Standstill(seconds), list[float]()
    start = time.perf_counter()
    while (now := time.perf_counter()) - start < seconds:
        before = window.frame_s
        app.processEvents()
        if window.frame_s != before:
            frames.append(window.frame_s)
        if engine.clock.late_ticks > late + len(late_at_s):
            late_at_s += [time.monotonic()] * (engine.clock.late_ticks - late - len(late_at_s))
        while kept:  # the clock keeps the newest alone
            lateness_s.append(kept.popleft())
        time.sleep(max(0.0, 0.001 - (time.perf_counter() - now)))
    cpu = (time.thread_time() - cpu) / seconds
    lateness, shown = 1000.0 * np.array(lateness_s), 1000.0 * np.array(frames)
    n_late, n = engine.clock.late_ticks - late, engine.session.tick_index - ticks
    window.close()
    still = standstill.found()
    worst = 1000.0 * max((end - begin for begin, end in still), default=0.0)
    excused = sum(any(begin < at and end > at - _BEFORE_S for begin, end in still) for at in late_at_s)
    return (
        f"beside a session of {seconds:g} s: {len(frames) / seconds:.0f} frames a second, refresh "
        f"{np.median(shown):.2f} ms median, {np.percentile(shown, 99):.2f} ms p99; window thread {100.0 * cpu:.0f} % "
        f"of a core; ticks {np.median(lateness):.2f} ms late at median, {np.percentile(lateness, 99):.2f} ms at p99, "
        f"{lateness.max():.2f} ms at worst; late ticks: {n_late} of {n}, "
        f"{excused} of them where the machine stood still; it did for {worst:.1f} ms at worst, {len(still)} times for "
        f"more than 3 ms"
    )


def test_beside_a_session(capsys: pytest.CaptureFixture[str]) -> None:
    told = beside_a_session(_MEASURED_S)
    with capsys.disabled():
        print(f"\n{told}")


if __name__ == "__main__":
    options = argparse.ArgumentParser(description="A Console beside a session: frames, CPU, late ticks.")
    options.add_argument("--minutes", type=float, default=10.0, help="how long it runs")
    options.add_argument("--busy", action="store_true", help="beside a program that keeps a core busy in bursts")
    given = options.parse_args()
    duration_s = 60.0 * given.minutes
    with contextlib.ExitStack() as beside:
        if given.busy:
            busy = [sys.executable, "-m", "benchmarks.busy", str(duration_s + 60.0)]
            beside.callback(beside.enter_context(subprocess.Popen(busy)).terminate)
        print(beside_a_session(duration_s))
