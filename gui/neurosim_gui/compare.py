"""Two branches of one session from the same second on: one time axis, and the difference below."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPen
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from neurosim.core.spec import Float
from neurosim.session.twin import OtherFilter, OtherSham, OtherThreshold, Twin, Variation
from neurosim_gui.engine import Engine
from neurosim_gui.look import Look
from neurosim_gui.panels.panel import PlotPanel
from neurosim_gui.rings import TICK_ROWS, History
from neurosim_gui.texts import text
from neurosim_gui.units import named, unit_words

if TYPE_CHECKING:
    from neurosim.session.session import Session

#: At most so much is drawn [s]; what is shown is a mean over so much [s].
_SHOWN_S, _RATE_S = 60.0, 30.0
#: Room for the numbers and the label of an axis, in sizes of its numbers: one time axis for all plots.
_AXIS_WIDTH = 5.5


def words_of(variation: Variation) -> str:
    """Return what a variation is called."""
    match variation:
        case OtherSham(sham=name):
            words = name
        case OtherThreshold(kind=name):
            words = f"{name} threshold"
        case OtherFilter(stage=stage):
            words = stage.kind
        case _:
            words = type(variation).__name__
    return words.replace("_", " ")


def ask_variation(parent: QWidget, found: dict[str, list[Variation]]) -> Variation | None:
    """Let the user choose what is different in the branch; None if nothing."""
    dialog = QDialog(parent)
    dialog.setWindowTitle(text("command.compare"))
    form = QFormLayout(dialog)
    question = QLabel(text("compare.ask"))
    question.setWordWrap(True)
    form.addRow(question)
    box = QComboBox()
    choices = [v for variations in found.values() for v in variations]
    for kind, variations in found.items():
        for variation in variations:
            box.addItem(f"{text(f'compare.{kind}')}: {words_of(variation)}")
    form.addRow(box)
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
    buttons.accepted.connect(dialog.accept)
    buttons.rejected.connect(dialog.reject)
    form.addRow(buttons)
    return choices[box.currentIndex()] if choices and dialog.exec() == QDialog.DialogCode.Accepted else None


@dataclass(frozen=True)
class Comparison:
    """A running session and its branch.

    Parameters
    ----------
    twin
        Steps the branch with the session.
    running, branch
        What both have done; the columns of the branch begin at its first tick.
    name
        What is different.
    column, feature, unit
        The trained feature: its place, name and unit.
    """

    twin: Twin
    running: History
    branch: History
    name: str
    column: int
    feature: str
    unit: str


def begin_comparison(engine: Engine, session: Session, variation: Variation) -> Comparison:
    """Branch a session between two ticks; the engine's thread steps both from now on.

    Raises
    ------
    ConfigError
        When the variation does not fit.
    """
    running, recorder = engine.history, engine.recorder
    assert running is not None
    protocol = session.protocol
    names = tuple(session.pipeline.specs)
    branch = History({}, names, session.rule.condition_names, protocol.update_interval_s)
    with running.lock:
        recent = {name: ring.newest(ring.capacity) for name, ring in running.streams.items()}
    seed = 0 if recorder is None else recorder.plan.seed
    twin = Twin(session, variation, branch, engine.past, recent, seed)
    engine.follow(twin)
    trained = protocol.rule.trained
    unit = unit_words(session.pipeline.specs[trained].unit, trained)
    return Comparison(twin, running, branch, words_of(variation), names.index(trained), trained, unit)


class _Plot(PlotPanel):
    """A plot with a line for the running session and a dashed one for the branch."""

    def __init__(
        self,
        look: Look,
        title: str,
        y_label: str,
        n_lines: int = 2,
        y_range: tuple[float, float] | None = None,
    ) -> None:
        super().__init__(look, title, text("compare.time"), y_label)
        self._scaled = y_range is None
        if y_range is not None:
            self.plot.setYRange(*y_range, padding=0.05)
            low, high = y_range
            ticks = [(value, f"{value:g}") for value in (low, 0.5 * (low + high), high)]
            self.plot.getAxis("left").setTicks([ticks])
        self.plot.getAxis("left").enableAutoSIPrefix(False)  # the label names the unit
        self.lines = [pg.PlotCurveItem() for _ in range(n_lines)]
        for line in self.lines:
            self.plot.addItem(line)
        self.set_look(look)

    def set_look(self, look: Look) -> None:
        super().set_look(look)
        dashes = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine)
        self.plot.getAxis("left").setWidth(round(_AXIS_WIDTH * look.size_px("ticks")))
        colors = _colors(look) if len(self.lines) > 1 else (look.palette.text,)
        for line, color, dash in zip(self.lines, colors, dashes, strict=False):
            line.setPen(QPen(QColor(color), 0, dash))

    def draw(self, t: Float, *rows: Float) -> None:
        """Draw the lines; flat ones keep a scale on which they are seen to be flat."""
        for line, y in zip(self.lines, rows, strict=True):
            line.setData(t, y, connect="finite")
        self.plot.setXRange(float(t[0]), max(float(t[-1]), float(t[0]) + 10.0), padding=0)
        if self._scaled:
            low, high = min(float(np.nanmin(y)) for y in rows), max(float(np.nanmax(y)) for y in rows)
            self.plot.setYRange(low, max(high, low + 0.1), padding=0.05)

    def refresh(self, history: History) -> None:
        """Do nothing: the view draws."""


class CompareView(QWidget):
    """Shows both branches.

    Parameters
    ----------
    look
        Theme and sizes.
    comparison
        What is shown.

    Attributes
    ----------
    summary
        The line of numbers above the plots.
    seconds
        How long both have gone on [s].
    """

    def __init__(self, look: Look, comparison: Comparison) -> None:
        super().__init__()
        self.comparison, self.look = comparison, look
        self.seconds = 0.0
        self.summary = QLabel()
        self.summary.setWordWrap(True)
        self.setStatusTip(text("tip.compare"))
        axis = f"{named('name', comparison.feature)} [{comparison.unit}]"
        self.feature = _Plot(look, text("compare.feature"), axis)
        self.rate = _Plot(look, text("compare.rate"), text("compare.rate_axis"), y_range=(0.0, 100.0))
        self.difference = _Plot(look, text("compare.difference"), axis, n_lines=1)
        column = QVBoxLayout(self)
        column.addWidget(self.summary)
        for plot, stretch in ((self.feature, 3), (self.rate, 2), (self.difference, 2)):
            column.addWidget(plot, stretch)
        self.set_look(look)

    def set_look(self, look: Look) -> None:
        """Take another theme or size."""
        self.look = look
        for plot in (self.feature, self.rate, self.difference):
            plot.set_look(look)
        self.summary.setFont(look.font("title", bold=True))

    def refresh(self) -> None:
        """Draw what is new."""
        c = self.comparison
        first, dt = c.twin.first_tick, c.running.update_interval_s
        with c.running.lock, c.branch.lock:
            stop = min(c.running.ticks.total - first, c.branch.ticks.total)
            if stop < 2:
                return
            n = min(stop, round((_SHOWN_S + _RATE_S) / dt))
            a, b = c.running, c.branch
            both = [(h.features.read(at)[1][c.column, :n], h.ticks.read(at)[1][:, :n])
                    for h, at in ((a, first + stop - n), (b, stop - n))]  # fmt: skip
        n = min(features.size for features, _ in both)
        self.seconds = stop * dt
        t: Float = np.arange(stop - n + 1, stop + 1, dtype=np.float64) * dt
        seen = slice(max(0, n - round(_SHOWN_S / dt)), None)
        (fa, ta), (fb, tb) = both
        shown = [_running_mean(ticks[TICK_ROWS.index("shown"), :n], round(_RATE_S / dt)) for ticks in (ta, tb)]
        self.feature.draw(t[seen], fa[:n][seen], fb[:n][seen])
        self.rate.draw(t[seen], 100 * shown[0][seen], 100 * shown[1][seen])
        self.difference.draw(t[seen], (fb[:n] - fa[:n])[seen])
        reward = TICK_ROWS.index("reward")
        names = (text("compare.running"), c.name)
        told = [text("compare.since", seconds=self.seconds)]
        for sign, line, color, name, ticks, y in zip(
            "●○", ("solid", "dashed"), _colors(self.look), names, (ta, tb), shown, strict=True
        ):
            words = {"sign": sign, "color": color, "name": name, "line": text(f"compare.{line}")}
            n_rewards = round(float(ticks[reward].sum()))
            told.append(text("compare.branch", **words, n=n_rewards, shown=f"{y[-1]:.0%}"))
        self.summary.setText("&nbsp;&nbsp;&nbsp; ".join(told))


def _colors(look: Look) -> tuple[str, str]:
    """Return the colours of the running session and of the branch."""
    return look.palette.signal, look.palette.invalid


def _running_mean(x: Float, n: int) -> Float:
    """Return the mean of the newest n values at each place, of all where there are fewer."""
    total = np.concatenate([[0.0], np.cumsum(x)])
    stop = np.arange(1, x.size + 1)
    start = np.maximum(stop - n, 0)
    mean: Float = (total[stop] - total[start]) / (stop - start)
    return mean
