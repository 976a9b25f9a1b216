"""The student's sheet as a view of its own, before it is saved."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QTextBrowser, QVBoxLayout, QWidget

from neurosim.lessons import LessonRunner, sheet_page
from neurosim_gui.look import Look
from neurosim_gui.texts import language, text


class SheetView(QWidget):
    """Predictions, answers and numbers so far; `save_asked` when they are to be kept.

    Parameters
    ----------
    look
        Theme and sizes.
    runner
        The lesson.
    """

    save_asked = Signal()

    def __init__(self, look: Look, runner: LessonRunner) -> None:
        super().__init__()
        self._runner = runner
        self.page, self.save = QTextBrowser(), QPushButton(text("lesson.sheet"))
        self.save.clicked.connect(lambda _=False: self.save_asked.emit())
        self.save.setStatusTip(text("tip.lesson_sheet"))
        self.setStatusTip(text("tip.sheet"))
        column = QVBoxLayout(self)
        column.addWidget(self.page, 1)
        column.addWidget(self.save)
        self.set_look(look)

    def refresh(self) -> None:
        """Do nothing: it is written when it is shown."""

    def set_look(self, look: Look) -> None:
        """Take another theme or size."""
        self.save.setFont(look.font())
        self.page.setFont(look.font())
        colors = look.palette
        # The page has the colours of paper; here it takes those of the window.
        page = sheet_page([self._runner], curves=False, language=language())
        head, _, rest = page.partition("<style>")
        style = f"body, td, th {{ color: {colors.text}; }} .small {{ color: {colors.faint}; }}"
        style += "td, th { padding: 2px 16px 2px 0px; }"
        self.page.setHtml(f"{head}<style>{style}</style>{rest.partition('</style>')[2]}")
