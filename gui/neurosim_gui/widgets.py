"""Small things of Qt alone, that the first frame needs."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSignalBlocker, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QFrame,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QTabWidget,
    QToolButton,
    QWidget,
)


def forms_of(words: str) -> list[str]:
    """Return the forms of words: behind a ``|`` stands a shorter one, for where there is little room.

    Examples
    --------
    >>> forms_of("in the blood [mg/l]|blood [mg/l]")
    ['in the blood [mg/l]', 'blood [mg/l]']
    """
    return words.split("|")


class Elided(QLabel):
    """A line that gives way: where there is no room for the whole of it, the mouse tells it.

    A shorter form may stand behind a ``|``. Then what stands before a colon is enough; where there is no room for that
    either, the rest is dots.

    Attributes
    ----------
    forms
        The words, and then their shorter forms.
    """

    def __init__(self, words: str = "") -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.forms = [""]
        self.setText(words)

    def setText(self, words: str) -> None:  # noqa: N802 Qt's name
        """Take other words."""
        self.forms = forms_of(words)
        super().setText(self.forms[0])
        self.setToolTip(self.forms[0])

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 Qt's name
        """Draw as much as fits."""
        if self.wordWrap():  # it takes as many lines as it needs
            super().paintEvent(event)
            return
        painter = QPainter(self)
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, self.shown)

    @property
    def shown(self) -> str:
        """The words that there is room for."""
        metrics = self.fontMetrics()
        for words in self.forms:
            if metrics.horizontalAdvance(words) <= self.width():
                return words
        return metrics.elidedText(self.text().partition(":")[0], Qt.TextElideMode.ElideRight, self.width())


class Tabs(QTabWidget):
    """Pages one behind the other, which are not painted again because a number in one of them has changed.

    Each new number in a label asks all that it stands in for a new layout. Qt's tabs then paint everything in them,
    which takes 10 ms in a large window, though nothing has moved; these do so where the pages need more room.
    """

    def __init__(self) -> None:
        self._bar: QSize | None = None
        super().__init__()
        self.setDocumentMode(True)

    def event(self, event: QEvent) -> bool:
        """Pass over a request for a new layout where everything has the room it needs."""
        if event.type() == QEvent.Type.LayoutRequest:
            bar, self._bar = self._bar, self.tabBar().sizeHint()
            if self.isVisible() and bar == self._bar and self.size().expandedTo(self.minimumSizeHint()) == self.size():
                return True
        return super().event(event)


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
