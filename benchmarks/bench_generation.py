"""EEG in real-time pieces, beside neurodsp making whole signals at once.

A sample of neurosim is background and all rhythms with bursts, mixed to the sensors; one of neurodsp's
`sim_combined` is a power law and one bursting oscillation, one of `sim_powerlaw` the background alone, each made
channel by channel and without correlation between them.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from neurodsp.sim import sim_combined, sim_powerlaw
from pytest_benchmark.fixture import BenchmarkFixture

from neurosim import EEG, Body
from neurosim.core.drive import NEUTRAL
from neurosim.core.timeline import TickGrid
from neurosim.signals.eeg.mixing import SENSORS_1020

FS, DURATION_S, EXPONENT = 256.0, 60.0, 1.2
UPDATE_INTERVAL_S = 1 / 8


def neurosim(n_channels: int) -> None:
    grid = TickGrid(UPDATE_INTERVAL_S)
    eeg = EEG(fs=FS, ch_names=SENSORS_1020[:n_channels], exponent=EXPONENT)
    body = Body(eeg=eeg).prepare(grid, seed=1, subjects=(0,), batch_shape=())
    for tick in range(grid.n_ticks(DURATION_S)):
        body.generate(tick, NEUTRAL)


def neurodsp_combined(n_channels: int) -> None:
    components = {
        "sim_powerlaw": {"exponent": -EXPONENT},
        "sim_bursty_oscillation": {"freq": 10, "burst_def": "prob"},
    }
    for _ in range(n_channels):
        sim_combined(DURATION_S, FS, components)


def neurodsp_powerlaw(n_channels: int) -> None:
    for _ in range(n_channels):
        sim_powerlaw(DURATION_S, FS, exponent=-EXPONENT)


@pytest.mark.filterwarnings("default")  # neurodsp's own
@pytest.mark.benchmark(group="EEG generation, 60 s")
@pytest.mark.parametrize("n_channels", [1, 19])
@pytest.mark.parametrize("make", [neurosim, neurodsp_combined, neurodsp_powerlaw], ids=lambda f: f.__name__)
def test_generation(
    make: Callable[[int], None],
    n_channels: int,
    benchmark: BenchmarkFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    benchmark.pedantic(make, args=(n_channels,), rounds=5, warmup_rounds=1)
    if benchmark.stats is None:  # --benchmark-disable
        return
    rate = n_channels * FS * DURATION_S / benchmark.stats["min"]
    benchmark.extra_info["samples_per_s"] = round(rate)
    with capsys.disabled():
        print(f"\n{make.__name__}, {n_channels} channels: {rate / 1e6:.2f} million samples per second")
