"""Views at the sizes of classrooms' screens: nothing overlaps, nothing is cut off, every axis has a unit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations

import pytest
from neurosim_gui.console import Console
from neurosim_gui.panels.panel import Panel, PlotPanel
from neurosim_gui.stacks import TabRows
from neurosim_gui.widgets import Elided
from PySide6.QtCore import QRectF
from PySide6.QtWidgets import QAbstractButton, QLabel, QScrollArea, QTabWidget, QWidget
from pytestqt.qtbot import QtBot

_WAIT_MS = 60_000
_PROTOCOLS = ("alpha_up", "hrv_resonance", "emg_frontalis", "hand_warming", "theta_beta", "adaptive_dbs", "itbs", "vns")
_SIZES = ((1280, 720), (1366, 768), (1920, 1080))


def _in_window(widget: QWidget, window: QWidget) -> QRectF:
    corner = widget.mapTo(window, widget.rect().topLeft())
    return QRectF(corner.x(), corner.y(), widget.width(), widget.height())


def _scrolls(widget: QWidget) -> bool:
    parent = widget.parentWidget()
    while parent is not None:
        if isinstance(parent, QScrollArea):
            return True
        parent = parent.parentWidget()
    return False


def faults(window: Console) -> Iterator[str]:
    """Yield what overlaps, is cut off, or has no unit in what can be seen now."""
    assert window.arrangement is not None
    whole = QRectF(window.rect())
    panels = [panel for panel in window.arrangement.panels if panel.isVisible()]
    places = [_in_window(panel, window) for panel in panels]
    for i, (panel, place) in enumerate(zip(panels, places, strict=True)):
        if not whole.contains(place):
            yield f"{panel.title}: leaves the window"
        for other, at in zip(panels[:i], places[:i], strict=True):
            common = place.intersected(at)
            if common.width() > 1 and common.height() > 1:
                yield f"{panel.title} overlaps {other.title}"
        title = panel._title
        if title.isVisible() and title.shown not in title.forms and window.look.text_scale == 1.0:
            yield f"{panel.title}: its title says {title.shown!r} alone"
        if isinstance(panel, PlotPanel) and panel.canvas.isVisible():
            yield from _axis_faults(panel)
    written: list[QLabel | QAbstractButton] = [*window.findChildren(QLabel), *window.findChildren(QAbstractButton)]
    for label in written:
        if not label.isVisible() or isinstance(label, Elided) or _scrolls(label) or not label.text():
            continue
        needed = label.minimumSizeHint() if isinstance(label, QLabel) else label.sizeHint()
        if label.width() < needed.width() - 1 or label.height() < needed.height() - 1:
            yield f"cut off: {label.text()!r} has {label.size()}, needs {needed}"
        if not whole.contains(_in_window(label, window)):
            yield f"leaves the window: {label.text()!r}"


def _axis_faults(panel: PlotPanel) -> Iterator[str]:
    canvas = QRectF(panel.canvas.rect())
    for side, label in panel.axis_labels.items():
        axis = panel.plot.getAxis(side)
        if not axis.isVisible():
            continue
        if label and not label.endswith("]"):
            yield f"{panel.title}: the axis {label!r} has no unit"
        if side in ("bottom", "left") and not label and panel.tab != "signals":
            yield f"{panel.title}: the axis at the {side} has no label"
        seen = panel.canvas.mapFromScene(axis.mapRectToScene(axis.boundingRect()).center())
        if not canvas.contains(seen.x(), seen.y()):
            yield f"{panel.title}: the axis at the {side} cannot be seen"
        if label:
            box = axis.label.mapRectToScene(axis.label.boundingRect())
            long, room = (box.width(), canvas.width()) if side == "bottom" else (box.height(), canvas.height())
            if long > room + 1:
                yield f"{panel.title}: {label!r} is longer ({long:.0f} px) than its plot ({room:.0f} px)"


def every_tab(window: Console) -> Iterator[None]:
    """Show each tab in turn."""
    (tabs,) = (tabs for tabs in window.findChildren(QTabWidget) if tabs is not window.views)
    for i in range(tabs.count()):
        tabs.setCurrentIndex(i)
        yield


@pytest.mark.parametrize("name", _PROTOCOLS)
def test_layouts(name: str, open_console: Callable[..., Console], qtbot: QtBot) -> None:
    window = open_console(name, (1920, 1080))
    qtbot.waitUntil(lambda: window.arrangement is not None, timeout=_WAIT_MS)
    session = window.engine.session
    assert session is not None
    window.engine.clock.step(40)
    qtbot.waitUntil(lambda: session.tick_index >= 40, timeout=_WAIT_MS)
    found = []
    for size, text_scale in [*((size, 1.0) for size in _SIZES), ((1920, 1080), 1.5)]:
        window.resize(*size)
        window.set_look(window.look.with_text_scale(text_scale))
        qtbot.wait(50)
        assert (window.width(), window.height()) == size
        for _ in every_tab(window):
            qtbot.wait(20)
            window.refresh()
            qtbot.wait(10)  # words that have just been written get their room
            found += [f"{name} {size}: {fault}" for fault in faults(window)]
    assert not found, "\n".join(dict.fromkeys(found))


def test_no_tab_has_to_be_scrolled_to(open_console: Callable[..., Console], qtbot: QtBot) -> None:
    """Fourteen tabs beside a lesson stand in two rows; each can be clicked, and shows its panel."""
    window = open_console("alpha_up", (1366, 768))
    window.take_lesson("band_power")
    window.engine.clock.pause()
    qtbot.waitUntil(lambda: window.arrangement is not None and bool(window.arrangement.focus.panels), timeout=_WAIT_MS)
    qtbot.wait(50)
    (rows,) = window.area.findChildren(TabRows)
    assert len(rows.titles) == 14
    places = [title.geometry() for title in rows.titles]
    assert all(rows.rect().contains(place) for place in places)
    assert not any(one.intersects(other) for one, other in combinations(places, 2))
    assert len({place.y() for place in places}) == 2
    for i, title in enumerate(rows.titles):
        title.click()
        panel = rows.tabs.currentWidget()
        assert isinstance(panel, Panel)
        assert panel.isVisible()
        assert title.text().lower() == panel.tab_words.lower()
        assert [each.isChecked() for each in rows.titles].index(True) == i
