"""What disturbs the EEG: eyes, muscles, heart, electrodes and the power line, drawn from the events of the body.

Each kind is a function of absolute time and of addressed noise, with no memory, so that any cut gives the same
samples. It changes ``x (time, channel)`` of one subject in place. `KINDS`, at the end, names them all.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from neurosim.core.drive import DriveEvent
from neurosim.core.noise import SESSION_STRIDE
from neurosim.core.spec import Float
from neurosim.signals.body.organ import Given
from neurosim.signals.body.span import Span
from neurosim.signals.eeg.head import Head
from neurosim.signals.eeg.topography import Scalp
from neurosim.signals.heart.ecg import far_heart

BLINK_S = 0.4
_BLINK_RISE_S = 0.12
_SACCADE_S = 0.04
_AC_S = 0.7  # a step decays as behind a high-pass of 0.23 Hz
_SPIKE_S, _SPIKE_SHARE = 0.02, 0.2
_RAMP_S = 0.1
_THIRD_HARMONIC = 0.2
_SETTLING_S = (0.3, 2.0)
_FADE_S = 1.0
_DRIFT_KNOT_S, _SWING_KNOT_S = 4.0, 0.7
_T_HEIGHT = 0.25
_NO_HEART = np.zeros(1)
_ON = np.ones((1, 1))
_LOOSE_LEFT, _LOOSE_HUM, _LOOSE_SWING = 0.3, 0.5, 0.7


@dataclass(frozen=True)
class Moment:
    """An event of one subject, as far as it lies in a chunk.

    Attributes
    ----------
    event
        What happens.
    size
        Its amplitude.
    start
        The first sample.
    t
        Time since its beginning [s] ``(time,)``.
    heart
        The heart's course ``(time,)``, where the event is a picture of it.
    """

    event: DriveEvent
    size: float
    start: int
    t: Float
    heart: Float

    def window(self, ramp_s: float = _RAMP_S) -> Float:
        """Return how far it is on, 0 to 1 ``(time, 1)``, with smooth ramps at both ends."""
        duration_s = self.event.duration_s or 0.0
        if self.t[0] >= ramp_s and self.t[-1] <= duration_s - ramp_s:
            return _ON  # what the formula gives there, for nothing
        ramp = np.clip(np.minimum(self.t, duration_s - self.t) / min(ramp_s, duration_s / 2.0), 0.0, 1.0)
        window: Float = (0.5 - 0.5 * np.cos(np.pi * ramp))[:, None]
        return window


def blink_shape(t: Float) -> Float:
    """Return the potential of an eye blink of amplitude 1, ``t`` seconds after its onset.

    It rises for 0.12 s and falls for 0.28 s, both as half a cosine.
    """
    rising = 0.5 - 0.5 * np.cos(np.pi * np.clip(t / _BLINK_RISE_S, 0.0, 1.0))
    falling = 0.5 + 0.5 * np.cos(np.pi * np.clip((t - _BLINK_RISE_S) / (BLINK_S - _BLINK_RISE_S), 0.0, 1.0))
    result: Float = np.where((t >= 0) & (t < BLINK_S), np.minimum(rising, falling), 0.0)
    return result


def _blink(head: Head, now: Moment, x: Float) -> None:
    """Both eyes close and open; slower than usual in an event that lasts longer than usual."""
    pace = BLINK_S / (now.event.duration_s or BLINK_S)
    x += now.size * blink_shape(now.t * pace)[:, None] * head.scalp.blink


def _saccade(head: Head, now: Moment, x: Float) -> None:
    """The gaze jumps, which an AC amplifier forgets; the muscles give a spike as it starts (Keren et al. 2010)."""
    jump = (0.5 - 0.5 * np.cos(np.pi * np.clip(now.t / _SACCADE_S, 0.0, 1.0))) * np.exp(-now.t / _AC_S)
    spike = -_SPIKE_SHARE * abs(now.size) * np.sin(np.pi * np.clip(now.t / _SPIKE_S, 0.0, 1.0)) ** 2
    x += now.size * jump[:, None] * head.scalp.gaze + spike[:, None] * head.scalp.blink


def _jaw_clench(head: Head, now: Moment, x: Float) -> None:
    x += now.size * now.window() * head.muscles("jaw", now.start, len(x), head.scalp.jaw)


def _forehead_tension(head: Head, now: Moment, x: Float) -> None:
    x += now.size * now.window() * head.muscles("forehead", now.start, len(x), head.scalp.forehead)


def _mains(head: Head, now: Moment, x: Float) -> None:
    """Each electrode has a strength and a phase of its own, and there is a third harmonic."""
    size = now.size * now.window()
    for harmonic, share in ((1, 1.0), (3, _THIRD_HARMONIC)):
        wave = head.hum(harmonic, now.start, len(x))
        if wave is not None:
            sine, cosine = head.pick_up(harmonic)
            x += share * size * (wave[0] * sine + wave[1] * cosine)


def _electrode_pop(head: Head, now: Moment, x: Float) -> None:
    """One electrode jumps, and settles within a time constant of 0.3 to 2 s."""
    at = head.sensor(now.event)
    if at is not None:
        fast, slow = _SETTLING_S
        tau_s = fast * (slow / fast) ** float(head.chance("electrode_pop/settling", now.event)[0])
        left = np.clip(((now.event.duration_s or 0.0) + KINDS["electrode_pop"].tail_s - now.t) / _FADE_S, 0.0, 1.0)
        x[:, at] += now.size * np.exp(-now.t / tau_s) * left


def _drift(head: Head, now: Moment, x: Float) -> None:
    """Sweat and the slow potentials of metal: noise below 0.06 Hz, each electrode's own."""
    x += now.size * now.window(_FADE_S) * head.slow("drift", _DRIFT_KNOT_S, now.start, len(x))


def _heartbeat(head: Head, now: Moment, x: Float) -> None:
    """The heart's field, which reaches the head: an R and an S wave, and a T wave of a quarter."""
    x += now.size * now.window() * now.heart[:, None] * head.scalp.heart


def _loose_electrode(head: Head, now: Moment, x: Float) -> None:
    """Little is left of the signal; instead there are hum and slow swings."""
    at = head.sensor(now.event)
    if at is not None:
        on = now.window()[:, 0]
        x[:, at] *= 1.0 - (1.0 - _LOOSE_LEFT) * on
        x[:, at] += now.size * _LOOSE_SWING * on * head.slow("loose_electrode", _SWING_KNOT_S, now.start, len(x))[:, at]
        wave = head.hum(1, now.start, len(x))
        if wave is not None:
            x[:, at] += now.size * _LOOSE_HUM * on * wave[0, :, 0]


def _flat_electrode(head: Head, now: Moment, x: Float) -> None:
    """The amplifier shows a constant."""
    at = head.sensor(now.event)
    if at is not None:
        x[:, at] = now.size


@dataclass(frozen=True)
class Kind:
    """How a kind of event shows in the EEG: what draws it, and for how long after its end [s], below 5."""

    draw: Callable[[Head, Moment, Float], None]
    tail_s: float = 0.0


#: Everything that disturbs the EEG, in the order in which it is drawn: a bad contact spoils what is there already.
KINDS: dict[str, Kind] = {
    "blink": Kind(_blink),
    "saccade": Kind(_saccade, tail_s=4.0),
    "jaw_clench": Kind(_jaw_clench),
    "forehead_tension": Kind(_forehead_tension),
    "heartbeat": Kind(_heartbeat),
    "mains": Kind(_mains),
    "drift": Kind(_drift),
    "electrode_pop": Kind(_electrode_pop, tail_s=4.0),
    "loose_electrode": Kind(_loose_electrode),
    "flat_electrode": Kind(_flat_electrode),
}
_ORDER = {kind: i for i, kind in enumerate(KINDS)}


class Artifacts:
    """Draws the events of a span into the EEG.

    Parameters
    ----------
    fs
        Sampling rate [Hz].
    given
        Who it belongs to.
    scalp
        The sensors.
    """

    def __init__(self, fs: float, given: Given, scalp: Scalp) -> None:
        self._fs = fs
        self._heads = [Head(fs, given, subject, scalp) for subject in given.subjects]

    def start(self, session: int) -> None:
        """Begin a session."""
        for head in self._heads:
            head.base = session * SESSION_STRIDE

    def add(self, x: Float, start: int, span: Span) -> None:
        """Draw what goes on into ``x (time, subject, channel)``, from a sample on."""
        for event in sorted(span.of_kind(*KINDS), key=lambda e: _ORDER[e.kind]):
            kind = KINDS[event.kind]
            end_s = event.onset_s + (event.duration_s or 0.0) + kind.tail_s
            first = max(math.ceil(event.onset_s * self._fs) - start, 0)
            stop = len(x) if end_s == math.inf else min(math.ceil(end_s * self._fs) - start, len(x))
            if first >= stop:
                continue
            t = np.arange(start + first, start + stop) / self._fs - event.onset_s
            subjects = range(len(self._heads)) if event.subject is None else (event.subject,)
            hearts = self._hearts(start + first, stop - first, span) if event.kind == "heartbeat" else None
            for b in subjects:
                heart = _NO_HEART if hearts is None else hearts[:, b]
                now = Moment(event, event.amplitude or 0.0, start + first, t, heart)
                kind.draw(self._heads[b], now, x[first:stop, b])

    def _hearts(self, start: int, n_times: int, span: Span) -> Float | None:
        """Return the course of each heart; nothing for a body without one."""
        if "beats" not in span.inner:
            return None
        return far_heart(start, n_times, self._fs, span, _T_HEIGHT)
