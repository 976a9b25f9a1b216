"""The course view over a real course that another process computes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from neurosim_gui.console import Console
from neurosim_gui.course import CourseView
from neurosim_gui.course_job import CourseRequest
from neurosim_gui.look import Look
from neurosim_gui.texts import text
from PySide6.QtWidgets import QLabel, QToolBar
from pytestqt.qtbot import QtBot

from neurosim.cohort import read_course

_PATIENCE_MS = 120_000
_SMALL = CourseRequest(subjects=3, sessions=1, duration_s=60.0)


@pytest.fixture
def view(qtbot: QtBot) -> CourseView:
    view = CourseView(Look())
    qtbot.addWidget(view)
    view.show()
    return view


def test_an_empty_view_says_what_to_do_and_has_no_axes(open_console: Callable[..., Console]) -> None:
    window = open_console()
    window.do_course()
    view = window._course
    assert view is not None
    assert view.empty.isVisible()
    assert view.run_button.text() in view.empty.text()
    assert not view.curves.isVisible()
    assert not view.within.isVisible()
    notices = [label for label in window.findChildren(QLabel) if label.text() == text("window.notice")]
    assert [label.isVisible() for label in notices] == [True]


def test_a_course_is_computed_drawn_and_one_person_opened(view: CourseView, qtbot: QtBot, tmp_path: Path) -> None:
    folder = tmp_path / "course"
    view.run(_SMALL, folder)
    assert not view.run_button.isEnabled()
    assert not view.curves.isVisible()

    def done() -> bool:
        view.refresh()
        return view.job is None

    qtbot.waitUntil(done, timeout=_PATIENCE_MS)
    course = read_course(folder)
    assert course.completed
    assert view.course is not None
    assert view.course.blocks.equals(course.blocks)
    assert view.curves.isVisible()
    assert not view.empty.isVisible()
    assert view.message.text().startswith(course.plan.protocol.title)  # and not the name of some folder
    assert str(folder) not in view.message.text()
    assert str(folder) in view.message.toolTip()
    assert "●" in view.legend.text()
    assert "○" in view.legend.text()
    assert not view.go_button.isEnabled()
    view.choose_near(1.0, 0.0)
    assert view.chosen is not None
    assert view.person.text().startswith(f"Person {view.chosen[1]} of the arm '{view.chosen[0]}'")
    view.go_button.click()
    (window,) = view._windows
    assert isinstance(window, Console)
    qtbot.waitUntil(lambda: window.arrangement is not None or window.engine.failure is not None, timeout=_PATIENCE_MS)
    assert window.engine.failure is None
    arm, number, sitting = view.chosen
    said = [label.text() for bar in window.findChildren(QToolBar) for label in bar.findChildren(QLabel)]
    assert f"alpha_up: person {number} of the arm '{arm}', session {sitting}" in said
    assert "Untrained as in the course; what is shown is what the arm is shown." in said
    session = window.engine.session
    assert session is not None
    assert (session.sham is None) == (arm == "real")
    window.close()


def test_a_course_that_is_stopped_says_where_it_is(view: CourseView, tmp_path: Path) -> None:
    view.run(CourseRequest(subjects=40, sessions=20), tmp_path / "course")
    job = view.job
    assert job is not None
    view.stop()
    assert not job.running
    assert job.failure is None
    assert str(tmp_path / "course") in view.message.text()
    assert view.run_button.isEnabled()


def test_a_course_that_cannot_be_is_told(view: CourseView, qtbot: QtBot, tmp_path: Path) -> None:
    view.run(CourseRequest(protocol="alpha_upp"), tmp_path / "course")

    def done() -> bool:
        view.refresh()
        return view.job is None

    qtbot.waitUntil(done, timeout=_PATIENCE_MS)
    assert "did you mean 'alpha_up'" in view.message.text()
    view.open_folder(tmp_path)
    assert "no folder of a course" in view.message.text()
