"""A landscape in fog that clears."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QLinearGradient, QPainter, QPainterPath, QPolygonF

from neurosim.core.palette import Palette
from neurosim.core.spec import Float
from neurosim_gui.participant.picture import Picture, Seen

#: How much of the landscape the thickest fog hides.
_FOG = 0.94
_SKY = ("#3F7FB5", "#F3D9B1")
_SUN, _LAKE, _GLITTER = "#FFF1C9", "#4B7F95", "#CFE3DC"
#: Ridges, far to near: colour, height, and the waves that they are made of.
_RIDGES = (
    ("#8BA3B8", 0.50, (3.1, 7.7, 15.0), 0.4),
    ("#5E7F86", 0.58, (2.3, 6.1, 13.0), 1.9),
    ("#3C5F55", 0.68, (1.7, 5.3, 11.0), 3.3),
)


class Clearing(Picture):
    """Mountains behind a lake: the better it goes, the less fog."""

    name: ClassVar[str] = "clearing"

    def __init__(self) -> None:
        self._landscape = QImage()

    def paint(self, painter: QPainter, area: QRectF, seen: Seen, palette: Palette) -> None:
        frame = QRectF(0.0, 0.0, min(area.width(), 1.9 * area.height()), area.height())
        frame.moveCenter(area.center())
        shape = QPainterPath()
        shape.addRoundedRect(frame, 0.04 * frame.height(), 0.04 * frame.height())
        painter.setClipPath(shape)
        painter.drawImage(frame, self._drawn(frame.size() * painter.device().devicePixelRatioF()))
        fog = QColor(palette.panel)
        fog.setAlphaF(_FOG * (1.0 - seen.level))
        painter.fillRect(frame, fog)
        painter.setClipping(False)

    def _drawn(self, size: QSizeF) -> QImage:
        """Return the landscape in a size; it is drawn once."""
        if self._landscape.size() != size.toSize():
            self._landscape = QImage(size.toSize(), QImage.Format.Format_RGB32)
            painter = QPainter(self._landscape)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            _paint_landscape(painter, QRectF(self._landscape.rect()))
            painter.end()
        return self._landscape


def _paint_landscape(painter: QPainter, frame: QRectF) -> None:
    sky = QLinearGradient(frame.topLeft(), QPointF(frame.left(), frame.top() + 0.6 * frame.height()))
    for place, color in enumerate(_SKY):
        sky.setColorAt(float(place), QColor(color))
    painter.fillRect(frame, QBrush(sky))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(_SUN))
    radius = 0.07 * frame.height()
    painter.drawEllipse(_at(frame, 0.68, 0.15), radius, radius)
    across = np.linspace(0.0, 1.0, 160)
    for color, height, waves, offset in _RIDGES:
        painter.setBrush(QColor(color))
        painter.drawPolygon(_ground(frame, across, height - _ridge(across, waves, offset)))
    painter.fillRect(QRectF(_at(frame, 0.0, 0.78), frame.bottomRight()), QColor(_LAKE))
    painter.setBrush(QColor(_GLITTER))
    for row in range(7):
        width = (0.10 - 0.010 * row) * frame.width()
        middle = _at(frame, 0.68 + 0.012 * (-1) ** row, 0.80 + 0.025 * row)
        painter.drawRoundedRect(QRectF(middle.x() - width / 2, middle.y(), width, 0.006 * frame.height()), 2.0, 2.0)
    painter.setBrush(QColor("#24413A"))
    painter.drawPolygon(_ground(frame, across, 0.99 - 0.16 * np.clip(0.36 - across, 0.0, 1.0) ** 0.5))
    for x, size in ((0.05, 0.34), (0.12, 0.27), (0.19, 0.36), (0.27, 0.22)):
        _paint_fir(painter, frame, x, size)


def _ridge(across: Float, waves: tuple[float, ...], offset: float) -> Float:
    parts = [np.abs(np.sin(np.pi * wave * across + offset * wave)) / wave for wave in waves]
    found: Float = 0.30 * np.add.reduce(parts) / np.add.reduce([1.0 / wave for wave in waves])
    return found


def _paint_fir(painter: QPainter, frame: QRectF, x: float, size: float) -> None:
    foot = 0.99 - 0.10 * max(0.36 - x, 0.0) ** 0.5
    for tier in range(3):
        base, top = foot - 0.28 * size * tier, foot - size * (0.45 + 0.275 * tier)
        half = 0.11 * size * (1.0 - 0.25 * tier)
        painter.drawPolygon(QPolygonF([_at(frame, x - half, base), _at(frame, x + half, base), _at(frame, x, top)]))


def _ground(frame: QRectF, across: Float, heights: Float) -> QPolygonF:
    points = [_at(frame, float(x), float(y)) for x, y in zip(across, heights, strict=True)]
    return QPolygonF([*points, frame.bottomRight(), frame.bottomLeft()])


def _at(frame: QRectF, x: float, y: float) -> QPointF:
    return QPointF(frame.left() + x * frame.width(), frame.top() + y * frame.height())
