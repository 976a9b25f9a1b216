"""How late this machine is: a timer, the work of a tick, and LSL from another process to the feedback."""

from __future__ import annotations

import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from neurosim.core.spec import Float
from neurosim.core.timeline import TickGrid
from neurosim.feedback.protocol import TrainingProtocol
from neurosim.session.plan import plan_sessions
from neurosim.session.run import run
from neurosim.session.session import Session
from neurosim.session.simulate import simulate
from neurosim.session.tick import Sink, Tick
from neurosim.signals.live.device import Device
from neurosim.signals.live.feed import Feed
from neurosim.signals.live.liblsl import load_lsl
from neurosim.signals.live.lsl import LSL
from neurosim.signals.live.source import LiveSource

FS, N_CHANNELS, CHUNK = 256.0, 19, 4
_SETTLE_S = 3.0  # until what has come while the session was prepared is worked off

# Another process, and none of our code. Each chunk is stamped when it is pushed.
_SENDER = """
import sys, time
import numpy as np
from mne_lsl.lsl import StreamInfo, StreamOutlet, local_clock, set_config_content
set_config_content(sys.argv[1])
name, fs, n_channels, chunk = sys.argv[2], float(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5])
info = StreamInfo(name, "EEG", n_channels, fs, "float32", name)
info.set_channel_names(sys.argv[6].split(","))
info.set_channel_types("eeg")
info.set_channel_units("microvolts")
outlet = StreamOutlet(info, chunk_size=chunk)
print("ready", flush=True)
rows = np.random.default_rng(1).normal(0.0, 10.0, (4096, chunk, n_channels)).astype(np.float32)
began, k = local_clock(), 0
while True:
    k += 1
    time.sleep(max(0.0, began + k * chunk / fs - local_clock()))
    outlet.push_chunk(rows[k % 4096], timestamp=local_clock())
"""


@dataclass(frozen=True, eq=False)
class Latency:
    """How late something was, many times.

    Parameters
    ----------
    name
        Of what.
    seconds
        Each time [s].
    """

    name: str
    seconds: Float

    @property
    def median_s(self) -> float:
        """The usual one [s]."""
        return float(np.median(self.seconds))

    @property
    def p99_s(self) -> float:
        """What one in a hundred exceeds [s]."""
        return float(np.percentile(self.seconds, 99))


def timer_lateness(duration_s: float = 5.0, interval_s: float = 1 / 64) -> Latency:
    """Measure how late a thread wakes from sleeping until a moment."""
    due, late = time.monotonic(), []
    for _ in range(max(1, round(duration_s / interval_s))):
        due += interval_s
        time.sleep(max(0.0, due - time.monotonic()))
        late.append(time.monotonic() - due)
    return Latency("timer: late by", np.array(late))


def tick_work(protocol: TrainingProtocol, n_ticks: int = 1000) -> Latency:
    """Measure how long a step of a session of the default subject takes: body, pipeline, rule."""
    plan = plan_sessions(protocol, seed=0)
    session = Session(plan.protocol, plan.source, plan.actors)
    took: list[float] = []
    while len(took) < n_ticks and not session.finished:
        began = time.perf_counter()
        session.step()
        took.append(time.perf_counter() - began)
    return Latency("a tick of the simulated session", np.array(took[len(took) // 10 :]))


class _Watch(Device):
    """A device that remembers when its newest sample was pushed."""

    def __init__(self, device: Device) -> None:
        super().__init__(device.name, device.fs, device.channels)
        self._device, self.pushed_s = device, 0.0

    def pull(self, n_most: int, timeout_s: float) -> tuple[Float, Float]:
        rows, stamps = self._device.pull(n_most, timeout_s)
        if len(stamps):
            self.pushed_s = float(stamps[-1])
        return rows, stamps

    def now(self) -> float:
        return self._device.now()

    def flush(self) -> None:
        self._device.flush()


class _Ages(Sink):
    """Notes how old the newest sample is when the feedback is there."""

    def __init__(self, watch: _Watch) -> None:
        self._watch = watch
        self.ages: list[float] = []

    def write(self, tick: Tick) -> None:
        self.ages.append(self._watch.now() - self._watch.pushed_s)


def lsl_latencies(protocol: TrainingProtocol, duration_s: float = 10.0) -> list[Latency]:
    """Measure from a sample pushed by another process, over loopback: to our feedback, to a raw inlet, to `StreamLSL`.

    A chunk is as long as a tick. What is measured is from the push of its last sample on, so it comes on top of the
    chunk's own length. The three follow each other, at the same sender.

    Parameters
    ----------
    protocol
        Whose feedback.
    duration_s
        Of each measurement [s].

    Raises
    ------
    UserError
        When LSL is not installed, or the stream does not come.
    """
    lsl = load_lsl()
    with _sender() as name:
        ours = Latency("LSL: sample pushed to feedback computed", _to_feedback(protocol, name, duration_s))
        raw = Latency("LSL: sample pushed to a raw inlet", _to_inlet(lsl, name, duration_s))
        peer = Latency("LSL: sample pushed to StreamLSL (2 ms)", _to_stream_lsl(lsl, name, duration_s))
    return [ours, raw, peer]


@contextmanager
def _sender() -> Iterator[str]:
    from neurosim.signals.eeg.eeg import EEG
    from neurosim.signals.live.liblsl import configuration

    name = f"neurosim-latency-{uuid.uuid4().hex[:8]}"
    names = ",".join(EEG().ch_names)
    command = [sys.executable, "-c", _SENDER, configuration(), name, *map(str, (FS, N_CHANNELS, CHUNK)), names]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        process.stdout.readline()
        yield name
    finally:
        process.kill()
        process.communicate()


def _to_feedback(protocol: TrainingProtocol, name: str, duration_s: float) -> Float:
    tick_s = CHUNK / FS
    protocol = protocol.model_copy(update={"update_interval_s": tick_s})
    simulate(protocol, seed=0, duration_s=1.0, keep="blocks")  # whatever is compiled or loaded is so before
    (device,) = LSL(stream=name, wait_s=30.0).open()
    watch = _Watch(device)
    session = Session(protocol, LiveSource([Feed(watch, gap_s=0.2, patience_s=30.0)], TickGrid(tick_s), ()))
    ages, settled_s = _Ages(watch), watch.now() + _SETTLE_S
    run(session, sinks=[ages], stop=lambda: watch.now() > settled_s)
    ages.ages.clear()
    run(session, sinks=[ages], stop=lambda: watch.now() > settled_s + duration_s)
    return np.array(ages.ages)


def _to_inlet(lsl: Any, name: str, duration_s: float) -> Float:
    inlet = lsl.StreamInlet(lsl.resolve_streams(10.0, name=name)[0])
    inlet.open_stream(10.0)
    inlet.flush()
    ages, until_s = [], lsl.local_clock() + duration_s
    while lsl.local_clock() < until_s:
        _, stamps = inlet.pull_chunk(1.0, CHUNK)
        if len(stamps):
            ages.append(lsl.local_clock() - stamps[-1])
    return np.array(ages)


def _to_stream_lsl(lsl: Any, name: str, duration_s: float) -> Float:
    from mne_lsl.stream import StreamLSL

    stream = StreamLSL(2.0, name=name).connect(acquisition_delay=0.002, timeout=10.0)
    ages, newest, until_s = [], -np.inf, lsl.local_clock() + duration_s
    while lsl.local_clock() < until_s:
        if not stream.n_new_samples:
            time.sleep(0.0002)
            continue
        _, stamps = stream.get_data(2.0 * CHUNK / FS)
        if stamps[-1] > newest:
            ages.append(lsl.local_clock() - stamps[-1])
            newest = stamps[-1]
    stream.disconnect()
    return np.array(ages)
