"""Heart and breath on one time axis, beat by beat: what breathing at resonance is about."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QLabel, QWidget

from neurosim.core.chain import Chain
from neurosim.core.spec import Float, SignalSpec
from neurosim.core.stage import Stage
from neurosim.dsp import CoherenceRatio, ECGBeats, PPGBeats
from neurosim.dsp.body.resonance import list_beats
from neurosim_gui.look import Look
from neurosim_gui.panels.panel import Panel, PlotPanel
from neurosim_gui.panels.spectrum import Psd
from neurosim_gui.rings import History
from neurosim_gui.texts import text
from neurosim_gui.units import unit_words

_KEPT_S, _SHOWN_S = 150.0, 60.0
_EVERY_S, _SPECTRUM_S, _WORDS_S = 0.1, 2.0, 0.5
_BREATH_HZ = 8.0
_RESAMPLE_HZ, _WINDOW_S, _SHOWN_HZ = 4.0, 64.0, (0.02, 0.4)
#: Where slow breathing moves the heart, and where usual breathing does (Task Force 1996) [Hz].
_LF, _HF = (0.04, 0.15), (0.15, 0.4)
_DETECTORS = {"ecg": ECGBeats, "ppg": PPGBeats}


@dataclass
class Heart:
    """The beats of a stream as the window itself finds them, and the coherence of their intervals.

    Several panels share one; what is new is looked at once.

    Parameters
    ----------
    stream, spec
        The stream: ``ecg`` or ``ppg``.

    Attributes
    ----------
    at_s, ibi_s
        When the last beats were, and the interval before each ``(beat,)`` [s].
    now_s
        Up to when the signal is known [s].
    coherence
        The coherence ratio; None while there are too few beats.
    """

    stream: str
    spec: SignalSpec
    at_s: Float = field(default_factory=lambda: np.zeros(0))
    ibi_s: Float = field(default_factory=lambda: np.zeros(0))
    now_s: float = 0.0
    coherence: float | None = None

    def __post_init__(self) -> None:
        one = SignalSpec(self.spec.fs, self.spec.ch_names[:1], self.spec.unit)
        self._detector: Stage = Chain.of(_DETECTORS[self.stream]()).prepare(one)
        self._ratio: Stage = CoherenceRatio().prepare(self._detector.spec)
        self._next = 0
        self._last: Float | None = None

    def listen(self, history: History) -> None:
        """Take what is new of the signal."""
        ring = history.streams[self.stream]
        if ring.total == self._next:
            return
        with history.lock:
            start, x = ring.read(self._next)
        if start != self._next:  # it was not looked at for minutes
            self._detector.reset()
            self._ratio.reset()
            self._last = None
        beats = self._detector.process(np.ascontiguousarray(x[:1].T).T)
        ratio = self._ratio.process(beats)
        known = self._ratio.known is None or bool(self._ratio.known[-1])
        self.coherence = float(ratio[0, -1]) if known else None
        before = beats if self._last is None else np.column_stack([self._last, beats])
        at_s, ibi_s = list_beats(before, self.spec.fs)
        at_s = at_s + (start - (before.shape[1] - beats.shape[1])) / self.spec.fs
        self._last, self._next = beats[:, -1:].copy(), start + x.shape[1]
        self.now_s = self._next / self.spec.fs
        at_s, ibi_s = np.concatenate([self.at_s, at_s]), np.concatenate([self.ibi_s, ibi_s])
        recent = at_s > self.now_s - _KEPT_S
        self.at_s, self.ibi_s = at_s[recent], ibi_s[recent]


class HeartWavePanel(PlotPanel):
    """Heart rate from beat to beat with the breath on the same time axis.

    Parameters
    ----------
    look
        Theme and sizes.
    heart
        Finds the beats.
    breath, breath_spec
        The stream of breathing; None for none.
    """

    tab = "heart_wave"

    def __init__(self, look: Look, heart: Heart, breath: str | None, breath_spec: SignalSpec | None) -> None:
        super().__init__(look, text("heart.title"), text("feature.past"), text("heart.rate"))
        self.shows = frozenset({"heart_rate", *([breath] if breath is not None else ())})
        self._heart, self._breath, self._spec = heart, breath, breath_spec
        self._rate = pg.PlotCurveItem()
        self.swing = QLabel()
        self.head.addWidget(self.swing)
        self.plot.setXRange(-_SHOWN_S, 0.0, padding=0)
        self.plot.enableAutoRange("y", False)
        self._range = (50.0, 90.0)
        self.plot.setYRange(*self._range, padding=0)
        self._lungs = pg.PlotCurveItem()
        if breath_spec is not None:
            self._lung_box = self.add_right_axis(text("heart.volume", unit=unit_words(breath_spec.unit)))
            self._lung_box.addItem(self._lungs)
        self.plot.addItem(self._rate)
        self.set_look(look)

    def set_look(self, look: Look) -> None:
        super().set_look(look)
        # One pixel wide: what scrolls is drawn anew, and thick lines cost ten times as much.
        self._rate.setPen(pg.mkPen(look.palette.feature, width=1))
        self._lungs.setPen(pg.mkPen(look.palette.signal, width=1, style=Qt.PenStyle.DotLine))
        self.swing.setStyleSheet(f"color: {look.palette.feature};")

    def refresh(self, history: History) -> None:
        if not self.due("curve", _EVERY_S):
            return
        heart = self._heart
        heart.listen(history)
        shown = heart.at_s > heart.now_s - _SHOWN_S - 2.0
        rate = 60.0 / heart.ibi_s[shown]
        self._rate.setData(heart.at_s[shown] - heart.now_s, rate)
        if self._breath is not None and self._spec is not None:
            every = max(1, round(self._spec.fs / _BREATH_HZ))
            with history.lock:
                x = history.streams[self._breath].newest(round(_SHOWN_S * self._spec.fs))[0]
            # Counted from the end of the session so far, so that the same samples stay when it goes on.
            first = -history.streams[self._breath].total % every
            t = (np.arange(x.size) - x.size + 1) / self._spec.fs
            self._lungs.setData(t[first::every], x[first::every])
        if rate.size > 2 and self.due("scale", _WORDS_S):
            self._scale(rate)

    def _scale(self, rate: Float) -> None:
        low, high = 10.0 * np.floor(rate.min() / 10.0), 10.0 * np.ceil(rate.max() / 10.0)
        if (low, high) != self._range:
            self._range = (low, high)
            self.plot.setYRange(low, high, padding=0.02)
        recent = rate[-12:]
        self.swing.setText(text("heart.swing", bpm=float(recent.max() - recent.min())))


class IntervalsPanel(PlotPanel):
    """The time from beat to beat, a dot each, as high as it is long."""

    tab = "intervals"

    def __init__(self, look: Look, heart: Heart) -> None:
        super().__init__(look, text("intervals.title"), text("feature.past"), text("intervals.axis"))
        self.shows = frozenset({"ibi"})
        self._heart = heart
        self._dots = pg.ScatterPlotItem(symbol="o", size=6, pxMode=True)
        self._dots.setPen(None)
        self.plot.addItem(self._dots)
        self.plot.setXRange(-_SHOWN_S, 0.0, padding=0)
        self.plot.enableAutoRange("y", False)
        self._range = (0.0, 0.0)
        self.set_look(look)

    def set_look(self, look: Look) -> None:
        super().set_look(look)
        self._dots.setBrush(pg.mkBrush(look.palette.signal))

    def refresh(self, history: History) -> None:
        if not self.due("dots", _EVERY_S):
            return
        heart = self._heart
        heart.listen(history)
        shown = heart.at_s > heart.now_s - _SHOWN_S
        ibi_ms = 1000.0 * heart.ibi_s[shown]
        self._dots.setData(heart.at_s[shown] - heart.now_s, ibi_ms)
        if ibi_ms.size > 2 and self.due("scale", _WORDS_S):
            seen = 100.0 * np.floor(ibi_ms.min() / 100.0), 100.0 * np.ceil(ibi_ms.max() / 100.0)
            if seen != self._range:
                self._range = seen
                self.plot.setYRange(*seen, padding=0.05)


class IntervalSpectrumPanel(PlotPanel):
    """Spectrum of the intervals of the last minute, with the pace of the pacer marked."""

    tab = "intervals_spectrum"

    def __init__(self, look: Look, heart: Heart) -> None:
        super().__init__(
            look, text("intervals.spectrum"), text("spectrum.frequency"), text("spectrum.density", unit="ms²")
        )
        self._heart = heart
        self._density = Psd(_RESAMPLE_HZ, _WINDOW_S, _SHOWN_HZ, 4)
        self._curve = pg.PlotCurveItem()
        self._bands = [pg.LinearRegionItem(band, movable=False) for band in (_LF, _HF)]
        self._pace = pg.InfiniteLine(0.1, angle=90)
        self.told = QLabel()
        self.head.addWidget(self.told)
        for item in (*self._bands, self._curve, self._pace):
            self.plot.addItem(item)
        self._pace.hide()
        self.plot.setXRange(*_SHOWN_HZ, padding=0)
        self.plot.enableAutoRange("y", False)
        self.plot.getAxis("left").setTicks([[]])  # nothing to be read yet
        self._top = 0.0
        self.set_look(look)

    def set_look(self, look: Look) -> None:
        super().set_look(look)
        colors = look.palette
        for band, shade in zip(self._bands, (colors.feature, colors.grid), strict=True):
            color = QColor(shade)
            color.setAlpha(60)
            band.setBrush(color)
            for line in band.lines:
                line.setPen(pg.mkPen(shade))
        self._curve.setPen(pg.mkPen(colors.signal, width=1))
        self._pace.setPen(pg.mkPen(colors.threshold, style=Qt.PenStyle.DashLine))

    def refresh(self, history: History) -> None:
        if not self.due("curve", _SPECTRUM_S):
            return
        heart = self._heart
        heart.listen(history)
        pace = 0.0 if history.newest is None else history.newest.tick.feedback.cue.pacer_per_min
        self._pace.setVisible(pace > 0)
        self._pace.setValue(pace / 60.0)
        grid = heart.now_s - _WINDOW_S + np.arange(self._density.n) / _RESAMPLE_HZ
        there = heart.at_s.size >= 5 and heart.at_s[0] <= grid[0]
        paced = text("intervals.pacer", pace=pace) if pace else ""
        self.told.setText(paced if there else text("intervals.wait", now=max(0.0, heart.now_s), all=_WINDOW_S))
        if not there:
            return
        if not self._top:
            self.plot.getAxis("left").setTicks(None)
        psd = self._density(1000.0 * np.interp(grid, heart.at_s, heart.ibi_s))
        self._curve.setData(self._density.hz, psd)
        top = float(psd.max())
        if top > self._top or top < 0.4 * self._top:
            self._top = 1.2 * top
            self.plot.setYRange(0.0, self._top, padding=0)


class PacerPanel(Panel):
    """The pacer as a circle that grows while one breathes in, and the coherence of the heart's rhythm.

    Parameters
    ----------
    look
        Theme and sizes.
    heart
        Finds the beats.
    """

    tab = "pacer"

    def __init__(self, look: Look, heart: Heart) -> None:
        super().__init__(look, text("pacer.title"))
        self.shows = frozenset({"pacer", "coherence_ratio"})
        self._heart = heart
        self.circle = _Circle(look)
        self.coherence = QLabel(text("pacer.no_coherence"))
        self.coherence.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.coherence.setWordWrap(True)
        self.body.addWidget(self.circle, 1)
        self.body.addWidget(self.coherence)
        self.set_look(look)

    def set_look(self, look: Look) -> None:
        super().set_look(look)
        self.circle.set_look(look)

    def refresh(self, history: History) -> None:
        if history.newest is not None:
            cue = history.newest.tick.feedback.cue
            self.circle.show_phase(cue.pacer_per_min, cue.pacer_phase)
        if self.due("words", _WORDS_S):
            self._heart.listen(history)
            ratio = self._heart.coherence
            words = text("pacer.no_coherence") if ratio is None else text("pacer.coherence", ratio=ratio)
            self.coherence.setText(words)


class _Circle(QWidget):
    """Grows and shrinks with the pacer; says which way."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look, self._pace, self._size = look, 0.0, -1.0
        self._words = ""
        self.setMinimumSize(80, 80)

    def set_look(self, look: Look) -> None:
        self._look = look
        self.update()

    def show_phase(self, pace: float, phase: float) -> None:
        """Draw the pacer at a phase, 0 to 1: in for the first half, out for the second; a pace of 0 is none."""
        size = 0.5 - 0.5 * float(np.cos(2.0 * np.pi * phase)) if pace else 0.0
        words = text("pacer.none") if not pace else text("pacer.in" if phase < 0.5 else "pacer.out", pace=pace)
        if abs(size - self._size) > 0.004 or words != self._words:
            self._pace, self._size, self._words = pace, size, words
            self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 Qt's name
        """Return a usual size."""
        return QSize(160, 160)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 Qt's name
        """Draw the circle in its largest and present size, with the words below; without a pacer they stand in it."""
        painter, colors = QPainter(self), self._look.palette
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._look.font())
        line = 1.3 * self._look.size_px("words")
        room = min(self.width(), self.height() - line)
        middle = QPointF(0.5 * self.width(), 0.5 * (self.height() - line))
        painter.setPen(QPen(QColor(colors.faint if self._pace else colors.grid), 1.0))
        painter.drawEllipse(middle, 0.47 * room, 0.47 * room)
        if self._pace:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colors.signal))
            radius = (0.15 + 0.32 * self._size) * room
            painter.drawEllipse(middle, radius, radius)
        painter.setPen(QColor(colors.text))
        top = self.height() - line if self._pace else middle.y() - 0.5 * line
        place = QRectF(0.0, top, self.width(), line)
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, self._words)
