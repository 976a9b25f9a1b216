"""Five bands and one calibrated envelope of 32 channels, 16 samples at 256 Hz at a time, beside what others would do.

The goal is 25 us a chunk. The envelope is the recommended one, of one channel, as a protocol trains it; a second row
has it for all 32. `benchmarks.peers` has the others, who give the same five bands; they smooth otherwise, so that it is
the same feature by name and not the same estimator. Those that are not installed are timed in the same run in an
environment of their own, made in a temporary folder, and skipped with the reason where that cannot be done.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.peers import BANDS_HZ, FS, N_CHANNELS, NAMES, PEERS, chunks
from benchmarks.second_environment import PeerError, time_elsewhere
from neurosim.core.chain import Chain, Fork
from neurosim.core.spec import Float, SignalSpec, time_last
from neurosim.core.stage import StageConfig
from neurosim.dsp import BandPower, Pick, WeightedFIREnvelope

SPEC = SignalSpec(FS, NAMES, "uV")
OURS = {"neurosim": True, "neurosim, envelope of all 32": False}

_median_s: dict[str, float] = {}


def _ours(one_channel: bool) -> Callable[[Float], Any]:
    envelope = WeightedFIREnvelope(low_hz=8, high_hz=12, target_delay_s=0.1)
    last: StageConfig = Chain.of(Pick(ch_names=("E1",)), envelope) if one_channel else envelope
    bands = Fork(branches={name: BandPower(low_hz=low, high_hz=high) for name, (low, high) in BANDS_HZ.items()})
    stages = [bands.prepare(SPEC), last.prepare(SPEC)]
    for stage in stages:
        stage.process(time_last(np.random.default_rng(1).normal(0.0, 10.0, (round(30 * FS), N_CHANNELS))))
        stage.calibrate()

    def process(x: Float) -> Any:
        return [stage.process(x) for stage in stages]

    return process


def _installed(module: str) -> bool:
    try:
        return not module or find_spec(module) is not None
    except ModuleNotFoundError:  # of the package that it lies in
        return False


def _report(way: str, times_s: Float, capsys: pytest.CaptureFixture[str], where: str = "") -> dict[str, float]:
    _median_s[way] = float(np.median(times_s))
    p99_s, ratio = float(np.percentile(times_s, 99)), _median_s[way] / _median_s.get("neurosim", np.nan)
    with capsys.disabled():
        print(f"\n{way}{where}: median {1e6 * _median_s[way]:.1f} us a chunk, p99 {1e6 * p99_s:.1f}, "
              f"{ratio:.1f} times neurosim")  # fmt: skip
    return {"p99_us": 1e6 * p99_s, "times_neurosim": ratio}


@pytest.mark.filterwarnings("default")  # the others' own
@pytest.mark.benchmark(group="features: 32 channels x 5 bands and an envelope, 16 samples")
@pytest.mark.parametrize("way", [*OURS, *(name for name, peer in PEERS.items() if _installed(peer.module))])
def test_features(way: str, benchmark: BenchmarkFixture, capsys: pytest.CaptureFixture[str]) -> None:
    pieces, rounds, repeats = chunks(), 400, 5
    if way in OURS:  # each gets the layout that it works on
        process, pieces = _ours(OURS[way]), [time_last(np.ascontiguousarray(x.T)) for x in pieces]
    else:
        process, rounds, repeats = PEERS[way].make(), PEERS[way].rounds, PEERS[way].iterations
    at = iter(range(1 << 60))
    benchmark.pedantic(lambda: process(pieces[next(at) % 64]), rounds=rounds, iterations=repeats, warmup_rounds=3)
    if benchmark.stats is not None:  # not --benchmark-disable
        benchmark.extra_info.update(_report(way, np.array(benchmark.stats.stats.data), capsys))


@pytest.mark.timeout(900)  # pip takes its time
@pytest.mark.parametrize("name", [name for name, peer in PEERS.items() if not _installed(peer.module)])
def test_features_elsewhere(name: str, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]) -> None:
    if request.config.getoption("benchmark_disable"):
        pytest.skip("nothing is timed")
    try:
        times_s = time_elsewhere(name)
    except PeerError as error:
        pytest.skip(f"{name}: {error}")
    _report(name, np.array(times_s), capsys, " (in its own environment)")
