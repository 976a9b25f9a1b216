"""What is trained: the feature, its threshold, the rewards, and where the input could not be trusted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPen
from PySide6.QtWidgets import QLabel

from neurosim.core.spec import Float
from neurosim_gui.look import Look
from neurosim_gui.panels.panel import PlotPanel
from neurosim_gui.rings import TICK_ROWS, History
from neurosim_gui.texts import text

_SHOWN_S = 30.0


class FeaturePanel(PlotPanel):
    """A feature over the last half minute.

    Parameters
    ----------
    look
        Theme and sizes.
    name, unit
        Of the feature.
    column
        Where it stands among the features.
    condition
        Where its condition stands among the conditions; None when no rule asks for it.
    inhibit
        Whether being above the threshold is what must not happen.
    update_interval_s
        Length of a tick [s].
    """

    def __init__(
        self, look: Look, name: str, unit: str, column: int, condition: int | None, update_interval_s: float,
        *, inhibit: bool = False, title: str = "",
    ) -> None:  # fmt: skip
        super().__init__(look, title or text("feature.title"), text("feature.time"), f"{name} [{unit}]")
        self.name = name
        self._column, self._condition, self._inhibit = column, condition, inhibit
        self._dt = update_interval_s
        self._n = round(_SHOWN_S / update_interval_s)
        self._line = pg.PlotCurveItem()
        self._threshold = pg.PlotCurveItem()
        self._rewards = pg.ScatterPlotItem(symbol="t1")
        self._spans: list[Any] = []
        self.now = QLabel()
        self.head.addWidget(self.now)
        for item in (self._line, self._threshold, self._rewards):
            self.plot.addItem(item)
        self.plot.setXRange(-_SHOWN_S, 0.0, padding=0)
        self.plot.enableAutoRange("y", False)
        self._top = 0.0
        self.set_look(look)

    def set_look(self, look: Look) -> None:
        super().set_look(look)
        colors = look.palette
        self._line.setPen(pg.mkPen(colors.feature, width=1))
        self._threshold.setPen(QPen(QColor(colors.threshold), 0, Qt.PenStyle.DashLine))
        self._rewards.setBrush(QBrush(QColor(colors.reward)))
        self._rewards.setPen(None)
        self._rewards.setSize(8)
        self.now.setFont(look.font("number", bold=True))
        self.now.setStyleSheet(f"color: {colors.feature};")

    def refresh(self, history: History) -> None:
        with history.lock:
            values = history.features.newest(self._n)[self._column]
            ticks = history.ticks.newest(self._n)
            thresholds = None if self._condition is None else history.thresholds.newest(self._n)[self._condition]
        if not values.size:
            return
        t = (np.arange(values.size) - values.size + 1) * self._dt
        self._line.setData(t, values)
        self._scale(values, thresholds)
        if thresholds is not None:
            self._threshold.setData(t, thresholds, connect="finite")
            rewarded = ticks[TICK_ROWS.index("reward")] > 0
            self._rewards.setData(t[rewarded], np.full(int(rewarded.sum()), 0.03 * self._top))
        self._mark_invalid(t, ticks[TICK_ROWS.index("valid")] < 0.5)
        self.now.setText(text("feature.now", value=float(values[-1])))

    def _scale(self, values: Float, thresholds: Float | None) -> None:
        top = float(np.nanpercentile(values, 99.0)) * 1.2
        if thresholds is not None and np.isfinite(thresholds).any():
            top = max(top, 2.0 * float(np.nanmax(thresholds)))
        low = min(0.0, float(np.nanmin(values)) * 1.1)
        if top > self._top or top < 0.6 * self._top or low < 0:
            self._top = max(top, 1e-9)
            self.plot.setYRange(low, self._top, padding=0.02)

    def _mark_invalid(self, t: Float, bad: np.ndarray[Any, np.dtype[np.bool_]]) -> None:
        edges = np.flatnonzero(np.diff(np.concatenate([[False], bad, [False]]).astype(np.int8)))
        for item in self._spans:
            self.plot.removeItem(item)
        self._spans = []
        for start, stop in zip(edges[::2], edges[1::2], strict=True):
            span = pg.QtWidgets.QGraphicsRectItem(QRectF(t[start], 0, (stop - start) * self._dt, 1e9))
            span.setBrush(QBrush(QColor(self.look.palette.invalid), Qt.BrushStyle.BDiagPattern))
            span.setPen(QPen(Qt.PenStyle.NoPen))
            self.plot.addItem(span, ignoreBounds=True)
            self._spans.append(span)
