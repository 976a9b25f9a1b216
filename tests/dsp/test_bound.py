"""The spectrum of a baseline and the causal bound, against SciPy, closed forms and simulation."""

import numpy as np
import pytest
from scipy import integrate, linalg, signal

from neurosim.core.spec import Bool, Float
from neurosim.dsp import FIREnvelope, Spectrum, WeightedFIREnvelope, envelope_bound, measure_spectrum
from neurosim.dsp.envelopes.bound import envelope_correlation, filter_correlation, wiener_filter
from neurosim.dsp.envelopes.welch import Welch

FS = 256.0


def _white(n_points: int = 8192, density: float = 1.0) -> Spectrum:
    return Spectrum(np.full(n_points // 2 + 1, density), FS)


def test_measured_spectrum_is_scipys() -> None:
    x = np.random.default_rng(1).normal(3.0, 2.0, 7680)
    got = measure_spectrum(x, np.ones(7680, dtype=np.bool_), FS, 2.0, 4.0)
    assert got is not None
    hz, psd = signal.welch(x - x.mean(), FS, "hann", 512, 384, nfft=got.n, detrend=False, return_onesided=False)
    order = hz >= 0
    np.testing.assert_allclose(got.psd[:-1], psd[order], rtol=1e-10)
    np.testing.assert_allclose(got.frequency_hz[:-1], hz[order])


def test_gaps_are_left_out_and_short_runs_halve_the_segments() -> None:
    x = np.random.default_rng(1).normal(0.0, 2.0, 7680)
    valid = np.arange(7680) % 500 < 400  # runs of 1.6 s: no segment of 2 s, some of 1 s
    spoiled = np.where(valid, x, 1e6)
    got = measure_spectrum(spoiled, valid, FS, 2.0, 4.0)
    assert got is not None
    # 16 runs, 3 segments each: of chi-squared powers, 40 Hz x 1.6 s x 16 independent ones at least.
    assert got.band_power(20, 100) == pytest.approx(4.0 * 160 / 256, rel=4 / np.sqrt(80 * 1.6 * 15))
    assert measure_spectrum(spoiled, np.arange(7680) % 500 < 200, FS, 2.0, 4.0) is None
    assert measure_spectrum(x[:700], np.ones(700, dtype=np.bool_), FS, 2.0, 4.0) is None
    assert measure_spectrum(np.full(7680, 3.0), np.ones(7680, dtype=np.bool_), FS, 2.0, 4.0) is None


#: Where each of four subjects' samples can be trusted; the last one's runs are shorter than a segment of 2 s.
_RUNS = [
    [(0, 7680)],
    [(100, 3000), (3001, 7680)],
    [(0, 700), (800, 1300), (2000, 2600), (7000, 7680)],
    [(start, start + 400) for start in range(0, 7000, 500)],
]


def _with_gaps() -> tuple[Float, Bool]:
    """Return 30 s of two channels of each subject, far from zero and drifting, and which samples can be trusted."""
    x = np.random.default_rng(6).normal(0.0, 2.0, (4, 2, 7680)) + np.linspace(-100.0, 5000.0, 8).reshape(4, 2, 1)
    x += np.linspace(0.0, 30.0, 7680)
    valid = np.zeros((4, 7680), dtype=np.bool_)
    for subject, runs in enumerate(_RUNS):
        for begin, end in runs:
            valid[subject, begin:end] = True
    return np.where(valid[:, None], x, 1e7), valid


def test_the_spectrum_of_each_subject_is_scipys_over_its_own_runs() -> None:
    x, valid = _with_gaps()
    for i, spectrum in enumerate(Welch(4, 2, FS, 2.0, 4.0).spectra(x, valid)):
        assert spectrum is not None
        subject, channel = divmod(i, 2)
        n = 256 if subject == 3 else 512
        centred = x[subject, channel] - x[subject, channel, valid[subject]].mean()
        starts = [start for begin, end in _RUNS[subject] for start in range(begin, end - n + 1, n // 4)]
        segments = [centred[start : start + n] for start in starts]
        _, psd = signal.periodogram(segments, FS, "hann", spectrum.n, detrend=False, return_onesided=False)
        np.testing.assert_allclose(spectrum.psd, np.mean(psd, axis=0)[: len(spectrum.psd)], rtol=1e-8)


@pytest.mark.parametrize("piece", [1, 4, 127, 513])
def test_segments_are_the_same_by_and_by(piece: int) -> None:
    x, valid = _with_gaps()
    once = Welch(4, 2, FS, 2.0, 4.0).spectra(x, valid)
    steps = Welch(4, 2, FS, 2.0, 4.0)
    for end in range(piece, 7000, piece):
        steps.follow(x[..., :end], valid[..., :end])
    for spectrum, other in zip(steps.spectra(x, valid), once, strict=True):
        assert spectrum is not None
        assert other is not None
        np.testing.assert_array_equal(spectrum.psd, other.psd)


def test_autocorrelation_of_an_autoregression() -> None:
    # x = c x + e has the autocorrelation c^|k| / (1 - c^2) (Box & Jenkins, Time Series Analysis).
    c, hz = 0.9, np.arange(8193) * FS / 16384
    psd = 1 / np.abs(1 - c * np.exp(-2j * np.pi * hz / FS)) ** 2 / FS
    got = Spectrum(psd, FS).autocorrelation(50)
    # A spectrum in steps of 1/64 Hz, which is what the points stand for, has sinc(k / n) of it.
    np.testing.assert_allclose(got, c ** np.arange(50) / (1 - c**2) * np.sinc(np.arange(50) / 16384), rtol=1e-9)


def test_wiener_filter_solves_the_normal_equations() -> None:
    random = np.random.default_rng(2)
    correlation: Float = np.power(0.9, np.arange(60.0))
    covariance = random.normal(size=60) + 1j * random.normal(size=60)
    expected = np.linalg.solve(linalg.toeplitz(correlation) + 0.1 * np.eye(60), covariance)
    assert np.abs(wiener_filter(correlation, covariance, 0.1) - expected).max() < 1e-10 * np.abs(expected).max()


def test_best_prediction_of_an_autoregression_is_its_coefficient() -> None:
    correlation: Float = np.power(0.9, np.arange(61.0))
    taps = wiener_filter(correlation[:60], correlation[1:].astype(np.complex128))
    assert np.abs(taps - np.array([0.9] + 59 * [0.0])).max() < 1e-12


@pytest.mark.parametrize("squared", [0.0, 0.2, 0.5, 0.8, 0.95, 1.0])
def test_envelopes_of_gaussian_signals_correlate_as_said(squared: float) -> None:
    random = np.random.default_rng(3)
    n = 400_000
    a, b = random.normal(size=(2, n)) + 1j * random.normal(size=(2, n))
    other = np.sqrt(squared) * a + np.sqrt(1 - squared) * b
    got = np.corrcoef(np.abs(a), np.abs(other))[0, 1]
    assert envelope_correlation(squared) == pytest.approx(got, abs=4 / np.sqrt(n))


@pytest.mark.parametrize("squared", [0.05, 0.5, 0.9, 0.99])
def test_linear_estimate_of_any_envelope(squared: float) -> None:
    """Rayleigh's distribution gives the closed form; others what simulation says."""
    random = np.random.default_rng(5)
    n = 400_000
    rayleigh = np.sqrt(-np.log1p(-(np.arange(n) + 0.5) / n))  # its quantiles
    assert envelope_correlation(squared, rayleigh) == pytest.approx(envelope_correlation(squared), abs=1e-4)
    error = np.sqrt(squared * (1 - squared) / 2) * (random.normal(size=n) + 1j * random.normal(size=n))
    for envelope in (1 + 0.3 * random.normal(size=n), random.exponential(size=n) ** 2, random.choice([1.0, 3.0], n)):
        z = np.abs(envelope) * np.exp(2j * np.pi * random.uniform(size=n))
        z /= np.sqrt(np.mean(np.abs(z) ** 2))
        got = np.corrcoef(np.abs(z), np.abs(squared * z + error))[0, 1]
        assert envelope_correlation(squared, 7.0 * np.abs(envelope)) == pytest.approx(got, abs=4 / np.sqrt(n))


def test_no_filter_surpasses_the_bound_and_each_reaches_what_is_said() -> None:
    hz = np.arange(2049) * FS / 4096
    spectrum = Spectrum(1 / (1 + (hz - 10) ** 2) + 0.1, FS)
    band = (8.0, 12.0, 0.05)
    taps = WeightedFIREnvelope(low_hz=8, high_hz=12, target_delay_s=0.05, floor=1e-6).taps(spectrum)
    plain = FIREnvelope(low_hz=8, high_hz=12, target_delay_s=0.05).unweighted_taps(FS)
    bound, best, other = (
        envelope_bound(spectrum, *band),
        *(filter_correlation(t, spectrum, *band) for t in (taps, plain)),
    )
    assert best < bound  # that looks back twice as far
    assert best == pytest.approx(envelope_bound(spectrum, *band, memory_s=1.5), abs=1e-4)
    assert other < best
    assert filter_correlation(3j * plain, spectrum, *band) == pytest.approx(other, abs=1e-12)
    n = 2**20  # 1.1 hours of Gaussian noise with that spectrum
    density = np.interp(np.fft.fftfreq(n, 1 / FS), np.r_[-hz[:0:-1], hz], np.r_[spectrum.psd[:0:-1], spectrum.psd])
    x = np.fft.ifft(np.fft.fft(np.random.default_rng(4).normal(size=n)) * np.sqrt(density)).real
    f = np.fft.fftfreq(n, 1 / FS)
    z = np.fft.ifft(2 * np.fft.fft(x) * ((f >= 8) & (f <= 12)))
    late = round(0.05 * FS)
    for filter_taps, said in ((taps, best), (plain, other)):
        y = signal.fftconvolve(x, filter_taps)[1000:n]
        got = np.corrcoef(np.abs(y), np.abs(z[1000 - late : n - late]))[0, 1]
        assert said == pytest.approx(got, abs=0.01)


def test_envelopes_that_hold_still_correlate_with_nothing() -> None:
    assert envelope_correlation(0.9, np.full(100, 3.0)) == 0.0
    assert envelope_correlation(0.0, np.arange(9.0)) == 0.0
    assert envelope_correlation(1.0, np.arange(9.0)) == 1.0


@pytest.mark.parametrize("delay_s", [-0.3, -0.05, 0.0, 0.05, 0.2, 1.0])
def test_bound_of_white_noise_is_the_energy_of_the_past(delay_s: float) -> None:
    """The best filter for white noise is the ideal one cut off; its squared coherence is the energy that is kept."""
    edges = delay_s - 3.0, delay_s + 0.5 / FS  # half a sample more, since the one at hand counts whole
    past = integrate.quad(lambda u: 4.0 * np.sinc(4.0 * u) ** 2, *edges, limit=500)[0]
    assert envelope_bound(_white(), 8, 12, delay_s) == pytest.approx(envelope_correlation(past), abs=5e-5)


def test_bound_does_not_depend_on_the_unit_and_falls_with_noise() -> None:
    hz = np.arange(2049) * FS / 4096
    rhythm, floor = 1 / (1 + (hz - 10) ** 2), np.ones(2049)
    found = [envelope_bound(Spectrum(rhythm + level * floor, FS), 8, 12, 0.05) for level in (0.01, 0.1, 1.0)]
    assert found[0] > found[1] > found[2]
    assert envelope_bound(Spectrum(1e6 * (rhythm + 0.1 * floor), FS), 8, 12, 0.05) == pytest.approx(found[1], rel=1e-9)
    rising = [envelope_bound(Spectrum(rhythm + 0.1 * floor, FS), 8, 12, d) for d in (-0.1, 0.0, 0.1, 0.2, 0.5)]
    assert rising == sorted(rising)
