"""The artifact quiz: one button for each kind of artifact, and at the end hits and misses."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QVBoxLayout

from neurosim.lessons.quiz import KINDS, Call, Quiz
from neurosim_gui.look import Look
from neurosim_gui.texts import text


class QuizPanel(QFrame):
    """Takes the calls of a student.

    Parameters
    ----------
    look
        Theme and sizes.
    quiz
        What happens.
    now_s
        Returns how far the session is [s].

    Attributes
    ----------
    calls
        What has been called so far.
    """

    def __init__(self, look: Look, quiz: Quiz, now_s: Callable[[], float]) -> None:
        super().__init__()
        self.quiz, self._now_s = quiz, now_s
        self.calls: list[Call] = []
        self.told, self.result = QLabel(text("quiz.told", n=len(quiz.events))), QLabel()
        self.setStatusTip(text("tip.quiz"))
        column = QVBoxLayout(self)
        column.addWidget(self.told)
        self.buttons = {kind: QPushButton(text(f"quiz.{kind}")) for kind in KINDS}
        for kind, button in self.buttons.items():
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.setStatusTip(text("tip.quiz_call"))
            button.clicked.connect(lambda _=False, kind=kind: self.call(kind))
            column.addWidget(button)
        column.addWidget(self.result)
        column.addStretch(1)
        for label in (self.told, self.result):
            label.setWordWrap(True)
        self.set_look(look)

    @property
    def over(self) -> bool:
        """Whether all events have been."""
        return self._now_s() >= self.quiz.duration_s

    def call(self, kind: str) -> None:
        """Note what the student called."""
        if not self.over:
            self.calls.append(Call(self._now_s(), kind))
            self.refresh()

    def refresh(self) -> None:
        """Say how far it is; at the end the score."""
        if not self.over:
            words = text("quiz.now", n=len(self.calls), left=self.quiz.duration_s - self._now_s())
        else:
            words = text("quiz.score", score=self.quiz.score(self.calls))
        for button in self.buttons.values():
            button.setEnabled(not self.over)
        self.result.setText(words)

    def set_look(self, look: Look) -> None:
        """Take another theme or size."""
        for widget in (self.told, *self.buttons.values()):
            widget.setFont(look.font())
        self.result.setFont(look.font("title", bold=True))
        colors = look.palette
        self.setStyleSheet(f"QuizPanel {{ background: {colors.ground}; }} QLabel {{ color: {colors.text}; }}")
