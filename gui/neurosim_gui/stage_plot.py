"""A plot for 200 people: a thick line, three tick labels, and what matters at it."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPen
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from neurosim.core.spec import Float
from neurosim.session.metered import DEVICES
from neurosim_gui.look import Look
from neurosim_gui.rings import TICK_ROWS, History
from neurosim_gui.stage_trace import Trace, round_axis
from neurosim_gui.sweep import TraceSweep
from neurosim_gui.texts import text

#: Length of the sweep [s]: a signal's waves must be seen, a feature's course.
SIGNAL_S, FEATURE_S, SLOW_S = 4.0, 20.0, 40.0
#: A feature of fewer values a second changes slowly.
_SLOW_HZ = 10.0
#: What lies beyond the outer tick labels, as a share of the way from the middle to them.
_BEYOND = 1.25
_RESCALE_S = 2.0
#: Room for a tick label, in font sizes; the same in both plots, so that they stand one above the other.
_LABEL_WIDTH = 3.9


def usual_sweep_s(trace: Trace) -> float:
    """Return the length of a sweep that fits a trace [s]."""
    signal = bool(trace.stream) and trace.stream != DEVICES  # what devices give goes beside the features
    if signal and trace.fs > 60:
        return SIGNAL_S
    return SLOW_S if signal or trace.fs < _SLOW_HZ else FEATURE_S


def common_sweep_s(traces: Sequence[Trace]) -> float | None:
    """Return the length of the sweep of two plots one above the other [s]; None for one of its own for each.

    They share it unless the waves of the one would be too narrow to be seen in the course of the other. What is given
    in every tick takes that of the other, twice as long where that one has waves.
    """
    own = [usual_sweep_s(trace) for trace in traces if not trace.of_tick]
    if SIGNAL_S not in own:
        return max(own, default=FEATURE_S)
    return None if len(own) == len(traces) else 2.0 * SIGNAL_S


class StagePlot(QWidget):
    """A sweep of one trace.

    Parameters
    ----------
    look
        Theme, and the height of the picture.
    trace
        What is drawn.
    sweep_s
        Length of the sweep [s]; what fits the trace by default.
    """

    #: The fewest frames that a sweep is drawn in: thick lines are slow, and a picture that is drawn anew can wait.
    pieces = 16

    def __init__(self, look: Look, trace: Trace, sweep_s: float | None = None) -> None:
        super().__init__()
        self.trace = trace
        self.covered = trace.truth
        self.sweep_s = sweep_s or usual_sweep_s(trace)
        self.title = QLabel(trace.words)
        self.title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.canvas = pg.PlotWidget()
        self.plot: Any = self.canvas.getPlotItem()
        self.plot.hideButtons()
        self.plot.setMenuEnabled(False)
        self.plot.setMouseEnabled(False, False)
        self.plot.setRange(xRange=(0, self.sweep_s), yRange=(0, 1), padding=0)
        self.sweep = TraceSweep(1, trace.fs, self.sweep_s)
        self._threshold = pg.InfiniteLine(angle=0, movable=False)
        self._rewards = pg.ScatterPlotItem(symbol="t1")
        self._spans: list[Any] = []
        for item in (self.sweep, self._threshold, self._rewards):
            self.plot.addItem(item)
        self._threshold.hide()
        self._cover = pg.TextItem(text("stage.covered"), anchor=(0.5, 0.5))
        self._cover.setPos(0.5 * self.sweep_s, 0.5)
        self.plot.addItem(self._cover)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.title)
        column.addWidget(self.canvas, 1)
        self._drawn, self._scaled_s = 0, -np.inf
        self._axis = (0.5, 0.5)
        self.sweep.set_scale(np.array([_BEYOND * 0.5]), np.array([0.5]))
        self.set_look(look)

    def set_look(self, look: Look) -> None:
        """Take another theme or height; what is drawn is wiped."""
        self.look = look
        colors = look.palette
        role = "feature" if self.trace.is_feature else "signal"
        color = colors.truth if self.trace.truth else getattr(colors, role)
        self.canvas.setBackground(colors.ground)
        self.sweep.set_look(colors.ground, [color], look.size_px(role))
        dashed = QPen(QColor(colors.threshold), look.size_px("feature"), Qt.PenStyle.DashLine)
        dashed.setCosmetic(True)
        self._threshold.setPen(dashed)
        self._rewards.setBrush(QBrush(QColor(colors.reward)))
        self._rewards.setPen(None)
        self._rewards.setSize(look.size_px("marker"))
        for side, font in (("left", look.font("ticks")), ("bottom", look.font("words"))):
            axis = self.plot.getAxis(side)
            axis.setPen(QPen(QColor(colors.faint), 0.5 * look.size_px("signal")))
            axis.setTextPen(colors.text)
            axis.setStyle(tickFont=font, tickLength=0, tickTextOffset=round(0.15 * look.size_px("ticks")),
                          hideOverlappingLabels=False)  # fmt: skip
        self.plot.getAxis("left").setWidth(round(_LABEL_WIDTH * look.size_px("ticks")))
        self.plot.getAxis("bottom").setHeight(round(1.25 * look.size_px("words")))
        self._tell_scale()
        self.title.setFont(look.font("words"))
        self.title.setStyleSheet(f"color: {color};")
        self._cover.setFont(look.font("words"))
        self._cover.setColor(colors.faint)
        self._cover.setVisible(self.covered)
        self._draw_again()

    def _draw_again(self) -> None:
        """Wipe the picture, and draw the last sweep anew, a piece with each frame."""
        self.sweep.wipe()
        self._drawn = max(0, self._drawn - self.sweep.n_columns)

    def set_covered(self, *, covered: bool) -> None:
        """Cover or reveal the truth; what is no truth is never covered."""
        self.covered = covered and self.trace.truth
        self.set_look(self.look)

    @property
    def tick_labels(self) -> dict[str, list[str]]:
        """The labels at the axes, by side."""
        middle, step = self._axis
        seconds = [self.sweep_s * share for share in (0.25, 0.5, 0.75)]
        values = [f"{value:.6g}" for value in (middle - step, middle, middle + step)]
        if not any("e" in value for value in values):
            decimals = max(len(value.partition(".")[2]) for value in values)  # as many for all three
            values = [f"{float(value):.{decimals}f}" for value in values]
        return {
            "left": [] if self.covered else values,
            "bottom": [text("stage.seconds", seconds=f"{value:g}") for value in seconds],
        }

    @property
    def step(self) -> float:
        """From tick label to tick label, in the unit of the trace."""
        return self._axis[1]

    def _tell_scale(self) -> None:
        labels = self.tick_labels
        heights = [0.5 + 0.5 * way / _BEYOND for way in (-1.0, 0.0, 1.0)]
        across = [self.sweep_s * share for share in (0.25, 0.5, 0.75)]
        self.plot.getAxis("left").setTicks([list(zip(heights, labels["left"], strict=False))])
        self.plot.getAxis("bottom").setTicks([list(zip(across, labels["bottom"], strict=True))])

    def refresh(self, history: History) -> None:
        """Draw what is new."""
        trace, n_ticks = self.trace, round(self.sweep_s / history.update_interval_s)
        keep = self.sweep.n_columns
        with history.lock:
            total_columns = trace.read(history, sys.maxsize)[0]
            # A picture that was made anew, for the plot has another size, is drawn from its oldest column on.
            self._drawn = min(self._drawn, self.sweep.wanted(total_columns))
            start, x = trace.read(history, self._drawn)
            recent = trace.read(history, start + x.size - keep)[1]
            ticks, total = history.ticks.newest(n_ticks), history.ticks.total
            condition = trace.condition
            newest = history.thresholds.newest(1)
            threshold = np.nan if condition is None or not newest.size else float(newest[condition, 0])
        if self.covered or not x.size:
            return
        newest_s = (start + x.size) / trace.fs
        if newest_s - self._scaled_s >= _RESCALE_S:
            self._scaled_s = newest_s
            self._rescale(recent[np.isfinite(recent)], threshold)
        if x.size > keep:  # the session goes faster than can be drawn
            start, x = start + x.size - keep, x[-keep:]
        x = x[: max(1, -(-keep // self.pieces))]
        self._drawn = start + x.size
        self.sweep.append(start, x[None])
        self._threshold.setVisible(bool(np.isfinite(threshold)))
        if np.isfinite(threshold):
            self._threshold.setPos(self._height(threshold))
        if trace.is_feature and trace.condition is not None:
            self._mark(ticks, total, history.update_interval_s)

    def _height(self, value: float) -> float:
        middle, step = self._axis
        return 0.5 + 0.5 * (value - middle) / (_BEYOND * step)

    def _rescale(self, recent: Float, threshold: float) -> None:
        """Take round numbers that hold the trace; keep those there are while they fit."""
        if recent.size < 2 or self.trace.of_tick:  # from 0 to 1, as it is at first
            return
        low, high = (float(q) for q in np.percentile(recent, (1.0, 99.0)))
        if np.isfinite(threshold):
            low, high = min(low, threshold), max(high, threshold)
        if self.trace.is_feature and low > 0.0 and low < 0.6 * high:
            low = 0.0
        if self.trace.unit == "µV" and not self.trace.is_feature and low < 0.0 < high:
            low, high = min(low, -high), max(high, -low)
        middle, step = self._axis
        if low >= middle - step and high <= middle + step and high - low > 0.6 * step:
            return
        if (axis := round_axis(low, high)) == self._axis:
            return
        self._axis = axis
        self.sweep.set_scale(np.array([_BEYOND * self._axis[1]]), np.array([self._axis[0]]))
        self._draw_again()
        self._tell_scale()

    def _mark(self, ticks: Float, total: int, dt_s: float) -> None:
        at = (total - ticks.shape[1] + np.arange(ticks.shape[1])) * dt_s % self.sweep_s
        fresh = np.arange(ticks.shape[1]) >= 0.04 * ticks.shape[1] - max(0, round(self.sweep_s / dt_s) - ticks.shape[1])
        rewarded = (ticks[TICK_ROWS.index("reward")] > 0) & fresh
        half_s = 0.5 * self.look.size_px("marker") / max(1.0, self.plot.vb.width()) * self.sweep_s
        places = np.clip(at[rewarded], half_s, self.sweep_s - half_s)  # whole, at the ends too
        self._rewards.setData(places, np.full(places.size, 0.06))
        for item in self._spans:
            self.plot.removeItem(item)
        self._spans = []
        bad = (ticks[TICK_ROWS.index("valid")] < 0.5) & fresh
        turn = np.flatnonzero(np.diff(at) < 0) + 1  # a stretch that goes beyond the right end goes on at the left
        edges = np.flatnonzero(np.diff(np.concatenate([[False], bad, [False]]).astype(np.int8)))
        for first, after in zip(edges[::2], edges[1::2], strict=True):
            cuts = [first, *(int(t) for t in turn if first < t < after), after]
            for a, b in itertools.pairwise(cuts):
                span = pg.QtWidgets.QGraphicsRectItem(QRectF(float(at[a]), 0.0, (b - a) * dt_s, 1.0))
                span.setBrush(QBrush(QColor(self.look.palette.invalid), Qt.BrushStyle.BDiagPattern))
                span.setPen(QPen(Qt.PenStyle.NoPen))
                self.plot.addItem(span, ignoreBounds=True)
                self._spans.append(span)
