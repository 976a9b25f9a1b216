"""Each signal of the body alone and all together, beside NeuroKit2 and neurodsp making whole signals at once.

neurosim makes them tick by tick for one subject or a hundred, from one state with its couplings; only the organs that a
signal needs are at work (breathing and heart for ECG, pulse and EMG). What is measured is generation, without preparing
the body. The others make one signal of one subject, without state, noise addresses or pieces: NeuroKit2's ECG by
ECGSYN, its breathing as a sine, and so on; neurodsp's EEG is a power law and one bursting oscillation, channel by
channel.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import neurokit2 as nk
import pytest
from neurodsp.sim import sim_combined
from pytest_benchmark.fixture import BenchmarkFixture

from neurosim import Body
from neurosim.core.drive import NEUTRAL
from neurosim.core.source import Source
from neurosim.core.timeline import TickGrid

DURATION_S = 64
SIGNALS = ("eeg", "ecg", "ppg", "respiration", "emg", "temperature", "skin_conductance")
WHOLE = "whole body"


def _neurodsp_eeg() -> None:
    components = {"sim_powerlaw": {"exponent": -1.2}, "sim_bursty_oscillation": {"freq": 10, "burst_def": "prob"}}
    for _ in range(19):
        sim_combined(DURATION_S, 256.0, components)


#: What makes a signal alike, and how many samples it makes.
PEERS: dict[str, tuple[str, Callable[[], Any], float]] = {
    "eeg": ("neurodsp sim_combined, 19 channels", _neurodsp_eeg, 19 * 256.0),
    "ecg": (
        "NeuroKit2 ecg_simulate, ecgsyn",
        lambda: nk.ecg_simulate(duration=DURATION_S, sampling_rate=250, method="ecgsyn", random_state=1),
        250.0,
    ),
    "ppg": (
        "NeuroKit2 ppg_simulate",
        lambda: nk.ppg_simulate(duration=DURATION_S, sampling_rate=64, random_state=1),
        64.0,
    ),
    "respiration": (
        "NeuroKit2 rsp_simulate",
        lambda: nk.rsp_simulate(duration=DURATION_S, sampling_rate=32, random_state=1),
        32.0,
    ),
    "emg": (
        "NeuroKit2 emg_simulate",
        lambda: nk.emg_simulate(duration=DURATION_S, sampling_rate=1000, random_state=1),
        1000.0,
    ),
    "skin_conductance": (
        "NeuroKit2 eda_simulate",
        lambda: nk.eda_simulate(duration=DURATION_S, sampling_rate=32, scr_number=3, random_state=1),
        32.0,
    ),
}


def _report(
    benchmark: BenchmarkFixture, capsys: pytest.CaptureFixture[str], name: str, subjects: int, samples_per_s: float
) -> None:
    """Note the speed: subject-seconds made per second, and samples."""
    if benchmark.stats is None:  # --benchmark-disable
        return
    shortest_s = benchmark.stats["min"]
    times = subjects * DURATION_S / shortest_s
    rate = subjects * samples_per_s * DURATION_S / shortest_s
    benchmark.extra_info.update({"times_real_time": round(times), "samples_per_s": round(rate)})
    with capsys.disabled():
        print(f"\n{name}: {times:,.0f} times real time, {rate / 1e6:.2f} million samples per second")


def _live(source: Source, n_ticks: int) -> None:
    for tick in range(n_ticks):
        source.generate(tick, NEUTRAL)


@pytest.mark.parametrize("tick_s", [1.0, 8.0])
@pytest.mark.parametrize("subjects", [1, 100])
@pytest.mark.parametrize("signal", [*SIGNALS, WHOLE])
def test_neurosim(
    signal: str, subjects: int, tick_s: float, benchmark: BenchmarkFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    benchmark.group = f"{signal}, 64 s"
    grid = TickGrid(tick_s)
    body = Body()

    def prepare() -> tuple[tuple[Source, int], dict[str, Any]]:
        shape = () if subjects == 1 else (subjects,)
        source = body.prepare(grid, seed=1, subjects=tuple(range(subjects)), batch_shape=shape)
        source.select(SIGNALS if signal == WHOLE else {signal})
        return (source, grid.n_ticks(DURATION_S)), {}

    source = prepare()[0][0]
    wanted = SIGNALS if signal == WHOLE else (signal,)
    samples_per_s = sum(source.specs[name].fs * source.specs[name].n_channels for name in wanted)
    benchmark.pedantic(_live, setup=prepare, rounds=3, warmup_rounds=1)
    _report(benchmark, capsys, f"{signal}, {subjects} subjects, ticks of {tick_s:g} s", subjects, samples_per_s)


@pytest.mark.filterwarnings("default")  # the others' own
@pytest.mark.parametrize("signal", PEERS)
def test_peer(signal: str, benchmark: BenchmarkFixture, capsys: pytest.CaptureFixture[str]) -> None:
    name, make, samples_per_s = PEERS[signal]
    benchmark.group = f"{signal}, 64 s"
    benchmark.pedantic(make, rounds=3, warmup_rounds=1)
    _report(benchmark, capsys, name, 1, samples_per_s)
