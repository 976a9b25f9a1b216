"""The sweep of every stream: channel names at the left, scale bars with units at the right."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg

from neurosim.core.spec import Float, SignalSpec
from neurosim_gui.look import Look
from neurosim_gui.panels.panel import PlotPanel, unit_words
from neurosim_gui.rings import History
from neurosim_gui.sweep import SweepItem
from neurosim_gui.texts import text

#: Half the height of a lane, in the unit of the stream, before the first look at the signal.
_USUAL = {"uV": 50.0, "mV": 1.0, "uS": 1.0, "degC": 0.5, "1": 1.0}
#: Scale bars stand for one of these times a power of ten.
_ROUND = np.array([1.0, 2.0, 5.0, 10.0])
_LOOK_BACK_S = 5.0
_RESCALE_S = 2.0


class SignalsPanel(PlotPanel):
    """Sweep traces of some channels of one stream.

    Parameters
    ----------
    look
        Theme and sizes.
    stream, spec
        What is drawn.
    channels
        Indices of the channels, top to bottom.
    sweep_s
        Length of the sweep [s].
    """

    def __init__(self, look: Look, stream: str, spec: SignalSpec, channels: list[int], sweep_s: float = 10.0) -> None:
        super().__init__(look, text("signals.title"), text("signals.axis_time"))
        self.stream, self.spec, self.channels = stream, spec, channels
        self.sweep = SweepItem(len(channels), spec.fs, sweep_s, [look.palette.signal] * len(channels))
        self._drawn = 0
        self._scaled_at = -np.inf
        self._auto = True
        self.plot.addItem(self.sweep)
        self.plot.setRange(xRange=(0, sweep_s), yRange=(0, 1), padding=0)
        self.plot.getAxis("left").setTicks([self._names()])
        self.plot.showAxis("right")
        self.sweep.set_scale(np.full(len(channels), _USUAL.get(spec.unit, 1.0)))
        self._bars = pg.BarGraphItem(x0=[], x1=[], y0=[], y1=[])
        self.set_look(look)

    def _names(self) -> list[tuple[float, str]]:
        n = len(self.channels)
        return [(1.0 - (i + 0.5) / n, self.spec.ch_names[c]) for i, c in enumerate(self.channels)]

    def _scales(self) -> list[tuple[float, str]]:
        n, unit = len(self.channels), unit_words(self.spec.unit)
        return [(1.0 - (i + 0.5) / n, f"±{half:g} {unit}") for i, half in enumerate(self.sweep.half_range)]

    def set_gain(self, half_range: float | None) -> None:
        """Let half a lane stand for so much, in the unit of the stream; None to follow the signal."""
        self._auto = half_range is None
        if half_range is not None:
            self.sweep.set_scale(np.full(len(self.channels), half_range))
            self._tell_scale()

    def _tell_scale(self) -> None:
        self.plot.getAxis("right").setTicks([self._scales()])

    def set_look(self, look: Look) -> None:
        super().set_look(look)
        colors = look.palette
        self.sweep.set_look(colors.ground, [colors.signal] * len(self.channels), look.size_px("signal"))
        right = self.plot.getAxis("right")
        right.setPen(colors.faint)
        right.setTextPen(colors.faint)
        right.setStyle(tickFont=look.font("ticks"))
        self._tell_scale()

    def refresh(self, history: History) -> None:
        ring = history.streams[self.stream]
        with history.lock:
            start, x = ring.read(self._drawn)
            total = ring.total
        if total == self._drawn:
            return
        if self._auto and (total - self._scaled_at) / self.spec.fs >= _RESCALE_S:
            with history.lock:
                recent = ring.newest(round(_LOOK_BACK_S * self.spec.fs))
            self._rescale(recent[self.channels], total)
        self._drawn = total
        self.sweep.append(start, x[self.channels])

    def _rescale(self, recent: Float, total: int) -> None:
        """Let the traces fill their lanes: one scale for a stream, so that channels compare."""
        self._scaled_at = total
        low, middle, high = np.nanpercentile(recent, (1.0, 50.0, 99.0), axis=1)
        slow = self.spec.unit in ("degC", "uS")
        self.sweep.set_middle(middle if slow or self.spec.unit != "uV" else np.zeros_like(middle))
        spread = float(np.max(np.maximum(high - middle, middle - low)))
        half = nice_above(max(1.25 * spread, 0.02 * _USUAL.get(self.spec.unit, 1.0)))
        now = self.sweep.half_range[0]
        if half > now or half < 0.4 * now:
            self.sweep.set_scale(np.full(len(self.channels), half))
            self._tell_scale()


def nice_above(x: float) -> float:
    """Return the smallest of 1, 2, 5 times a power of ten that is not below a number above 0."""
    ten = 10.0 ** np.floor(np.log10(x))
    return float(_ROUND[np.searchsorted(_ROUND, x / ten * (1 - 1e-9))] * ten)
