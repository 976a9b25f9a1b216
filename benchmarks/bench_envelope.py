"""What a chunk costs in each envelope stage: 32 channels, 16 samples at 256 Hz, after calibration.

Beside them SciPy filters each channel by a complex FIR filter of the same length, as the recommended stage does, with
the state kept from chunk to chunk. The goal for five bands and an envelope together is 25 us. Run with
``python -m pytest benchmarks -q``.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture
from scipy import signal

from neurosim.core.spec import Float, SignalSpec, time_last
from neurosim.core.stage import StageConfig
from neurosim.dsp import (
    AREnvelope,
    DemodulatedEnvelope,
    Envelope,
    FFTEnvelope,
    FIREnvelope,
    OscillatorEnvelope,
    RectifiedEnvelope,
    WeightedFIREnvelope,
    WelchEnvelope,
)

FS, N_CHANNELS, N_TIMES = 256.0, 32, 16
SPEC = SignalSpec(FS, tuple(f"E{i + 1}" for i in range(N_CHANNELS)), "uV")
CONFIGS: dict[str, StageConfig] = {
    kind.__name__: kind.model_validate({"low_hz": 8.0, "high_hz": 12.0})
    for kind in (WeightedFIREnvelope, FIREnvelope, AREnvelope, OscillatorEnvelope, DemodulatedEnvelope,
                 RectifiedEnvelope, Envelope, FFTEnvelope, WelchEnvelope)
}  # fmt: skip

_best_s: dict[str, float] = {}


def noise(n_times: int, seed: int) -> Float:
    return time_last(np.random.default_rng(seed).normal(0.0, 10.0, (n_times, N_CHANNELS)))


def ours(config: StageConfig) -> Callable[[Float], Float]:
    stage = config.prepare(SPEC)
    stage.process(noise(round(20 * FS), 1))
    stage.calibrate()
    return stage.process


def scipys() -> Callable[[Float], Float]:
    taps = FIREnvelope(low_hz=8, high_hz=12).unweighted_taps(FS)
    state = np.zeros((N_CHANNELS, len(taps) - 1), dtype=np.complex128)

    def process(x: Float) -> Float:
        nonlocal state
        y, state = signal.lfilter(taps, [1.0], x, zi=state)
        magnitude: Float = np.abs(y)
        return magnitude

    return process


def test_both_do_the_same_work() -> None:
    one, other = FIREnvelope(low_hz=8, high_hz=12).prepare(SPEC).process, scipys()
    for seed in range(50):
        x = noise(N_TIMES, seed)
        np.testing.assert_allclose(one(x), other(np.ascontiguousarray(x)), rtol=1e-9, atol=1e-12)


@pytest.mark.benchmark(group="envelope: 32 channels x 16 samples")
@pytest.mark.parametrize("which", ["SciPy", *CONFIGS])
def test_envelope(which: str, benchmark: BenchmarkFixture, capsys: pytest.CaptureFixture[str]) -> None:
    process = scipys() if which == "SciPy" else ours(CONFIGS[which])
    pieces = [noise(N_TIMES, seed) for seed in range(64)]
    if which == "SciPy":
        pieces = [np.ascontiguousarray(x) for x in pieces]
    at = iter(range(1 << 60))
    benchmark(lambda: process(pieces[next(at) % len(pieces)]))
    if benchmark.stats is None:  # --benchmark-disable
        return
    _best_s[which] = benchmark.stats["median"]
    with capsys.disabled():
        ratio = f", {_best_s['SciPy'] / _best_s[which]:.1f} times faster than SciPy" if "SciPy" in _best_s else ""
        print(f"\n{which}: {1e6 * _best_s[which]:.1f} us a chunk{ratio}")
