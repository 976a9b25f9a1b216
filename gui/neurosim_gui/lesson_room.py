"""A lesson beside the session: how its steps move the window, what is saved of it, and what comes after it."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, Qt
from PySide6.QtWidgets import QDockWidget, QFileDialog, QWidget

from neurosim.core.pace import PacedClock
from neurosim_gui.engine import Engine, Status
from neurosim_gui.lesson_show import LessonShow
from neurosim_gui.look import Look
from neurosim_gui.request import LiveRequest
from neurosim_gui.texts import language, text
from neurosim_gui.window import SessionWindow

if TYPE_CHECKING:
    from neurosim.lessons import Lesson, LessonRunner
    from neurosim_gui.arrangement import Arrangement
    from neurosim_gui.lesson_panel import LessonPanel
    from neurosim_gui.panels.strategy import StrategyPanel
    from neurosim_gui.screens import Screens
    from neurosim_gui.sheet_view import SheetView

_DOCK_PX = 400


class LessonRoom(SessionWindow):
    """A window in which a lesson can be taken.

    Attributes
    ----------
    lesson
        The panel of the lesson that is taken; None before one is.
    strategy
        The plane of the hidden strategy, where a lesson has one.
    """

    screens: Screens

    def __init__(self, engine: Engine, look: Look) -> None:
        super().__init__(engine, look)
        self.lesson: LessonPanel | None = None
        self.strategy: StrategyPanel | None = None
        self._docks: dict[str, QDockWidget] = {}
        self._sheet: SheetView | None = None
        self._show_step = LessonShow(self.look_at, self.tell)
        self._record_on = False

    @property
    @abstractmethod
    def arrangement(self) -> Arrangement | None:
        """The panels by place, once the session is prepared."""

    @abstractmethod
    def change_session(self, engine: Engine, name: str, request: LiveRequest | None = None) -> None:
        """Leave the running session for another one; scenes can be kept of one that a request makes."""

    @abstractmethod
    def look_at(self, names: Sequence[str]) -> None:
        """Put the panels that show some features and streams above everything else.

        Raises
        ------
        ConfigError
            For what the session does not have.
        """

    def follow_lesson(self) -> None:
        """Begin what comes after the lesson, where something does."""

    def teach(self, lesson: Lesson, part: tuple[int, int] | None = None) -> None:
        """Begin a lesson.

        Parameters
        ----------
        lesson
            The lesson.
        part
            Which part of a lab it is, from 1, and how many there are.
        """
        from neurosim.lessons import LessonRunner
        from neurosim_gui.lesson_panel import LessonPanel

        runner = LessonRunner(lesson)
        self._end_lesson()
        if self.lesson is None:
            self.lesson = LessonPanel(self.look)
            self.lesson.next_asked.connect(self.do_next_step)
            self.lesson.previous_asked.connect(self.do_previous_step)
            self.lesson.sheet_asked.connect(self.save_sheet)
        self.lesson.take(runner, part)
        self._dock("lesson", self.lesson)
        self._run(runner)
        self.do_console()

    def _run(self, runner: LessonRunner) -> None:
        """Begin the session of a lesson's step; a speed that was chosen stays."""
        self._end("strategy")
        self._record_on = self._record_on or self.recording
        self.change_session(Engine(runner.prepare, PacedClock(self.engine.clock.speed)), runner.lesson.title)

    def _end_lesson(self) -> None:
        self._record_on = self.recording and self.runner is not None
        self._leave(self._sheet)
        self._sheet = None
        self.strategy = None
        if self.lesson is not None:
            self.lesson.runner = None
        for name in list(self._docks):
            self._end(name)

    def _end(self, name: str) -> None:
        dock = self._docks.get(name)
        if dock is not None:
            dock.hide()

    def _dock(self, name: str, widget: QWidget) -> None:
        if name not in self._docks:
            dock = QDockWidget(text(f"{name}.dock"))
            dock.setObjectName(name)
            dock.setMinimumWidth(_DOCK_PX - 80)
            self.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, dock)
            self.resizeDocks([dock], [_DOCK_PX], Qt.Orientation.Horizontal)
            self._docks[name] = dock
        self._docks[name].setWidget(widget)
        self._docks[name].show()
        if "lesson" in self._docks and name not in (
            "lesson",
            "quiz",
        ):  # what is shown beside the words gets the larger part
            heights = [round(self.height() * share) for share in (0.5, 0.5)]
            self.resizeDocks([self._docks["lesson"], self._docks[name]], heights, Qt.Orientation.Vertical)

    @property
    def runner(self) -> LessonRunner | None:
        """The lesson that is taken."""
        return None if self.lesson is None else self.lesson.runner

    def do_next_step(self) -> None:
        """Go on to the next step of the lesson, or from an earlier one back to the present one."""
        panel, runner = self.lesson, self.runner
        if panel is None or runner is None:
            self.tell(text("lesson.none"))
        elif panel.shown < runner.number:
            panel.shown += 1
        elif runner.step.question and runner.taken[-1].answer is None:
            self.tell(runner.step.question)
        elif runner.last:
            runner.finish()
            self.follow_lesson()
        else:
            runner.advance()
            panel.shown = runner.number
            if runner.session is None:
                runner.wanted.clear()  # what was to be uncovered in the session that is left stays covered in this one
                self._run(runner)
        if panel is not None:
            panel.refresh()

    def do_previous_step(self) -> None:
        """Look at the step before; the session goes on."""
        if self.lesson is not None and self.lesson.shown > 0:
            self.lesson.shown -= 1
            self.lesson.refresh()

    def poll(self) -> None:
        """Also do what the lesson wants of the window."""
        super().poll()
        panel, runner = self.lesson, self.runner
        if panel is None or runner is None:
            return
        session, stage = runner.session, self.screens.stage
        if session is None or session is not self.engine.session or self.arrangement is None:
            return  # the session of the step is being prepared
        if self._record_on and self.engine.status is Status.RUNNING:
            self._record_on = False
            self.do_record()
        self._show_step.in_console(runner, session, self.arrangement)
        panel.in_room = stage is not None and stage.isVisible()
        if stage is not None and not self.screens.behind:
            self._show_step.on_stage(panel, stage, session)
            stage.reveal(shown=True, streams=self._revealed())
        while runner.wanted:
            self._obey(runner.wanted.pop(0))
        panel.refresh()
        if self.strategy is not None and self.strategy.isVisible():
            self.strategy.follow()

    def _obey(self, doing: object) -> None:
        from neurosim.lessons.doing import Pause, Play, Reveal, Show

        clock = self.engine.clock
        if isinstance(doing, Play):
            clock.play()
        elif isinstance(doing, Pause):
            clock.pause()
        elif isinstance(doing, Reveal) and doing.stream == "strategy":
            if self.strategy is not None:
                self.strategy.reveal()
        elif isinstance(doing, Reveal) and self.arrangement is not None:
            for panel in self.arrangement.panels:
                if panel.truth == doing.stream:
                    panel.set_revealed(True)
        elif isinstance(doing, Show):
            self._show(doing.view)

    def _show(self, view: str) -> None:
        runner = self.runner
        assert runner is not None
        if view == "strategy":
            from neurosim_gui.panels.strategy import StrategyPanel

            self.strategy = StrategyPanel(self.look, runner)
            self._dock("strategy", self.strategy)
        elif view == "course" and runner.lesson.plot is not None:
            from neurosim_gui.panels.table import TablePanel

            self._dock("table", TablePanel(self.look, runner.lesson.table, runner.lesson.plot))
        elif view == "sheet":
            self.show_sheet(runner)
        elif view == "participant" and self.screens.participant is not None and self.screens.participant.isVisible():
            return  # the command would hide it
        elif (action := self.commands.get(view)) is not None and action.isEnabled():
            action.trigger()

    def _revealed(self) -> set[str]:
        """Return the streams of the truth that are uncovered in the Console."""
        panels = () if self.arrangement is None else self.arrangement.panels
        return {panel.truth for panel in panels if panel.truth and not panel.covered}

    def do_reveal(self) -> None:
        """Reveal the truth, or cover it again, on the Stage too."""
        super().do_reveal()
        if self.screens.stage is not None:
            for shown in (False, True):
                streams = self._revealed()
                covered = [p.trace.stream for p in self.screens.stage.plots if p.trace.stream not in streams]
                self.screens.stage.reveal(shown=shown, streams=streams if shown else covered)

    def show_sheet(self, runner: LessonRunner) -> None:
        """Show the student's sheet as it is now, as a view of its own."""
        from neurosim_gui.sheet_view import SheetView

        runner.finish()
        self._leave(self._sheet)
        self._sheet = SheetView(self.look, runner)
        self._sheet.save_asked.connect(self.save_sheet)
        self.show_view(self._sheet, text("lesson.sheet_tab"))

    def save_sheet(self) -> None:
        """Write the student's sheet, with a picture of the window."""
        chosen, _ = QFileDialog.getSaveFileName(self, text("lesson.sheet"), "my_sheet.html", "HTML (*.html)")
        if chosen:
            self.write_sheet(Path(chosen))

    def write_sheet(self, path: Path) -> None:
        """Write the sheet to a file; an error is told."""
        from neurosim.core.errors import OutputError
        from neurosim.lessons import write_sheet

        assert self.runner is not None
        data = QByteArray()
        buffer = QBuffer(data)
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        self.grab().save(buffer, "PNG")
        try:
            write_sheet(path, [self.runner], pictures={text("lesson.window"): bytes(data.data())}, language=language())
            self.tell(text("lesson.sheet_kept", file=path))
        except OutputError as error:
            self.tell(str(error))

    def set_look_of_views(self, look: Look) -> None:
        """Give the lesson another theme or size too."""
        super().set_look_of_views(look)
        for view in (self.lesson, self.strategy, self._sheet):
            if view is not None:
                view.set_look(look)
