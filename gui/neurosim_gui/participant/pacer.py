"""A circle that breathes, with the heart's wave behind it."""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen, QPolygonF

from neurosim.core.palette import Palette
from neurosim.core.spec import Float
from neurosim_gui.participant.picture import Picture, Seen, blend
from neurosim_gui.texts import text

#: Radii of the disc, breathed out and in, and of the ring, as shares of the shorter side; they never touch.
_SMALL, _LARGE, _RING = 0.25, 0.42, 0.46


class Pacer(Picture):
    """Grows while one breathes in, shrinks while one breathes out; a ring around it says how well it goes.

    The disc keeps its colour: its edge passes a place twice a breath, and with the feedback's own changes on top of
    that the place would flash.
    """

    name: ClassVar[str] = "pacer"

    def paint(self, painter: QPainter, area: QRectF, seen: Seen, palette: Palette) -> None:
        if seen.heart is not None and seen.heart.size > 1:
            _paint_wave(painter, area, seen.heart, palette)
        side = min(area.width(), area.height())
        middle = QPointF(area.center().x(), area.top() + 0.5 * area.height())
        phase = seen.pacer_phase
        grown = 0.5 if phase is None else 0.5 - 0.5 * math.cos(2.0 * math.pi * phase)
        radius = (_SMALL + grown * (_LARGE - _SMALL)) * side
        painter.setPen(QPen(blend(palette.grid, palette.reward, seen.level), 0.04 * side))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(middle, _RING * side, _RING * side)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QBrush(blend(palette.grid, palette.signal, 0.35)))
        painter.drawEllipse(middle, radius, radius)
        if phase is not None:
            font = painter.font()
            font.setPixelSize(max(1, round(0.075 * side)))
            painter.setFont(font)
            painter.setPen(QColor(palette.text))
            words = text("participant.breathe_in" if phase < 0.5 else "participant.breathe_out")
            painter.drawText(_around(middle, _SMALL * side), Qt.AlignmentFlag.AlignCenter, words)


def _around(middle: QPointF, half: float) -> QRectF:
    return QRectF(middle.x() - half, middle.y() - half, 2.0 * half, 2.0 * half)


def _paint_wave(painter: QPainter, area: QRectF, heart: Float, palette: Palette) -> None:
    """Draw the heart's wave across the whole width, faint."""
    x = area.left() + np.linspace(0.0, 1.0, heart.size) * area.width()
    y = area.center().y() + (0.5 - heart) * 0.7 * area.height()
    painter.setPen(QPen(QColor(palette.signal), 0.006 * area.height()))
    painter.setOpacity(0.55 * painter.opacity())
    painter.drawPolyline(QPolygonF([QPointF(float(a), float(b)) for a, b in zip(x, y, strict=True) if b == b]))
    painter.setOpacity(painter.opacity() / 0.55)
