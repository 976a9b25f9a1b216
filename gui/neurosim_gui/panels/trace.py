"""One trace for itself: what a lesson looks at and no other panel shows."""

from __future__ import annotations

import sys

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QPen

from neurosim_gui.look import Look
from neurosim_gui.panels.panel import Panel, PlotPanel
from neurosim_gui.rings import History
from neurosim_gui.stage_plot import StagePlot
from neurosim_gui.stage_trace import Trace
from neurosim_gui.texts import text

#: As long as the heart's wave, beside which it stands.
_SHOWN_S = 60.0
_EVERY_S, _DRAWN_HZ = 0.1, 16.0


class SweepPanel(Panel):
    """A sweep as on the Stage, as small as the Console is: what is shown, or the pacer.

    Parameters
    ----------
    look
        Theme and sizes.
    trace
        What is drawn.
    sweep_s
        Length of the sweep [s]: that of the panel beside it.
    """

    tab = "trace"

    def __init__(self, look: Look, trace: Trace, sweep_s: float | None) -> None:
        super().__init__(look, trace.words)
        self.tab = trace.name  # each has a tab of its own
        self.sweep = StagePlot(look, trace, sweep_s)
        self.sweep.title.hide()
        self.shows = frozenset({trace.name})
        self.body.addWidget(self.sweep, 1)
        self.set_look(look)

    @property
    def tab_words(self) -> str:
        return self.title.partition(" [")[0]

    def set_look(self, look: Look) -> None:
        super().set_look(look)
        self.sweep.set_look(look)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 Qt's name
        """Return room in which a curve can be seen."""
        return QSize(160, 100)

    def refresh(self, history: History) -> None:
        self.sweep.refresh(history)


class TracePanel(PlotPanel):
    """The last minute of a trace; one of the truth is dotted, and covered until it is revealed.

    Parameters
    ----------
    look
        Theme and sizes.
    trace
        What is drawn.
    """

    tab = "trace"

    def __init__(self, look: Look, trace: Trace) -> None:
        super().__init__(look, trace.words, text("feature.past"), trace.words)
        self.trace, self.tab = trace, trace.name  # each has a tab of its own
        self.shows = frozenset({trace.name, trace.stream})
        self._covered = trace.truth
        self._curve, self._cover = pg.PlotCurveItem(), pg.TextItem(text("stage.covered"), anchor=(0.5, 0.5))
        self.plot.addItem(self._curve)
        self.plot.addItem(self._cover, ignoreBounds=True)
        self.plot.setXRange(-_SHOWN_S, 0.0, padding=0)
        self._cover.setPos(-0.5 * _SHOWN_S, 0.5)
        self._range = (0.0, 1.0)
        self.plot.setYRange(*self._range, padding=0)
        self.set_look(look)
        self.set_revealed(not trace.truth)

    @property
    def tab_words(self) -> str:
        return self.title.partition(" [")[0]

    @property
    def truth(self) -> str:
        return self.trace.stream if self.trace.truth else ""

    @property
    def covered(self) -> bool:
        return self._covered

    def set_revealed(self, revealed: bool) -> None:
        self._covered = not revealed
        self._cover.setVisible(self._covered)
        self._curve.setVisible(revealed)
        self.plot.getAxis("left").setStyle(showValues=revealed)

    def set_look(self, look: Look) -> None:
        super().set_look(look)
        colors = look.palette
        dash = Qt.PenStyle.DotLine if self.trace.truth else Qt.PenStyle.SolidLine
        color = colors.truth if self.trace.truth else colors.signal
        self._curve.setPen(QPen(QColor(color), 0, dash))
        self._cover.setFont(look.font())
        self._cover.setColor(colors.faint)

    def refresh(self, history: History) -> None:
        if self._covered or not self.due("curve", _EVERY_S):
            return
        trace = self.trace
        with history.lock:
            end = trace.read(history, sys.maxsize)[0]
            start, x = trace.read(history, end - round(_SHOWN_S * trace.fs))
        # Counted from the beginning of the session, so that the same values stay when it goes on.
        every = max(1, round(trace.fs / _DRAWN_HZ))
        first = -start % every
        t = (np.arange(x.size) - x.size + 1) / trace.fs
        self._curve.setData(t[first::every], x[first::every], connect="finite")
        seen = x[np.isfinite(x)]
        if seen.size > 1:
            low, high = float(seen.min()), float(seen.max())
            around = max(0.05 * (high - low), 1e-3 * abs(high), 1e-9)
            span = self._range[1] - self._range[0]
            inside = low >= self._range[0] and high <= self._range[1]
            if not inside or high - low < 0.5 * span:
                self._range = (low - around, high + around)
                self.plot.setYRange(*self._range, padding=0)
