"""A session for others on the Lab Streaming Layer: its signals, features, feedback and markers."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from neurosim.core.event import SessionEvent
from neurosim.core.spec import Float, SignalSpec
from neurosim.session.session import Session
from neurosim.session.tick import Sink, Tick
from neurosim.signals.live.liblsl import load_lsl
from neurosim.signals.live.units import type_of

#: The channels of the stream of feedback.
FEEDBACK = ("value", "threshold", "shown", "reward", "valid")
_WORDS = {"uV": "microvolts", "mV": "millivolts", "uS": "microsiemens", "degC": "celsius"}
_BEHIND_S = 1.0
_GRACE_S = 0.2  # liblsl sends in threads of its own; what was pushed last is still on its way


class LSLOutlet(Sink):
    """Publishes what every tick brings.

    Streams: ``NAME-eeg`` and so on for each signal, with label, type, unit and position of each channel;
    ``NAME-features`` and ``NAME-feedback``, a sample a tick; ``NAME-markers`` for events, rewards among them. Samples
    are 64-bit, so that they arrive as they were made. Their stamps are regular: sample i of the session stands at
    i / fs from its start.

    Parameters
    ----------
    session
        Of one subject.
    name
        What the names of the streams begin with.
    truth
        Whether streams of the truth are published too.
    network
        Whether other computers may find them.

    Attributes
    ----------
    streams
        Names of all streams, each with what it is.

    Raises
    ------
    UserError
        When LSL is not installed.
    """

    def __init__(self, session: Session, name: str, *, truth: bool = False, network: bool = False) -> None:
        self._lsl = load_lsl(network=network)
        self._grid, self._live = session.grid, session.source.live
        self._begins_s: float | None = None
        self.streams: dict[str, str] = {}
        self._signals: dict[str, tuple[Any, float]] = {}
        for stream, spec in session.source.specs.items():
            if truth or not stream.startswith("truth/"):
                outlet = self._open(f"{name}-{stream}", type_of(stream), spec, list(spec.units))
                self._signals[stream] = outlet, spec.fs
        interval_s = session.protocol.update_interval_s
        measured = session.pipeline.specs
        features = SignalSpec(1.0 / interval_s, tuple(measured), "")
        self._features = self._open(f"{name}-features", "Features", features, [s.unit for s in measured.values()])
        unit = measured[session.protocol.rule.trained].unit
        feedback = SignalSpec(1.0 / interval_s, FEEDBACK, "")
        self._feedback = self._open(f"{name}-feedback", "Feedback", feedback, [unit, unit, "1", "1", "1"])
        info = self._lsl.StreamInfo(f"{name}-markers", "Markers", 1, 0.0, "string", f"neurosim-{name}-markers")
        self._markers = self._lsl.StreamOutlet(info)
        self.streams[f"{name}-markers"] = "events"

    def _open(self, name: str, kind: str, spec: SignalSpec, units: Sequence[str]) -> Any:
        info = self._lsl.StreamInfo(name, kind, spec.n_channels, spec.fs, "float64", f"neurosim-{name}")
        info.set_channel_names(list(spec.ch_names))
        info.set_channel_types(kind)
        info.set_channel_units([_WORDS.get(unit, unit) for unit in units])
        if kind == "EEG":
            _add_positions(info, spec.ch_names)
        info.desc.append_child("acquisition").append_child_value("manufacturer", "neurosim")
        self.streams[name] = f"{spec.n_channels} channel{'s' if spec.n_channels > 1 else ''}, {spec.fs:g} Hz"
        return self._lsl.StreamOutlet(info)

    def wait(self, timeout_s: float) -> bool:
        """Wait until somebody has subscribed to every signal; return whether that is so."""
        until_s = time.monotonic() + timeout_s
        return all(o.wait_for_consumers(max(0.0, until_s - time.monotonic())) for o, _ in self._signals.values())

    def write(self, tick: Tick) -> None:
        begins_s = self._begin(tick)
        for stream, (outlet, fs) in self._signals.items():
            first = self._grid.first_sample(tick.index, fs)
            x = np.ascontiguousarray(tick.samples[stream].T)
            _push(outlet, x, begins_s + (first + len(x) - 1) / fs)
        at_s = begins_s + self._grid.start_s(tick.index)
        f = tick.feedback
        _push(self._features, tick.features[None], at_s)
        _push(self._feedback, np.array([[f.value, f.threshold, f.shown, f.reward, f.valid]], dtype=np.float64), at_s)
        for event in tick.events:
            self.note(event)
        if f.reward:
            self._markers.push_sample(["reward"], at_s)

    def _begin(self, tick: Tick) -> float:
        """Return when the session began, on the clock of LSL; it begins later where it stood still [s]."""
        now_s, end_s = self._lsl.local_clock(), self._grid.start_s(tick.index + 1)
        if self._begins_s is None or (not self._live and now_s - (self._begins_s + end_s) > _BEHIND_S):
            self._begins_s = now_s - end_s
        return self._begins_s

    def note(self, event: SessionEvent) -> None:
        text = f"{event.kind}: {event.text}" if event.text else event.kind
        now_s = self._lsl.local_clock()
        self._markers.push_sample([text], now_s if self._begins_s is None else self._begins_s + event.onset_s)

    def close(self) -> None:
        time.sleep(_GRACE_S)
        del self._signals, self._features, self._feedback, self._markers


def _push(outlet: Any, x: Float, last_s: float) -> None:
    if len(x) == 1:
        outlet.push_sample(x[0], last_s)
    elif len(x):
        outlet.push_chunk(x, last_s)


def _add_positions(info: Any, ch_names: Sequence[str]) -> None:
    """Write where the sensors are, as XDF's metadata for EEG have it: X to the right, Y to the nose, Z up [mm]."""
    channel = info.desc.child("channels").child("channel")
    places = _places(ch_names)
    for name in ch_names:
        if name in places:
            location = channel.append_child("location")
            for axis, metres in zip("XYZ", places[name], strict=True):
                location.append_child_value(axis, f"{1000.0 * metres:.1f}")
        channel = channel.next_sibling("channel")


def _places(ch_names: Sequence[str]) -> Mapping[str, Float]:
    from neurosim.signals.eeg.mixing import sphere_mixing

    head = sphere_mixing()
    return {name: head.positions((name,))[0] for name in ch_names if name.lower() in head.row_of}
