"""What is begun in the window: a lesson, a lab, the quiz, a protocol, a recording, free play."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog

from neurosim.core.pace import PacedClock
from neurosim_gui.engine import Engine
from neurosim_gui.lesson_room import LessonRoom
from neurosim_gui.look import Look
from neurosim_gui.request import LiveRequest, prepare
from neurosim_gui.texts import language, text

if TYPE_CHECKING:
    from neurosim.lessons import Lab
    from neurosim_gui.arrangement import Arrangement
    from neurosim_gui.panels.events import EventsPanel
    from neurosim_gui.quiz_panel import QuizPanel
    from neurosim_gui.start import StartView


class Classroom(LessonRoom):
    """A window that can begin something else: a lesson, a lab, a protocol.

    Attributes
    ----------
    lab, part
        The lab that is taken, and which of its parts, from 0; no lab outside of one.
    quiz
        The artifact quiz, while it is taken.
    running
        What makes the session that runs; None in a lesson, the quiz and a course's person.
    """

    def __init__(self, engine: Engine, look: Look) -> None:
        super().__init__(engine, look)
        self.lab: Lab | None = None
        self.part = 0
        self.request = LiveRequest()
        self.running: LiveRequest | None = None
        self._start: StartView | None = None
        self.quiz: QuizPanel | None = None
        self._asked_in: Arrangement | None = None
        self._events: EventsPanel | None = None

    @property
    def plays_freely(self) -> bool:
        """Whether somebody plays with a body, by themselves or as a part of a lab."""
        if self.lab is not None:
            return not self.lab.part[self.part].lesson
        return self.running is not None and self.running.free_play

    def do_start(self) -> None:
        """Show the start screen."""
        from neurosim_gui.start import StartView

        if self._start is None:
            self._start = StartView(self.look)
            self._start.chosen.connect(self.begin)
        self.show_view(self._start, text("command.start"))

    def do_lessons(self) -> None:
        """Show the lesson that is taken, or the start screen, where one is chosen."""
        if self.lesson is None:
            self.do_start()
        else:
            self.do_console()
            self._docks["lesson"].show()

    def begin(self, kind: str, name: str) -> None:
        """Begin what a card of the start screen stands for; a recording that is under way is asked about first."""
        if kind == "field":
            self.commands["field"].trigger()
        elif not self.may_leave():
            return
        elif kind == "lesson":
            self.take_lesson(name)
        elif kind == "lab":
            self.take_lab(name)
        elif kind == "quiz":
            self.take_quiz()
        else:
            request = self._request(kind, name)
            if request is not None:
                self.begin_engine(Engine(lambda: prepare(request), PacedClock(1.0)), request.name, request)

    def may_leave(self) -> bool:
        """Return whether the session may be left for another one: a recording that is under way is asked about."""
        return not self.recording or self.confirm(text("record.close"))

    def begin_engine(self, engine: Engine, name: str, request: LiveRequest | None) -> None:
        """Begin a session of its own, outside lessons."""
        self._end_lesson()
        self.change_session(engine, name, request)
        self.do_console()

    def _request(self, kind: str, name: str) -> LiveRequest | None:
        plain = replace(self.request, screenshots=None, out=None, blind=None, free_play=False, commands=())
        if kind == "free_play":
            return replace(plain, free_play=True)
        if kind == "protocol":
            return replace(plain, protocol=name)
        if kind == "last":
            from neurosim.session.recording.reading import read_session

            last = read_session(name)
            return replace(plain, protocol=last.protocol.name, source=str(last.places.file("eeg.bdf")))
        chosen, _ = QFileDialog.getOpenFileName(self, text("start.recording"))
        return replace(plain, source=chosen) if chosen else None

    def take_lesson(self, name: str) -> None:
        """Begin a lesson.

        Raises
        ------
        UserError
            When there is no such lesson, or something is wrong in it.
        """
        from neurosim.lessons import load_lesson

        self.teach(load_lesson(name, language()))

    def take_lab(self, name: str) -> None:
        """Begin the parts of a lab, one after the other.

        Raises
        ------
        UserError
            When there is no such lab, or something is wrong in it.
        """
        from neurosim.lessons import load_lab

        lab = load_lab(name, language())
        self._take_part(lab, 0)
        self.tell(text("start.lab", title=lab.title, n=len(lab.part), minutes=lab.minutes))

    def _take_part(self, lab: Lab, number: int) -> None:
        self.teach(lab.part[number].as_lesson(language()), (number + 1, len(lab.part)))
        self.lab, self.part = lab, number

    def follow_lesson(self) -> None:
        """Go on to the next part of the lab."""
        if self.lab is not None and self.part + 1 < len(self.lab.part):
            self._take_part(self.lab, self.part + 1)

    def take_quiz(self, seed: int | None = None) -> None:
        """Begin the artifact quiz; another one each time, unless a seed is given."""
        from neurosim.core.noise import pick_seed
        from neurosim.lessons.quiz import Quiz
        from neurosim_gui.quiz_panel import QuizPanel

        quiz = Quiz(pick_seed() if seed is None else seed)
        engine = Engine(quiz.prepare, PacedClock(1.0))
        self._end_lesson()
        self.change_session(engine, text("quiz.dock"))
        self.quiz = QuizPanel(self.look, quiz, lambda: 0.0 if engine.session is None else engine.session.time_s)
        self._dock("quiz", self.quiz)
        self.do_console()

    def _end_lesson(self) -> None:
        super()._end_lesson()
        self.lab, self.quiz = None, None

    def poll(self) -> None:
        """Also follow the quiz."""
        super().poll()
        if self.quiz is not None:
            self._follow_quiz(self.quiz)

    def _follow_quiz(self, quiz: QuizPanel) -> None:
        """Let the events panel tell all that happens but what the quiz asks for; that comes at its end."""
        from neurosim.lessons.quiz import KINDS
        from neurosim_gui.panels.events import EventsPanel

        if self.arrangement is not None and self.arrangement is not self._asked_in:
            self._asked_in = self.arrangement
            self.look_at(["eeg"])
            for panel in self.arrangement.panels:
                if isinstance(panel, EventsPanel):
                    self._events, panel.withheld = panel, frozenset(KINDS)
        if quiz.over and self._events is not None:
            self._events.tell_all()
            self._events = None
        quiz.refresh()

    def set_look_of_views(self, look: Look) -> None:
        """Give the start screen and the quiz another theme or size too."""
        super().set_look_of_views(look)
        for view in (self._start, self.quiz):
            if view is not None:
                view.set_look(look)
