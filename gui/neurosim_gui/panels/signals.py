"""The sweep of every stream: channel names at the left, scale bars with units at the right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QToolButton

from neurosim.core.spec import SignalSpec
from neurosim_gui.look import Look
from neurosim_gui.panels.panel import PlotPanel, follow
from neurosim_gui.rings import History
from neurosim_gui.sweep import TraceSweep
from neurosim_gui.texts import text
from neurosim_gui.units import Units, after_number, unit_words
from neurosim_gui.widgets import small_button

#: Half the height of a lane, in the unit of the stream, before the first look at the signal.
_USUAL = {"uV": 50.0, "mV": 1.0, "uS": 0.5, "degC": 0.2, "L": 0.5}
#: Units of signals that swing around a level that tells something; the others swing around 0.
_LEVELS = ("degC", "uS", "L", "a.u.", "mV")
#: Scale bars stand for one of these times a power of ten.
_ROUND = np.array([1.0, 2.0, 5.0, 10.0])
_RESCALE_S, _WORDS_S = 2.0, 1.0
#: How long what is written beside a trace looks back [s].
_AMPLITUDE_S = 1.0
#: Width of the plot against the sweep: scale bars stand behind it.
_WIDTH = 1.015


@dataclass
class _Group:
    """The traces of one stream."""

    stream: str
    spec: SignalSpec
    channels: list[int]
    sweep: TraceSweep
    scaled_at: float = -np.inf


class SignalsPanel(PlotPanel):
    """Sweep traces of some channels of the streams.

    Parameters
    ----------
    look
        Theme and sizes.
    streams
        What can be drawn, top to bottom.
    channels
        Which channels of each stream are drawn, by their position.
    sweep_s
        Length of the sweep [s].

    Attributes
    ----------
    gain
        How much larger than by themselves the traces are drawn.
    """

    tab = "signals"

    def __init__(
        self, look: Look, streams: Mapping[str, SignalSpec], channels: Mapping[str, list[int]], sweep_s: float = 10.0
    ) -> None:
        super().__init__(look, text("signals.title"), text("signals.axis_time"))
        self._streams, self.sweep_s, self.gain = dict(streams), sweep_s, 1.0
        self.shows = frozenset(streams)
        self._groups: list[_Group] = []
        self._levels: dict[tuple[str, int], str] = {}
        self._bars = pg.PlotCurveItem(connect="pairs")
        self.plot.addItem(self._bars)
        self.plot.showAxis("right")
        self._labels["right"] = ""
        self._add_controls(channels)
        self.show_channels(channels)
        self.set_look(look)
        self.canvas.resized.connect(self._tell)

    def _add_controls(self, channels: Mapping[str, list[int]]) -> None:
        smaller = small_button(text("signals.minus"), text("signals.smaller"))
        larger = small_button(text("signals.plus"), text("signals.larger"))
        smaller.clicked.connect(lambda: self.set_gain(self.gain / 2.0))
        larger.clicked.connect(lambda: self.set_gain(self.gain * 2.0))
        self.choice = small_button(text("signals.channels"), text("signals.choose"))
        self.choice.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu, self._actions = QMenu(self.choice), dict[tuple[str, int], QAction]()
        for stream, spec in self._streams.items():
            part = menu.addMenu(stream) if spec.n_channels > 1 else menu
            for i, name in enumerate(spec.ch_names):
                action = part.addAction(name)
                action.setCheckable(True)
                action.setChecked(i in channels.get(stream, ()))
                action.toggled.connect(self._choose)
                self._actions[stream, i] = action
        self.choice.setMenu(menu)
        for button in (smaller, larger, self.choice):
            self.head.addWidget(button)

    def choose(self, channels: Mapping[str, list[int]]) -> None:
        """Draw these channels, as if they had been chosen in the list."""
        for (stream, i), action in self._actions.items():
            action.blockSignals(True)
            action.setChecked(i in channels.get(stream, ()))
            action.blockSignals(False)
        self._choose()

    def _choose(self) -> None:
        chosen: dict[str, list[int]] = {}
        for (stream, i), action in self._actions.items():
            if action.isChecked():
                chosen.setdefault(stream, []).append(i)
        self.show_channels(chosen)

    @property
    def channels(self) -> dict[str, list[int]]:
        """The channels that are drawn, by stream."""
        return {group.stream: group.channels for group in self._groups}

    def show_channels(self, channels: Mapping[str, list[int]]) -> None:
        """Draw these channels, at least one."""
        chosen = {name: sorted(channels[name]) for name in self._streams if channels.get(name)}
        if not chosen:
            return
        for group in self._groups:
            self.plot.removeItem(group.sweep)
        n, above = sum(map(len, chosen.values())), 0
        self._groups = []
        for name, which in chosen.items():
            spec = self._streams[name]
            place = (1.0 - (above + len(which)) / n, 1.0 - above / n)
            sweep = TraceSweep(len(which), spec.fs, self.sweep_s, place)
            sweep.set_scale(np.full(len(which), _USUAL.get(spec.unit, 1.0)))
            self._groups.append(_Group(name, spec, which, sweep))
            self.plot.addItem(sweep)
            above += len(which)
        self.plot.setRange(xRange=(0, self.sweep_s * _WIDTH), yRange=(0, 1), padding=0)
        self.set_look(self.look)

    def set_gain(self, gain: float) -> None:
        """Draw the traces larger or smaller."""
        self.gain = min(max(gain, 1 / 64), 64.0)
        for group in self._groups:
            group.scaled_at = -np.inf

    def set_units(self, units: Units) -> None:
        super().set_units(units)
        self._tell()

    def set_look(self, look: Look) -> None:
        super().set_look(look)
        colors = look.palette
        for group in self._groups:
            shades = [colors.signal] * len(group.channels)
            group.sweep.set_look(colors.ground, shades, look.size_px("signal"))
        self.plot.getAxis("right").setTextPen(colors.faint)
        self._bars.setPen(pg.mkPen(colors.text, width=1))
        self._tell()

    def _tell(self) -> None:
        """Write the names at the left, and what the scale bars stand for at the right."""
        names, scales, bars = [], [], []
        n = sum(len(group.channels) for group in self._groups)
        lane_px = max(1.0, self.canvas.height() - 2.5 * self.look.size_px("ticks")) / n
        every = int(np.ceil(1.15 * self.look.size_px("ticks") / lane_px))
        lane, free = 0, 0  # which lane, and the first one that has room for the words of a scale bar
        for group in self._groups:
            for channel in group.channels:
                if lane % every == 0:
                    level = self._levels.get((group.stream, channel), "")
                    names.append((1.0 - (lane + 0.5) / n, f"{group.spec.ch_names[channel]} {level}".strip()))
                lane += 1
            middle = lane - 1 - len(group.channels) // 2
            if middle < free:
                continue
            free = middle + every
            at, unit = 1.0 - (middle + 0.5) / n, group.spec.unit
            shown = self.units.shown(np.array(group.sweep.half_range[0]), unit, change=True)
            scales.append((at, scale_words(float(shown), self._unit(unit))))
            bars += [at - 0.25 / n, at + 0.25 / n]
        self.plot.getAxis("left").setTicks([names])
        self.plot.getAxis("right").setTicks([scales])
        self._bars.setData(np.full(len(bars), self.sweep_s * (0.5 + 0.5 * _WIDTH)), np.array(bars))

    def _unit(self, unit: str) -> str:
        words = self.units.words(unit) if unit.startswith("degC") else unit_words(unit)
        return after_number(words)

    def refresh(self, history: History) -> None:
        told = self.due("levels", _WORDS_S) and self._measure(history)
        for group in self._groups:
            ring = history.streams[group.stream]
            if self._rescale(group, history):
                told = True
            found = follow(group.sweep, history, ring)
            if found is not None:
                group.sweep.append(found[0], found[1][0][group.channels])
        if told:
            self._tell()

    def _measure(self, history: History) -> bool:
        """Note the level of slow signals and the amplitude of muscles."""
        levels = {}
        for group in self._groups:
            unit = group.spec.unit
            if unit not in ("degC", "uS") and not (unit == "uV" and group.stream == "emg"):
                continue
            with history.lock:
                recent = history.streams[group.stream].newest(max(1, round(_AMPLITUDE_S * group.spec.fs)))
            if not recent.size:
                continue
            for channel in group.channels:
                x = recent[channel]
                if unit == "uV":
                    levels[group.stream, channel] = self.units.amplitude(x, unit)
                else:
                    value = float(self.units.shown(x[-1:], unit)[0])
                    levels[group.stream, channel] = f"{value:.2f} {self.units.words(unit)}"
        changed = levels != self._levels
        self._levels = levels
        return changed

    def _rescale(self, group: _Group, history: History) -> bool:
        """Let the traces fill their lanes: one scale for a stream, so that channels compare."""
        ring, spec = history.streams[group.stream], group.spec
        if (ring.total - group.scaled_at) / spec.fs < _RESCALE_S or ring.total < 2:
            return False
        first = group.scaled_at == -np.inf
        group.scaled_at = ring.total
        with history.lock:
            recent = ring.newest(group.sweep.n_columns)[group.channels]
        # An EEG may leave its lane for a blink; of an ECG all beats, which are some hundredths of the time, must fit.
        outside = 3.0 if group.stream == "eeg" else 0.5
        low, high = np.nanpercentile(recent, (outside, 100.0 - outside), axis=1)
        middle = 0.5 * (low + high) if spec.unit in _LEVELS else np.zeros_like(low)
        spread = max(float(np.max(np.maximum(high - middle, middle - low))), 0.05 * _USUAL.get(spec.unit, 1.0))
        half = nice_above(1.2 * spread / self.gain)
        now = group.sweep.half_range[0]
        strayed = np.abs(middle - group.sweep.middle).max() > 0.4 * half
        if first or half > now or half < 0.4 * now or strayed:
            group.sweep.set_scale(np.full(len(group.channels), half), middle)
            return True
        return False


def scale_words(size: float, unit: str) -> str:
    """Write what a scale bar stands for, without a power of ten.

    Examples
    --------
    >>> scale_words(1000.0, " µV"), scale_words(0.05, " °C")
    ('1000 µV', '0.05 °C')
    """
    return f"{size:.9g}{unit}"


def nice_above(x: float) -> float:
    """Return the smallest of 1, 2, 5 times a power of ten that is not below a number above 0."""
    ten = 10.0 ** np.floor(np.log10(x))
    return float(_ROUND[np.searchsorted(_ROUND, x / ten * (1 - 1e-9))] * ten)
