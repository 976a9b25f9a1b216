"""Scenes: what is recalled goes on as it did, to the bit, from memory and from a file."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from neurosim_gui.console import Console
from neurosim_gui.engine import Status
from neurosim_gui.panels.truth import TruthPanel
from neurosim_gui.request import LiveRequest, prepare
from neurosim_gui.scenes import Done, Scene, Talk, read_talk, write_talk
from numpy.typing import NDArray
from pytestqt.qtbot import QtBot

from neurosim.core.errors import ConfigError, OutputError
from neurosim.feedback.protocol import load_protocol
from neurosim.session import Happen, Logged, Push, SetParameter
from neurosim.session.folder import as_toml
from neurosim.session.memory import MemorySink

_WAIT_MS = 60_000
#: Where the scene is kept, in which tick something is done before and after, and how far both go [ticks].
_AT, _DONE, _LATER, _ON = 400, 120, 80, 500
_RULE = SetParameter(parameter="rule.refractory_s", value=0.25)
Opener = Callable[..., Console]


@pytest.fixture
def window(open_console: Opener, qtbot: QtBot, tmp_path: Path) -> Console:
    short = tmp_path / "short.toml"  # the baseline is over after 3 s
    short.write_text(as_toml(load_protocol("alpha_up").fit(35.0)), encoding="utf-8")
    request = LiveRequest(protocol=str(short), seed=4)
    window = open_console("alpha_up", prepared=lambda: prepare(request))
    window.running = request
    qtbot.waitUntil(lambda: window.arrangement is not None, timeout=_WAIT_MS)
    return window


def step(window: Console, qtbot: QtBot, n: int) -> None:
    session = window.engine.session
    assert session is not None
    goal = session.tick_index + n
    window.engine.clock.step(n)
    qtbot.waitUntil(lambda: session.tick_index >= goal, timeout=_WAIT_MS)
    window.ask_engine(lambda _: None, lambda _: None)  # between two ticks all who watch have seen the last one
    idle(window, qtbot)


def idle(window: Console, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not window._answers, timeout=_WAIT_MS)


def ready(window: Console, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: window.engine.status is Status.RUNNING and window.arrangement is not None, timeout=_WAIT_MS)


def go_on(window: Console, qtbot: QtBot) -> tuple[NDArray[np.bool_], NDArray[np.float64], list[Logged]]:
    """Do something else, go on, and return rewards, features and the log."""
    memory = MemorySink(signals=False)
    window.ask_engine(lambda _: window.engine.follow(memory), lambda _: None)
    idle(window, qtbot)
    step(window, qtbot, _LATER)
    assert window.submit(Push(offsets={"alpha_drive": 1.0}))
    step(window, qtbot, _ON - _LATER)
    session = window.engine.session
    assert session is not None
    return memory.rewards(), memory.features(), session.command_log


def keep(window: Console, qtbot: QtBot) -> None:
    """Keep scene 3 behind some commands."""
    step(window, qtbot, _DONE)
    assert window.submit(_RULE)
    assert window.submit(Happen(kind="blink"))
    step(window, qtbot, _AT - _DONE)
    window.commands["keep_scene_3"].trigger()
    idle(window, qtbot)


def same(one: tuple[Any, ...], other: tuple[Any, ...]) -> None:
    assert one[0].shape == (_ON,)
    assert one[0].any()
    np.testing.assert_array_equal(one[0], other[0])
    np.testing.assert_array_equal(one[1], other[1])
    assert one[2] == other[2]


def test_a_scene_goes_on_as_the_session_did(window: Console, qtbot: QtBot) -> None:
    keep(window, qtbot)
    first = go_on(window, qtbot)
    for _ in range(2):  # as often as one likes
        window.commands["recall_scene_3"].trigger()
        ready(window, qtbot)
        session, history = window.engine.session, window.engine.history
        assert session is not None
        assert history is not None
        assert session.tick_index == _AT == history.ticks.total
        assert session.protocol.rule.model_dump()["refractory_s"] == 0.25
        same(first, go_on(window, qtbot))


def test_a_scene_that_is_played_goes_on_at_once(window: Console, qtbot: QtBot) -> None:
    keep(window, qtbot)
    window.engine.clock.set_speed(1.0)
    window.commands["recall_scene_3"].trigger()
    ready(window, qtbot)
    session, clock = window.engine.session, window.engine.clock
    assert session is not None
    clock._now = lambda: 0.0  # time stands still: a tick that is not due at once never comes
    clock.play()
    qtbot.waitUntil(lambda: 0.0 < clock.gap_s < math.inf, timeout=_WAIT_MS)
    assert session.tick_index == _AT + 1, "waits for all that was before"
    assert clock.gap_s == pytest.approx(session.protocol.update_interval_s)
    assert math.isfinite(window._frames.gap_s()), "frames look at the clock of the session that is shown"


def test_a_file_brings_the_scene_to_another_window(
    window: Console, open_console: Opener, qtbot: QtBot, tmp_path: Path
) -> None:
    path = tmp_path / "talk.toml"
    window.bookmarks.take(path, read_talk(path))
    keep(window, qtbot)
    first = go_on(window, qtbot)
    other = open_console("alpha_up")
    ready(other, qtbot)
    other.bookmarks.take(path, read_talk(path))
    assert "More alpha" in other.commands["recall_scene_3"].text()
    other.commands["recall_scene_3"].trigger()
    assert other.engine.prepared_share < 1.0
    ready(other, qtbot)
    assert other.engine.session is not None
    assert other.engine.session.tick_index == _AT
    same(first, go_on(other, qtbot))


def test_what_was_to_be_seen_comes_back(window: Console, qtbot: QtBot) -> None:
    arrangement = window.arrangement
    assert arrangement is not None
    arrangement.bring(["events"])
    (truth,) = window.findChildren(TruthPanel)
    truth.set_revealed(True)
    window.screens.do_participant()
    step(window, qtbot, 10)
    window.commands["keep_scene_1"].trigger()
    idle(window, qtbot)
    scene = window.bookmarks.scenes[1]
    assert (scene.panels, scene.windows, scene.covered) == (("events",), ("participant",), False)
    arrangement.bring(["settings"])
    truth.set_revealed(False)
    window.commands["recall_scene_1"].trigger()
    ready(window, qtbot)
    assert window.arrangement is not None
    assert window.arrangement.front == ["events"]
    assert [panel.revealed for panel in window.arrangement.panels if isinstance(panel, TruthPanel)] == [True]
    assert window.screens.participant is not None
    assert window.screens.participant.isVisible()


def test_what_is_not_kept_is_told(window: Console, qtbot: QtBot) -> None:
    window.commands["recall_scene_7"].trigger()
    assert "Scene 7 is not kept yet" in window.statusBar().currentMessage()
    window.running = None  # as in a lesson
    window.commands["keep_scene_7"].trigger()
    assert "not of lessons" in window.statusBar().currentMessage()
    assert not window.bookmarks.scenes


def test_a_recording_is_asked_about(window: Console, qtbot: QtBot, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    window.commands["keep_scene_1"].trigger()
    idle(window, qtbot)
    window.do_record()
    idle(window, qtbot)
    engine = window.engine
    window.confirm = lambda words: False  # type: ignore[method-assign]
    window.commands["recall_scene_1"].trigger()
    assert window.engine is engine
    window.confirm = lambda words: True  # type: ignore[method-assign]
    window.commands["recall_scene_1"].trigger()
    assert window.engine is not engine
    ready(window, qtbot)


def test_scenes_survive_the_way_to_a_file_and_back(tmp_path: Path) -> None:
    done = (Done(tick=7, command=Happen(kind="blink")), Done(tick=9, command=_RULE))
    talk = Talk(scene=(Scene(key=2, seed=5, tick=10, done=done, panels=("truth",), windows=("stage",)),
                       Scene(key=9, seed=6, tick=0, free_play=True, view="course")))  # fmt: skip
    write_talk(tmp_path / "talk.toml", talk)
    assert read_talk(tmp_path / "talk.toml") == talk
    assert talk.scene[0].request.commands == (Logged(7, Happen(kind="blink")), Logged(9, _RULE))
    assert read_talk(tmp_path / "none.toml") == Talk()
    with pytest.raises(OutputError, match=r"none.talk\.toml: cannot be written"):
        write_talk(tmp_path / "none" / "talk.toml", talk)


def test_everything_that_is_wrong_in_a_file_is_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "talk.toml"
    path.write_text(
        """
[[scene]]
key = 12
protocol = "alfa_up"
subject = "adlut"
seed = 1
tick = 5
veiw = "console"
[[scene.done]]
tick = 3
command = { command = "event", kind = "blnk" }
""",
        encoding="utf-8",
    )
    with pytest.raises(ConfigError) as caught:
        read_talk(path)
    told = str(caught.value)
    for part in (
        "talk.toml: scene[0].key: must be less than or equal to 9, got 12",
        "scene[0].protocol: unknown protocol 'alfa_up'; did you mean 'alpha_up'?",
        "scene[0].subject: unknown subject 'adlut'; did you mean 'adult'?",
        "scene[0].veiw: unknown key; did you mean 'view'?",
        "scene[0].done[0].command.kind: unknown event 'blnk'; did you mean 'blink'?",
    ):
        assert part in told


@pytest.mark.parametrize(
    ("scenes", "message"),
    [
        ("[[scene]]\nkey = 1\nseed = 1\ntick = 0\n" * 2, r"scene\[1\]\.key: 1 is another scene's already"),
        (
            "[[scene]]\nkey = 1\nseed = 1\ntick = 5\n[[scene.done]]\ntick = 5\ncommand = {command = 'mark'}\n",
            r"scene\[0\]\.done\[0\]\.tick: must be before the scene, which is tick 5",
        ),
    ],
)
def test_scenes_that_do_not_fit_together(scenes: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "talk.toml").write_text(scenes, encoding="utf-8")
    with pytest.raises(ConfigError, match=message):
        read_talk(tmp_path / "talk.toml")
