"""Looks at a window for what overlaps, is cut off, leaves it, or has no unit: by bounding boxes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any

import pyqtgraph as pg
from neurosim_gui.stage_plot import StagePlot
from neurosim_gui.widgets import Elided
from PySide6.QtCore import QPoint, QRectF
from PySide6.QtGui import QPainter, QPicture
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QProgressBar,
    QScrollArea,
    QWidget,
)

#: What rounding to whole pixels may cost [px].
_PIXEL = 1.0
_WRITTEN = (QLabel, QAbstractButton, QComboBox, QAbstractSpinBox, QLineEdit, QProgressBar)


def faults(window: QWidget) -> Iterator[str]:
    """Yield what is wrong in what can be seen now, one line a fault."""
    whole = QRectF(window.rect())
    seen = [widget for widget in window.findChildren(QWidget) if widget.isVisibleTo(window) and _says_something(widget)]
    boxes = [(widget, _place(widget, window)) for widget in seen]
    for widget, box in boxes:
        name = _name(widget)
        if not _scrolls(widget) and not whole.adjusted(-_PIXEL, -_PIXEL, _PIXEL, _PIXEL).contains(box):
            yield f"leaves the window: {name} at {box}"
        yield from _cut_off(widget, name)
    for (one, first), (other, second) in combinations(boxes, 2):
        common = first.intersected(second)
        inside = one.isAncestorOf(other) or other.isAncestorOf(one)
        if common.width() > _PIXEL and common.height() > _PIXEL and not inside and _scrolls(one) == _scrolls(other):
            yield f"{_name(one)} overlaps {_name(other)}"
    for canvas in window.findChildren(pg.PlotWidget):
        if canvas.isVisibleTo(window):
            yield from _plot_faults(canvas)


def _says_something(widget: QWidget) -> bool:
    if isinstance(widget, pg.PlotWidget):
        return True
    if not isinstance(widget, _WRITTEN) or isinstance(widget.parent(), (QComboBox, QAbstractSpinBox)):
        return False
    return not isinstance(widget, (QLabel, QAbstractButton)) or bool(widget.text())


def _name(widget: QWidget) -> str:
    words = widget.text() if isinstance(widget, (QLabel, QAbstractButton, QLineEdit)) else ""
    return f"{type(widget).__name__} {words!r}"


def _place(widget: QWidget, window: QWidget) -> QRectF:
    corner = widget.mapTo(window, QPoint(0, 0))
    return QRectF(corner.x(), corner.y(), widget.width(), widget.height())


def _scrolls(widget: QWidget) -> QScrollArea | None:
    parent = widget.parentWidget()
    while parent is not None and not isinstance(parent, QScrollArea):
        parent = parent.parentWidget()
    return parent


def _cut_off(widget: QWidget, name: str) -> Iterator[str]:
    if isinstance(widget, (Elided, pg.PlotWidget)):  # titles give way, plots take what is left
        return
    if isinstance(widget, QLabel):
        needed = widget.minimumSizeHint()
        high = widget.heightForWidth(widget.width()) if widget.wordWrap() else needed.height()
        wide = needed.width() if widget.wordWrap() else widget.sizeHint().width()
    else:
        needed = widget.minimumSizeHint()
        wide, high = needed.width(), needed.height()
    if widget.width() < wide - _PIXEL or widget.height() < high - _PIXEL:
        yield f"cut off: {name} has {widget.width()} x {widget.height()}, needs {wide} x {high}"


def _plot_faults(canvas: Any) -> Iterator[str]:
    plot, room = canvas.getPlotItem(), QRectF(canvas.rect()).adjusted(-_PIXEL, -_PIXEL, _PIXEL, _PIXEL)
    staged = isinstance(canvas.parentWidget(), StagePlot)
    for side in ("left", "right", "bottom", "top"):
        axis = plot.getAxis(side)
        if not axis.isVisible():
            continue
        ticks = list(_tick_words(axis))
        label = axis.labelText if axis.label.isVisible() else ""
        name = f"axis {label!r} at the {side}"
        numbers = [words for words, _ in ticks if words.lstrip("-").replace(".", "").isdigit()]
        if numbers and not staged and not label.endswith("]"):
            yield f"{name}: numbers {numbers} without a unit"
        places = [box for _, box in ticks]
        if label:
            place = axis.label.mapRectToScene(axis.label.boundingRect())
            ticks.append((label, place.adjusted(3.0, 3.0, -3.0, -3.0)))  # a document has margins
        for words, box in ticks:
            if not room.contains(box):
                yield f"{name}: {words!r} at {box} leaves its plot of {room}"
        for (one, first), (other, second) in combinations(ticks, 2):
            common = first.intersected(second)
            if common.width() > _PIXEL and common.height() > 0.3 * first.height():
                yield f"{name}: {one!r} overlaps {other!r}"
        if staged and side == "bottom" and not all(words.endswith(" s") for words, _ in ticks):
            yield f"{name}: {ticks} without a unit"
        if staged and len(places) > 3:
            yield f"{name}: {len(places)} labels on the Stage"
    for item in plot.items:
        if isinstance(item, pg.TextItem) and item.isVisible():
            box = item.mapRectToScene(item.boundingRect())
            if not room.contains(box):
                yield f"{item.toPlainText()!r} at {box} leaves its plot of {room}"


def _tick_words(axis: Any) -> Iterator[tuple[str, QRectF]]:
    """Yield the words at the ticks of an axis, each with its place in the picture."""
    picture = QPicture()
    painter = QPainter(picture)
    painter.setFont(axis.style["tickFont"] or axis.font())
    specs = axis.generateDrawSpecs(painter)
    painter.end()
    for rect, _flags, words in (specs or (None, None, ()))[2]:
        yield words, axis.mapRectToScene(rect)
