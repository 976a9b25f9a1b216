"""The lesson beside the session: what is said, asked and waited for; notes stand in a window of their own."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from neurosim.lessons.runner import LessonRunner, Taken
from neurosim_gui.look import Look
from neurosim_gui.texts import text


class LessonPanel(QFrame):
    """Shows a lesson as it is taken.

    Parameters
    ----------
    look
        Theme and sizes.

    Attributes
    ----------
    runner
        The lesson; None before one is taken.
    shown
        Number of the step that is looked at, which may be an earlier one.
    """

    next_asked = Signal()
    previous_asked = Signal()
    sheet_asked = Signal()

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.look, self.shown = look, 0
        self.runner: LessonRunner | None = None
        self._state: tuple[object, ...] = ()
        self.title, self.place = QLabel(), QLabel()
        self.words, self.question, self.reply, self.hint, self.waiting = (QLabel() for _ in range(5))
        for label in (self.title, self.words, self.question, self.reply, self.hint, self.waiting):
            label.setWordWrap(True)
        for label in (self.words, self.reply, self.hint):
            label.setTextFormat(Qt.TextFormat.MarkdownText)
        self.choices: list[QPushButton] = []
        self._answers = QVBoxLayout()
        self.back, self.on = QPushButton(text("lesson.previous")), QPushButton(text("lesson.next"))
        self.notes_button, self.sheet_button = QPushButton(text("lesson.notes")), QPushButton(text("lesson.sheet"))
        self.notes = Notes(look)
        self.back.clicked.connect(lambda _=False: self.previous_asked.emit())
        self.on.clicked.connect(lambda _=False: self.next_asked.emit())
        self.sheet_button.clicked.connect(lambda _=False: self.sheet_asked.emit())
        self.notes_button.clicked.connect(lambda _=False: self.notes.show())
        for button in (self.back, self.on, self.notes_button, self.sheet_button):
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the space bar breathes
        self._arrange()
        self.set_look(look)

    def _arrange(self) -> None:
        inner = QWidget()
        column = QVBoxLayout(inner)
        for widget in (self.words, self.question):
            column.addWidget(widget)
        column.addLayout(self._answers)
        for widget in (self.reply, self.hint):
            column.addWidget(widget)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inner)
        head, steps, more = QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.place)
        steps.addWidget(self.back)
        steps.addWidget(self.on)
        more.addWidget(self.notes_button)
        more.addWidget(self.sheet_button)
        whole = QVBoxLayout(self)
        whole.addLayout(head)
        whole.addWidget(area, 1)
        whole.addWidget(self.waiting)
        whole.addLayout(steps)
        whole.addLayout(more)

    @property
    def taken(self) -> Taken | None:
        """The step that is looked at."""
        return None if self.runner is None else self.runner.taken[self.shown]

    def take(self, runner: LessonRunner) -> None:
        """Show a lesson from its first step."""
        self.runner, self.shown, self._state = runner, 0, ()
        self.refresh()

    def refresh(self) -> None:
        """Show what has changed."""
        runner, taken = self.runner, self.taken
        if runner is None or taken is None:
            return
        now = self.shown == runner.number
        state = (self.shown, taken.answer, now)
        if state != self._state:
            self._state = state
            self._say(runner, taken)
        self.hint.setText(runner.hint if now else "")
        self.waiting.setText(self._waiting(runner, taken) if now else text("lesson.starting"))
        for label in (self.reply, self.hint, self.waiting):
            label.setVisible(bool(label.text()))
        self.back.setEnabled(self.shown > 0)
        # A wait never locks anybody in; a question wants its answer first.
        answered = taken.answer is not None or not taken.step.question
        self.on.setEnabled((not now or not runner.last) and answered)

    def _say(self, runner: LessonRunner, taken: Taken) -> None:
        step = taken.step
        self.title.setText(text("lesson.title", title=runner.lesson.title))
        self.place.setText(text("lesson.step", number=self.shown + 1, n=len(runner.lesson.step)))
        self.words.setText(taken.text)
        self.question.setText(runner.fill(step.question))
        self.question.setVisible(bool(step.question))
        self.reply.setText("" if taken.answer is None else runner.fill(taken.answer.reply))
        self.notes.say(runner.fill(step.notes))
        for button in self.choices:
            self._answers.removeWidget(button)
            button.hide()
            button.deleteLater()
        self.choices = []
        for i, choice in enumerate(step.choice):
            chosen = choice is taken.answer
            button = QPushButton(f"{'● ' if chosen else ''}{runner.fill(choice.text)}")
            button.setFont(self.look.font(bold=chosen))
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.setEnabled(taken.answer is None)
            button.clicked.connect(lambda _=False, i=i: self.choose(i))
            self._answers.addWidget(button)
            self.choices.append(button)

    def _waiting(self, runner: LessonRunner, taken: Taken) -> str:
        until = taken.step.until
        if until is None:
            return text("lesson.end") if runner.last else ""
        if runner.session is not None and runner.session.finished and not taken.met:
            return text("lesson.over")
        if taken.met:
            return text("lesson.seen")
        if taken.seconds >= until.ends_s:
            return text("lesson.late")
        return text("lesson.waiting", now=taken.seconds, end=until.ends_s)

    def choose(self, number: int) -> None:
        """Answer the question."""
        if self.runner is not None and self.shown == self.runner.number:
            self.runner.answer(number)
            self.refresh()

    def set_look(self, look: Look) -> None:
        """Take another theme or size."""
        self.look = look
        self.title.setFont(look.font("title", bold=True))
        self.question.setFont(look.font("title", bold=True))
        for label in (self.place, self.words, self.reply, self.hint, self.waiting):
            label.setFont(look.font())
        for button in (self.back, self.on, self.notes_button, self.sheet_button):
            button.setFont(look.font())
        colors = look.palette
        self.setStyleSheet(f"LessonPanel {{ background: {colors.ground}; }} QLabel {{ color: {colors.text}; }}")
        self.waiting.setStyleSheet(f"color: {colors.faint};")
        self.notes.set_look(look)
        self._state = ()


class Notes(QWidget):
    """The presenter's notes, on the presenter's screen.

    Parameters
    ----------
    look
        Theme and sizes.
    """

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.setWindowTitle(text("lesson.notes"))
        self.words = QLabel()
        self.words.setWordWrap(True)
        self.words.setAlignment(Qt.AlignmentFlag.AlignTop)
        QVBoxLayout(self).addWidget(self.words)
        self.resize(420, 240)
        self.set_look(look)

    def say(self, notes: str) -> None:
        """Show the notes of a step."""
        self.words.setText(notes or text("lesson.no_notes"))

    def set_look(self, look: Look) -> None:
        """Take another theme or size."""
        self.setPalette(look.qt_palette())
        self.words.setFont(look.font("title"))
