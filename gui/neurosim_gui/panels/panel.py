"""A plot with a plain sentence as its title."""

from __future__ import annotations

import time
from abc import abstractmethod
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QPen, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from neurosim.core.spec import Float
from neurosim_gui.look import Look
from neurosim_gui.panels.axis import EvenAxis
from neurosim_gui.rings import History
from neurosim_gui.sweep import Sweep
from neurosim_gui.texts import text
from neurosim_gui.units import Units, sentence
from neurosim_gui.widgets import Elided, forms_of

#: Between the title and what stands beside it [px].
_APART_PX = 12


class Panel(QFrame):
    """A panel of a view.

    Parameters
    ----------
    look
        Theme and sizes.
    title
        A plain sentence; a shorter form may stand behind a ``|``, for little room.

    Attributes
    ----------
    head
        The row of the title; panels put numbers and choices at its end.
    body
        What stands below.
    units
        How temperatures and amplitudes are written.
    shows
        What can be seen in it, as lessons call it: features, streams, ``pacer``, ``shown``.
    """

    #: What its tab is called, as an address of the texts.
    tab = ""

    def __init__(self, look: Look, title: str) -> None:
        super().__init__()
        self.look, self.units = look, Units()
        self.shows: frozenset[str] = frozenset()
        if self.tab:
            self.setStatusTip(text(f"panel.{self.tab}"))
        self._due_s: dict[str, float] = {}
        self._title = Elided()
        self.set_title(title)
        self.head, self.body = QHBoxLayout(), QVBoxLayout(self)
        self.head.setSpacing(_APART_PX)
        self.head.addWidget(self._title, 1)
        self.body.setContentsMargins(8, 4, 8, 4)
        self.body.setSpacing(2)
        self.body.addLayout(self.head)

    @property
    def title(self) -> str:
        """The sentence above the picture."""
        return self._title.text()

    def set_title(self, title: str) -> None:
        """Change the sentence above the picture."""
        self._title.setText("|".join(map(sentence, forms_of(title))))

    @property
    def tab_words(self) -> str:
        """What its tab is called."""
        return text(f"tab.{self.tab}")

    @property
    def truth(self) -> str:
        """The stream of the truth that it covers; empty for none."""
        return ""

    @property
    def covered(self) -> bool:
        """Whether that is covered."""
        return False

    def set_revealed(self, revealed: bool) -> None:
        """Show the truth, or cover it."""

    @abstractmethod
    def refresh(self, history: History) -> None:
        """Draw what is new; called at the screen's rate while the panel can be seen, with the history's lock free."""

    def set_look(self, look: Look) -> None:
        """Take another theme or size."""
        self.look = look
        colors = look.palette
        self.setStyleSheet(f"Panel {{ background: {colors.ground}; }} QLabel {{ color: {colors.text}; }}")
        for child in self.findChildren(QLabel) + self.findChildren(QToolButton):
            child.setFont(look.font())
        self._title.setFont(look.font("title", bold=True))

    def set_units(self, units: Units) -> None:
        """Take other units for temperatures and amplitudes."""
        self.units = units

    def put_below_title(self, words: QLabel, *behind: QWidget) -> None:
        """Give words a row of their own, and what stands behind them, where the row of the title has no room for it."""
        words.setWordWrap(not isinstance(words, Elided))
        row = QHBoxLayout()
        row.addWidget(words, 1)
        for widget in behind:
            row.addWidget(widget)
        self.body.insertLayout(1, row)

    def due(self, what: str, every_s: float) -> bool:
        """Return whether it is time again: words and curves need not change at the screen's rate."""
        now = time.perf_counter()
        if now < self._due_s.get(what, 0.0):
            return False
        self._due_s[what] = now + every_s
        return True

    def hurry(self) -> None:
        """Let everything be due at the next refresh."""
        self._due_s.clear()


#: Height of a plot with its axes that has room for the numbers at the left [px].
_LEAST_FOR_NUMBERS = 100


class Canvas(pg.PlotWidget):  # type: ignore[misc]
    """What a plot is drawn on; it asks for little room, and takes what is left."""

    resized = Signal()

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        # Through many small places at once a picture is not copied row by row, but by spans in threads of Qt: slower,
        # and the interpreter is kept while they are waited for.
        self.setViewportUpdateMode(self.ViewportUpdateMode.BoundingRectViewportUpdate)

    def sizeHint(self) -> QSize:  # noqa: N802 Qt's name
        """Return a size in which a curve can be read."""
        return QSize(200, 140)

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 Qt's name
        """Tell that there is other room."""
        super().resizeEvent(event)
        plot = self.__dict__.get("plotItem")  # the first event comes before there is one
        if plot is not None:  # in little room the numbers at the left would lie over each other
            plot.getAxis("left").setStyle(showValues=self.height() >= _LEAST_FOR_NUMBERS)
        self.resized.emit()


def fill_down(curve: Any, color: str) -> None:
    """Draw a curve in a colour, with the area down to 0 in a pale one."""
    pale = QColor(color)
    pale.setAlpha(60)
    curve.setPen(QPen(QColor(color), 0))
    curve.setBrush(pale)
    curve.setFillLevel(0.0)


class PlotPanel(Panel):
    """A panel with one plot, drawn when something has come unless it refreshes itself.

    Parameters
    ----------
    look, title
        As of a panel.
    x_label, y_label
        Labels of the axes with their units; empty for none. A shorter one may stand behind a ``|``, for little room.
    """

    def __init__(self, look: Look, title: str, x_label: str, y_label: str = "") -> None:
        super().__init__(look, title)
        self._labels = {"bottom": x_label, "left": y_label}
        self.canvas = Canvas(axisItems={"left": EvenAxis("left")})
        self.canvas.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.canvas.setMinimumSize(80, 70)
        self.plot: Any = self.canvas.getPlotItem()
        self.plot.hideButtons()
        self.plot.setMenuEnabled(False)
        self.plot.setMouseEnabled(False, False)
        for side in ("left", "right", "bottom"):
            self.plot.getAxis(side).enableAutoSIPrefix(False)  # numbers in the unit that the label tells
        self.body.addWidget(self.canvas, 1)
        self._written: dict[str, str] = {}
        self.canvas.resized.connect(self.fit)

    def refresh(self, history: History) -> None:
        """Do nothing."""

    def fit(self) -> None:
        """Let an axis whose label has no room tell its shorter form, or its unit alone: the title says the rest."""
        for side, label in self._labels.items():
            if label:
                self._label(side, label)

    def put_beside(self, widget: QWidget) -> None:
        """Put words or fields at the right of the plot."""
        row = QHBoxLayout()
        self.body.removeWidget(self.canvas)
        row.addWidget(self.canvas, 1)
        row.addWidget(widget)
        self.body.addLayout(row, 1)

    def add_right_axis(self, label: str) -> Any:
        """Return a box whose curves are read by an axis of their own, at the right."""
        box = pg.ViewBox(enableMenu=False)
        self.plot.showAxis("right")
        self._labels["right"] = label
        self.plot.scene().addItem(box)
        self.plot.getAxis("right").linkToView(box)
        box.setXLink(self.plot)
        self.plot.vb.sigResized.connect(lambda: box.setGeometry(self.plot.vb.sceneBoundingRect()))
        return box

    @property
    def axis_labels(self) -> dict[str, str]:
        """Labels of the axes with their units, by side."""
        return {side: forms_of(label)[0] for side, label in self._labels.items()}

    def label_axis(self, side: str, label: str) -> None:
        """Change the label of an axis."""
        if self._labels.get(side) != label:
            self._labels[side] = label
            self._label(side, label)

    def _label(self, side: str, label: str) -> None:
        font = self.look.font("ticks")
        if side == "bottom":
            room = self.canvas.width() - sum(self.plot.getAxis(other).width() for other in ("left", "right"))
        else:
            room = self.canvas.height() - self.plot.getAxis("bottom").height()
        forms = forms_of(label)
        unit = forms[-1][forms[-1].find("[") :]
        unnumbered = side != "bottom" and self.canvas.height() < _LEAST_FOR_NUMBERS  # a unit of nothing can be left out
        fitting = (form for form in (*forms, unit) if QFontMetricsF(font).horizontalAdvance(form) <= room)
        label = next(fitting, "" if unnumbered else unit)
        style = {"color": self.look.palette.text, "font-size": f"{font.pixelSize()}px"}
        shown = f"{label} {style}"
        if self._written.get(side) != shown:
            self._written[side] = shown
            self.plot.setLabel(side, label, **style)
            self.plot.getAxis(side).resizeEvent()  # else words of another length stand where the old ones began

    def set_look(self, look: Look) -> None:
        super().set_look(look)
        colors = look.palette
        self.canvas.setBackground(colors.ground)
        # Room for half a number at the ends of the axes.
        half = round(0.7 * look.size_px("ticks"))
        self.plot.layout.setContentsMargins(1, half, half, 1)
        for side, label in self._labels.items():
            axis = self.plot.getAxis(side)
            axis.setPen(colors.faint)
            axis.setTextPen(colors.text)
            axis.setStyle(tickFont=look.font("ticks"))
            if label:
                self._label(side, label)


def follow(sweep: Sweep, history: History, *rings: Any) -> tuple[int, list[Float]] | None:
    """Return the columns that a sweep has not painted yet, from rings that are written together; None for none."""
    total = rings[0].total
    start = sweep.wanted(total)
    if start >= total:
        return None
    with history.lock:
        found = [ring.read(start, total) for ring in rings]
    return found[0][0], [x for _, x in found]
