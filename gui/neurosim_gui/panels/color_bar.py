"""What colours stand for: a bar with numbers and a unit, beside a picture."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from neurosim_gui.look import Look
from neurosim_gui.sweep import colored

_BAR_PX, _SPACE_PX = 12.0, 4.0


class ColorBar(QWidget):
    """A bar of colours with its label along the side.

    Parameters
    ----------
    look
        Theme and sizes.
    colors
        ``(color, rgba)``, low to high.
    label
        What they stand for, with its unit.
    """

    def __init__(self, look: Look, colors: NDArray[np.uint8], label: str) -> None:
        super().__init__()
        self._look, self._colors, self.label = look, colors, label
        self._low, self._high = 0.0, 1.0

    def set_look(self, look: Look) -> None:
        """Take another theme or size."""
        self._look = look
        self.updateGeometry()
        self.update()

    def set_range(self, low: float, high: float) -> None:
        """Say what the first and the last colour stand for."""
        if (low, high) != (self._low, self._high):
            self._low, self._high = low, high
            self.updateGeometry()
            self.update()

    def _words(self) -> tuple[str, str, str]:
        middle = 0.5 * (self._low + self._high)
        low, between, high = (f"{value + 0.0:.3g}" for value in (self._low, middle, self._high))  # no -0
        return low, between, high

    def sizeHint(self) -> QSize:  # noqa: N802 Qt's name
        """Return the width that bar, numbers and label need."""
        metrics = QFontMetricsF(self._look.font("ticks"))
        numbers = max(metrics.horizontalAdvance(words) for words in self._words())
        return QSize(round(_BAR_PX + 3 * _SPACE_PX + numbers + metrics.height()), 60)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 Qt's name
        """Return the same: nothing of it may be cut off."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 Qt's name
        """Draw the bar, three numbers, and the label upwards."""
        painter = QPainter(self)
        painter.setFont(self._look.font("ticks"))
        metrics = QFontMetricsF(painter.font())
        line = metrics.height()
        bar = QRectF(0.0, 0.5 * line, _BAR_PX, self.height() - line)
        ramp = np.linspace(1.0, 0.0, 128)[:, None]
        painter.drawImage(bar, colored(ramp, self._colors, 0.0, 1.0))
        painter.setPen(QColor(self._look.palette.text))
        for share, words in zip((1.0, 0.5, 0.0), self._words(), strict=True):
            place = QRectF(_BAR_PX + _SPACE_PX, bar.top() + share * bar.height() - 0.5 * line, self.width(), line)
            painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words)
        painter.translate(self.width(), 0.0)
        painter.rotate(90.0)
        label = metrics.elidedText(self.label, Qt.TextElideMode.ElideRight, self.height())
        painter.drawText(QRectF(0.0, 0.0, self.height(), line), Qt.AlignmentFlag.AlignCenter, label)
