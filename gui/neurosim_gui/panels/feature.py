"""What is trained: the feature, its threshold, the rewards, and where the input could not be trusted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from neurosim.core.spec import Float
from neurosim_gui.look import Look
from neurosim_gui.panels.panel import PlotPanel, follow
from neurosim_gui.rings import TICK_ROWS, History
from neurosim_gui.sweep import FeatureSweep
from neurosim_gui.texts import text
from neurosim_gui.units import Units, after_number, named, steady

_SHOWN_S, _SLOW_S = 30.0, 120.0
_WORDS_S, _SCALE_S = 0.2, 1.0
_REWARD, _VALID = TICK_ROWS.index("reward"), TICK_ROWS.index("valid")


class FeaturePanel(PlotPanel):
    """A feature over the last half minute; over two minutes where an update takes longer than 0.1 s.

    Parameters
    ----------
    look
        Theme and sizes.
    title
        A plain sentence.
    name, unit
        Of the feature.
    column
        Where it stands among the features.
    condition
        Where its condition stands among the conditions; None when no rule asks for it.
    update_interval_s
        Length of a tick [s].
    rewarded
        Whether rewards are marked.
    acts
        Whether a device acts above the threshold, and nobody earns a reward.
    set_threshold
        What dragging the threshold does, with its value in the feature's unit; None for one that is not set by hand.
    """

    tab = "feature"

    def __init__(
        self, look: Look, title: str, name: str, unit: str, column: int, condition: int | None,
        update_interval_s: float, *, rewarded: bool = True, acts: bool = False,
        set_threshold: Callable[[float], None] | None = None,
    ) -> None:  # fmt: skip
        super().__init__(look, title, text("feature.time"), "")
        self.name, self._unit = name, unit
        self.shows = frozenset({name})
        self._column, self._condition, self._rewarded = column, condition, rewarded
        self._line = "threshold" if acts else "goal"
        if acts or condition is None:
            self.setStatusTip(text("panel.feature_acts" if acts else "panel.feature_only"))
        self.sweep_s = _SHOWN_S if update_interval_s < 0.1 else _SLOW_S
        self.sweep = FeatureSweep(1.0 / update_interval_s, self.sweep_s)
        self._set_threshold = set_threshold
        self.handle = pg.InfiniteLine(angle=0, movable=True) if set_threshold is not None else None
        self.now = QLabel()
        self.now.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.head.addWidget(self.now)
        self.plot.addItem(self.sweep)
        if self.handle is not None:
            self.plot.addItem(self.handle)
            self.handle.sigPositionChangeFinished.connect(lambda line: self.drag_to(float(line.value())))
        self.plot.setXRange(0.0, self.sweep_s, padding=0)
        self.plot.enableAutoRange("y", False)
        self._low, self._top = 0.0, 0.0
        self._threshold = float("nan")
        self.set_units(Units())
        self.set_look(look)

    @property
    def tab_words(self) -> str:
        return named("name", self.name)

    def drag_to(self, shown: float) -> None:
        """Set the threshold by hand to a value as it is written on the axis."""
        if self._set_threshold is not None:
            self._set_threshold(self.units.measured(shown, self._unit))

    def set_units(self, units: Units) -> None:
        super().set_units(units)
        self.label_axis("left", f"{named('name', self.name)} [{units.words(self._unit, self.name)}]")
        self._top = 0.0

    def set_look(self, look: Look) -> None:
        super().set_look(look)
        c = look.palette
        self.sweep.set_look(c.ground, c.feature, c.threshold, c.reward, c.invalid, look.size_px("feature"))
        if self.handle is not None:
            self.handle.setPen(pg.mkPen(c.threshold, style=Qt.PenStyle.DashLine))
            self.handle.setHoverPen(pg.mkPen(c.signal, width=1))
        self.now.setStyleSheet(f"color: {c.feature};")

    def refresh(self, history: History) -> None:
        if not history.features.total:
            return
        if self._top == 0.0 or self.due("scale", _SCALE_S):
            self._scale(history)
        found = follow(self.sweep, history, history.features, history.thresholds, history.ticks)
        if found is None:
            return
        start, (features, thresholds, ticks) = found
        n = features.shape[1]
        rule = np.full(n, np.nan) if self._condition is None else self._shown(thresholds[self._condition])
        rewards = ticks[_REWARD] if self._rewarded else np.zeros(n)
        self.sweep.append(start, np.stack([self._shown(features[self._column]), rule, rewards, ticks[_VALID]]))
        if self.due("words", _WORDS_S):
            self._tell(float(self._shown(features[self._column])[-1]), float(rule[-1]), bool(ticks[_VALID, -1] > 0.5))

    def _shown(self, x: Float) -> Float:
        return self.units.shown(x, self._unit)

    def _tell(self, value: float, threshold: float, valid: bool) -> None:
        digits = 4 if self._unit == "degC" else 3  # hundredths of a degree are what is trained
        large = f"font-size: {self.look.size_px('number')}px; font-weight: bold"
        words = text("feature.now", value=f'<span style="{large}">{steady(value, digits)}</span>')
        if np.isfinite(threshold):
            words += " · " + text(f"feature.{self._line}", value=steady(threshold, digits))
        words += after_number(self.units.words(self._unit, self.name))
        self.now.setText(words if valid else text("feature.not_trusted"))
        self.body.activate()  # other words have their room before they are painted
        if self.handle is not None and np.isfinite(threshold) and not self.handle.moving:
            self.handle.setValue(threshold)

    def _scale(self, history: History) -> None:
        n = self.sweep.n_columns
        with history.lock:
            values = self._shown(history.features.newest(n)[self._column])
            valid = history.ticks.newest(n)[_VALID] > 0.5
            rule = None if self._condition is None else self._shown(history.thresholds.newest(n)[self._condition])
        seen: Any = values[valid] if valid.any() else values
        low, high = float(np.nanpercentile(seen, 0.5)), float(np.nanpercentile(seen, 99.5))
        if rule is not None and np.isfinite(rule).any():
            low, high = min(low, float(np.nanmin(rule))), max(high, float(np.nanmax(rule)))
        # From zero where that costs little of the height: a power tells by its share of it.
        low, high = (0.0, high * 1.15) if 0.0 <= low < 0.6 * high else _widened(low, high)
        spread = high - low
        grown = low < self._low - 0.02 * spread or high > self._top + 0.02 * spread
        if self._top == 0.0 or grown or spread < 0.6 * (self._top - self._low):
            self._low, self._top = low, high
            self.sweep.set_range(low, high)
            self.plot.setYRange(low, high, padding=0)


def _widened(low: float, high: float) -> tuple[float, float]:
    constant = 0.1 * abs(high) or 1.0
    around = max(0.15 * (high - low), 0.002 * abs(high)) if high > low else constant
    return low - around, high + around
