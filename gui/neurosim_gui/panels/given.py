"""What a device gives over the time of the session: current, pulses of a coil, a drug in the blood."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPen
from PySide6.QtWidgets import QComboBox

from neurosim.core.spec import Float
from neurosim.modulation.drug import DrugActor
from neurosim.modulation.magnetic import CoilActor
from neurosim.session.metered import DEVICES
from neurosim_gui.devices import Device, scale_of
from neurosim_gui.look import Look
from neurosim_gui.panels.by_hand import ByHand
from neurosim_gui.panels.panel import PlotPanel, fill_down
from neurosim_gui.rings import History
from neurosim_gui.texts import text
from neurosim_gui.widgets import Elided

_EVERY_S, _WORDS_S = 0.2, 0.5
#: What can be looked at: the newest seconds tick by tick, or the whole session second by second.
WINDOWS_S: tuple[float | None, ...] = (20.0, 120.0, None)
#: What an effect has room for at both sides, at least [%].
_LEAST_PERCENT = 5.0
_MINUTE_S, _HOUR_S = 60.0, 3600.0
#: Which reading tells what a device does, of each kind.
_EFFECT = {"stimulator": 0, "coil": 2, "drug": 1}


def choose_window(look: Look, chosen: float | None) -> QComboBox:
    """Return what chooses how much of the session is looked at."""
    choice = QComboBox()
    choice.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    choice.setStatusTip(text("given.choose"))
    choice.addItems([text("given.whole") if s is None else text("given.last", seconds=s) for s in WINDOWS_S])
    choice.setCurrentIndex(WINDOWS_S.index(chosen))
    choice.setFont(look.font())
    return choice


class GivenPanel(PlotPanel):
    """What devices of one kind give, filled below, and what they do, dashed, by an axis at the right.

    Parameters
    ----------
    look
        Theme and sizes.
    devices
        One stimulator or drug, or all coils.
    window_s
        How much is looked at first [s]; None for the whole session.
    by_hand
        What can be done to them here.
    """

    tab = "given"

    def __init__(
        self,
        look: Look,
        devices: Sequence[Device],
        window_s: float | None = None,
        by_hand: ByHand | None = None,
    ) -> None:
        first = devices[0]
        self._devices, self._scale = devices, scale_of(first)
        self._kind = "coil" if isinstance(first.actor, CoilActor) else "drug" if isinstance(
            first.actor, DrugActor) else "stimulator"  # fmt: skip
        self.name = first.name
        super().__init__(look, text(f"given.title_{self._kind}", name=first.name), self._scale.label,
                         text(f"given.{self._kind}"))  # fmt: skip
        self.shows = frozenset({DEVICES, DEVICES.removeprefix("truth/")})
        self.by_hand = by_hand
        self.choice, self.told = choose_window(look, window_s), Elided()
        self.put_below_title(self.told, *([] if by_hand is None else [by_hand]))
        self.head.addWidget(self.choice)
        self._curve, self._effect, self._doses = pg.PlotCurveItem(), pg.PlotCurveItem(), pg.ScatterPlotItem()
        self.plot.addItem(self._curve)
        self.plot.addItem(self._doses)
        self.plot.enableAutoRange("y", False)
        self._box: Any = None
        if self._kind != "stimulator":
            self._box = self.add_right_axis(text(f"given.{self._kind}_effect"))
            self._box.addItem(self._effect)
        self._top = 0.0
        self.choice.currentIndexChanged.connect(lambda _: self.hurry())
        self.set_look(look)

    @property
    def tab_words(self) -> str:
        return self.name

    def set_look(self, look: Look) -> None:
        super().set_look(look)
        colors = look.palette
        fill_down(self._curve, colors.signal)
        self._effect.setPen(QPen(QColor(colors.reward), 0, Qt.PenStyle.DashLine))
        self._doses.setBrush(pg.mkBrush(colors.text))
        self._doses.setPen(None)
        self._doses.setSymbol("t1")
        self._doses.setSize(look.size_px("marker"))
        self.choice.setFont(look.font())
        if self.by_hand is not None:
            self.by_hand.set_look(look)

    @property
    def window_s(self) -> float | None:
        """How much of the session is looked at [s]; None for all of it."""
        return WINDOWS_S[self.choice.currentIndex()]

    def _read(self, history: History) -> tuple[Float, Float, Float]:
        """Return the time that is looked at [s], what is given, and what it does; of several coils the sums."""
        first = [device.rows[0] for device in self._devices]
        last = [device.rows[_EFFECT[self._kind]] for device in self._devices]
        with history.lock:
            if self.window_s is None:
                seconds = history.seconds
                t = seconds.read(DEVICES, first[0])[0]
                given, effect = (sum(seconds.read(DEVICES, row)[1] for row in rows) for rows in (first, last))
                return t, np.asarray(given), np.asarray(effect)
            ring, tick_s = history.streams[DEVICES], history.update_interval_s
            start, x = ring.read(ring.total - round(self.window_s / tick_s))
        t = (start + np.arange(x.shape[1], dtype=np.float64)) * tick_s
        return t, x[first].sum(axis=0), x[last].sum(axis=0)

    def refresh(self, history: History) -> None:
        if not self.due("curve", _EVERY_S):
            return
        t, x, effect = self._read(history)
        if t.size < 2:
            return
        if self._kind == "coil":  # the mean of a tick, as pulses a second
            x = x / history.update_interval_s
        now_s = history.seconds.now_s
        start_s = 0.0 if self.window_s is None else max(0.0, now_s - self.window_s)
        end_s = now_s if self.window_s is None else start_s + self.window_s
        per_s = self._scale.per_s
        self._curve.setData(t * per_s, x)
        self.plot.setXRange(start_s * per_s, end_s * per_s, padding=0.0)
        self._fit_height(float(x.max()))
        if self._box is not None:
            if self._kind == "drug":
                effect = 100.0 * effect
            self._effect.setData(t * per_s, effect)
            low, high = float(effect.min()), float(effect.max())
            around = max(0.1 * (high - low), _LEAST_PERCENT)
            self._box.setYRange(min(low, 0.0) - around, max(high, 0.0) + around, padding=0)
        if self.due("words", _WORDS_S):
            if self.by_hand is not None:
                self.by_hand.tell()
            self._tell(history, now_s, float(x[-1]))

    def _fit_height(self, top: float) -> None:
        top = max(top, _full(self._devices[0]))
        if top > self._top:
            self._top = 1.15 * top
            self.plot.setYRange(0.0, self._top, padding=0)

    def _tell(self, history: History, now_s: float, newest: float) -> None:
        actor = self._devices[0].actor
        if isinstance(actor, CoilActor):
            with history.lock:
                given = sum(float(history.seconds.read(DEVICES, d.rows[0])[1].sum()) for d in self._devices)
                read = history.streams[DEVICES].newest(1)[:, 0]
            after = sum(float(read[device.rows[2]]) for device in self._devices)
            n = given * round(1.0 / history.update_interval_s)
            self.told.setText(text("given.told_coil", n=n, change=after))
        elif isinstance(actor, DrugActor):
            with history.lock:
                effect = float(history.streams[DEVICES].newest(1)[self._devices[0].rows[1], 0])
            self._mark_doses(actor, now_s)
            half, scale = actor.config.medicine.kinetics.half_life_h, _pace(actor)
            self.told.setText(text("given.told_drug", blood=newest, effect=effect, half=half, scale=scale))
        else:
            with history.lock:
                current = history.streams[DEVICES].newest(round(_MINUTE_S / history.update_interval_s))
            on = float((current[self._devices[0].rows[0]] > 0.0).mean())
            self.told.setText(text("given.told_stimulator", now=newest, on=on))

    def _mark_doses(self, actor: DrugActor, now_s: float) -> None:
        taken_h = np.array(actor.taken_h)
        start_h = actor.config.hours_per_s * now_s - actor.now_h  # of the session, on the clock of the drug
        session_h = taken_h + start_h
        kept = session_h >= 0.0
        per_h = self._scale.per_s / actor.config.hours_per_s
        self._doses.setData(session_h[kept] * per_h, np.zeros(int(kept.sum())))


def _full(device: Device) -> float:
    """Return what a device gives at least when it gives something: the height of its axis before it does."""
    actor = device.actor
    if isinstance(actor, CoilActor):
        return 1.0
    return (
        actor.config.medicine.usual_mg_per_l_at_70_kg
        if isinstance(actor, DrugActor)
        else max(actor.config.pulses.current_ma, 0.1)
    )


def _pace(actor: DrugActor) -> str:
    """Say how fast the drug's time goes."""
    per_s = actor.config.hours_per_s
    if per_s * _HOUR_S <= 1.0001:
        return text("given.real_time")
    return text("given.pace_hours", hours=60.0 * per_s) if per_s < 0.4 else text("given.pace_days", days=2.5 * per_s)
