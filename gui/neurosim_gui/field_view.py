"""The map of the field: six branches, who acts in each, for whom, how good the evidence is, and a way into each."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from neurosim.cohort.field_map import Place, does_the_same, places
from neurosim.cohort.treatments import BRANCHES, Branch
from neurosim.core.registry import kind_names
from neurosim.feedback.protocol import TrainingProtocol, load_protocol
from neurosim.lessons import load_lesson
from neurosim.report.words import LEVELS
from neurosim_gui.look import Look
from neurosim_gui.texts import text
from neurosim_gui.units import named

_BRANCH_PX = 560


def lessons_on(place: Place) -> list[str]:
    """Return the lessons whose session shows what is at a place, by name."""
    return [name for name, protocol in _taught().items() if does_the_same(place, protocol)]


@cache
def _taught() -> dict[str, TrainingProtocol]:
    """Return the protocol of every lesson, by the lesson's name."""
    return {name: load_protocol(load_lesson(name).protocol) for name in kind_names("lesson")}


class FieldView(QScrollArea):
    """All six branches; emits what is to be opened.

    Parameters
    ----------
    look
        Theme and sizes.

    Attributes
    ----------
    open_asked, lesson_asked, compare_asked
        A place, the name of a lesson, and whom techniques are to be compared in.
    branches
        What is drawn of each branch.
    """

    open_asked, lesson_asked, compare_asked = Signal(object), Signal(str), Signal(str)

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.look = look
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setStatusTip(text("field.tip"))
        inner = QWidget()
        column = QVBoxLayout(inner)
        self._title, self._lead, self._grade = QLabel(text("field.title")), QLabel(text("field.lead")), QLabel()
        self._grade.setText(text("field.grade"))
        self._grid, self._n_columns = QGridLayout(), 0
        self.branches = [BranchFrame(branch, found, self) for branch, found in places().items()]
        for label in (self._title, self._lead, self._grade):
            label.setWordWrap(True)
        column.addWidget(self._title)
        column.addWidget(self._lead)
        column.addLayout(self._grid)
        column.addWidget(self._grade)
        column.addStretch(1)
        self.setWidget(inner)
        self.set_look(look)

    def refresh(self) -> None:
        """Do nothing: a map stands still."""

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 Qt's name
        """Put as many branches side by side as there is room for."""
        super().resizeEvent(event)
        self._fit_columns()

    def _fit_columns(self) -> None:
        n = max(1, min(3, round(self.viewport().width() / (_BRANCH_PX * max(1.0, self.look.text_scale)))))
        if n != self._n_columns:
            self._n_columns = n
            for i, frame in enumerate(self.branches):
                self._grid.addWidget(frame, i // n, i % n)
            for k in range(3):
                self._grid.setColumnStretch(k, 1 if k < n else 0)

    def set_look(self, look: Look) -> None:
        """Take another theme or size."""
        self.look = look
        self._title.setFont(look.font("title", bold=True))
        for label in (self._lead, self._grade):
            label.setFont(look.font())
        for frame in self.branches:
            frame.set_look(look)
        self._fit_columns()


class BranchFrame(QFrame):
    """A branch: its name, who acts, and a row for each technique and patient.

    Parameters
    ----------
    branch
        Which.
    found
        What there is in it.
    view
        Emits what is asked for.
    """

    def __init__(self, branch: Branch, found: list[Place], view: FieldView) -> None:
        super().__init__()
        self._name, self._what = QLabel(branch.capitalize()), QLabel(BRANCHES[branch])
        self.rows = [PlaceRow(place, view) for place in found]
        column = QVBoxLayout(self)
        for label in (self._name, self._what):
            label.setWordWrap(True)
            column.addWidget(label)
        for row in self.rows:
            column.addWidget(row)
        column.addStretch(1)

    def set_look(self, look: Look) -> None:
        """Take another theme or size."""
        colors = look.palette
        self.setStyleSheet(
            f"BranchFrame {{ background: {colors.panel}; border: 1px solid {colors.grid}; border-radius: 6px; }}"
            f"QLabel {{ color: {colors.text}; }}"
        )
        self._name.setFont(look.font("title", bold=True))
        self._what.setFont(look.font())
        for row in self.rows:
            row.set_look(look)


class PlaceRow(QWidget):
    """A technique, for whom, how good the evidence is, and what can be opened.

    Parameters
    ----------
    place
        The technique.
    view
        Emits what is asked for.

    Attributes
    ----------
    buttons
        By what they do: ``open``, ``lesson``, ``compare``.
    """

    def __init__(self, place: Place, view: FieldView) -> None:
        super().__init__()
        self.place = place
        level = text("field.no_level") if place.level is None else text(
            "field.evidence", level=place.level, words=LEVELS[place.level])  # fmt: skip
        self._words = QLabel(text("field.row", name=named("technique", place.name), whom=place.whom, evidence=level))
        self._words.setWordWrap(True)
        self._words.setToolTip(place.evidence)
        self._words.setStatusTip(place.evidence)
        self.buttons: dict[str, QPushButton] = {}
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 2, 0, 2)
        line.addWidget(self._words, 1)
        self._button("open", lambda: view.open_asked.emit(place))
        for lesson in lessons_on(place)[:1]:
            self._button("lesson", lambda lesson=lesson: view.lesson_asked.emit(lesson))
        if place.patient:
            self._button("compare", lambda: view.compare_asked.emit(place.patient))
        for button in self.buttons.values():
            line.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)

    def _button(self, name: str, act: object) -> None:
        button = QPushButton(text(f"field.{name}"))
        button.setStatusTip(text(f"field.{name}_tip"))
        button.setAccessibleName(f"{text(f'field.{name}')}: {self.place.name}, {self.place.whom}")
        button.clicked.connect(lambda _=False: act())  # type: ignore[operator]
        self.buttons[name] = button

    def set_look(self, look: Look) -> None:
        """Take another theme or size."""
        for widget in (self._words, *self.buttons.values()):
            widget.setFont(look.font())
