"""What the window remembers, in a settings folder of the test's own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from neurosim_gui.app import LiveRequest, open_window
from neurosim_gui.console import Console
from neurosim_gui.memory import Memory, placed, screens
from neurosim_gui.screens import Screens
from PySide6.QtCore import QRect, QSettings
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from neurosim.core.palette import DARK

_WAIT_MS = 60_000
Opener = Callable[..., Console]
_USUAL_THEMES = {"stage": "light", "participant": "dark"}
_LEFT, _RIGHT = QRect(0, 0, 1366, 728), QRect(1366, 0, 1920, 1040)


def test_the_settings_are_not_the_users(tmp_path: Path) -> None:
    settings = QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, "neurosim", "window")
    assert Path(settings.fileName()).is_relative_to(tmp_path)


@pytest.mark.parametrize(
    ("wanted", "there"),
    [
        (QRect(100, 50, 800, 600), QRect(100, 50, 800, 600)),  # as it was
        (QRect(1500, 10, 1700, 1000), QRect(1500, 10, 1700, 1000)),  # on the second screen
        (QRect(5000, 300, 800, 600), QRect(566, 128, 800, 600)),  # on a screen that is gone
        (QRect(-3000, -900, 4000, 3000), QRect(0, 0, 1366, 728)),  # larger than any
    ],
)
def test_a_window_is_where_a_screen_is(wanted: QRect, there: QRect) -> None:
    assert placed(wanted, [_LEFT, _RIGHT]) == there


@given(*[st.integers(-9000, 9000)] * 2, *[st.integers(1, 5000)] * 2)
def test_all_of_a_window_can_be_seen(x: int, y: int, width: int, height: int) -> None:
    at = placed(QRect(x, y, width, height), [_LEFT, _RIGHT])
    assert _LEFT.contains(at) or _RIGHT.contains(at)
    assert (at.width() <= width, at.height() <= height) == (True, True)


def test_place_theme_units_and_text_come_back(open_console: Opener, qtbot: QtBot) -> None:
    window = open_console()
    window.setGeometry(20, 30, 700, 500)
    for name in ("dark", "fahrenheit", "peak_to_peak", "larger"):
        window.commands[name].trigger()
    window.close()
    other = open_console()
    other.appearance.place(None)
    assert other.geometry() == QRect(20, 30, 700, 500)
    assert (other.look.palette.name, other.look.text_scale) == ("dark", 1.1)
    assert (other.appearance.units.fahrenheit, other.appearance.units.peak_to_peak) == (True, True)
    other.commands["reset_layout"].trigger()
    assert (other.look.palette.name, other.look.text_scale, other.appearance.units.fahrenheit) == ("light", 1.0, False)
    memory = Memory("console")
    assert memory.recall_place() is None
    assert memory.recall_words(other, "theme", "none kept") == "none kept"


def test_stage_and_participant_come_back_where_and_as_they_were(open_console: Opener, qtbot: QtBot) -> None:
    places = {"stage": QRect(30, 40, 700, 500), "participant": QRect(50, 60, 400, 320)}
    screens_of = _opened(open_console, qtbot)
    assert screens_of.stage is not None
    assert screens_of.stage.isFullScreen()  # at first it is for the room
    for name, at in places.items():
        screens_of.windows[name].showNormal()
        screens_of.windows[name].setGeometry(at)
    screens_of.do_back()  # hides the Stage
    screens_of.close()

    screens_of = _opened(open_console, qtbot)
    found = {name: window.geometry() for name, window in screens_of.windows.items()}
    assert found == places
    assert screens_of.stage is not None
    assert not screens_of.stage.isFullScreen()
    screens_of.stage.showFullScreen()
    screens_of.close()

    screens_of = _opened(open_console, qtbot)
    assert screens_of.stage is not None
    assert screens_of.stage.isFullScreen()
    screens_of.forget()
    assert Memory("stage").recall_place() is None
    assert Memory("participant").recall_place() is None


def test_stage_and_participant_keep_a_theme_that_was_chosen(
    open_console: Opener, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    screens_of = _opened(open_console, qtbot)
    assert {name: palette.name for name, palette in screens_of.palettes.items()} == _USUAL_THEMES
    stage = screens_of.stage
    assert stage is not None
    monkeypatch.setattr(stage, "isActiveWindow", lambda: True)  # no window manager makes it so
    assert screens_of.take_theme(DARK)
    screens_of = _opened(open_console, qtbot)
    assert {name: palette.name for name, palette in screens_of.palettes.items()} == _USUAL_THEMES | {"stage": "dark"}
    screens_of.forget()
    assert {name: palette.name for name, palette in screens_of.palettes.items()} == _USUAL_THEMES


def _opened(open_console: Opener, qtbot: QtBot) -> Screens:
    """Return the windows beside a new Console, both open."""
    window = open_console()
    qtbot.waitUntil(lambda: window.arrangement is not None, timeout=_WAIT_MS)
    window.screens.do_stage()
    window.screens.do_participant()
    return window.screens


def test_what_is_asked_for_goes_before_what_is_remembered(
    open_console: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_console()
    for name in ("dark", "larger"):
        window.commands[name].trigger()
    window.close()
    seen = []

    def look_at_it() -> int:
        (other,) = (w for w in QApplication.topLevelWidgets() if isinstance(w, Console) and w.isVisible())
        seen.append((other.look.palette.name, other.look.text_scale))
        other.close()
        return 0

    monkeypatch.setattr(QApplication, "exec", staticmethod(look_at_it))
    for theme in (None, "light", "stage"):
        assert open_window(LiveRequest(seed=1, theme=theme)) == 0
    assert seen == [("dark", 1.1), ("light", 1.1), ("light", 1.5)]


def test_a_window_of_a_lost_screen_is_seen(open_console: Opener, qtbot: QtBot) -> None:
    settings = QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, "neurosim", "window")
    settings.setValue("console/place", "9000 7000 640 480 0")
    settings.sync()
    window = open_console()
    window.appearance.place(None)
    assert any(screen.contains(window.geometry()) for screen in screens())
    settings.setValue("console/place", "no place at all")
    assert Memory("console").recall_place() is None


def test_at_first_it_is_no_larger_than_the_screen(open_console: Opener, qtbot: QtBot) -> None:
    window = open_console()
    window.appearance.place(None)
    assert any(screen.contains(window.geometry()) for screen in screens())
    window.appearance.place((1280, 720))  # whoever asks for a size gets it
    assert (window.width(), window.height()) == (1280, 720)


def test_pictures_remember_nothing(qtbot: QtBot) -> None:
    widget = QWidget()
    qtbot.addWidget(widget)
    one = Memory("console", kept=False)
    one.keep(widget, "theme", "dark")
    assert Memory("console", kept=False).recall_words(widget, "theme", "light") == "light"
    assert Memory("console").recall_words(widget, "theme", "light") == "light"
