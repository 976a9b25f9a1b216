"""What treatment is to change: its course over the whole session, beside what it was before anything acted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPen
from PySide6.QtWidgets import QComboBox, QLabel

from neurosim.core.spec import Float
from neurosim.modulation.scores import SEIZURE_UV, stretches
from neurosim.session.metered import DEVICES
from neurosim_gui.devices import Device, scale_of
from neurosim_gui.look import Look
from neurosim_gui.panels.panel import PlotPanel
from neurosim_gui.rings import History
from neurosim_gui.texts import text
from neurosim_gui.units import after_number

_EVERY_S, _WORDS_S = 0.2, 0.5
#: What is held against the time before anything acted: the mean of the newest [s].
_RECENT_S = 30.0
#: A reading above this counts as something given.
_ON = 1e-9


@dataclass(frozen=True)
class Target:
    """Something that treatment is to change.

    Parameters
    ----------
    name, label
        What it is called, and with its unit, for the axis.
    unit
        As it is written on the screen.
    stream, row
        Where it stands; no stream for a feature.
    discharges
        Whether it is the potential beside a focus, in which seizures are counted.
    """

    name: str
    label: str
    unit: str
    stream: str
    row: int
    discharges: bool = False


class TargetPanel(PlotPanel):
    """What the devices are to change: its course, its mean before anything acted, and how far it is from there.

    Parameters
    ----------
    look
        Theme and sizes.
    targets
        What can be looked at; the first one is at first.
    devices
        What acts.
    first_s
        Length of the first block, before which nothing has acted [s].
    """

    tab = "target"

    def __init__(self, look: Look, targets: Sequence[Target], devices: Sequence[Device], first_s: float) -> None:
        self._targets, self._devices, self._first_s = targets, devices, first_s
        self._scale = scale_of(devices[0])
        super().__init__(look, "", self._scale.label, targets[0].label)
        self.choice, self.told = QComboBox(), QLabel()
        self.choice.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.choice.setStatusTip(text("target.choose"))
        self.choice.addItems([target.name for target in targets])
        self.choice.setVisible(len(targets) > 1)
        self.head.addWidget(self.told)
        self.head.addWidget(self.choice)
        self._acting, self._curve = pg.PlotCurveItem(), pg.PlotCurveItem()
        self._before = pg.InfiniteLine(angle=0, movable=False)
        for item in (self._acting, self._curve, self._before):
            self.plot.addItem(item)
        self._before.setVisible(False)
        self.plot.enableAutoRange("y", False)
        self.choice.currentIndexChanged.connect(lambda _: self._choose())
        self._choose()
        self.set_look(look)

    @property
    def target(self) -> Target:
        """What is looked at."""
        return self._targets[self.choice.currentIndex()]

    def _choose(self) -> None:
        self.set_title(text("target.title", name=self.target.name))
        self.label_axis("left", self.target.label)
        self.hurry()

    def set_look(self, look: Look) -> None:
        super().set_look(look)
        colors = look.palette
        shade = QColor(colors.signal)
        shade.setAlpha(40)
        self._acting.setPen(None)
        self._acting.setBrush(shade)
        color, dash = (colors.truth, Qt.PenStyle.DotLine) if self.target.stream else (
            colors.feature, Qt.PenStyle.SolidLine)  # fmt: skip
        self._curve.setPen(QPen(QColor(color), 0, dash))
        self._before.setPen(QPen(QColor(colors.text), 0, Qt.PenStyle.DashLine))
        self.choice.setFont(look.font())

    def refresh(self, history: History) -> None:
        if not self.due("curve", _EVERY_S):
            return
        target, per_s = self.target, self._scale.per_s
        with history.lock:
            t, x = history.seconds.read(target.stream, target.row)
            given = sum(history.seconds.read(DEVICES, device.rows[0])[1] for device in self._devices)
        known = np.isfinite(x)
        if known.sum() < 2:
            return
        low, high = float(x[known].min()), float(x[known].max())
        around = max(0.1 * (high - low), 1e-3)
        low, high = 0.0 if 0.0 <= low < 0.6 * high else low - around, high + around
        self._curve.setData(t * per_s, x, connect="finite")
        acting = np.where(np.asarray(given) > _ON, high, low)
        self._acting.setFillLevel(low)
        self._acting.setData(t * per_s, acting)
        self.plot.setXRange(0.0, max(history.seconds.now_s, 10.0) * per_s, padding=0)
        self.plot.setYRange(low, high, padding=0)
        self._compare(t, x)

    def _compare(self, t: Float, x: Float) -> None:
        """Hold the last half minute against what was before anything acted."""
        before = x[t < self._first_s]
        if not before.size:
            return
        mean = float(np.nanmean(before))
        self._before.setVisible(True)
        self._before.setValue(mean)
        if not self.due("words", _WORDS_S):
            return
        unit = after_number(self.target.unit)
        if t[-1] < self._first_s + 1.0:
            self.told.setText(text("target.before", before=mean, unit=unit))
            return
        if self.target.discharges:
            before_n, since_n = (int(stretches(part < SEIZURE_UV).size) for part in (before, x[t >= self._first_s]))
            told = {"before": before_n, "now": since_n, "seconds": t[-1] - self._first_s}
            self.told.setText(text("target.seizures", **told))
            return
        recent = x[t > max(self._first_s, t[-1] - _RECENT_S)]
        now = float(np.nanmean(recent))
        change = 100.0 * (now / mean - 1.0) if abs(mean) > 1e-9 else 0.0
        self.told.setText(text("target.now", before=mean, now=now, unit=unit, change=change))
