"""How often rewards come, and how much of the time could not be trusted."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetricsF, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from neurosim_gui.look import Look
from neurosim_gui.panels.panel import Panel
from neurosim_gui.rings import TICK_ROWS, History
from neurosim_gui.texts import text

_OVER_S, _EVERY_S = 60.0, 0.25
_MET, _VALID = TICK_ROWS.index("met"), TICK_ROWS.index("valid")


class Meter(QWidget):
    """A share as a bar from 0 to 100 %, with its words and a mark where it should be.

    Parameters
    ----------
    look
        Theme and sizes.
    role
        Of the palette: what the bar is coloured as.
    hatched
        Whether the bar is hatched.
    """

    def __init__(self, look: Look, role: str, *, hatched: bool = False) -> None:
        super().__init__()
        self._look, self._role, self._hatched = look, role, hatched
        self.share, self.words, self.aim = 0.0, "", float("nan")

    def set_look(self, look: Look) -> None:
        """Take another theme or size."""
        self._look = look
        self.updateGeometry()
        self.update()

    def show_share(self, share: float, words: str, aim: float | None = None) -> None:
        """Draw another share, 0 to 1."""
        new = share, words, float("nan") if aim is None else aim
        if new[:2] != (self.share, self.words):
            self.share, self.words, self.aim = new
            self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 Qt's name
        """Return room for the words and the bar below."""
        metrics = QFontMetricsF(self._look.font())
        return QSize(160, round(metrics.height() + 16.0))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 Qt's name
        """Return the height that words and bar need."""
        return QSize(80, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 Qt's name
        """Draw the words, the bar and the mark."""
        colors, painter = self._look.palette, QPainter(self)
        painter.setFont(self._look.font())
        metrics = QFontMetricsF(painter.font())
        painter.setPen(QColor(colors.text))
        words = self.words
        if metrics.horizontalAdvance(words) > self.width():  # over how long it is counted can be left out
            words = words.partition(",")[0]
        words = metrics.elidedText(words, Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(QRectF(0.0, 0.0, self.width(), metrics.height()), Qt.AlignmentFlag.AlignLeft, words)
        bar = QRectF(0.5, metrics.height() + 4.0, self.width() - 1.0, 9.0)
        painter.setPen(QPen(QColor(colors.faint)))
        painter.drawRect(bar)
        pattern = Qt.BrushStyle.BDiagPattern if self._hatched else Qt.BrushStyle.SolidPattern
        painter.fillRect(QRectF(bar.left(), bar.top(), self.share * bar.width(), bar.height()),
                         QBrush(QColor(getattr(colors, self._role)), pattern))  # fmt: skip
        if np.isfinite(self.aim):
            at = bar.left() + self.aim * bar.width()
            painter.setBrush(QColor(colors.threshold))
            painter.setPen(Qt.PenStyle.NoPen)
            top = bar.top()
            painter.drawPolygon(QPolygonF([QPointF(at - 5, top - 3), QPointF(at + 5, top - 3), QPointF(at, top + 6)]))


class RatePanel(Panel):
    """Reward rate and share of time that could not be trusted, over the last minute.

    Parameters
    ----------
    look
        Theme and sizes.
    update_interval_s
        Length of a tick [s].
    aim
        The share of the time that the threshold leaves for rewards; None where it has no such aim.
    rewarding
        Whether anything earns a reward.
    """

    tab = "rate"

    def __init__(self, look: Look, update_interval_s: float, aim: float | None, *, rewarding: bool = True) -> None:
        super().__init__(look, text("rate.title"))
        self.aim = aim
        self._n = round(_OVER_S / update_interval_s)
        self.rate, self.invalid = Meter(look, "reward"), Meter(look, "invalid", hatched=True)
        self._title.hide()
        self._rewarding = rewarding
        self.head.addWidget(self.rate, 1)
        self.rate.setVisible(rewarding)
        self.head.addWidget(self.invalid, 1)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.set_look(look)

    @property
    def tab_words(self) -> str:
        return super().tab_words if self._rewarding else text("tab.trust")

    def set_look(self, look: Look) -> None:
        super().set_look(look)
        for meter in (self.rate, self.invalid):
            meter.set_look(look)

    def refresh(self, history: History) -> None:
        if not history.ticks.total or not self.due("rate", _EVERY_S):
            return
        with history.lock:
            ticks = history.ticks.newest(self._n)
        rate, invalid = float(ticks[_MET].mean()), 1.0 - float(ticks[_VALID].mean())
        words = text("rate.now", rate=rate) if self.aim is None else text("rate.aim", rate=rate, aim=self.aim)
        self.rate.show_share(rate, words, self.aim)
        self.invalid.show_share(invalid, text("rate.invalid", share=invalid))
