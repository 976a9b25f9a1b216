"""A game: the feedback lifts a glider, and up there are stars."""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPolygonF

from neurosim.core.palette import Palette
from neurosim_gui.participant.picture import Picture, Seen, blend

#: How fast the land goes by [picture heights/s], how long the glider takes to its new height [s], and the way between
#: two stars [picture heights].
_SPEED, _CLIMB_S, _APART = 0.12, 1.5, 0.42
_AT = 0.28  # of the width: where the glider flies
_REACH = 0.075  # of the height: how near a star is caught
_LOW, _HIGH = 0.78, 0.14  # of the height: the glider at 0 and at 1
_CAUGHT_SHOWN = 12


class Glider(Picture):
    """Flies over hills, the higher the better it goes, and catches stars."""

    name: ClassVar[str] = "glider"

    def __init__(self) -> None:
        self.height, self.way = 0.0, 0.0
        self.caught: list[int] = []

    def advance(self, seen: Seen, dt_s: float) -> None:
        self.height += (seen.level - self.height) * (1.0 - math.exp(-dt_s / _CLIMB_S))
        self.way += _SPEED * dt_s
        number = round(self.way / _APART)
        near = abs(number * _APART - self.way) < _REACH and abs(star(number) - _place(self.height)) < _REACH
        if near and number not in self.caught[-2:]:
            self.caught.append(number)

    def paint(self, painter: QPainter, area: QRectF, seen: Seen, palette: Palette) -> None:
        size = area.height()
        here = QPointF(area.left() + _AT * area.width(), area.top() + _place(self.height) * size)
        painter.save()
        painter.setClipRect(area)
        for depth, share in ((0.35, 0.3), (0.7, 0.6)):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QBrush(blend(palette.ground, palette.grid, share + 0.4)))
            painter.drawPolygon(_hills(area, self.way * depth, depth))
        first = math.floor((self.way * size - here.x() + area.left()) / (_APART * size))
        for number in range(first, first + math.ceil(area.width() / (_APART * size)) + 2):
            x = here.x() + (number * _APART - self.way) * size
            _paint_star(
                painter,
                QPointF(x, area.top() + star(number) * size),
                0.028 * size,
                palette,
                caught=number in self.caught,
            )
        _paint_glider(painter, here, 0.15 * size, seen.level - self.height, palette)
        for i in range(min(len(self.caught), _CAUGHT_SHOWN)):
            place = QPointF(area.left() + (0.05 + 0.045 * i) * size, area.bottom() - 0.04 * size)
            _paint_star(painter, place, 0.014 * size, palette, caught=True)
        painter.restore()


def star(number: int) -> float:
    """Return how far from the top a star stands, as a share of the height: up and down along the way."""
    return 0.30 + 0.14 * math.sin(1.7 * number) + 0.06 * math.sin(4.1 * number)


def _place(height: float) -> float:
    return _LOW + height * (_HIGH - _LOW)


def _hills(area: QRectF, way: float, depth: float) -> QPolygonF:
    across = np.linspace(0.0, area.width(), 120)
    at = across / area.height() + way
    tall = 0.10 + 0.05 * np.sin(2.1 * at / depth) + 0.03 * np.sin(4.7 * at / depth + 1.0)
    tops = area.bottom() - (tall + 0.10 * (1.0 - depth)) * area.height()
    points = [QPointF(area.left() + float(x), float(y)) for x, y in zip(across, tops, strict=True)]
    return QPolygonF([*points, area.bottomRight(), area.bottomLeft()])


def _paint_star(painter: QPainter, middle: QPointF, radius: float, palette: Palette, *, caught: bool) -> None:
    points = []
    for i in range(10):
        far = radius if i % 2 == 0 else 0.45 * radius
        turn = math.pi * (i / 5 - 0.5)
        points.append(QPointF(middle.x() + far * math.cos(turn), middle.y() + far * math.sin(turn)))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QBrush(QColor(palette.reward if caught else palette.faint)))
    painter.drawPolygon(QPolygonF(points))


def _paint_glider(painter: QPainter, at: QPointF, span: float, rising: float, palette: Palette) -> None:
    painter.save()
    painter.translate(at)
    painter.rotate(-18.0 * max(-1.0, min(1.0, 2.0 * rising)))
    wing = [(-0.55, -0.12), (0.6, 0.0), (-0.35, 0.05)]
    keel = [(-0.35, 0.05), (0.6, 0.0), (-0.25, 0.2)]
    painter.setPen(Qt.PenStyle.NoPen)
    for outline, color in ((keel, palette.faint), (wing, palette.text)):
        painter.setBrush(QBrush(QColor(color)))
        painter.drawPolygon(QPolygonF([QPointF(x * span, y * span) for x, y in outline]))
    painter.restore()
