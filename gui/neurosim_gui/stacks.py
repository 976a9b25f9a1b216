"""Panels one behind the other as tabs, or one above the other as a column."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QProxyStyle, QSplitter, QStyle, QStyleOption, QTabWidget, QVBoxLayout, QWidget

from neurosim_gui.panels.panel import Panel
from neurosim_gui.panels.pipeline import PipelinePanel
from neurosim_gui.panels.rate import RatePanel
from neurosim_gui.texts import text
from neurosim_gui.units import sentence

#: Room around the words of a tab [px].
_AROUND_PX = 14


class _NearTabs(QProxyStyle):
    """Lets tabs stand nearer to each other: there are many."""

    def pixelMetric(  # noqa: N802 Qt's name
        self, metric: QStyle.PixelMetric, option: QStyleOption | None = None, widget: QWidget | None = None
    ) -> int:
        """Return a size of the style, but for the room around a tab's words."""
        if metric == QStyle.PixelMetric.PM_TabBarTabHSpace:
            return _AROUND_PX
        return super().pixelMetric(metric, option, widget)


def as_tabs(panels: Sequence[Panel]) -> QTabWidget:
    """Return panels one behind the other; the keys stay with the body."""
    tabs = QTabWidget()
    tabs.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    tabs.tabBar().setFocusPolicy(Qt.FocusPolicy.NoFocus)
    tabs.setDocumentMode(True)
    near = _NearTabs("Fusion")
    near.setParent(tabs)
    tabs.tabBar().setStyle(near)
    tabs.setStatusTip(text("help.tabs"))
    for panel in panels:
        tabs.addTab(panel, sentence(panel.tab_words))
    return tabs


def tabs_of(panel: Panel) -> QTabWidget | None:
    """Return the tabs that a panel is one of."""
    pages = panel.parentWidget()
    tabs = None if pages is None else pages.parentWidget()
    return tabs if isinstance(tabs, QTabWidget) and tabs.indexOf(panel) >= 0 else None


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
