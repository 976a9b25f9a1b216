"""What surrounds the Console: recording, export, truth, comparison, courses, and the question at the close."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QMainWindow, QMenu, QMessageBox, QWidget

from neurosim_gui.commands import COMMANDS
from neurosim_gui.engine import Engine, Status
from neurosim_gui.look import Look
from neurosim_gui.texts import text
from neurosim_gui.widgets import Tabs

if TYPE_CHECKING:
    from neurosim.session.session import Session
    from neurosim.session.twin import Variation
    from neurosim_gui.compare import CompareView
    from neurosim_gui.course import CourseView

_POLL_MS = 33
_SHOWN_MS = 10_000
#: What tells the arm of a session, and is not there while it is sealed.
TELLING = ("reveal", "compare", "compare_now", "keep_scene", "recall_scene")


class SessionWindow(QMainWindow):
    """A window over a running session, with views as tabs; the first one is the central widget.

    Parameters
    ----------
    engine
        Runs the session.
    look
        Theme and sizes.

    Attributes
    ----------
    views
        The tabs: Console, Compare, Course.
    commands
        What can be asked for, by the command's name.
    keep_recording
        Whether a close asks nothing and keeps what is recorded.
    """

    def __init__(self, engine: Engine, look: Look) -> None:
        super().__init__()
        self.engine, self.look = engine, look
        self.commands: dict[str, QAction] = {}
        self.keep_recording = False
        self.views = Tabs()
        self.views.setTabBarAutoHide(True)
        self.views.tabCloseRequested.connect(self._close_view)
        self._compare: CompareView | None = None
        self._course: CourseView | None = None
        self._answers: list[tuple[queue.SimpleQueue[Any], Callable[[Any], None]]] = []
        self._told_failure = False
        self._hidden = False
        self._poller = QTimer(self)
        self._poller.timeout.connect(self.poll)
        self._poller.start(_POLL_MS)

    def setCentralWidget(self, widget: QWidget) -> None:  # noqa: N802 Qt's name
        """Make a widget the first view."""
        self.views.addTab(widget, text("command.console"))
        super().setCentralWidget(self.views)

    def tell(self, words: str) -> None:
        """Say something in the bar below, for a while."""
        self.statusBar().showMessage(words, _SHOWN_MS)

    def offers(self, name: str) -> bool:
        """Return whether a command is there in this session."""
        return not (self.engine.sealed and name in TELLING)

    def ask_engine(self, action: Callable[[Session], Any], then: Callable[[Any], None]) -> None:
        """Let the engine do something between two ticks, and take its answer in this thread; errors are told."""
        if self.engine.session is None or self.engine.status is not Status.RUNNING:
            self.tell(text("record.over"))
            return
        self._answers.append((self.engine.between_ticks(action), then))

    def poll(self) -> None:
        """Take answers of the engine, and draw what is new in the other views."""
        for entry in list(self._answers):
            answer, then = entry
            if not answer.empty():
                self._answers.remove(entry)
                given = answer.get()
                self.tell(str(given)) if isinstance(given, Exception) else then(given)
        if self.engine.sealed and not self._hidden:
            self._hidden = True
            for command in COMMANDS:
                if command.name in TELLING:
                    self.commands[command.called].setVisible(False)
                    self.commands[command.called].setEnabled(False)
            for menu in self.menuBar().actions():
                inside = menu.menu()
                menu.setVisible(isinstance(inside, QMenu) and any(each.isVisible() for each in inside.actions()))
        if self.engine.failure is not None and not self._told_failure:
            self._told_failure = True
            if kept := self.kept_words():
                self.tell(kept)
        view = self.views.currentWidget()
        if view is not None and view in (self._compare, self._course):
            view.refresh()

    def kept_words(self) -> str:
        """Return where the newest recording is; nothing without one."""
        recorder = self.engine.recorder
        return text("record.kept", folder=recorder.kept[-1]) if recorder is not None and recorder.kept else ""

    @property
    def recording(self) -> bool:
        """Whether the running session is being written to a folder."""
        recorder = self.engine.recorder
        return recorder is not None and recorder.folder is not None and self.engine.status is Status.RUNNING

    def do_record(self) -> None:
        """Begin to record, or end the recording; a sealed session is recorded from its start to its end."""
        from neurosim.session.fresh import fresh_folder

        recorder = self.engine.recorder
        if recorder is None:
            self.tell(text("record.cannot"))
        elif self.engine.sealed:
            self.tell(text("record.sealed"))
        elif recorder.folder is None:
            folder = fresh_folder(recorder.plan.protocol.name)
            self.ask_engine(
                lambda session: recorder.begin(session, folder),
                lambda made: self.tell(text("record.begun", folder=made)),
            )
        else:
            self.ask_engine(lambda _: recorder.end(), lambda made: self.tell(text("record.kept", folder=made)))

    def do_export(self) -> None:
        """Copy the newest recording to a folder of the user's choice, with the signals as FIF beside it."""
        recorder = self.engine.recorder
        if recorder is None or not recorder.kept:
            self.tell(text("export.nothing"))
            return
        target = self.ask_folder()
        if target is not None:
            from neurosim_gui.export import export_session

            self.tell(text("export.under_way"))
            source = recorder.kept[-1]
            export_session(source, target / source.name, self._answers_to(self._told_export))

    def _answers_to(self, then: Callable[[Any], None]) -> queue.SimpleQueue[Any]:
        answer: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._answers.append((answer, then))
        return answer

    def _told_export(self, folder: Path) -> None:
        self.tell(text("export.done", folder=folder))

    def ask_folder(self) -> Path | None:
        """Return the folder that the user chooses; None if none."""
        chosen = QFileDialog.getExistingDirectory(self, text("command.export"))
        return Path(chosen) if chosen else None

    def do_reveal(self) -> None:
        """Reveal the truth, or cover it again."""
        if not self.offers("reveal"):
            return
        from neurosim_gui.panels.panel import Panel

        panels = [w for w in self.findChildren(QWidget) if isinstance(w, Panel) and w.truth]
        revealed = any(panel.covered for panel in panels)  # all alike from now on
        for panel in panels:
            panel.set_revealed(revealed)
        if not panels:
            self.tell(text("truth.none"))

    def do_compare(self) -> None:
        """Ask what is to be changed in a branch, and go on with both."""
        if not self.offers("compare"):
            return
        from neurosim.session.twin import variations

        def choose(found: dict[str, list[Variation]]) -> None:
            from neurosim_gui.compare import ask_variation

            variation = ask_variation(self, found)
            if variation is not None:
                self.compare(variation)

        self.ask_engine(variations, choose)

    def do_compare_now(self) -> None:
        """Branch with the first change that there is; for pictures."""
        from neurosim.session.twin import variations

        speed = self.engine.clock

        def first(found: dict[str, list[Variation]]) -> None:
            self.compare(next(v for kind in ("sham", "threshold", "filter") for v in found[kind]))

        self.ask_engine(variations, first)
        speed.play()
        self._wait(lambda: self._compare is not None and self._compare.seconds >= 15.0)
        speed.pause()

    def _wait(self, until: Callable[[], bool], patience_s: float = 120.0) -> None:
        from PySide6.QtWidgets import QApplication

        deadline = time.monotonic() + patience_s
        while not until() and time.monotonic() < deadline and self.engine.status is Status.RUNNING:
            QApplication.processEvents()
            time.sleep(0.005)

    def compare(self, variation: Variation) -> None:
        """Branch the session with a change, and show both."""
        from neurosim_gui.compare import CompareView, begin_comparison

        def show(found: Any) -> None:
            self._leave(self._compare)
            self._compare = CompareView(self.look, found)
            self.show_view(self._compare, text("compare.tab"))

        if self._compare is not None:
            stale = self._compare.comparison.twin
            self.ask_engine(lambda _: self.engine.unfollow(stale), lambda _: None)
        self.ask_engine(lambda session: begin_comparison(self.engine, session, variation), show)

    def do_course(self) -> None:
        """Show the course view."""
        from neurosim_gui.course import CourseView

        if self._course is None:
            self._course = CourseView(self.look)
        self.show_view(self._course, text("command.course"))

    def show_course(self, folder: Path) -> None:
        """Show a course from its folder, behind the Console."""
        self.do_course()
        if self._course is not None:
            self._course.open_folder(folder)
        self.do_console()

    def do_console(self) -> None:
        """Go back to the Console."""
        self.views.setCurrentIndex(0)

    def show_view(self, view: QWidget, name: str) -> None:
        """Show a view as a tab of this name."""
        if self.views.indexOf(view) < 0:
            self.views.addTab(view, name)
        self.views.setCurrentWidget(view)

    def _close_view(self, index: int) -> None:
        if index:
            self.views.removeTab(index)

    def _leave(self, view: QWidget | None) -> None:
        if view is not None:
            self.views.removeTab(self.views.indexOf(view))
            view.deleteLater()

    def _leave_compare(self) -> None:
        """Leave the comparison of a session that is no more."""
        self._leave(self._compare)
        self._compare = None

    def set_look_of_views(self, look: Look) -> None:
        """Give the other views another theme or size."""
        for view in (self._compare, self._course):
            if view is not None:
                view.set_look(look)

    def may_close(self) -> bool:
        """Return whether the window may close: while it records, the user is asked."""
        if not self.keep_recording and self.recording and not self.confirm(text("record.close")):
            return False
        self._poller.stop()
        if self._course is not None:
            self._course.stop()
        return True

    def confirm(self, words: str) -> bool:
        """Return whether the user says yes."""
        yes = QMessageBox.StandardButton.Yes
        return QMessageBox.question(self, text("window.title"), words) == yes
