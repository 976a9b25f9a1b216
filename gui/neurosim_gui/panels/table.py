"""A course that was computed beforehand, as a lesson shows it."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt

from neurosim.lessons.lesson import Plot
from neurosim.lessons.table import find_table
from neurosim_gui.look import Look
from neurosim_gui.panels.panel import PlotPanel
from neurosim_gui.rings import History


class TablePanel(PlotPanel):
    """Draws the columns of a lesson's table: filled and solid, open and dashed.

    Parameters
    ----------
    look
        Theme and sizes.
    name
        Of the table.
    plot
        What is drawn.
    """

    tab = "table"

    def __init__(self, look: Look, name: str, plot: Plot) -> None:
        super().__init__(look, plot.title, plot.x_label, plot.y_label)
        self._title.setWordWrap(True)
        self._table, self._drawn = find_table(name), plot
        self.set_look(look)

    def refresh(self, history: History) -> None:
        """Do nothing: the course was computed beforehand."""

    def set_look(self, look: Look) -> None:
        super().set_look(look)
        if not hasattr(self, "_drawn"):
            return
        self.plot.clear()
        legend = self.plot.legend or self.plot.addLegend(offset=(10, 10), labelTextColor=look.palette.text)
        legend.clear()
        x = np.array(self._table.column(self._drawn.x))
        for i, (column, words) in enumerate(self._drawn.y.items()):
            y, color = np.array(self._table.column(column)), look.palette.feature if i == 0 else look.palette.faint
            style = Qt.PenStyle.SolidLine if i == 0 else Qt.PenStyle.DashLine
            pen = pg.mkPen(color, width=2, style=style)
            brush = pg.mkBrush(color if i == 0 else look.palette.ground)
            self.plot.plot(
                x, y, pen=pen, symbol="o", symbolSize=9, symbolPen=pg.mkPen(color), symbolBrush=brush, name=words
            )
            if i == 0 and self._drawn.error:
                error = np.array(self._table.column(self._drawn.error))
                self.plot.addItem(pg.ErrorBarItem(x=x, y=y, height=2 * error, beam=0, pen=pg.mkPen(color)))
