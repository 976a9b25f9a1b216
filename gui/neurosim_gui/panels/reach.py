"""The strength-duration curve: how much current a pulse of each width needs, and where the pulses are now."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPen
from PySide6.QtWidgets import QLabel

from neurosim.modulation.pulses import Pulses
from neurosim.modulation.reach import reach_of
from neurosim.modulation.stimulator import StimulatorActor
from neurosim_gui.look import Look
from neurosim_gui.panels.panel import PlotPanel
from neurosim_gui.rings import History
from neurosim_gui.texts import text

_EVERY_S = 0.25
#: Widths that are drawn, and the factor by which the present one may stand beyond [us].
_WIDTHS_US, _BEYOND = (20.0, 1000.0), 1.5


class ReachPanel(PlotPanel):
    """What each width of a pulse needs, with the electrode's limit above, and the pulses as they are.

    Parameters
    ----------
    look
        Theme and sizes.
    actor
        The stimulator.
    """

    tab = "reach"

    def __init__(self, look: Look, actor: StimulatorActor) -> None:
        super().__init__(look, text("reach.title"), text("reach.width"), text("reach.current"))
        self._actor = actor
        self._shown: Pulses | None = None
        self.told = QLabel()
        self.put_below_title(self.told)
        self._curve, self._limit = pg.PlotCurveItem(), pg.PlotCurveItem()
        self._now = pg.ScatterPlotItem(symbol="o")
        for item in (self._curve, self._limit, self._now):
            self.plot.addItem(item)
        self.plot.enableAutoRange("y", False)
        self.set_look(look)

    def set_look(self, look: Look) -> None:
        super().set_look(look)
        colors = look.palette
        self._curve.setPen(QPen(QColor(colors.feature), 0))
        self._limit.setPen(QPen(QColor(colors.invalid), 0, Qt.PenStyle.DashLine))
        self._now.setBrush(pg.mkBrush(colors.signal))
        self._now.setPen(pg.mkPen(colors.text))
        self._now.setSize(1.5 * look.size_px("marker"))

    def refresh(self, history: History) -> None:
        pulses = self._actor.config.pulses
        if pulses == self._shown or not self.due("curve", _EVERY_S):
            return
        self._shown = pulses
        reach = reach_of(self._actor.config)
        low, high = min(_WIDTHS_US[0], pulses.width_us / _BEYOND), max(_WIDTHS_US[1], pulses.width_us * _BEYOND)
        widths = np.geomspace(low, high, 200)
        top = 2.0 * max(pulses.current_ma, float(reach.threshold_ma(np.array([pulses.width_us]))[0]))
        self._curve.setData(widths, reach.threshold_ma(widths))
        self._limit.setData(widths, 1000.0 * pulses.contact.most_charge_uc / widths)
        self._now.setData([pulses.width_us], [pulses.current_ma])
        self.plot.setXRange(0.0, high, padding=0)
        self.plot.setYRange(0.0, top, padding=0)
        self.set_title(text(f"reach.title_{reach.kind}"))
        self.told.setText(text(f"reach.told_{reach.kind}", effect=reach.effect))
