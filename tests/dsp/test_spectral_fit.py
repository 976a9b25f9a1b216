"""Alpha frequency and power above 1/f on neurodsp's simulations, against SciPy's and neurodsp's spectra and fits."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import signal, stats

from neurosim.core.errors import ConfigError
from neurosim.core.spec import Float, SignalSpec
from neurosim.dsp import AlphaFrequency, AperiodicAdjustedPower, AperiodicExponent, BandPower
from neurosim.dsp.spectra.aperiodic import _ExponentStage
from neurosim.dsp.spectra.sliding_spectrum import SpectralFit

_FS, _N, _SECONDS = 256.0, 40, 48
_T = np.arange(round(_SECONDS * _FS)) / _FS


@pytest.fixture(scope="module")
def pink() -> NDArray[np.float64]:
    """Noise with an exponent of 1.5 and 10 uV ``(subject, 1, time)``, of which 8 to 12 Hz hold 2.4 uV."""
    from neurodsp.sim import set_random_seed, sim_powerlaw

    set_random_seed(3)
    noise = [10 * sim_powerlaw(_SECONDS, _FS, exponent=-1.5, f_range=(0.5, None)) for _ in range(_N)]
    return np.array(noise)[:, None]


def _run(config: SpectralFit, x: NDArray[np.float64]) -> NDArray[np.float64]:
    return config.prepare(SignalSpec(_FS, ("a",), "uV", x.shape[:-2])).process(x)[..., 0, :]


def _windows(config: SpectralFit, x: NDArray[np.float64]) -> NDArray[np.float64]:
    """The estimates of windows that do not overlap."""
    step = round(config.window_s * _FS)
    return _run(config, x)[..., step - 1 :: step]


def _standard_error(x: NDArray[np.float64]) -> float:
    return float(x.std() / np.sqrt(x.size))


class _Seen(_ExponentStage):
    """Keeps the last spectrum."""

    psd: Float

    def measure(self, psd: Float, logs: Float, lines: Float, out: Float) -> None:
        self.psd = psd
        super().measure(psd, logs, lines, out)


def test_spectrum_is_scipys(pink: NDArray[np.float64]) -> None:
    stage = _Seen(AperiodicExponent(), 0.0, SignalSpec(_FS, ("a",), "uV", (_N,)))
    stage.process(pink)
    welch = {"fs": _FS, "window": "hann", "nperseg": 512, "noverlap": 256, "detrend": False}
    f, psd = signal.welch(pink[:, 0, -2048:], **welch)
    inside = (f >= 2) & (f <= 40)
    np.testing.assert_allclose(stage.psd, psd[:, inside], rtol=1e-10)


def test_exponent_is_that_of_the_simulation(pink: NDArray[np.float64]) -> None:
    got = _windows(AperiodicExponent(window_s=16), pink)
    # A Hann window smears: at 2 Hz, bin 4, it adds half its variance, 1/3 bin^2, times the curvature
    # 1.5 * 2.5 / 4^2 of the density, 4 %, and less above; the line is steeper by up to 0.02.
    assert 1.5 - 4 * _standard_error(got) < got.mean() < 1.52 + 4 * _standard_error(got)


def test_line_is_siegels_where_there_is_no_rhythm(pink: NDArray[np.float64]) -> None:
    # Siegel's repeated medians (SciPy) through SciPy's spectra of the same windows, without the same band and the two
    # bins on either side that it would smear over.
    got = _windows(AperiodicExponent(window_s=16), pink)
    siegel = []
    for row in pink.reshape(_N, 3, 4096).reshape(-1, 4096):
        f, psd = signal.welch(row, fs=_FS, nperseg=512, noverlap=256, detrend=False)
        inside = (f >= 2) & (f <= 40) & (np.abs(f - 10.5) > 3.5 + 0.75)
        siegel.append(-stats.siegelslopes(np.log(psd[inside]), np.log(f[inside])).slope)
    difference = got.ravel() - np.array(siegel)
    assert abs(difference.mean()) < 4 * _standard_error(difference)
    # Medians are rougher. An efficient estimate correlates with another one of the same data by the ratio of their
    # standard deviations (the difference has nothing to do with the better one).
    ratio = got.std() / np.std(siegel)
    assert ratio < 1
    assert np.corrcoef(got.ravel(), siegel)[0, 1] == pytest.approx(ratio, abs=0.15)


def test_rhythms_do_not_move_the_line(pink: NDArray[np.float64]) -> None:
    # These two move a least-squares line by 0.05 and Siegel's by 0.04; one of them lies in the band that is left out.
    rhythms = 5 * np.sin(2 * np.pi * 10.3 * _T) + 2 * np.sin(2 * np.pi * 21.1 * _T)
    plain, moved = (_windows(AperiodicExponent(window_s=16), x) for x in (pink, pink + rhythms))
    assert abs((moved - plain).mean()) < 0.002
    assert np.abs(moved - plain).max() < np.std(plain)  # in no window by more than noise makes between windows


def test_exponent_agrees_with_neurodsps_irasa(pink: NDArray[np.float64]) -> None:
    from neurodsp.aperiodic import compute_irasa, fit_irasa

    x = pink + 5 * np.sin(2 * np.pi * 10.3 * _T)
    got = _windows(AperiodicExponent(window_s=16), x).mean(axis=1)[:10]
    irasa = []
    for row in x[:10, 0]:
        f, aperiodic, _ = compute_irasa(row, _FS, f_range=(2, 40), nperseg=512)
        irasa.append(-fit_irasa(f, aperiodic)[1])
    # Of the same 48 s: what differs is the noise of each method, 0.03 a subject.
    assert abs(got.mean() - np.mean(irasa)) < 0.03


@pytest.mark.parametrize("amplitude", [0.0, 3.0, 6.0])
def test_adjusted_power_is_the_rhythms_and_doubling_the_background_changes_nothing(
    pink: NDArray[np.float64], amplitude: float
) -> None:
    rhythm = amplitude * np.sin(2 * np.pi * 10.3 * _T)
    config = AperiodicAdjustedPower(low_hz=8, high_hz=12)
    plain, doubled = (_windows(config, np.sqrt(factor) * pink + rhythm) for factor in (1, 2))
    for got in (plain, doubled):
        assert got.mean() == pytest.approx(amplitude**2 / 2, abs=4 * _standard_error(got))  # of a sine: half its square
    assert (doubled - plain).mean() == pytest.approx(0.0, abs=4 * _standard_error(doubled - plain))
    # The plain power of the band does change, by all of the background that is in it.
    powers = [
        BandPower(low_hz=8, high_hz=12, tau_s=1)
        .prepare(SignalSpec(_FS, ("a",), "uV", (_N,)))
        .process(np.sqrt(factor) * pink + rhythm)[..., 2560:]
        .mean()
        for factor in (1, 2)
    ]
    assert powers[1] - powers[0] > 10 * _standard_error(doubled - plain)


@pytest.mark.parametrize("frequency", [8.2, 10.3, 11.7])
@pytest.mark.parametrize(("measure", "worst"), [("peak", 0.05), ("centre", 0.1)])
def test_alpha_frequency_of_a_steady_rhythm(
    pink: NDArray[np.float64], frequency: float, measure: Any, worst: float
) -> None:
    x = pink + 6 * np.sin(2 * np.pi * frequency * _T)
    got = _windows(AlphaFrequency(measure=measure), x)
    error = np.abs(got - frequency)
    assert np.median(error) < worst
    assert abs(got.mean() - frequency) < 0.05
    assert np.percentile(error, 90) < 2 * worst


@pytest.mark.parametrize("frequency", [9.2, 10.3])
def test_alpha_frequency_of_a_rhythm_that_comes_and_goes(pink: NDArray[np.float64], frequency: float) -> None:
    # A resonance of 1 Hz width: over 16 s its own peak wanders by 1 Hz / sqrt(pi * 1 Hz * 16 s) = 0.14 Hz.
    rng = np.random.default_rng(5)
    drive = rng.normal(size=(_N, 1, _T.size + 2560)) + 1j * rng.normal(size=(_N, 1, _T.size + 2560))
    radius = np.exp(-np.pi / _FS)
    slow = signal.lfilter([np.sqrt(1 - radius**2)], [1, -radius], drive)[..., 2560:]
    x = pink + 6 / np.sqrt(2) * np.real(slow * np.exp(2j * np.pi * frequency * _T))
    got = _windows(AlphaFrequency(), x)
    assert abs(got.mean() - frequency) < 0.1
    assert np.median(np.abs(got - frequency)) < 0.2


def _latency_s(config: SpectralFit, x: NDArray[np.float64], at: int) -> tuple[float, float]:
    """Median time from a step to half way of the output, and what the stage says [s]."""
    spec = SignalSpec(_FS, ("a",), "uV", x.shape[:-2])
    stage = config.prepare(spec)
    y = stage.process(x)[:, 0]
    n = round(config.window_s * _FS)
    before, after = np.median(y[:, at - 1]), np.median(y[:, at + n + 256 :])
    crossed = (y[:, at:] - before) / (after - before) >= 0.5
    return float(np.median(crossed.argmax(axis=1))) / _FS, stage.spec.delay_s


@pytest.mark.parametrize("window_s", [8.0, 16.0])
@pytest.mark.parametrize("measure", ["peak", "centre"])
def test_latency_of_a_step_in_alpha_frequency(pink: NDArray[np.float64], window_s: float, measure: Any) -> None:
    # Of two rhythms alike in the window the faster one stands higher above 1/f: the way up is sooner, the way down
    # later by as much.
    at, found = 24 * 256, []
    for first, second in ((9.0, 11.0), (11.0, 9.0)):
        phase = 2 * np.pi * np.cumsum(np.where(np.arange(_T.size) < at, first, second)) / _FS
        config = AlphaFrequency(measure=measure, window_s=window_s)
        measured, said = _latency_s(config, pink + 6 * np.sin(phase), at)
        found.append(measured)
    assert said == pytest.approx(np.mean(found), rel=0.1)


def test_latency_of_a_step_of_power_and_of_exponent(pink: NDArray[np.float64]) -> None:
    at = 24 * 256
    step = np.where(np.arange(_T.size) < at, 3.0, 8.0)
    config = AperiodicAdjustedPower(low_hz=8, high_hz=12)
    measured, said = _latency_s(config, pink + step * np.sin(2 * np.pi * 10.3 * _T), at)
    assert said == pytest.approx(measured, rel=0.1)
    # Densities add up in the window, so that the noise of larger density counts sooner: up and down, the mean.
    flat = np.random.default_rng(1).normal(size=pink.shape)
    found = []
    for first, second in ((flat, pink), (pink, flat)):
        x = np.concatenate((first[..., :at], second[..., at:]), axis=-1)
        measured, said = _latency_s(AperiodicExponent(), x, at)
        found.append(measured)
    assert said == pytest.approx(np.mean(found), rel=0.1)


def test_spike_is_forgotten_with_the_window(pink: NDArray[np.float64]) -> None:
    x = pink + 6 * np.sin(2 * np.pi * 10.3 * _T)
    spiked = x.copy()
    spiked[..., 2560] = 1e5
    for config in (AlphaFrequency(), AperiodicAdjustedPower(low_hz=8, high_hz=12), AperiodicExponent()):
        got, clean = _run(config, spiked), _run(config, x)
        assert np.isfinite(got).all()
        after = 2560 + round((config.window_s + config.update_s + config.segment_s) * _FS)
        np.testing.assert_array_equal(got[:, after:], clean[:, after:])


@pytest.mark.parametrize("x", [np.zeros((1, 4096)), np.full((1, 4096), 4e4)], ids=["silence", "an offset"])
def test_what_has_no_spectrum_gives_finite_numbers(x: NDArray[np.float64]) -> None:
    for config in (AlphaFrequency(window_s=4), AperiodicAdjustedPower(low_hz=8, high_hz=12), AperiodicExponent()):
        assert np.isfinite(_run(config, x)).all()


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"low_hz": 1.0}, "low_hz"),
        ({"high_hz": 35.0}, "high_hz"),
        ({"fit_high_hz": 128.0}, "fit_high_hz"),
        ({"segment_s": 0.5}, "segment_s"),
        ({"segment_s": 20.0}, "segment_s"),
        ({"fit_low_hz": 6.9, "fit_high_hz": 14.0}, "fit_high_hz"),
    ],
)
def test_what_does_not_fit_is_named(change: dict[str, float], place: str) -> None:
    with pytest.raises(ConfigError) as error:
        AlphaFrequency.model_validate(change).prepare(SignalSpec(_FS, ("a",), "uV"))
    assert [problem.loc for problem in error.value.problems] == [(place,)]
