"""The truth behind an estimate: covered until somebody has predicted, then drawn beside it, with error and delay."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPen, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from neurosim.core.spec import Float
from neurosim.session.agreement import agreement
from neurosim_gui.look import Look
from neurosim_gui.panels.panel import PlotPanel
from neurosim_gui.rings import History
from neurosim_gui.texts import text
from neurosim_gui.units import named, unit_words

if TYPE_CHECKING:
    from neurosim.session.session import Session

_SHOWN_S = 10.0
#: What lies around question and answers [px].
_BESIDE_PX = 40
#: What error and delay are measured over [s], and how often.
_OVER_S, _EVERY_S = 30.0, 1.0
#: Edges of the delays to choose from in the prediction [s].
DELAYS_S = (0.05, 0.15, 0.3)


@dataclass(frozen=True)
class TruthSource:
    """Where the truth about a feature is.

    Parameters
    ----------
    stream, columns, fs, unit
        The stream, its channels, whose mean it is, its rate [Hz] and unit.
    column, feature, feature_unit
        The place of the feature among the features, its name and unit.
    """

    stream: str
    columns: tuple[int, ...]
    fs: float
    unit: str
    column: int
    feature: str
    feature_unit: str

    @property
    def same_unit(self) -> bool:
        """Whether estimate and truth can be told from one axis."""
        return self.unit == self.feature_unit


def truth_source(session: Session) -> TruthSource | None:
    """Return where the truth about the trained feature is; None where nothing true is known.

    A feature about a rhythm has that of the rhythm's true envelope. Another one has a stream of the truth with a
    channel of the same name, in the same unit.
    """
    protocol, specs = session.protocol, session.source.specs
    name = protocol.rule.trained
    column = [feature.name for feature in protocol.features].index(name)
    feature, unit = protocol.features[column], session.pipeline.specs[name].unit
    own = {c for source in feature.sources.values() for c in source.channels}
    for stream, spec in specs.items():
        if feature.truth:
            found = (c.partition("_")[0] == feature.truth and stream == "truth/eeg_envelope" for c in spec.ch_names)
        else:
            found = (c in own and stream.startswith("truth/") and spec.unit == unit for c in spec.ch_names)
        if columns := tuple(np.flatnonzero(list(found)).tolist()):
            return TruthSource(stream, columns, spec.fs, spec.unit, column, name, unit)
    return None


class TruthPanel(PlotPanel):
    """The estimate, and once revealed the truth as a dotted line, with correlation, delay and error as numbers.

    Parameters
    ----------
    look
        Theme and sizes.
    source
        Where the truth is.
    update_interval_s
        Length of a tick [s].

    Attributes
    ----------
    revealed
        Whether the truth is seen.
    predicted
        The number of the delay that was predicted, from 0; None before.
    """

    tab = "truth"

    def __init__(self, look: Look, source: TruthSource, update_interval_s: float) -> None:
        unit = unit_words(source.feature_unit)
        super().__init__(look, text("truth.title"), text("truth.time"), f"{named('name', source.feature)} [{unit}]")
        self.source = source
        self.revealed = False
        self.predicted: int | None = None
        self._dt = update_interval_s
        self._measured_at = -np.inf
        self._estimate, self._truth = pg.PlotCurveItem(), pg.PlotCurveItem()
        self._name = pg.TextItem(text("truth.line"), anchor=(1.0, 1.0))
        for item in (self._estimate, self._truth, self._name):
            self.plot.addItem(item)
        self.plot.setXRange(-_SHOWN_S, 0.0, padding=0)
        self.words = QLabel(text("truth.question"))
        self.words.setWordWrap(True)
        self.words.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.choices = QWidget()
        row = QHBoxLayout(self.choices)
        row.setContentsMargins(0, 0, 0, 0)
        self.buttons = [QPushButton(words) for words in _delay_words()]
        for number, button in enumerate(self.buttons):
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.setStatusTip(text("truth.predict", words=button.text()))
            button.clicked.connect(lambda _=False, number=number: self.predict(number))
            row.addWidget(button)
        self._said = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._said.addWidget(self.words, 1)
        self._said.addWidget(self.choices)
        self.body.addLayout(self._said)
        self.set_look(look)
        self.set_revealed(False)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 Qt's name
        """Put question and answers beside each other where there is room: the plot needs the height."""
        super().resizeEvent(event)
        question = self.words.fontMetrics().horizontalAdvance(text("truth.question"))
        beside = question + self.choices.sizeHint().width() + _BESIDE_PX < self.width()
        direction = QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom
        self._said.setDirection(direction)

    def predict(self, number: int) -> None:
        """Take a prediction of the delay, and reveal the truth."""
        self.predicted = number
        self.set_revealed(True)

    @property
    def truth(self) -> str:
        return self.source.stream

    @property
    def covered(self) -> bool:
        return not self.revealed

    def set_revealed(self, revealed: bool) -> None:
        self.revealed = revealed
        self._measured_at = -np.inf
        self._truth.setVisible(revealed)
        self._name.setVisible(revealed)
        self.choices.setVisible(not revealed)
        self.words.setText(text("truth.measuring") if revealed else text("truth.question"))
        if not revealed:
            self._truth.setData([], [])

    def set_look(self, look: Look) -> None:
        super().set_look(look)
        colors = look.palette
        self._estimate.setPen(pg.mkPen(colors.feature, width=1))
        self._truth.setPen(QPen(QColor(colors.truth), 0, Qt.PenStyle.DotLine))
        self._name.setColor(colors.truth)
        self._name.setFont(look.font("words", bold=True))
        self.words.setFont(look.font())
        for button in self.buttons:
            button.setFont(look.font())

    def refresh(self, history: History) -> None:
        n = round(_OVER_S / self._dt)
        with history.lock:
            estimate = history.features.newest(n)[self.source.column]
            total = history.features.total
            truth = self._true(history, total, estimate.size) if self.revealed else None
        if not estimate.size:
            return
        seen = min(estimate.size, round(_SHOWN_S / self._dt))
        t = (np.arange(seen) - seen + 1) * self._dt
        self._estimate.setData(t, estimate[-seen:], connect="finite")
        if truth is None:
            return
        drawn = truth[-seen:]
        if not self.source.same_unit:  # one axis, two units: drawn so that both swing alike
            drawn = _swung_alike(drawn, estimate[-seen:])
        self._truth.setData(t, drawn, connect="finite")
        if np.isfinite(drawn[-1]):
            self._name.setPos(0.0, float(drawn[-1]))
        if (total * self._dt) - self._measured_at >= _EVERY_S:
            self._measured_at = total * self._dt
            self._measure(estimate, truth)

    def _true(self, history: History, total: int, n: int) -> Float:
        """Return the truth at the ends of the newest ticks ``(n,)``; NaN where it is no longer kept."""
        ring = history.streams[self.source.stream]
        ends = np.arange(total - n + 1, total + 1) * self._dt * self.source.fs
        at = np.maximum(np.ceil(ends - 1e-9).astype(int) - 1, 0)
        start, kept = ring.read(int(at[0]))
        values: Float = np.full(n, np.nan)
        there = (at >= start) & (at - start < kept.shape[1])
        values[there] = kept[list(self.source.columns)].mean(axis=0)[at[there] - start]
        return values

    def _measure(self, estimate: Float, truth: Float) -> None:
        found = agreement(estimate, truth, self._dt)
        if found is None:
            return
        parts = [text("truth.found", r=found.correlation, ms=1000 * found.delay_s, over=estimate.size * self._dt)]
        if self.source.same_unit:
            parts.append(text("truth.error", error=found.error, unit=unit_words(self.source.unit)))
        if self.predicted is not None:
            right = int(np.searchsorted(DELAYS_S, found.delay_s)) == self.predicted
            parts.append(text("truth.right" if right else "truth.wrong", said=_delay_words()[self.predicted]))
        self.words.setText(" ".join(parts))


def _delay_words() -> list[str]:
    first, *_, last = DELAYS_S
    between = [text("truth.between", low=1000 * low, high=1000 * high) for low, high in pairwise(DELAYS_S)]
    return [text("truth.below", high=1000 * first), *between, text("truth.above", low=1000 * last)]


def _swung_alike(truth: Float, estimate: Float) -> Float:
    kept = np.isfinite(truth) & np.isfinite(estimate)
    if not kept.any() or truth[kept].std() == 0:
        return truth
    alike: Float = estimate[kept].mean() + (truth - truth[kept].mean()) * (estimate[kept].std() / truth[kept].std())
    return alike
