"""Bar, ring and thermometer: how much, as a length."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPainterPath, QPen

from neurosim.core.palette import Palette
from neurosim_gui.participant.picture import Picture, Seen, blend, square


class Bar(Picture):
    """A bar that rises."""

    name: ClassVar[str] = "bar"

    def paint(self, painter: QPainter, area: QRectF, seen: Seen, palette: Palette) -> None:
        height = 0.86 * area.height()
        track = QRectF(0.0, 0.0, min(0.3 * height, 0.5 * area.width()), height)
        track.moveCenter(area.center())
        path = QPainterPath()
        path.addRoundedRect(track, 0.25 * track.width(), 0.25 * track.width())
        painter.setClipPath(path)
        painter.fillRect(track, QColor(palette.grid))
        fill = QRectF(track)
        fill.setTop(track.bottom() - seen.level * track.height())
        painter.fillRect(fill, QColor(palette.reward))
        painter.setClipping(False)


class Ring(Picture):
    """A ring that closes."""

    name: ClassVar[str] = "ring"

    def paint(self, painter: QPainter, area: QRectF, seen: Seen, palette: Palette) -> None:
        circle = square(area, 0.72)
        thick = 0.14 * circle.width()
        for color, share in ((palette.grid, 1.0), (palette.reward, seen.level)):
            painter.setPen(QPen(QColor(color), thick, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
            painter.drawArc(circle, 90 * 16, round(-share * 360 * 16))
        inner = square(area, 0.30)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QBrush(blend(palette.grid, palette.reward, seen.level)))
        painter.drawEllipse(inner)


class Thermometer(Picture):
    """A column in a glass that rises and falls."""

    name: ClassVar[str] = "thermometer"

    def paint(self, painter: QPainter, area: QRectF, seen: Seen, palette: Palette) -> None:
        height = 0.9 * area.height()
        bulb = QRectF(0.0, 0.0, 0.24 * height, 0.24 * height)
        bulb.moveCenter(area.center())
        bulb.moveBottom(area.center().y() + 0.5 * height)
        tube = QRectF(0.0, 0.0, 0.11 * height, 0.8 * height)
        tube.moveCenter(bulb.center())
        tube.moveBottom(bulb.center().y())
        glass, fluid = _vessel(tube, bulb), _vessel(_inner(tube, 0.02 * height), _inner(bulb, 0.02 * height))
        painter.fillPath(glass, QColor(palette.grid))
        painter.setClipPath(fluid)
        painter.fillRect(area, QColor(palette.panel))
        low, high = bulb.top() + 0.02 * height, tube.top() + 0.06 * height
        column = QRectF(area)
        column.setTop(low + seen.level * (high - low))
        painter.fillRect(column, QColor(palette.reward))
        painter.setClipping(False)
        painter.setPen(QPen(QColor(palette.faint), 0.008 * height))
        right = tube.right()
        for step in range(6):
            y = low + step / 5 * (high - low)
            painter.drawLine(QPointF(right + 0.03 * height, y), QPointF(right + 0.08 * height, y))


def _inner(rect: QRectF, edge: float) -> QRectF:
    return rect.adjusted(edge, edge, -edge, -edge)


def _vessel(tube: QRectF, bulb: QRectF) -> QPainterPath:
    column, ball = QPainterPath(), QPainterPath()
    column.addRoundedRect(tube.adjusted(0.0, 0.0, 0.0, 0.3 * bulb.height()), 0.5 * tube.width(), 0.5 * tube.width())
    ball.addEllipse(bulb)
    return column.united(ball)
