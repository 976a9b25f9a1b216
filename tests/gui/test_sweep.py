"""Pictures that are painted column by column: once, through one place, in the colours that were asked for."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from neurosim_gui.panels.panel import Canvas
from neurosim_gui.sweep import FeatureSweep, TraceSweep, color_table, colored
from PySide6.QtGui import QPaintEvent
from pytestqt.qtbot import QtBot


def test_a_feature_with_another_scale_is_drawn_once(qtbot: QtBot) -> None:
    """Its picture has the size of its plot at once, though the plot takes a new scale when it is painted."""
    widget, sweep = pg.PlotWidget(), FeatureSweep(64.0, 30.0)
    sweep.set_look("white", "blue", "black", "green", "gray", 1.0)
    widget.addItem(sweep)
    widget.setXRange(0.0, 30.0, padding=0)
    columns = np.stack([np.full(640, 3.0), np.full(640, np.nan), np.zeros(640), np.ones(640)])

    def scale(top: float) -> None:
        sweep.set_range(0.0, top)
        widget.setYRange(0.0, top, padding=0)
        sweep.append(0, columns)

    qtbot.addWidget(widget)
    widget.show()
    qtbot.waitExposed(widget)
    scale(10.0)
    widget.grab()
    scale(5.0)
    assert sweep.wanted(640) == 640  # what has come is in the picture
    widget.grab()
    assert sweep.wanted(640) == 640


def test_what_is_new_at_two_places_is_painted_through_one(qtbot: QtBot) -> None:
    """Through several, Qt copies pictures by spans in threads, and keeps the interpreter while it waits for them."""
    places: list[int] = []

    class Watched(Canvas):
        def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 Qt's name
            places.append(event.region().rectCount())
            super().paintEvent(event)

    canvas, sweeps = Watched(), [TraceSweep(1, 64.0, 30.0, (0.0, 0.4)), TraceSweep(1, 64.0, 30.0, (0.6, 1.0))]
    canvas.setRange(xRange=(0.0, 30.0), yRange=(0.0, 1.0), padding=0)
    for sweep in sweeps:
        canvas.addItem(sweep)
    canvas.resize(600, 400)
    qtbot.addWidget(canvas)
    canvas.show()
    qtbot.waitExposed(canvas)
    for i, sweep in enumerate(sweeps):
        sweep.append(320 + 640 * i, np.zeros((1, 8)))
    qtbot.wait(50)  # the first of them painted everything
    places.clear()
    for i, sweep in enumerate(sweeps):
        sweep.append(328 + 640 * i, np.zeros((1, 8)))
    qtbot.waitUntil(lambda: bool(places))
    assert set(places) == {1}


def test_colors_of_a_picture_are_those_of_the_table(qtbot: QtBot) -> None:
    table = color_table()
    picture = colored(np.array([[0.0, 0.5, 1.0, np.nan, 7.0]]), table, 0.0, 1.0)
    shown = [picture.pixelColor(i, 0).getRgb() for i in range(5)]
    assert shown == [tuple(table[0]), tuple(table[127]), tuple(table[255]), (0, 0, 0, 0), tuple(table[255])]
