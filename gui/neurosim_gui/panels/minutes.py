"""The table that clinicians read first: a row a minute or a trial, with mean, SD and change per minute."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QComboBox, QHeaderView, QLabel, QTableWidget, QTableWidgetItem

from neurosim.session.minutes import Minutes, Stretch
from neurosim_gui.look import Look
from neurosim_gui.panels.panel import Panel
from neurosim_gui.rings import History
from neurosim_gui.texts import text
from neurosim_gui.units import Units, named
from neurosim_gui.widgets import clock_words

_EVERY_S = 0.5
_COLUMNS = ("stretch", "start", "mean", "sd", "change", "baseline", "valid")


def dress_table(table: QTableWidget, look: Look) -> None:
    """Give a table the theme and the size of everything else."""
    for part in (table, table.horizontalHeader()):
        part.setFont(look.font("ticks"))
    table.verticalHeader().setDefaultSectionSize(round(1.6 * look.size_px("words")))
    colors = look.palette
    table.setStyleSheet(
        f"QHeaderView::section {{ background: {colors.panel}; color: {colors.text}; border: 0; padding: 2px; }}"
    )


def plain_table(n_rows: int, n_columns: int) -> QTableWidget:
    """Return a table that is looked at, and takes no keys."""
    table = QTableWidget(n_rows, n_columns)
    table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
    table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    table.verticalHeader().hide()
    table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
    return table


#: What sums of the same numbers may differ by, as a share.
_ROUNDING = 1e-9


def difference(value: float, baseline: float) -> float:
    """Return how far a mean is from the baseline; what rounding alone makes of two like ones is 0.

    Examples
    --------
    >>> difference(0.1 + 0.2, 0.3), difference(2.5, 2.0)
    (0.0, 0.5)
    """
    since = value - baseline
    return 0.0 if abs(since) < _ROUNDING * abs(value) else since


class MinutesPanel(Panel):
    """A feature in each minute of every block, or in each trial.

    Parameters
    ----------
    look
        Theme and sizes.
    minutes
        Keeps the rows.
    features
        Names and units, in the order of the columns of the features.
    """

    tab = "minutes"

    def __init__(self, look: Look, minutes: Minutes, features: Sequence[tuple[str, str]]) -> None:
        super().__init__(look, text("minutes.title"))
        self._minutes, self._features = minutes, list(features)
        self.choice = QComboBox()
        self.choice.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.choice.setStatusTip(text("minutes.choose"))
        self.choice.currentIndexChanged.connect(lambda _: self._start())
        self.what = QLabel()
        self.head.addWidget(self.what)
        self.head.addWidget(self.choice)
        self._name()
        self.table = plain_table(0, len(_COLUMNS))
        self.table.setHorizontalHeaderLabels([text(f"minutes.{name}") for name in _COLUMNS])
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        self.body.addWidget(self.table, 1)
        self._start()
        self.set_look(look)

    def _name(self) -> None:
        """Say what the table is about, with the unit of its numbers; of several features one is chosen."""
        at, one = max(0, self.choice.currentIndex()), len(self._features) == 1
        names = [
            text("stage.feature", name=named("name", name), unit=self.units.words(unit, name))
            for name, unit in self._features
        ]
        self.choice.blockSignals(True)
        self.choice.clear()
        self.choice.addItems(names)
        self.choice.setCurrentIndex(at)
        self.choice.blockSignals(False)
        self.what.setText(names[0])
        self.what.setVisible(one)
        self.choice.setVisible(not one)

    def _start(self) -> None:
        """Fill the table anew."""
        self.table.setRowCount(0)
        self._due_s.pop("rows", None)

    def set_units(self, units: Units) -> None:
        super().set_units(units)
        self._name()
        self._start()

    def set_look(self, look: Look) -> None:
        super().set_look(look)
        dress_table(self.table, look)
        self.choice.setFont(look.font())

    def refresh(self, history: History) -> None:
        if not self.due("rows", _EVERY_S):
            return
        rows = list(self._minutes.rows)
        first = max(0, self.table.rowCount() - 1)  # the last one was still going on
        if not rows:
            return
        baseline = self._minutes.baseline()
        self.table.setRowCount(len(rows))
        for i in range(first, len(rows)):
            for column, words in enumerate(self._cells(rows[i], baseline)):
                item = QTableWidgetItem(words)
                right = Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft
                item.setTextAlignment(right | Qt.AlignmentFlag.AlignVCenter)
                self.table.setItem(i, column, item)
        if first + 1 < len(rows):
            self.table.scrollToBottom()

    def _cells(self, row: Stretch, baseline: np.ndarray | None) -> list[str]:
        at = self.choice.currentIndex()
        unit = self._features[at][1]

        def number(value: float, *, change: bool = True, sign: str = "") -> str:
            digits = 3 if change else 4
            shown = float(self.units.shown(np.array(value), unit, change=change))
            return f"{shown:{sign}.{digits}g}" if np.isfinite(shown) else text("minutes.none")

        kind = text("minutes.trial" if row.trial else "minutes.minute", block=row.block, number=row.number)
        since = float("nan") if baseline is None else difference(float(row.mean[at]), float(baseline[at]))
        return [
            kind,
            clock_words(row.start_s),
            number(float(row.mean[at]), change=False),
            number(float(row.sd[at])),
            number(float(row.change_per_min[at]), sign="+"),
            number(since, sign="+"),
            f"{row.n_valid / max(row.n_ticks, 1):.0%}",
        ]
