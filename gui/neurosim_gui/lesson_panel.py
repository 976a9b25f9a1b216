"""The lesson beside the session: what is said, asked and waited for; notes stand in a window of their own."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSpinBox, QVBoxLayout, QWidget

from neurosim.lessons.runner import LessonRunner, Taken
from neurosim_gui.lesson_show import hands_words
from neurosim_gui.look import Look
from neurosim_gui.texts import text
from neurosim_gui.widgets import clock_words, scrolling

#: Room beside the words of an answer, and in all above and below them [px].
_EDGE_PX = 8
#: A wait that takes so long is told in minutes [s].
_MINUTES_S = 120.0


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
    part
        Which part of a lab it is, from 1, and how many there are; None outside of a lab.
    choices, hands
        The answers, and beside each how many hands went up for it in the room.
    """

    next_asked = Signal()
    previous_asked = Signal()
    sheet_asked = Signal()

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.look, self.shown = look, 0
        self.runner: LessonRunner | None = None
        self.part: tuple[int, int] | None = None
        self._state: tuple[object, ...] = ()
        self.title, self.place = QLabel(), QLabel()
        self.words, self.question, self.reply, self.hint, self.waiting = (QLabel() for _ in range(5))
        self.counting = QLabel(text("lesson.hands"))
        for label in (self.title, self.words, self.question, self.reply, self.hint, self.waiting, self.counting):
            label.setWordWrap(True)
        for label in (self.words, self.reply, self.hint):
            label.setTextFormat(Qt.TextFormat.MarkdownText)
        self.choices: list[ChoiceButton] = []
        self.hands: list[QSpinBox] = []
        self.in_room = False
        self._rows: list[QWidget] = []
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
        self.setStatusTip(text("tip.lesson"))
        self.back.setStatusTip(text("does.previous_step"))
        self.on.setStatusTip(text("does.next_step"))
        self.notes_button.setStatusTip(text("tip.lesson_notes"))
        self.sheet_button.setStatusTip(text("tip.lesson_sheet"))
        self._arrange()
        self.set_look(look)

    def _arrange(self) -> None:
        inner = QWidget()
        column = QVBoxLayout(inner)
        for widget in (self.words, self.question):
            column.addWidget(widget)
        column.addLayout(self._answers)
        for widget in (self.counting, self.reply, self.hint):
            column.addWidget(widget)
        column.addStretch(1)
        column.setContentsMargins(0, 0, 0, 0)
        area = scrolling(inner)
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

    @property
    def _last(self) -> bool:
        """Whether nothing comes after the step that is taken: no other one, and no other part of a lab."""
        more = self.part is not None and self.part[0] < self.part[1]
        return self.runner is not None and self.runner.last and not more

    def take(self, runner: LessonRunner, part: tuple[int, int] | None = None) -> None:
        """Show a lesson from its first step; where it is part of a lab, say which."""
        self.runner, self.part, self.shown, self._state = runner, part, 0, ()
        self.refresh()

    def refresh(self) -> None:
        """Show what has changed."""
        runner, taken = self.runner, self.taken
        if runner is None or taken is None:
            return
        now = self.shown == runner.number
        state = (self.shown, taken.answer, now, self.in_room)
        if state != self._state:
            self._state = state
            self._say(runner, taken)
        self.hint.setText(runner.hint if now else "")
        self.waiting.setText(self._waiting(runner, taken) if now else text("lesson.starting"))
        for label in (self.reply, self.hint, self.waiting):
            label.setVisible(bool(label.text()))
        self.counting.setVisible(self.in_room and bool(taken.step.question) and bool(self.counting.text()))
        self.back.setEnabled(self.shown > 0)
        # A wait never locks anybody in; a question wants its answer first.
        answered = taken.answer is not None or not taken.step.question
        self.on.setEnabled((not now or not self._last) and answered)

    def _say(self, runner: LessonRunner, taken: Taken) -> None:
        step = taken.step
        title, n = runner.lesson.title, len(runner.lesson.step)
        if self.part is None:
            self.title.setText(text("lesson.title", title=title))
        else:
            self.title.setText(text("lesson.part", number=self.part[0], n=self.part[1], title=title))
        self.place.setText(text("lesson.step", number=self.shown + 1, n=n) if n > 1 else "")
        self.words.setText(taken.text)
        self.question.setText(runner.fill(step.question))
        self.question.setVisible(bool(step.question))
        self.reply.setText("" if taken.answer is None else runner.fill(taken.answer.reply))
        self.notes.say(runner.fill(step.notes))
        self.counting.setText(text("lesson.hands") if taken.answer is None else hands_words(taken.hands))
        counted = taken.hands or tuple(box.value() for box in self.hands)  # what was typed stays
        for row in self._rows:
            self._answers.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.choices, self.hands, self._rows = [], [], []
        for i, choice in enumerate(step.choice):
            self._add_choice(i, runner.fill(choice.text), taken, counted[i] if i < len(counted) else 0)

    def _add_choice(self, number: int, words: str, taken: Taken, counted: int) -> None:
        chosen = taken.step.choice[number] is taken.answer
        right = self.runner is not None and self.runner.lesson.is_right(self.shown, taken.step.choice[number])
        mark = "" if taken.answer is None else "✓ " if right else "● " if chosen else ""
        button, hands, row = ChoiceButton(f"{mark}{words}"), QSpinBox(), QWidget()
        button.set_look(self.look, bold=chosen)
        button.setStatusTip(text("tip.lesson_choice"))
        button.setEnabled(taken.answer is None)
        button.clicked.connect(lambda _=False: self.choose(number))
        hands.setRange(0, 999)
        hands.setValue(counted)
        hands.setFont(self.look.font())
        hands.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        hands.setAccessibleName(text("lesson.hands_for", choice=words))
        hands.setStatusTip(text("tip.lesson_hands"))
        hands.setEnabled(taken.answer is None)
        hands.setVisible(self.in_room)
        hands.lineEdit().returnPressed.connect(hands.clearFocus)  # the keys are the body's again
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(button, 1)
        line.addWidget(hands)
        self._answers.addWidget(row)
        self.choices.append(button)
        self.hands.append(hands)
        self._rows.append(row)

    def _waiting(self, runner: LessonRunner, taken: Taken) -> str:
        until = taken.step.until
        if until is None:
            return text("lesson.end") if self._last else ""
        if runner.session is not None and runner.session.finished and not taken.met:
            return text("lesson.over")
        if taken.met:
            return text("lesson.seen" if until.after_s is None else "lesson.time_over")
        if taken.seconds >= until.ends_s:
            return text("lesson.late")
        if until.ends_s >= _MINUTES_S:
            return text("lesson.clock", now=clock_words(taken.seconds), end=clock_words(until.ends_s))
        return text("lesson.waiting", now=taken.seconds, end=until.ends_s)

    def choose(self, number: int) -> None:
        """Answer the question; the hands that were counted are kept with it."""
        if self.runner is not None and self.shown == self.runner.number:
            self.runner.taken[-1].hands = tuple(box.value() for box in self.hands)
            self.runner.answer(number)
            self.refresh()

    def set_look(self, look: Look) -> None:
        """Take another theme or size."""
        self.look = look
        self.title.setFont(look.font("title", bold=True))
        self.question.setFont(look.font("title", bold=True))
        for label in (self.place, self.words, self.reply, self.hint, self.waiting, self.counting):
            label.setFont(look.font())
        for button in (self.back, self.on, self.notes_button, self.sheet_button):
            button.setFont(look.font())
        colors = look.palette
        self.setStyleSheet(
            f"LessonPanel, QScrollArea, QScrollArea > QWidget > QWidget {{ background: {colors.ground}; }}"
            f"QLabel {{ color: {colors.text}; }}"
        )
        for label in (self.waiting, self.counting):
            label.setStyleSheet(f"color: {colors.faint};")
        self.notes.set_look(look)
        self._state = ()


class ChoiceButton(QPushButton):
    """An answer to choose; its words take as many lines as they need.

    Parameters
    ----------
    words
        The answer.
    """

    def __init__(self, words: str) -> None:
        super().__init__()
        self.words = QLabel(words, self)
        self.words.setWordWrap(True)
        self.words.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName(words)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def set_look(self, look: Look, *, bold: bool) -> None:
        """Take another theme or size."""
        self.words.setFont(look.font(bold=bold))
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 Qt's name
        """Be as high as the words need."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        width = max(self.width() - 2 * _EDGE_PX, 120)
        self.setMinimumHeight(self.words.heightForWidth(width) + _EDGE_PX)
        # A layout of the button's own would keep the height of before: this changes while it is laid out.
        self.words.setGeometry(_EDGE_PX, _EDGE_PX // 2, width, self.height() - _EDGE_PX)


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
