"""Phase-amplitude coupling against closed forms of a modulated sine, and against no coupling."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from neurosim.core.errors import ConfigError
from neurosim.core.spec import SignalSpec
from neurosim.dsp import PhaseAmplitudeCoupling

_FS = 256.0
_MEASURES = ("vector_length", "modulation_index")


def _coupled(depth: float, seconds: float = 30.0) -> NDArray[np.float64]:
    """A slow sine and one of 45 Hz whose amplitude follows its cosine; no period is a whole number of samples."""
    t = np.arange(round(seconds * _FS)) / _FS
    phase = 2 * np.pi * 6.1 * t
    return (np.cos(phase) + (1 + depth * np.cos(phase)) * np.sin(2 * np.pi * 45.3 * t))[None]


def _last(x: NDArray[np.float64], **fields: Any) -> NDArray[np.float64]:
    config = PhaseAmplitudeCoupling(window_s=20.0, **fields)
    return config.prepare(SignalSpec(_FS, ("a",), "uV", x.shape[:-2])).process(x)[..., 0, -1]


@pytest.mark.parametrize("depth", [0.1, 0.3, 0.8])
def test_vector_length_of_a_modulated_sine(depth: float) -> None:
    # Of a = 1 + m cos(phase): |mean(a exp(i phase))| = m/2, mean(a^2) = 1 + m^2/2. What the slow sine leaks into the
    # fast band, (15 Hz / 39 Hz)^4 = 2 % of it, is the tolerance.
    assert _last(_coupled(depth)) == pytest.approx(depth / 2 / np.sqrt(1 + depth**2 / 2), rel=2e-3)


@pytest.mark.parametrize("depth", [0.3, 0.8])
def test_modulation_index_of_a_modulated_sine(depth: float) -> None:
    # Mean of 1 + m cos over each of 18 bins, as shares of their sum; entropy against that of equal shares.
    edges = np.linspace(-np.pi, np.pi, 19)
    share = np.diff(edges + depth * np.sin(edges)) / (2 * np.pi)
    expected = 1 + np.sum(share * np.log(share)) / np.log(18)
    assert _last(_coupled(depth), measure="modulation_index") == pytest.approx(expected, rel=0.01)


@pytest.mark.parametrize("measure", _MEASURES)
def test_coupling_stands_out_of_chance(measure: str) -> None:
    noise = np.random.default_rng(1).normal(size=(100, 1, 30 * 256))
    chance = _last(noise, measure=measure)
    t = np.arange(30 * 256) / _FS
    slow = 2 * np.sin(2 * np.pi * 6 * t + 0.5 * np.cumsum(np.random.default_rng(2).normal(size=t.size)) / 16)
    fast = np.random.default_rng(3).normal(size=(100, 1, t.size))
    coupled = _last(slow + (1 + 0.8 * slow / 2) * fast, measure=measure)
    unrelated = _last(slow + (1 + 0.8 * np.sin(2 * np.pi * 7.3 * t)) * fast, measure=measure)
    assert np.median(coupled) > np.percentile(chance, 99)
    assert np.median(unrelated) < np.percentile(chance, 95)


def test_no_modulation_is_no_coupling() -> None:
    assert _last(_coupled(0.0)) < 1e-3
    assert _last(_coupled(0.0), measure="modulation_index") < 1e-4


def test_chance_falls_with_the_window() -> None:
    # The length of the mean of n random phasors: 1 / sqrt(n) is halved by four times the window.
    noise = np.random.default_rng(4).normal(size=(200, 1, 34 * 256))
    spec = SignalSpec(_FS, ("a",), "uV", (200,))
    short, long = (PhaseAmplitudeCoupling(window_s=w).prepare(spec).process(noise)[:, 0, -1] for w in (8.0, 32.0))
    assert short.mean() / long.mean() == pytest.approx(2.0, rel=0.15)


@pytest.mark.parametrize("measure", _MEASURES)
def test_latency_of_coupling_that_comes_and_goes(measure: str) -> None:
    # The histogram's distance grows with the square of the coupling's share of the window: it is late when coupling
    # comes and as much early when it goes. What is said is the middle.
    on, off = _coupled(0.5, 20), _coupled(0.0, 20)
    config = PhaseAmplitudeCoupling(window_s=8.0, measure=measure)
    latencies = []
    for first, second in ((off, on), (on, off)):
        stage = config.prepare(SignalSpec(_FS, ("a",), "uV"))
        y = stage.process(np.concatenate((first, second), axis=-1))[0]
        before, after = y[5120 - 1], y[-1]
        latencies.append(np.flatnonzero((y[5120:] - before) / (after - before) >= 0.5)[0] / _FS)
    assert np.median(latencies) == pytest.approx(stage.spec.delay_s, rel=0.1)


def test_amplitude_needs_a_wide_filter() -> None:
    with pytest.raises(ConfigError, match=r"amplitude_high_hz: must be 46 Hz at least, for the amplitude to follow 8"):
        PhaseAmplitudeCoupling(amplitude_high_hz=40.0).prepare(SignalSpec(_FS, ("a",), "uV"))
    with pytest.raises(ConfigError, match="phase_low_hz: must be below"):
        PhaseAmplitudeCoupling(phase_low_hz=9.0).prepare(SignalSpec(_FS, ("a",), "uV"))
