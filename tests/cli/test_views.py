"""What a terminal shows of a session, and what is told of kernels that compile."""

from __future__ import annotations

import io
import threading

import numpy as np
import pytest
from rich.console import Console

from neurosim.cli import warm
from neurosim.cli.console import printable
from neurosim.cli.demo import CAPTIONS, FULL_UV2, story
from neurosim.cli.live import TerminalView
from neurosim.cli.trace import draw_trace, nice_range
from neurosim.session import Session
from neurosim.session.plan import plan_sessions


def pictures_at(*times_s: float, width: int = 80, height: int = 24, encoding: str = "utf-8") -> list[list[str]]:
    """Return the lines of the demo's picture at some moments of its story."""
    protocol, subject = story()
    plan = plan_sessions(protocol, subject, seed=1)
    session = Session(plan.protocol, plan.source, plan.actors)
    file = io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="neurosim.plain")
    console = Console(file=file, width=width, height=height, force_terminal=True, color_system=None, markup=False)
    view = TerminalView(session, console, CAPTIONS, FULL_UV2)
    view.show = lambda tick: None  # type: ignore[method-assign]
    pictures: list[list[str]] = []
    while len(pictures) < len(times_s):
        tick = session.step()
        view.write(tick)
        if tick.start_s >= times_s[len(pictures)]:
            with console.capture() as captured:
                console.print(view._panel(tick))
            pictures.append(captured.get().splitlines())
    return pictures


@pytest.mark.parametrize(("width", "height"), [(80, 24), (120, 40), (40, 10)])
def test_the_picture_fits_the_terminal(width: int, height: int) -> None:
    (lines,) = pictures_at(31.0, width=width, height=height)
    assert all(len(line) == width for line in lines)
    assert len(lines) <= max(height - 1, 18)  # below 19 lines it cannot get smaller


def test_the_bar_follows_the_eyes() -> None:
    cells = [
        sum(line.count("█") for line in lines)
        for lines in pictures_at(*np.arange(4, 10, 0.25), *np.arange(14, 22, 0.25))
    ]
    assert np.mean(cells[24:]) > 1.5 * np.mean(cells[:24])


def test_a_blink_is_seen_and_earns_nothing() -> None:
    before, blinking = ("\n".join(lines) for lines in pictures_at(41.5, 42.4))
    assert "NOT TRUSTED" in blinking
    assert "NOT TRUSTED" not in before
    assert "A blink!" in blinking
    assert "±100 µV" in before
    assert "±200 µV" in blinking  # the forehead's trace makes room for it
    assert "threshold aims at 60 %" in blinking


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_the_picture_stays_aligned_where_the_encoding_knows_little(encoding: str) -> None:
    (lines,) = pictures_at(31.0, encoding=encoding)
    assert {len(printable(line, encoding)) for line in lines} == {80}
    assert any("**" in line for line in lines)


def test_a_trace_shows_every_spike() -> None:
    x = np.zeros((60, 5))
    x[30, 3] = 1.0
    lines = draw_trace(x, 4, 1.0)
    assert [len(line) for line in lines] == [30] * 4
    assert lines[0][15] != "\u2800"
    assert set(lines[0].replace(lines[0][15], "")) == {"\u2800"}


def test_the_range_holds_the_signal() -> None:
    assert nice_range(np.full(100, 30.0), 50.0) == 50.0
    assert nice_range(np.full(100, -1200.0), 50.0) == 2000.0
    assert nice_range(np.full(100, np.nan), 50.0) == 50.0


def test_who_waits_for_the_compiler_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(warm, "_PATIENCE_S", 0.01)
    states = iter([False, False, True])
    monkeypatch.setattr(warm, "compiled", lambda: next(states))
    warm._tell_who_waits(threading.Event())
    assert capsys.readouterr().err.startswith("Compiling the inner loops once")
    ready = threading.Event()
    ready.set()
    warm._tell_who_waits(ready)
    assert capsys.readouterr().err == ""


def test_warming_up_leaves_nothing_to_compile() -> None:
    from neurosim.session.simulate import simulate

    warm.warm_up()
    before = {kernel.py_func.__name__: kernel.signatures for kernel in warm.kernels()}
    assert sum(map(len, before.values())) > 5
    for protocol in ("alpha_up", "smr_up"):
        simulate(protocol, seed=1, duration_s=2.0, keep="ticks")
    assert {kernel.py_func.__name__: kernel.signatures for kernel in warm.kernels()} == before
