"""The plane of the hidden strategy: a point that the hand moves; afterwards path, direction, learning curve."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from neurosim.core.errors import ConfigError
from neurosim.lessons import LessonRunner
from neurosim.session.commands import Point
from neurosim.subject.hidden_strategy import HiddenStrategyActor
from neurosim_gui.look import Look
from neurosim_gui.panels.panel import PlotPanel
from neurosim_gui.rings import History
from neurosim_gui.texts import text
from neurosim_gui.units import unit_words

_STEP = 0.1
_BIN_S = 10.0


class Plane(QWidget):
    """A square in which a point is moved with the mouse or the four arrows.

    Parameters
    ----------
    look
        Theme and sizes.
    """

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.look = look
        self.place = (0.0, 0.0)
        self.path: list[tuple[float, float]] = [(0.0, 0.0)]
        self.direction: tuple[float, float] | None = None
        self.setMinimumSize(200, 200)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)

    def _square(self) -> QRectF:
        side = min(self.width(), self.height()) - 20.0
        return QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)

    def move_to(self, x: float, y: float) -> None:
        """Put the point somewhere inside the circle of radius 1."""
        length = max(1.0, math.hypot(x, y))
        self.place = (x / length, y / length)
        self.path.append(self.place)
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 Qt's name
        """Put the point under the pointer."""
        self._point(event)
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 Qt's name
        """Let the point follow the pointer that is held down."""
        self._point(event)

    def _point(self, event: QMouseEvent) -> None:
        square, at = self._square(), event.position()
        half = square.width() / 2
        self.move_to((at.x() - square.center().x()) / half, (square.center().y() - at.y()) / half)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 Qt's name
        """Move the point by the arrows."""
        key, keys = event.key(), Qt.Key
        dx = (key == keys.Key_Right) - (key == keys.Key_Left)
        dy = (key == keys.Key_Up) - (key == keys.Key_Down)
        if dx or dy:
            self.move_to(self.place[0] + _STEP * dx, self.place[1] + _STEP * dy)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 Qt's name
        """Draw circle, point, and what is revealed."""
        square, colors = self._square(), self.look.palette
        center, half = square.center(), square.width() / 2

        def at(x: float, y: float) -> QPointF:
            return QPointF(center.x() + half * x, center.y() - half * y)

        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(colors.faint), 1))
        painter.setBrush(QColor(colors.panel))
        painter.drawEllipse(square)
        painter.setPen(QPen(QColor(colors.grid), 1))
        painter.drawLine(at(-1, 0), at(1, 0))
        painter.drawLine(at(0, -1), at(0, 1))
        if self.direction is not None:
            x, y = self.direction
            painter.setPen(QPen(QColor(colors.signal), 1))
            painter.drawPolyline([at(*place) for place in self.path])
            painter.setPen(QPen(QColor(colors.truth), 2, Qt.PenStyle.DotLine))
            painter.drawLine(at(0, 0), at(x, y))
            painter.setFont(self.look.font())
            painter.drawText(
                QRectF(at(-0.4 * x, -0.4 * y).x() - 70, at(-0.4 * x, -0.4 * y).y() - 12, 140, 24),
                Qt.AlignmentFlag.AlignHCenter, text("strategy.hidden"),
            )  # fmt: skip
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colors.feature))
        painter.drawEllipse(at(*self.place), 8, 8)
        painter.end()


class StrategyPanel(PlotPanel):
    """The plane, and after the reveal the learning curve below it.

    Parameters
    ----------
    look
        Theme and sizes.
    runner
        The lesson whose session the point moves.
    """

    tab = "strategy"

    def __init__(self, look: Look, runner: LessonRunner) -> None:
        assert runner.session is not None
        super().__init__(look, text("strategy.title"), text("strategy.time"))
        self._title.setWordWrap(True)
        self._runner, self._session = runner, runner.session
        self.plane = Plane(look)
        self._sent = self.plane.place
        self._first = len(runner.trace)
        self.body.insertWidget(1, self.plane, 2)
        self.canvas.setMinimumHeight(150)
        self.canvas.hide()
        self.set_look(look)

    def refresh(self, history: History) -> None:
        """Do nothing: `follow` is called instead."""

    def follow(self) -> None:
        """Tell the session where the point is now; what happens between two looks comes to one command."""
        if self.plane.place != self._sent and not self._session.finished:
            self._sent = self.plane.place
            try:
                self._session.submit(Point(x=self._sent[0], y=self._sent[1]))
            except ConfigError:
                self.plane.setEnabled(False)  # a session without a hidden strategy

    def reveal(self) -> None:
        """Show path, direction and learning curve."""
        for actor in self._session.actors:
            if isinstance(actor, HiddenStrategyActor):
                x, y = map(float, actor.direction[0])
                self.plane.direction = (x, y)
        self.plane.update()
        self.set_title(text("strategy.told"))
        name = self._session.protocol.rule.trained
        unit = unit_words(self._session.pipeline.specs[name].unit, name)
        self.label_axis("left", text("strategy.feature", name=name, unit=unit))
        points = np.array([point[:2] for point in self._runner.trace[self._first :]])
        if len(points):
            bins = ((points[:, 0] - points[0, 0]) // _BIN_S).astype(int)
            means = np.array([points[bins == k].mean(axis=0) for k in np.unique(bins)])
            self.plot.clear()
            self.plot.plot(means[:, 0], means[:, 1], pen=None, symbol="o", symbolSize=8,
                           symbolBrush=self.look.palette.feature, symbolPen=None)  # fmt: skip
        self.canvas.show()

    def set_look(self, look: Look) -> None:
        super().set_look(look)
        if hasattr(self, "plane"):
            self.plane.look = look
            self.plane.update()
