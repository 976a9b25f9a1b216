"""Coherence, its imaginary part and phase locking against SciPy and against values known by construction."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import signal, stats

from neurosim.core.errors import ConfigError
from neurosim.core.spec import SignalSpec
from neurosim.dsp import Coherence, ImaginaryCoherence, PhaseLocking
from neurosim.dsp.spectra.connectivity import PairInBand

_FS = 256.0
_SPEC = SignalSpec(_FS, ("a", "b"), "uV")
_ALPHA = {"first": "a", "second": "b", "low_hz": 8.0, "high_hz": 12.0}


def _noise(*shape: int) -> NDArray[np.float64]:
    return np.random.default_rng(1).normal(size=shape)


def _last(config: PairInBand, x: NDArray[np.float64]) -> NDArray[np.float64]:
    spec = SignalSpec(_FS, ("a", "b"), "uV", x.shape[:-2])
    return config.prepare(spec).process(x)[..., 0, -1]


def _mixed(n_subjects: int, seconds: float, snr: float) -> NDArray[np.float64]:
    """A source common to both channels, and noise of each one's own."""
    n_times = round(seconds * _FS)
    x = np.random.default_rng(2).normal(size=(n_subjects, 2, n_times))
    x += np.sqrt(snr) * _noise(n_subjects, 1, n_times)
    return x


@pytest.mark.parametrize("snr", [0.5, 1.0, 3.0])
def test_coherence_of_a_common_source_is_known(snr: float) -> None:
    # Each channel holds a share snr / (1 + snr) of common power: the squared coherence is the square of that.
    # An estimate from n independent samples is (1 - C)^2 / n too high (Carter, Knapp & Nuttall 1973).
    known = (snr / (1 + snr)) ** 2
    window_s = 30.0
    got = _last(Coherence(**_ALPHA, window_s=window_s), _mixed(100, 32, snr))
    bias = (1 - known) ** 2 / (window_s * 4.0)
    assert got.mean() == pytest.approx(known + bias, abs=4 * got.std() / 10)  # four standard errors
    assert got.std() == pytest.approx(np.sqrt(2 * known * (1 - known) ** 2 / (window_s * 4.0)), rel=0.3)


def test_unrelated_channels_have_the_coherence_of_chance() -> None:
    # Expected 1/n for n independent samples. Noise of density S has (integral of S)^2 / integral of S^2 of them a
    # second: of 1 / (1 + (f/fc)^8), Butterworth of order 4, 2 pi/8 / sin(pi/8) fc / (1 - 1/8) = 4.69 for fc = 2 Hz.
    n = 4.0 * 2 * (np.pi / 8) / np.sin(np.pi / 8) * 2.0 / (1 - 1 / 8)
    got = _last(Coherence(**_ALPHA, window_s=4.0), _noise(400, 2, 6 * 256))
    assert got.mean() == pytest.approx(1 / n, abs=4 * got.std() / 20)  # four standard errors


@pytest.mark.parametrize("config", [Coherence, ImaginaryCoherence])
def test_long_window_is_scipys_cross_spectrum_in_the_band(config: type[PairInBand]) -> None:
    # Filtered noise so that the phase is neither 0 nor 90 degrees.
    common, own = _noise(2, 512 * 256), np.random.default_rng(3).normal(size=(2, 512 * 256))
    x = np.array([common[0], signal.lfilter([0, 0, 0, 1.0], [1, -0.5], common[0])]) + own
    got = _last(config(**_ALPHA, window_s=120.0, update_s=10.0), x[:, : 120 * 256])
    # SciPy: densities by Welch's method, weighted by what the demodulator lets through.
    sos = signal.butter(4, 2.0, fs=_FS, output="sos")
    window = {"fs": _FS, "nperseg": 4096}
    f, ab = signal.csd(x[1, : 120 * 256], x[0, : 120 * 256], **window)  # SciPy conjugates the first
    aa, bb = (signal.welch(row[: 120 * 256], **window)[1] for row in x)
    weight = np.abs(signal.freqz_sos(sos, np.abs(f - 10.0), fs=_FS)[1]) ** 2
    product, first, second = (np.sum(weight * each) for each in (ab, aa, bb))
    coherency = product / np.sqrt(first * second)
    expected = abs(coherency) ** 2 if config is Coherence else coherency.imag
    # Tapers weigh the ends of the 120 s less than the plain mean does: 480 independent samples, of which 4 % differ.
    assert got == pytest.approx(expected, abs=0.02)


@pytest.mark.parametrize("angle", [-1.2, 0.0, 0.7, np.pi / 2])
def test_sines_at_an_angle(angle: float) -> None:
    # Nolte et al. 2004: of two sines the coherency is exp(i angle); the first is ahead by the angle here.
    t = np.arange(20 * 256) / _FS
    x = np.array([np.sin(2 * np.pi * 10 * t), 5 * np.sin(2 * np.pi * 10 * t - angle)])
    assert _last(ImaginaryCoherence(**_ALPHA), x) == pytest.approx(np.sin(angle), abs=1e-4)
    assert _last(Coherence(**_ALPHA), x) == pytest.approx(1.0, abs=1e-4)
    assert _last(PhaseLocking(**_ALPHA), x) == pytest.approx(1.0, abs=1e-4)


def test_mixing_without_lag_has_no_imaginary_coherence() -> None:
    sources = _noise(200, 2, 32 * 256)
    mixed = np.einsum("cs,nst->nct", np.array([[1.0, 0.8], [0.5, 1.0]]), sources)
    window_s = 30.0
    got = _last(ImaginaryCoherence(**_ALPHA, window_s=window_s), mixed)
    coherence = _last(Coherence(**_ALPHA, window_s=window_s), mixed)
    assert coherence.mean() > 0.6  # (0.5 + 0.8)^2 / (1.64 * 1.25) = 0.82
    assert abs(got.mean()) < 4 * got.std() / np.sqrt(200)  # 0 within four standard errors
    # Nolte et al. 2004, eq. for the variance: (1 - C) / (2 n), n independent samples.
    assert got.std() == pytest.approx(np.sqrt((1 - 0.824) / (2 * window_s * 4.0)), rel=0.2)


@pytest.mark.parametrize("jitter", [0.3, 1.0, 1.5])
def test_phase_locking_of_normal_jitter_is_its_characteristic_function(jitter: float) -> None:
    # Of phases that are normal with standard deviation s, the mean of exp(i phase) is exp(-s^2 / 2). The phase runs
    # slowly through the quantiles of the normal distribution, once up and down in a window.
    t = np.arange(90 * 256) / _FS
    quantile = np.clip(np.abs(2 * (t / 60 % 1) - 1), 1e-4, 1 - 1e-4)
    phase = jitter * stats.norm.ppf(quantile)
    x = np.array([np.sin(2 * np.pi * 10 * t), np.sin(2 * np.pi * 10 * t + phase)])
    got = _last(PhaseLocking(first="a", second="b", low_hz=6, high_hz=14, window_s=60), x)
    assert got == pytest.approx(np.exp(-(jitter**2) / 2), abs=1e-3)


def test_phase_locking_does_not_look_at_amplitude() -> None:
    t = np.arange(20 * 256) / _FS
    wave = np.array([np.sin(2 * np.pi * 10 * t), np.sin(2 * np.pi * 10 * t + 1)])
    wave[1] *= 1 + 0.9 * np.sin(2 * np.pi * 0.4 * t)
    assert _last(PhaseLocking(**_ALPHA, window_s=10), wave) == pytest.approx(1.0, abs=2e-3)
    # Of unit phasors whose size varies by m sin, the coherence is 1 / (1 + m^2 / 2).
    assert _last(Coherence(**_ALPHA, window_s=10), wave) == pytest.approx(1 / (1 + 0.405), abs=5e-3)


def test_delay_is_that_of_a_slow_change_of_phase() -> None:
    # The imaginary part of two sines is the sine of the angle between them; the angle swings slowly here, and the
    # phase of the swing's fundamental in the output is its delay.
    slow_hz, t = 1 / 64, np.arange(192 * 256) / _FS
    angle = 0.2 * np.sin(2 * np.pi * slow_hz * t)
    x = np.array([np.sin(2 * np.pi * 10 * t), np.sin(2 * np.pi * 10 * t - angle)])
    stage = ImaginaryCoherence(**_ALPHA, window_s=2.0, update_s=0.25).prepare(_SPEC)
    y = stage.process(x)[0, 64 * 256 :]
    late = -np.angle(1j * np.mean(y * np.exp(-2j * np.pi * slow_hz * t[64 * 256 :]))) / (2 * np.pi * slow_hz)
    assert stage.spec.delay_s == pytest.approx(late, abs=1 / _FS)


def test_spikes_are_forgotten_to_the_last_bit_of_the_window() -> None:
    x = _noise(2, 40 * 256)
    clean = Coherence(**_ALPHA).prepare(_SPEC).process(x)
    x[:, 2560] = 1e5
    spiked = Coherence(**_ALPHA).prepare(_SPEC).process(x)
    assert np.isfinite(spiked).all()
    assert np.abs(spiked - clean)[0, 2560:2816].max() > 0.1
    # The window is over, and the filter's ringing is exp(-2 pi 2 Hz 0.38 t) of 1e5: gone after 12 s.
    np.testing.assert_allclose(spiked[0, 25 * 256 :], clean[0, 25 * 256 :], rtol=1e-6)


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"second": "c"}, "second"),
        ({"second": "a"}, "second"),
        ({"high_hz": 130.0}, "high_hz"),
        ({"window_s": 0.4}, "window_s"),
    ],
)
def test_what_does_not_fit_is_named(change: dict[str, str | float], place: str) -> None:
    with pytest.raises(ConfigError) as error:
        Coherence.model_validate(_ALPHA | change).prepare(_SPEC)
    assert [problem.loc for problem in error.value.problems] == [(place,)]
