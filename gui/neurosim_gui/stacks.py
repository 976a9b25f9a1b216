"""Panels one behind the other as tabs, or one above the other as a column."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QSplitter, QToolButton, QVBoxLayout, QWidget

from neurosim_gui.panels.flow import FlowLayout
from neurosim_gui.panels.panel import Panel
from neurosim_gui.panels.pipeline import PipelinePanel
from neurosim_gui.panels.rate import RatePanel
from neurosim_gui.texts import text
from neurosim_gui.units import sentence
from neurosim_gui.widgets import Tabs, small_button

#: The words of the tab that is in front are underlined.
_TAB = """QToolButton { border: 0; border-bottom: 2px solid transparent; padding: 2px 1px; }
QToolButton:hover { background: palette(button); }
QToolButton:checked { background: palette(button); border-bottom-color: palette(highlight); }"""


class TabRows(QWidget):
    """Panels one behind the other, with their titles in as many rows as they need: none has to be looked for.

    Parameters
    ----------
    panels
        Whose titles the tabs have.

    Attributes
    ----------
    tabs
        What holds the panels; its own bar, which would scroll, is hidden.
    titles
        A button for each.
    """

    def __init__(self, panels: Sequence[Panel]) -> None:
        super().__init__()
        self.tabs, self.titles = Tabs(), [_title_of(panel) for panel in panels]
        self.tabs.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.tabs.tabBar().hide()
        self.setStatusTip(text("help.tabs"))
        rows, column = FlowLayout(), QVBoxLayout(self)
        for i, (panel, title) in enumerate(zip(panels, self.titles, strict=True)):
            self.tabs.addTab(panel, title.text())
            title.clicked.connect(lambda _=False, i=i: self.tabs.setCurrentIndex(i))
            rows.addWidget(title)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(rows)
        column.addWidget(self.tabs, 1)
        self.tabs.currentChanged.connect(lambda _: self._mark())
        self._mark()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 Qt's name
        """Write the titles in the font of the window: a style sheet keeps it from them."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            for title in self.titles:
                title.setFont(self.font())

    def _mark(self) -> None:
        if self.titles:
            self.titles[self.tabs.currentIndex()].setChecked(True)


def _title_of(panel: Panel) -> QToolButton:
    title = small_button(sentence(panel.tab_words), panel.statusTip())
    title.setCheckable(True)
    title.setAutoExclusive(True)
    title.setStyleSheet(_TAB)
    return title


def tabs_of(panel: Panel) -> Tabs | None:
    """Return the tabs that a panel is one of."""
    pages = panel.parentWidget()
    tabs = None if pages is None else pages.parentWidget()
    return tabs if isinstance(tabs, Tabs) and tabs.indexOf(panel) >= 0 else None


def as_column(panels: Sequence[Panel]) -> tuple[QWidget, QSplitter]:
    """Return a column, and the splitter of those of its panels that grow; the others stand below it."""
    column, growing = QWidget(), QSplitter(Qt.Orientation.Vertical)
    growing.setChildrenCollapsible(False)
    rows = QVBoxLayout(column)
    rows.setContentsMargins(0, 0, 0, 0)
    rows.setSpacing(2)
    rows.addWidget(growing, 1)
    for panel in panels:
        if isinstance(panel, (RatePanel, PipelinePanel)):
            rows.addWidget(panel)
        else:
            growing.addWidget(panel)
        panel.setVisible(True)  # a tab behind another hid it
    growing.setSizes([400] * growing.count())
    return column, growing


def side_by_side(orientation: Qt.Orientation, parts: Sequence[QWidget], shares: Sequence[int]) -> QSplitter:
    """Return parts with a handle between each two; when the whole grows or shrinks, they keep their shares."""
    splitter = QSplitter(orientation)
    splitter.setChildrenCollapsible(False)
    for i, (part, share) in enumerate(zip(parts, shares, strict=True)):
        splitter.addWidget(part)
        splitter.setStretchFactor(i, share)
        part.setVisible(True)
    splitter.setSizes([*shares])
    return splitter
