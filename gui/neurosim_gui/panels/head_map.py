"""Where on the head the trained band is strong."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QWidget

from neurosim.core.errors import ConfigError
from neurosim.core.spec import Float
from neurosim.signals.eeg.mixing import SENSORS_1020, sphere_mixing, unit
from neurosim_gui.look import Look
from neurosim_gui.panels.color_bar import ColorBar
from neurosim_gui.panels.panel import Panel
from neurosim_gui.panels.signals import nice_above
from neurosim_gui.panels.spectrum import Psd
from neurosim_gui.rings import History
from neurosim_gui.sweep import color_table, colored
from neurosim_gui.texts import text
from neurosim_gui.units import unit_words

_PIXELS = 48
_WINDOW_S, _EVERY_S, _TAU_S = 1.0, 0.25, 1.0
#: The head's outline lies just beyond the lowest sensors of the 10-20 system (F7, T7), this share of their angle.
_BEYOND = 1.05
#: Distance at which a sensor counts half as much as one at a pixel [rad]; smooths the map.
_NEAR_RAD = 0.2


def flat_positions(ch_names: tuple[str, ...]) -> Float | None:
    """Return where sensors stand on a head seen from above ``(channel, 2)``: its rim is 1; None for unknown names.

    Azimuthal equidistant around Cz: the distance from the middle is the angle from there. The table's axes are those
    of the nasion and the ears, where Cz stands a little in front of the top.
    """
    try:
        at = _with_cz_on_top(ch_names)
    except ConfigError:
        return None
    rim = _BEYOND * float(_from_top(_with_cz_on_top(SENSORS_1020)).max())
    away, around = _from_top(at) / rim, np.arctan2(at[:, 1], at[:, 0])
    return np.stack([away * np.cos(around), away * np.sin(around)], axis=1)


def _with_cz_on_top(ch_names: tuple[str, ...]) -> Float:
    mixing = sphere_mixing()
    x, y, z = unit(mixing.positions(ch_names)).T
    _, ahead, up = unit(mixing.positions(("Cz",)))[0]
    tilt = np.arctan2(ahead, up)
    return np.stack([x, y * np.cos(tilt) - z * np.sin(tilt), y * np.sin(tilt) + z * np.cos(tilt)], axis=1)


def _from_top(at: Float) -> Float:
    angle: Float = np.arccos(np.clip(at[:, 2], -1.0, 1.0))
    return angle


def weights(at: Float, n: int) -> Float:
    """Return how the pixels ``(n * n, channel)`` of a map follow from its sensors: by inverse squared distance.

    Rows run from the nose backwards; pixels outside the head are NaN.
    """
    across = (np.arange(n) + 0.5) / n * 2.0 - 1.0
    x, y = np.meshgrid(across, -across)
    squared = (x[..., None] - at[:, 0]) ** 2 + (y[..., None] - at[:, 1]) ** 2
    share: Float = 1.0 / (squared + _NEAR_RAD**2) ** 2
    share /= share.sum(axis=-1, keepdims=True)
    share[np.hypot(x, y) > 1.0] = np.nan
    return share.reshape(n * n, -1)


class HeadMapPanel(Panel):
    """Band power over the head, over about a second.

    Parameters
    ----------
    look
        Theme and sizes.
    stream, fs, unit
        Of the EEG; the rate in Hz.
    channels, at
        Indices of the channels that have a place, and where ``(channel, 2)``.
    band
        Edges of the band [Hz].
    """

    tab = "head_map"

    def __init__(
        self, look: Look, stream: str, fs: float, unit: str, channels: list[int], at: Float, band: tuple[float, float]
    ) -> None:
        super().__init__(look, text("head_map.title", low=band[0], high=band[1]))
        self._stream, self._channels, self._fs = stream, channels, fs
        self._density = Psd(fs, _WINDOW_S, band)
        self._width_hz = 1.0 / _WINDOW_S
        self._power: Float | None = None
        self._top = 0.0
        self.map = _Map(look, at)
        self.bar = ColorBar(look, self.map.colors, text("head_map.bar", unit=unit_words(f"{unit}^2")))
        row = QHBoxLayout()
        row.addWidget(self.map, 1)
        row.addWidget(self.bar)
        self.body.addLayout(row, 1)
        self.set_look(look)

    def set_look(self, look: Look) -> None:
        super().set_look(look)
        self.map.set_look(look)
        self.bar.set_look(look)

    def refresh(self, history: History) -> None:
        ring = history.streams[self._stream]
        if ring.total < self._density.n or not self.due("map", _EVERY_S):
            return
        with history.lock:
            x = ring.newest(self._density.n)[self._channels]
        power = self._density(x).sum(axis=-1) * self._width_hz
        share = 1.0 - np.exp(-_EVERY_S / _TAU_S)
        self._power = power if self._power is None else self._power + share * (power - self._power)
        top = nice_above(max(float(self._power.max()), 1e-3))
        if top > self._top or top < 0.3 * self._top:
            self._top = top
            self.bar.set_range(0.0, top)
        self.map.show_values(self._power, self._top)


class _Map(QWidget):
    """A head seen from above, nose up."""

    def __init__(self, look: Look, at: Float) -> None:
        super().__init__()
        self._look, self._at, self.colors = look, at, color_table()
        self._weights = weights(at, _PIXELS)
        self._values, self._top = np.full(len(at), np.nan), 1.0
        self.setMinimumSize(90, 90)

    def set_look(self, look: Look) -> None:
        self._look = look
        self.update()

    def show_values(self, values: Float, top: float) -> None:
        """Draw values ``(channel,)``; the last colour stands for `top`."""
        self._values, self._top = values, top
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 Qt's name
        """Draw the map, the outline with nose and ears, and the sensors."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        radius = 0.44 * min(self.width(), self.height())
        middle = QPointF(0.5 * self.width(), 0.52 * self.height())
        head = QRectF(middle.x() - radius, middle.y() - radius, 2.0 * radius, 2.0 * radius)
        pen = QPen(QColor(self._look.palette.text), 1.5)
        painter.setPen(pen)
        nose = [QPointF(middle.x() + dx * radius, middle.y() - dy * radius) for dx, dy in
                ((-0.12, 0.98), (0.0, 1.12), (0.12, 0.98))]  # fmt: skip
        painter.drawPolyline(nose)
        for side in (-1.0, 1.0):
            ear = QRectF(0.0, 0.0, 0.12 * radius, 0.4 * radius)
            ear.moveCenter(QPointF(middle.x() + side * 1.03 * radius, middle.y()))
            painter.drawEllipse(ear)
        outline = QPainterPath()
        outline.addEllipse(head)
        painter.fillPath(outline, QColor(self._look.palette.panel))
        if np.isfinite(self._values).any():
            picture = (self._weights @ self._values).reshape(_PIXELS, _PIXELS)
            painter.save()
            painter.setClipPath(outline)
            painter.drawImage(head, colored(np.nan_to_num(picture), self.colors, 0.0, self._top))
            painter.restore()
        painter.drawEllipse(head)
        # White with a dark rim, so that sensors are seen on every colour of the map.
        painter.setPen(QPen(QColor("black"), 1.0))
        painter.setBrush(QColor("white"))
        for x, y in self._at:
            painter.drawEllipse(QPointF(middle.x() + x * radius, middle.y() - y * radius), 2.5, 2.5)
