"""Traces that are drawn like on paper: a line runs over the screen and only what is new is painted.

A frame costs the new samples alone, whatever the length of the picture.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap, QPolygonF

from neurosim.core.spec import Float

#: What is wiped ahead of the pen, as a share of the sweep.
_GAP = 0.02


class SweepItem(pg.GraphicsObject):  # type: ignore[misc]
    """Traces one above the other, painted as they come.

    In the coordinates of its plot the sweep is 0 to `sweep_s` wide and 0 to 1 high.

    Parameters
    ----------
    n_traces
        How many.
    fs
        Sampling rate [Hz].
    sweep_s
        Length of the sweep [s].
    colors
        Of the traces.
    width_px
        Width of the lines [px].

    Attributes
    ----------
    half_range
        What half the height of a trace's lane stands for, by trace, in its unit.
    """

    def __init__(self, n_traces: int, fs: float, sweep_s: float, colors: list[str], width_px: float = 1.0) -> None:
        super().__init__()
        self.fs, self.sweep_s = fs, sweep_s
        self.half_range: Float = np.ones(n_traces)
        self._middle: Float = np.zeros(n_traces)
        self._pens = [_pen(color, width_px) for color in colors]
        self._drawn = 0
        self._last: tuple[int, Float] | None = None  # the newest sample drawn, where the next line begins
        self._pixmap: QPixmap | None = None
        self._ground = QColor("white")

    @property
    def n_traces(self) -> int:
        """How many traces there are."""
        return len(self.half_range)

    @property
    def n_samples(self) -> int:
        """Samples in a sweep."""
        return max(2, round(self.sweep_s * self.fs))

    def set_look(self, ground: str, colors: list[str], width_px: float) -> None:
        """Change the colours; what is drawn is wiped."""
        self._ground = QColor(ground)
        self._pens = [_pen(color, width_px) for color in colors]
        self.wipe()

    def set_scale(self, half_range: Float) -> None:
        """Change what the traces' heights stand for; what is drawn is wiped."""
        self.half_range = np.asarray(half_range, dtype=np.float64)
        self.wipe()

    def wipe(self) -> None:
        """Start with an empty picture at the next sample."""
        self._pixmap, self._last = None, None
        self.update()

    def boundingRect(self) -> QRectF:  # noqa: N802 Qt's name
        """Return the place in the plot."""
        return QRectF(0.0, 0.0, self.sweep_s, 1.0)

    def append(self, start: int, x: Float) -> None:
        """Paint new samples.

        Parameters
        ----------
        start
            Index of the first one, from the start of the session.
        x
            ``(trace, n)``.
        """
        pixmap = self._canvas()
        if pixmap is None or not x.shape[1]:
            return
        keep = self.n_samples
        if x.shape[1] > keep:
            start, x = start + x.shape[1] - keep, x[:, -keep:]
        if self._last is not None and self._last[0] == start - 1:
            start, x = start - 1, np.column_stack([self._last[1], x])
        self._last = start + x.shape[1] - 1, x[:, -1].copy()
        painter = QPainter(pixmap)
        at = 0
        while at < x.shape[1] - 1 or (at == 0 and x.shape[1] == 1):
            place = (start + at) % keep
            n = min(x.shape[1] - at, keep - place)
            self._paint(painter, pixmap, place, x[:, at : at + n])
            at += n
        painter.end()
        self.update()

    def _paint(self, painter: QPainter, pixmap: QPixmap, place: int, x: Float) -> None:
        scale = pixmap.width() / self.n_samples
        left, right = place * scale, (place + x.shape[1]) * scale
        gap = _GAP * pixmap.width()
        painter.fillRect(QRectF(left + 1.0, 0.0, right - left + gap, pixmap.height()), self._ground)
        lane = pixmap.height() / self.n_traces
        across = (place + np.arange(x.shape[1])) * scale
        for i, row in enumerate(x):
            middle = (i + 0.5) * lane
            swing = np.clip((row - self._middle[i]) / self.half_range[i], -1.0, 1.0)
            down = np.nan_to_num(middle - swing * 0.5 * lane, nan=middle)
            painter.setPen(self._pens[i])
            painter.drawPolyline(_polygon(across, down))

    def set_middle(self, middle: Float) -> None:
        """Say which value stands in the middle of each lane."""
        self._middle = np.asarray(middle, dtype=np.float64)

    def _canvas(self) -> QPixmap | None:
        """Return the picture, made anew when the plot has another size."""
        box = self.getViewBox()
        if box is None:
            return None
        rect = box.sceneBoundingRect()
        ratio = self._ratio()
        width, height = round(rect.width() * ratio), round(rect.height() * ratio)
        if width < 2 or height < 2:
            return None
        if self._pixmap is None or (self._pixmap.width(), self._pixmap.height()) != (width, height):
            self._pixmap = QPixmap(width, height)
            self._pixmap.fill(self._ground)
            self._last = None
        return self._pixmap

    def _ratio(self) -> float:
        views = self.scene().views() if self.scene() is not None else []
        return float(views[0].devicePixelRatioF()) if views else 1.0

    def paint(self, painter: QPainter, *_: Any) -> None:
        """Show the picture, pixel by pixel."""
        if self._pixmap is None:
            return
        target = painter.transform().mapRect(self.boundingRect())
        painter.save()
        painter.resetTransform()
        painter.drawPixmap(target, self._pixmap, QRectF(self._pixmap.rect()))
        painter.restore()


def _pen(color: str, width_px: float) -> QPen:
    pen = QPen(QColor(color), width_px)
    pen.setCosmetic(True)
    pen.setJoinStyle(Qt.PenJoinStyle.BevelJoin)
    return pen


def _polygon(x: NDArray[Any], y: NDArray[Any]) -> QPolygonF:
    polygon = pg.functions.create_qpolygonf(x.size)
    points = pg.functions.ndarray_from_qpolygonf(polygon)
    points[:, 0], points[:, 1] = x, y
    found: QPolygonF = polygon
    return found
