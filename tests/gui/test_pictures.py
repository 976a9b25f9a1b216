"""Pictures of every view at the sizes of classrooms' screens: nothing overlaps, is cut off, or lacks a unit."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import pytest
from neurosim_gui.app import LiveRequest, make_app
from neurosim_gui.console import Console
from neurosim_gui.engine import Engine
from neurosim_gui.look import Look
from neurosim_gui.screenshots import Hold, take_screenshots
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from neurosim.core.pace import PacedClock
from neurosim.core.palette import DARK, LIGHT
from neurosim.feedback.protocol import load_protocol
from neurosim.session import Session
from neurosim.session.plan import plan_sessions
from neurosim.session.tick import Sink

_VIEWS = {
    "console", "stage", "participant_bar", "participant_ring", "participant_thermometer", "participant_pacer",
    "participant_clearing", "participant_glider", "compare", "course", "start", "field", "treat", "keys", "lesson",
}  # fmt: skip


@pytest.mark.parametrize(
    ("scale", "protocol", "theme", "sizes"),
    [
        ("1", "alpha_up", "light", ("1280x720", "1366x768", "1920x1080")),
        ("1.5", "hrv_resonance", "dark", ("1920x1080",)),
        ("2", "alpha_emg_breath", "light", ("1920x1080",)),
    ],
    ids=["scale 1", "scale 1.5", "scale 2"],
)
def test_every_view(scale: str, protocol: str, theme: str, sizes: tuple[str, ...], tmp_path: Path) -> None:
    """1920 by 1080 pixels of a screen are 1280 by 720 at a scale factor of 1.5, and 960 by 540 at one of 2."""
    script = Path(__file__).with_name("every_view.py")
    environment = os.environ | {"QT_SCALE_FACTOR": scale, "QT_QPA_PLATFORM": "offscreen"}
    run = subprocess.run(
        [sys.executable, str(script), str(tmp_path), protocol, theme, *sizes],
        env=environment, capture_output=True, text=True, timeout=500, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout + run.stderr
    assert not run.stderr
    pictures = sorted(tmp_path.glob("*.png"))
    assert {path.stem.rpartition("_")[0] for path in pictures} == _VIEWS
    assert len(pictures) == len(_VIEWS) * len(sizes)
    asked = {tuple(map(int, size.split("x"))) for size in sizes}
    for path in pictures:
        picture = QImage(str(path))
        assert (picture.width(), picture.height()) in asked
        assert len(set(bytes(picture.convertToFormat(QImage.Format.Format_RGB32).constBits())[::997])) > 2, path.name


def _short(protocol: str) -> tuple[Session, Sequence[Sink]]:
    plan = plan_sessions(load_protocol(protocol).fit(60.0), seed=1, signals="all")
    return Session(plan.protocol, plan.source, plan.actors), []


def _script(name: str) -> ModuleType:
    """Return a module that lies beside the tests."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_looking_sees_faults(qtbot: QtBot) -> None:
    """What the test of every view relies on finds what is put there to be found."""
    import pyqtgraph as pg

    faults = _script("faults").faults
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(300, 200)
    for words, x, width in (("one word", 10, 80), ("another", 50, 80), ("narrow words", 200, 20), ("beyond", 280, 80)):
        label = QLabel(words, window)
        label.setGeometry(x, 5, width, 20)
    plot = pg.PlotWidget(window)
    plot.setGeometry(0, 40, 300, 150)
    plot.getPlotItem().setRange(xRange=(0, 1), yRange=(0, 1))
    plot.getPlotItem().setLabel("bottom", "time [s]")
    window.show()
    window.grab()
    found = "\n".join(faults(window))
    assert "QLabel 'one word' overlaps QLabel 'another'" in found
    assert "cut off: QLabel 'narrow words'" in found
    assert "leaves the window: QLabel 'beyond'" in found
    assert "axis '' at the left: numbers" in found
    assert "time [s]" not in found
    plot.getPlotItem().getAxis("bottom").setTicks([[(0.50, "a long name"), (0.52, "a long name")]])
    window.grab()
    found = "\n".join(faults(window))
    assert "'a long name' overlaps 'a long name'" in found


def test_the_command_writes_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_app()
    window = Console(Engine(lambda: _short("emg_frontalis"), PacedClock(float("inf"))), "short", Look.themed("dark"))
    window.resize(1280, 720)
    assert take_screenshots(window, tmp_path / "made" / "shots", 3.0) == 0
    written = sorted((tmp_path / "made" / "shots").iterdir())
    assert {path.stem for path in written} == _VIEWS
    assert capsys.readouterr().out.split() == [
        *(str(path) for path in sorted(written, key=lambda path: path.stat().st_mtime_ns))
    ]
    stage = QImage(str(tmp_path / "made" / "shots" / "stage.png"))
    assert stage.pixelColor(1, 1).name().upper() == DARK.ground  # all in one theme


def test_a_session_that_fails_has_no_pictures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from neurosim_gui.app import prepare

    make_app()
    request = LiveRequest(protocol="alpha_upp")
    window = Console(Engine(lambda: prepare(request), PacedClock(float("inf"))), "alpha_upp", Look())
    assert take_screenshots(window, tmp_path / "shots", 3.0) == 2
    assert "did you mean 'alpha_up'" in capsys.readouterr().err
    assert not list((tmp_path / "shots").iterdir())


def test_pictures_are_taken_when_there_is_a_feedback() -> None:
    """A baseline has none: the participant's picture would be a cross, and nothing could be compared."""
    make_app()
    engine = Engine(lambda: _short("alpha_up"), PacedClock(float("inf"), playing=False))
    engine.start()
    while engine.session is None or engine.history is None:
        pass
    hold = Hold(engine)
    hold.run_until(lambda tick: tick.start_s >= 2.0)
    assert engine.session.time_s == pytest.approx(2.0, abs=3 / 64)
    hold.run_until_feedback()
    newest = engine.history.newest
    assert newest is not None
    assert newest.tick.block.kind == "training"
    assert float(newest.tick.feedback.shown) >= 0.4
    engine.close()


def test_themes() -> None:
    """A Console that is projected is light and has words half as large again."""
    assert Look.themed("light") == Look(LIGHT)
    assert Look.themed("dark") == Look(DARK)
    assert Look.themed("stage").size_px("words") == 1.5 * Look(LIGHT).size_px("words")
