"""A plot with a plain sentence as its title."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import pyqtgraph as pg
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout

from neurosim_gui.look import Look
from neurosim_gui.rings import History
from neurosim_gui.texts import text


class Panel(QFrame):
    """A panel of a view.

    Parameters
    ----------
    look
        Theme and sizes.
    title
        A plain sentence.

    Attributes
    ----------
    head
        The row of the title; panels put numbers and choices at its end.
    body
        What stands below.
    """

    def __init__(self, look: Look, title: str) -> None:
        super().__init__()
        self.look = look
        self._title = QLabel(title)
        self.head, self.body = QHBoxLayout(), QVBoxLayout(self)
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
        self._title.setText(title)

    @abstractmethod
    def refresh(self, history: History) -> None:
        """Draw what is new; called at the screen's rate while the panel can be seen, with the history's lock free."""

    def set_look(self, look: Look) -> None:
        """Take another theme or size."""
        self.look = look
        self._title.setFont(look.font("title", bold=True))
        colors = look.palette
        self.setStyleSheet(f"Panel {{ background: {colors.ground}; }} QLabel {{ color: {colors.text}; }}")


class PlotPanel(Panel):
    """A panel with one plot.

    Parameters
    ----------
    look, title
        As of a panel.
    x_label, y_label
        Labels of the axes with their units; empty for none.
    """

    def __init__(self, look: Look, title: str, x_label: str, y_label: str = "") -> None:
        super().__init__(look, title)
        self._labels = {"bottom": x_label, "left": y_label}
        self.canvas = pg.PlotWidget()
        self.plot: Any = self.canvas.getPlotItem()
        self.plot.hideButtons()
        self.plot.setMenuEnabled(False)
        self.plot.setMouseEnabled(False, False)
        self.body.addWidget(self.canvas, 1)

    @property
    def axis_labels(self) -> dict[str, str]:
        """Labels of the axes with their units, by side."""
        return dict(self._labels)

    def label_axis(self, side: str, label: str) -> None:
        """Change the label of an axis."""
        if self._labels.get(side) != label:
            self._labels[side] = label
            self._label(side, label)

    def _label(self, side: str, label: str) -> None:
        size = round(self.look.size_px("ticks"))
        self.plot.setLabel(side, label, **{"color": self.look.palette.text, "font-size": f"{size}px"})

    def set_look(self, look: Look) -> None:
        super().set_look(look)
        colors = look.palette
        self.canvas.setBackground(colors.ground)
        for side, label in self._labels.items():
            axis = self.plot.getAxis(side)
            axis.setPen(colors.faint)
            axis.setTextPen(colors.text)
            axis.setStyle(tickFont=look.font("ticks"))
            if label:
                self._label(side, label)


def unit_words(unit: str) -> str:
    """Return a unit as it is written on the screen."""
    try:
        return text(f"unit.{unit}") if "." not in unit else unit
    except KeyError:
        return unit.replace("uV", "µV").replace("uS", "µS").replace("^2", "²")
