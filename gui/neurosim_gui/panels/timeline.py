"""The blocks of a session from beginning to end, and where it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetricsF, QHelpEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QToolTip, QWidget

from neurosim_gui.look import Look
from neurosim_gui.texts import text
from neurosim_gui.widgets import clock_words

#: Kinds are told apart by pattern, and by their names.
_PATTERNS = {
    "baseline": Qt.BrushStyle.Dense6Pattern,
    "training": Qt.BrushStyle.SolidPattern,
    "transfer": Qt.BrushStyle.BDiagPattern,
    "rest": Qt.BrushStyle.NoBrush,
}
_PADDING_PX = 3.0

if TYPE_CHECKING:
    from neurosim.feedback.block import Block


class Timeline(QWidget):
    """The blocks side by side, as wide as they are long.

    Parameters
    ----------
    look
        Theme and sizes.
    blocks
        Of the protocol.
    """

    def __init__(self, look: Look, blocks: Sequence[Block]) -> None:
        super().__init__()
        self._look, self._blocks = look, list(blocks)
        self._whole_s = sum(block.duration_s for block in blocks)
        self._now_s, self._drawn_px = 0.0, -1
        self.setMouseTracking(True)
        self.setStatusTip(text("timeline.sentence"))

    def set_look(self, look: Look) -> None:
        """Take another theme or size."""
        self._look = look
        self.updateGeometry()
        self.update()

    def show_time(self, now_s: float) -> None:
        """Move the mark; it is painted when it comes to another pixel."""
        px = round(now_s / self._whole_s * self.width())
        self._now_s = now_s
        if px != self._drawn_px:
            self._drawn_px = px
            self.update()

    def block_at(self, x: float) -> Block:
        """Return the block that is drawn at a pixel."""
        at_s, end_s = x / max(self.width(), 1) * self._whole_s, 0.0
        for block in self._blocks:
            end_s += block.duration_s
            if at_s < end_s:
                return block
        return self._blocks[-1]

    def sizeHint(self) -> QSize:  # noqa: N802 Qt's name
        """Return the height of a line of words."""
        return QSize(400, round(1.9 * self._look.size_px("words")))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 Qt's name
        """Return the same height."""
        return QSize(100, self.sizeHint().height())

    def event(self, event: QEvent) -> bool:
        """Tell the block under the mouse, for narrow ones have no room for their names."""
        if isinstance(event, QHelpEvent):
            block = self.block_at(event.pos().x())
            words = f"{block.name} ({block.kind}), {clock_words(block.duration_s)}. {block.instruction}"
            QToolTip.showText(event.globalPos(), words.strip(), self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 Qt's name
        """Draw the blocks with their names, and the mark."""
        painter, colors = QPainter(self), self._look.palette
        painter.setFont(self._look.font("ticks"))
        metrics = QFontMetricsF(painter.font())
        x = 0.0
        for block in self._blocks:
            width = block.duration_s / self._whole_s * self.width()
            place = QRectF(x, 1.0, width, self.height() - 2.0)
            shade = QColor(colors.grid if block.kind == "training" else colors.faint)
            painter.fillRect(place, QBrush(shade, _PATTERNS[block.kind]))
            painter.setPen(QPen(QColor(colors.faint), 1.0))
            painter.drawRect(place)
            words = metrics.horizontalAdvance(block.name)
            if words + 2.0 * _PADDING_PX < width:
                label = QRectF(0.0, 0.0, words + 2.0 * _PADDING_PX, metrics.height())
                label.moveCenter(place.center())
                painter.fillRect(label, QColor(colors.grid if block.kind == "training" else colors.ground))
                painter.setPen(QColor(colors.text))
                painter.drawText(label, Qt.AlignmentFlag.AlignCenter, block.name)
            x += width
        at = self._now_s / self._whole_s * self.width()
        painter.setPen(QPen(QColor(colors.threshold), 2.0))
        painter.drawLine(QPointF(at, 0.0), QPointF(at, float(self.height())))
