"""The pipeline beside SciPy doing the same work: 32 channels x five bands at 256 Hz, 16 samples at once.

Both filter (Butterworth band-pass of order 2), square and smooth each channel in each band, with the state kept from
chunk to chunk. The goal is a fifth of SciPy's time. Run with ``python -m pytest benchmarks -q``.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture
from scipy import signal

from neurosim.core.chain import Fork
from neurosim.core.spec import Float, SignalSpec, time_last
from neurosim.dsp import BandPower
from neurosim.dsp.design import one_pole_gain

FS, N_CHANNELS, N_TIMES, TAU_S = 256.0, 32, 16, 0.25
BANDS_HZ = {"delta": (1, 4), "theta": (4, 8), "alpha": (8, 12), "smr": (12, 15), "beta": (15, 30)}

_best_s: dict[str, float] = {}


def ours() -> Callable[[Float], Float]:
    branches = {name: BandPower(low_hz=low, high_hz=high, tau_s=TAU_S) for name, (low, high) in BANDS_HZ.items()}
    spec = SignalSpec(FS, tuple(f"E{i + 1}" for i in range(N_CHANNELS)), "uV")
    return Fork(branches=branches).prepare(spec).process


def scipys() -> Callable[[Float], Float]:
    sos = [signal.butter(2, band, "bandpass", fs=FS, output="sos") for band in BANDS_HZ.values()]
    filtering = [np.zeros((len(s), N_CHANNELS, 2)) for s in sos]
    smoothing = [np.zeros((N_CHANNELS, 1)) for _ in sos]
    gain = one_pole_gain(TAU_S, FS)

    def process(x: Float) -> Float:
        powers = []
        for i, sections in enumerate(sos):
            y, filtering[i] = signal.sosfilt(sections, x, zi=filtering[i])
            y *= y
            power, smoothing[i] = signal.lfilter([gain], [1.0, gain - 1.0], y, zi=smoothing[i])
            powers.append(power)
        return np.concatenate(powers)

    return process


def chunks(n: int) -> list[Float]:
    return [time_last(part) for part in np.random.default_rng(1).normal(0.0, 10.0, (n, N_TIMES, N_CHANNELS))]


def test_both_do_the_same_work() -> None:
    one, other = ours(), scipys()
    for x in chunks(50):
        np.testing.assert_allclose(one(x), other(np.ascontiguousarray(x)), rtol=1e-9, atol=1e-12)


@pytest.mark.benchmark(group="pipeline: 32 channels x 5 bands x 16 samples")
@pytest.mark.parametrize("which", ["scipy", "neurosim"])
def test_pipeline(which: str, benchmark: BenchmarkFixture, capsys: pytest.CaptureFixture[str]) -> None:
    process = {"scipy": scipys, "neurosim": ours}[which]()
    # Each gets the layout that it works on, and running noise: a filter at rest would meet denormal numbers.
    pieces = [x if which == "neurosim" else np.ascontiguousarray(x) for x in chunks(64)]
    at = iter(range(1 << 60))
    benchmark(lambda: process(pieces[next(at) % len(pieces)]))
    if benchmark.stats is None:  # --benchmark-disable
        return
    _best_s[which] = benchmark.stats["min"]
    if len(_best_s) == 2:
        ratio = benchmark.extra_info["times_faster_than_scipy"] = round(_best_s["scipy"] / _best_s["neurosim"], 2)
        with capsys.disabled():
            print(f"\nneurosim is {ratio} times faster than SciPy")
