"""What every picture of the feedback has in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter

from neurosim.core.palette import Palette
from neurosim.core.spec import Float


@dataclass(frozen=True)
class Seen:
    """What a picture may show.

    Parameters
    ----------
    level
        What is shown to the subject, 0 to 1, calmed.
    pacer_phase
        Where the breathing pacer stands, 0 to 1; it breathes in first. None where there is no pacer.
    heart
        The heart's rate over the last seconds, 0 to 1 from its slowest to its fastest; empty for none.
    """

    level: float
    pacer_phase: float | None = None
    heart: Float | None = None


class Picture(ABC):
    """Paints a level from 0 to 1. It has no numbers, and no way of knowing more than `Seen` says."""

    name: ClassVar[str]

    def advance(self, seen: Seen, dt_s: float) -> None:
        """Let time pass [s]: for pictures that move by themselves."""

    @abstractmethod
    def paint(self, painter: QPainter, area: QRectF, seen: Seen, palette: Palette) -> None:
        """Paint into an area, in a theme's colours; the accent is the colour of reward."""


def blend(first: str, second: str, share: float) -> QColor:
    """Return a colour between two, by the share of the second."""
    a, b = QColor(first), QColor(second)
    parts = ((a.red(), b.red()), (a.green(), b.green()), (a.blue(), b.blue()))
    return QColor(*(round(x + share * (y - x)) for x, y in parts))


def square(area: QRectF, share: float) -> QRectF:
    """Return a square in the middle of an area, by its share of the shorter side."""
    side = share * min(area.width(), area.height())
    found = QRectF(0.0, 0.0, side, side)
    found.moveCenter(area.center())
    return found
