"""Streams at different rates in one session: a slow one gives no sample on some ticks and holds its last value."""

from __future__ import annotations

import numpy as np

from neurosim.core.drive import Drive
from neurosim.core.source import Source
from neurosim.core.spec import Samples, SignalSpec
from neurosim.core.timeline import TickGrid
from neurosim.dsp import DCBlock, PeakToPeak, Smooth
from neurosim.feedback import Block, Condition, Feature, FixedThreshold, Gate, Operant, TrainingProtocol
from neurosim.session import Session
from neurosim.session.memory import MemorySink
from neurosim.session.run import run

GRID = TickGrid(1 / 64)
RATES = {"eeg": 250.0, "temperature": 4.0, "emg": 1000.0}


class Counting(Source):
    """Every sample's value is its own index."""

    def __init__(self) -> None:
        super().__init__({name: SignalSpec(fs, ("x",), "uV") for name, fs in RATES.items()}, GRID)

    def generate(self, tick_index: int, drive: Drive) -> dict[str, Samples]:
        return {
            name: np.arange(
                GRID.first_sample(tick_index, fs), GRID.first_sample(tick_index + 1, fs), dtype=float
            )[None]
            for name, fs in RATES.items()
        }  # fmt: skip

    def rest(self, duration_s: float) -> None:
        pass


def test_each_stream_at_its_own_rate() -> None:
    protocol = TrainingProtocol(
        name="rates",
        title="Three rates",
        purpose="A test",
        features=tuple(Feature(name=name, stream=name, channels=("x",), stages=()) for name in RATES),
        rule=Operant(conditions=(Condition(feature="temperature", threshold=FixedThreshold(value=4.5)),)),
        blocks=(Block(name="all", kind="training", duration_s=4.0),),
    )
    memory = MemorySink()
    run(Session(protocol, Counting()), sinks=[memory])
    for name, fs in RATES.items():
        np.testing.assert_array_equal(memory.samples(name)[0], np.arange(4 * fs))
    eeg, temperature, emg = memory.features().T
    end_s = memory.start_s() + 1 / 64
    # The newest sample before the end of the tick: sample i stands at i / fs.
    np.testing.assert_array_equal(temperature, np.ceil(end_s * 4.0) - 1)
    np.testing.assert_array_equal(eeg, np.ceil(end_s * 250.0) - 1)
    np.testing.assert_array_equal(emg, np.ceil(end_s * 1000.0) - 1)
    # Sample 5 of the slow stream stands at 1.25 s: met from that tick on.
    assert end_s[memory.column("met").astype(bool)][0] - 1 / 64 == 1.25


def test_a_gate_on_a_slow_stream_lasts_while_it_gives_no_sample() -> None:
    protocol = TrainingProtocol(
        name="slow_gate",
        title="A gate on a slow stream",
        purpose="A test",
        features=(Feature(name="t", stream="temperature", channels=("x",), stages=(DCBlock(max_step=9), Smooth())),),
        gates=(Gate(stage=PeakToPeak(max_uv=1.5, window_s=2.0, hold_s=0.0), stream="temperature"),),
        rule=Operant(conditions=(Condition(feature="t", threshold=FixedThreshold(value=0)),)),
        blocks=(Block(name="all", kind="training", duration_s=4.0),),
    )
    memory = MemorySink()
    run(Session(protocol, Counting()), sinks=[memory])
    valid = memory.column("valid").astype(bool)
    # Samples 0, 1, 2 reach a peak-to-peak of 2 at 0.5 s; from then on every further one is as far away.
    assert valid[:32].all()
    assert not valid[32:].any()
