"""Pictures that are drawn like on paper: a line runs over the screen and only what is new is painted.

A frame costs the new samples alone, whatever the length of the picture and the width of its lines.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPen, QPixmap, QPolygonF

from neurosim.core.spec import Float

#: What is wiped ahead of the pen, as a share of the sweep.
_GAP = 0.02
#: Side of the mark of a reward [px].
_MARK_PX = 8.0
#: Length of a dash, and of the space behind it, as a share of the sweep.
_DASH = 0.008


class Sweep(pg.GraphicsObject):  # type: ignore[misc]
    """A picture that is painted column by column, from the left again when the right is reached.

    Parameters
    ----------
    fs
        Columns a second [Hz].
    sweep_s
        Length of the sweep [s]: how wide it is in the coordinates of its plot.
    place
        Where it begins and ends in the height of the plot.

    Attributes
    ----------
    next_column
        Index of the column that is painted next, from the start of the session.
    """

    #: Whether a line leads from each column to the next.
    joined = True

    def __init__(self, fs: float, sweep_s: float, place: tuple[float, float] = (0.0, 1.0)) -> None:
        super().__init__()
        self.fs, self.sweep_s, self.place = fs, sweep_s, place
        self.next_column = 0
        self._last: Float | None = None  # the newest column painted, where the next line begins
        self._pixmap: QPixmap | None = None
        self._ground = QColor("white")

    @property
    def n_columns(self) -> int:
        """Columns in a sweep."""
        return max(2, round(self.sweep_s * self.fs))

    @abstractmethod
    def paint_columns(self, painter: QPainter, left: float, scale: float, height: float, first: int, x: Float) -> None:
        """Paint columns.

        Parameters
        ----------
        painter
            Of the picture.
        left
            Where the first one stands [px].
        scale
            From column to column [px].
        height
            Of the picture [px].
        first
            Index of the first one.
        x
            ``(row, n)``.
        """

    def wipe(self) -> None:
        """Paint everything anew at the next frame."""
        self._pixmap, self._last = None, None
        self.update()

    def wanted(self, total: int) -> int:
        """Return the first column that is to be painted when there are so many: the whole sweep of a new picture."""
        oldest = max(0, total - self.n_columns)
        if self._canvas() is None:
            return total
        return oldest if self._last is None or self.next_column < oldest else self.next_column

    def boundingRect(self) -> QRectF:  # noqa: N802 Qt's name
        """Return the place in the plot."""
        return QRectF(0.0, self.place[0], self.sweep_s, self.place[1] - self.place[0])

    def append(self, start: int, x: Float) -> None:
        """Paint new columns.

        Parameters
        ----------
        start
            Index of the first one, from the start of the session.
        x
            ``(row, n)``.
        """
        pixmap, keep = self._canvas(), self.n_columns
        if pixmap is None or not x.shape[1]:
            return
        if x.shape[1] > keep:
            start, x = start + x.shape[1] - keep, x[:, -keep:]
        joins = self.joined and self._last is not None and self.next_column == start
        self.next_column, newest = start + x.shape[1], x[:, -1].copy()
        if joins and self._last is not None:
            start, x = start - 1, np.column_stack([self._last, x])
        self._last = newest
        scale, height = pixmap.width() / keep, float(pixmap.height())
        painter = QPainter(pixmap)
        at = 0
        while at < x.shape[1]:
            place = (start + at) % keep
            n = min(x.shape[1] - at, keep - place)
            left, right = place * scale, (place + n) * scale
            begin = round(left) + (1.0 if joins and at == 0 else 0.0)
            painter.fillRect(QRectF(begin, 0.0, round(right + _GAP * pixmap.width()) - begin, height), self._ground)
            self.paint_columns(painter, left, scale, height, start + at, x[:, at : at + n])
            self._show_again(place, n)
            at += n
        painter.end()

    def _show_again(self, place: int, n: int) -> None:
        bottom, top = self.place
        around = _GAP * self.sweep_s
        left = place / self.fs - around
        self.update(QRectF(left, bottom, n / self.fs + 3.0 * around, top - bottom))

    def _canvas(self) -> QPixmap | None:
        """Return the picture, made anew when the plot has another size."""
        box = self.getViewBox()
        if box is None:
            return None
        box.updateMatrix()  # a new scale is taken when it is painted, and the picture would have to be made twice
        rect, whole = self.mapRectToScene(self.boundingRect()), box.sceneBoundingRect()
        ratio = self._ratio()
        # While its scale changes the place may for a moment be larger than the plot.
        width = round(min(rect.width(), whole.width()) * ratio)
        height = round(min(rect.height(), whole.height()) * ratio)
        if width < 2 or height < 2:
            return None
        if self._pixmap is None or (self._pixmap.width(), self._pixmap.height()) != (width, height):
            self._pixmap = QPixmap(width, height)
            self._pixmap.fill(self._ground)
            self._last = None
            self.update()
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
        ratio = self._ratio()
        size = self._pixmap.width() / ratio, self._pixmap.height() / ratio
        place = QRectF(round(target.x()), round(target.y()), *size)
        painter.drawPixmap(place, self._pixmap, QRectF(self._pixmap.rect()))
        painter.restore()


class TraceSweep(Sweep):
    """Traces one above the other.

    Parameters
    ----------
    n_traces
        How many.
    fs, sweep_s, place
        As of a sweep.

    Attributes
    ----------
    half_range
        What half the height of a trace's lane stands for, by trace, in its unit.
    middle
        Which value stands in the middle of each lane.
    """

    def __init__(self, n_traces: int, fs: float, sweep_s: float, place: tuple[float, float] = (0.0, 1.0)) -> None:
        super().__init__(fs, sweep_s, place)
        self.half_range: Float = np.ones(n_traces)
        self.middle: Float = np.zeros(n_traces)
        self._pens: list[QPen] = []
        self.set_look("white", ["black"] * n_traces, 1.0)

    @property
    def n_traces(self) -> int:
        """How many traces there are."""
        return len(self.half_range)

    def set_look(self, ground: str, colors: list[str], width_px: float) -> None:
        """Change the colours; everything is painted anew."""
        self._ground = QColor(ground)
        self._pens = [_pen(color, width_px) for color in colors]
        self.wipe()

    def set_scale(self, half_range: Float, middle: Float | None = None) -> None:
        """Change what the traces' heights stand for; everything is painted anew."""
        self.half_range = np.asarray(half_range, dtype=np.float64)
        if middle is not None:
            self.middle = np.asarray(middle, dtype=np.float64)
        self.wipe()

    def paint_columns(self, painter: QPainter, left: float, scale: float, height: float, first: int, x: Float) -> None:
        lane = height / self.n_traces
        across = left + np.arange(x.shape[1]) * scale
        middles = (np.arange(self.n_traces) + 0.5)[:, None] * lane
        swing = np.clip((x - self.middle[:, None]) / self.half_range[:, None], -1.0, 1.0)
        down = middles - swing * 0.5 * lane
        down = np.where(np.isfinite(down), down, middles)
        for pen, row in zip(self._pens, down, strict=True):
            painter.setPen(pen)
            painter.drawPolyline(_polygon(across, row))


class FeatureSweep(Sweep):
    """A feature, its threshold in dashes, marks for rewards, and hatches where the input could not be trusted.

    Columns are ticks; rows are feature, threshold, reward, valid. Its place in the plot is in the unit of the feature.
    """

    def set_look(self, ground: str, feature: str, threshold: str, reward: str, invalid: str, width_px: float) -> None:
        """Change the colours; everything is painted anew."""
        self._ground = QColor(ground)
        self._line, self._rule = _pen(feature, width_px), _pen(threshold, 1.0)
        self._reward = QColor(reward)
        self._hatch = QBrush(QColor(invalid), Qt.BrushStyle.BDiagPattern)
        self.wipe()

    def set_range(self, low: float, high: float) -> None:
        """Change what stands at the bottom and at the top; everything is painted anew."""
        self.prepareGeometryChange()
        self.place = (low, high)
        self.wipe()

    def paint_columns(self, painter: QPainter, left: float, scale: float, height: float, first: int, x: Float) -> None:
        values, thresholds, rewards, valid = x
        across = left + np.arange(x.shape[1]) * scale
        for start, stop in _runs(valid < 0.5):
            painter.fillRect(QRectF(across[start], 0.0, max(1.0, (stop - start) * scale), height), self._hatch)
        dash = max(1, round(_DASH * self.n_columns))
        seen = np.isfinite(thresholds) & ((first + np.arange(len(across))) // dash % 2 == 0)
        painter.setPen(self._rule)
        painter.drawPath(pg.arrayToQPath(across, self._down(thresholds, height), connect=seen))
        painter.setPen(self._line)
        painter.drawPolyline(_polygon(across, self._down(values, height)))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._reward)
        side = _MARK_PX * self._ratio()
        # To the left, for what stands at the right will be wiped by the next columns.
        mark = QPolygonF([QPointF(-side, 0.0), QPointF(0.0, 0.0), QPointF(-0.5 * side, -side)])
        for at in across[rewards > 0].tolist():
            painter.drawConvexPolygon(mark.translated(at, height - 2.0))

    def _down(self, values: Float, height: float) -> Float:
        low, high = self.place
        down: Float = (1.0 - np.nan_to_num(np.clip((values - low) / (high - low), 0.0, 1.0))) * (height - 2.0) + 1.0
        return down


class ColumnSweep(Sweep):
    """A picture whose columns have a colour at each height: a spectrogram.

    Attributes
    ----------
    low, high
        What the first and the last colour stand for.
    """

    joined = False

    def __init__(self, fs: float, sweep_s: float, colors: NDArray[np.uint8]) -> None:
        super().__init__(fs, sweep_s)
        self._colors = colors
        self.low, self.high = 0.0, 1.0

    def set_look(self, ground: str) -> None:
        """Change the colours; everything is painted anew."""
        self._ground = QColor(ground)
        self.wipe()

    def set_range(self, low: float, high: float) -> None:
        """Change the scale; everything is painted anew."""
        self.low, self.high = low, high
        self.wipe()

    def paint_columns(self, painter: QPainter, left: float, scale: float, height: float, first: int, x: Float) -> None:
        picture = colored(x[::-1], self._colors, self.low, self.high)
        begin, end = round(left), round(left + x.shape[1] * scale)  # whole pixels, or seams would show
        painter.drawImage(QRectF(begin, 0.0, end - begin, height), picture)


def colored(x: Float, colors: NDArray[np.uint8], low: float, high: float) -> QImage:
    """Return the picture of numbers ``(row, column)``, top row first; what is not finite is transparent.

    Parameters
    ----------
    colors
        ``(color, rgba)``, all opaque.
    """
    place = np.clip((x - low) / (high - low), 0.0, 1.0) * (len(colors) - 1)
    known = np.isfinite(place)
    red, green, blue, alpha = colors.T.astype(np.uint32)
    argb = np.zeros(x.shape, dtype=np.uint32)  # the format that Qt scales without its threads
    argb[known] = (alpha << 24 | red << 16 | green << 8 | blue)[place[known].astype(np.intp)]
    image = QImage(argb.tobytes(), x.shape[1], x.shape[0], 4 * x.shape[1], QImage.Format.Format_ARGB32_Premultiplied)
    return image.copy()


def color_table(name: str = "cividis") -> NDArray[np.uint8]:
    """Return 256 colours ``(color, rgba)``."""
    table: NDArray[np.uint8] = pg.colormap.get(name).getLookupTable(0.0, 1.0, 256, alpha=True).astype(np.uint8)
    return table


def _runs(mask: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return where a mask is true: begin and end of each stretch."""
    if not mask.any():
        return []
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


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
