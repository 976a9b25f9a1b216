"""Small things of Qt alone, that the first frame needs."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QFrame, QLabel, QScrollArea, QSizePolicy, QToolButton, QWidget


class Elided(QLabel):
    """A line that gives way: where there is no room for the whole of it, the mouse tells it.

    What stands before a colon is enough; where there is no room for that either, the rest is dots.
    """

    def __init__(self, words: str = "") -> None:
        super().__init__(words)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setToolTip(words)

    def setText(self, words: str) -> None:  # noqa: N802 Qt's name
        super().setText(words)
        self.setToolTip(words)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 Qt's name
        """Draw as much as fits."""
        if self.wordWrap():  # it takes as many lines as it needs
            super().paintEvent(event)
            return
        painter = QPainter(self)
        metrics, words = painter.fontMetrics(), self.text()
        if metrics.horizontalAdvance(words) > self.width():
            words = metrics.elidedText(words.partition(":")[0], Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words)


def scrolling(page: QWidget) -> QScrollArea:
    """Return what scrolls a page up and down where it is higher than its place; never sideways."""
    area = QScrollArea()
    area.setWidget(page)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    return area


def number_field(value: float, low: float, high: float, step: float, decimals: int, unit: str = "") -> QDoubleSpinBox:
    """Return a field for a number and its unit, that tells of a new number once and not of each of its digits."""
    field = QDoubleSpinBox()
    field.setDecimals(decimals)
    field.setRange(low, high)
    field.setSingleStep(step)
    if unit:
        field.setSuffix(f" {unit}")
    field.setKeyboardTracking(False)
    field.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
    field.setValue(value)
    return field


def show_silently(field: QDoubleSpinBox | QComboBox, value: float) -> None:
    """Let a field tell a number, or a choice its place, as if nobody had chosen it."""
    blocker = QSignalBlocker(field)
    if isinstance(field, QComboBox):
        field.setCurrentIndex(int(value))
    else:
        field.setValue(value)
    blocker.unblock()


def small_button(words: str, tip: str) -> QToolButton:
    """Return a button that leaves the keys alone, for the space bar breathes."""
    button = QToolButton()
    button.setText(words)
    button.setToolTip(tip)
    button.setStatusTip(tip)
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return button


def clock_words(seconds: float) -> str:
    """Write a time as minutes and seconds."""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02d}"
