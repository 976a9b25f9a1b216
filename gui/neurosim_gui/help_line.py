"""The line at the bottom: one sentence for what the mouse is over."""

from __future__ import annotations

from PySide6.QtGui import QCursor, QPaintEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget

from neurosim_gui.texts import text
from neurosim_gui.widgets import Elided


def sentence_of(widget: QWidget | None) -> str:
    """Return the sentence for a widget: its own, or that of the panel it lies in; empty for none."""
    while widget is not None:
        if words := widget.statusTip():
            return words
        widget = None if widget.isWindow() else widget.parentWidget()
    return ""


class HelpLine(Elided):
    """Shows the sentence; where there is none, how to get help.

    Parameters
    ----------
    window
        The window that it explains.
    """

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(text("help.ready"))
        self._window = window

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 Qt's name
        """Draw the sentence, unless something is told in its place for a while."""
        if not self._window.statusBar().currentMessage():
            super().paintEvent(event)

    def refresh(self) -> None:
        """Look at what the mouse is over."""
        if QApplication.activePopupWidget() is None:  # menus tell what they are over themselves
            over = QApplication.widgetAt(QCursor.pos())
            self.explain(over if over is not None and over.window() is self._window else None)

    def explain(self, widget: QWidget | None) -> None:
        """Show the sentence for a widget."""
        self.say(sentence_of(widget))

    def say(self, words: str) -> None:
        """Show a sentence."""
        words = words or text("help.ready")
        if words != self.text():
            self.setText(words)
            self.update()
