"""A view that asks what is to be computed, lets another process do it, and tells how far that is."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Generic, TypeVar

from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from neurosim_gui.job import Job
from neurosim_gui.look import Look
from neurosim_gui.panels.flow import FlowLayout
from neurosim_gui.texts import text

_J = TypeVar("_J", bound=Job)
_WRITTEN = (QLabel, QPushButton, QComboBox, QSpinBox, QLineEdit, QProgressBar)


class JobView(QWidget, Generic[_J]):
    """Fields and buttons in a row, and below it what is told; what has been computed stands below that.

    Parameters
    ----------
    look
        Theme and sizes.
    section
        Of the texts: each field and each button has its words there, and ``NAME_tip`` with what it is for.
    fields
        What is asked, by name.
    buttons
        Names of further buttons.

    Attributes
    ----------
    run_button, stop_button, buttons
        What begins and what ends the computing, and all buttons by name.
    progress, message
        How far it is, and what is told.
    column
        Everything, top to bottom; views put at its end what they show.
    job
        What computes; None where nothing does.
    """

    def __init__(self, look: Look, section: str, fields: Mapping[str, QWidget], *buttons: str) -> None:
        super().__init__()
        self.look = look
        self.job: _J | None = None
        self.buttons = {name: QPushButton(text(f"{section}.{name}")) for name in ("run", "stop", *buttons)}
        self.run_button, self.stop_button = self.buttons["run"], self.buttons["stop"]
        self.progress, self.message = QProgressBar(), QLabel()
        self.message.setWordWrap(True)
        asked, told = FlowLayout(), QHBoxLayout()
        for name, widget in fields.items():
            asked.addWidget(QLabel(text(f"{section}.{name}")))
            asked.addWidget(widget)
        for button in self.buttons.values():
            asked.addWidget(button)
        for name, widget in {**fields, **self.buttons}.items():
            widget.setStatusTip(text(f"{section}.{name}_tip"))
        self.setStatusTip(text(f"{section}.tip"))
        told.addWidget(self.message, 1)
        told.addWidget(self.progress)
        self.column = QVBoxLayout(self)
        self.column.addLayout(asked)
        self.column.addLayout(told)
        self.run_button.clicked.connect(lambda _=False: self.run())
        self.stop_button.clicked.connect(lambda _=False: self.stop())

    @abstractmethod
    def run(self) -> None:
        """Compute what the fields say."""

    @abstractmethod
    def stop(self) -> None:
        """End the computing."""

    def end(self) -> _J | None:
        """End the computing, and return what has been ended; None where nothing was computed."""
        job, self.job = self.job, None
        if job is not None:
            job.stop()
        self.show_state()
        return job

    def show_state(self) -> None:
        """Let the buttons tell whether something is computed."""
        self.progress.setVisible(self.job is not None)
        self.stop_button.setEnabled(self.job is not None)
        self.run_button.setEnabled(self.job is None)

    def show_progress(self, done: int, n: int) -> None:
        """Tell how far it is."""
        self.progress.setMaximum(n)
        self.progress.setValue(done)

    def set_look(self, look: Look) -> None:
        """Take another theme or size."""
        self.look = look
        for widget in self.findChildren(QWidget):
            if isinstance(widget, _WRITTEN):
                widget.setFont(look.font())
