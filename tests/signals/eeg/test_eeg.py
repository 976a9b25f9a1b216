"""The simulated EEG against published resting values and independent estimators."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from neurodsp.aperiodic import compute_irasa, fit_irasa
from neurodsp.spectral import compute_spectrum
from numpy.typing import NDArray
from scipy import signal, stats

from neurosim.core.drive import NEUTRAL, Drive
from neurosim.core.errors import ConfigError
from neurosim.core.timeline import TickGrid
from neurosim.signals import EEG, Body
from neurosim.signals.body.organ import Given
from neurosim.signals.body.span import Span
from neurosim.signals.body.state import State
from neurosim.signals.body.traits import Traits
from neurosim.signals.eeg.age import alpha_hz_of_age
from neurosim.signals.eeg.background import pole_zero_ladder
from neurosim.signals.eeg.mixing import SENSORS_1020, sphere_mixing

Float = NDArray[np.float64]
FS = 256.0


def record(
    eeg: EEG,
    duration_s: int,
    seed: int = 1,
    drive: Drive = NEUTRAL,
    rest: dict[str, float] | None = None,
    age_years: float = 30.0,
) -> dict[str, Float]:
    source = Body(eeg=eeg, rest=rest or {}, age_years=age_years).prepare(TickGrid(1.0), seed, (0,), ())
    source.select({"eeg"})
    ticks = [source.generate(k, drive) for k in range(duration_s)]
    return {name: np.concatenate([tick[name] for tick in ticks], axis=-1) for name in source.specs}


@cache
def resting(closed: bool, seed: int = 1) -> tuple[Float, Float]:
    streams = record(EEG(), 300, seed, rest={"eyes_closed": float(closed)})
    return streams["eeg"], streams["truth/eeg_envelope"]


def band_power(x: Float, low_hz: float, high_hz: float) -> float:
    frequency, psd = signal.welch(x, FS, nperseg=1024)
    inside = (frequency >= low_hz) & (frequency <= high_hz)
    return float(np.trapezoid(psd[inside], frequency[inside]))


def exponents(eeg: Float) -> Float:
    """Return the exponent of the aperiodic part of each channel, by IRASA (neurodsp)."""
    fits = [fit_irasa(*compute_irasa(x, FS, f_range=(1, 40))[:2]) for x in eeg]
    return -np.array([slope for _, slope in fits])


@pytest.mark.parametrize("exponent", [0.8, 1.0, 1.2, 1.5, 2.0])
def test_background_has_the_exponent_that_is_asked_for(exponent: float) -> None:
    """models.md row 1: fitted exponent within 0.05; fitted by neurodsp, on 10 minutes."""
    x = record(EEG(ch_names=("Cz",), exponent=exponent, rhythms={}), 600)["eeg"][0]
    frequency, psd = compute_spectrum(x, FS, method="welch", nperseg=2048)
    inside = (frequency >= 1) & (frequency <= 40)
    slope = np.polyfit(np.log10(frequency[inside]), np.log10(psd[inside]), 1)[0]
    assert -slope == pytest.approx(exponent, abs=0.05)


@pytest.mark.parametrize("fs", [128.0, 256.0, 1000.0])
@pytest.mark.parametrize("exponent", [0.8, 1.2, 2.0])
def test_ladder_is_a_straight_line(exponent: float, fs: float) -> None:
    """Analytic response against 1/f^exponent itself: never more than 0.2 dB off between 1 Hz and 0.3 fs."""
    poles, zeros = pole_zero_ladder(exponent, fs)
    frequency = np.geomspace(1.0, 0.3 * fs, 200)
    _, response = signal.freqz_zpk(zeros, poles, 1.0, frequency, fs=fs)
    error_db = 20 * np.log10(np.abs(response) * frequency ** (exponent / 2))
    assert np.ptp(error_db) < 0.4


def test_kasdin_oracle_agrees_with_the_ladder() -> None:
    """Kasdin 1995, doi:10.1109/5.381848: AR coefficients a_k = (k - 1 - x/2) a_(k-1) / k give the same shape.

    Up to 30 Hz: his filter is (2 sin(pi f/fs))^(-x/2) by construction, which leaves the straight line above.
    """
    exponent, fs = 1.2, 256.0
    a = np.ones(4097)
    for k in range(1, a.size):
        a[k] = (k - 1 - exponent / 2) * a[k - 1] / k
    frequency = np.geomspace(1.0, 30.0, 100)
    _, kasdin = signal.freqz([1.0], a, frequency, fs=fs)
    poles, zeros = pole_zero_ladder(exponent, fs)
    _, ladder = signal.freqz_zpk(zeros, poles, 1.0, frequency, fs=fs)
    ratio_db = 20 * np.log10(np.abs(kasdin) / np.abs(ladder))
    assert np.ptp(ratio_db) < 0.3


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_alpha_reactivity(seed: int) -> None:
    """models.md row 7: closing the eyes multiplies alpha power at O1 by 3 to 6 (Berger; half the amplitude)."""
    at = SENSORS_1020.index("O1")
    ratio = band_power(resting(True, seed)[0][at], 8, 13) / band_power(resting(False, seed)[0][at], 8, 13)
    assert 3.0 < ratio < 6.0


@pytest.mark.parametrize("closed", [False, True])
def test_resting_level_at_every_sensor(closed: bool) -> None:
    """models.md row 9: 8 to 20 uV rms in all; every second sensor and more, and none far below."""
    rms = resting(closed)[0].std(axis=-1)
    assert np.all((rms > 8.0) & (rms < 20.0))


def test_alpha_level_with_eyes_closed() -> None:
    """models.md row 8: 5 to 15 uV rms at O1."""
    rms = np.sqrt(band_power(resting(True)[0][SENSORS_1020.index("O1")], 8, 13))
    assert 5.0 < rms < 15.0


def test_alpha_waxes_and_wanes() -> None:
    """models.md row 10: coefficient of variation of the envelope 0.6 to 0.8, skewed right (Freyer et al. 2009)."""
    x = resting(True)[0][SENSORS_1020.index("O1")]
    sos = signal.butter(3, (8, 13), "bandpass", fs=FS, output="sos")
    envelope = np.abs(signal.hilbert(signal.sosfiltfilt(sos, x)))
    assert 0.6 < envelope.std() / envelope.mean() < 0.8
    assert envelope.mean() > np.median(envelope)


def test_alpha_peak_where_it_is_set() -> None:
    """The peak above the aperiodic part (IRASA, neurodsp) stands at the individual frequency, +-0.5 Hz (row 5)."""
    x = resting(True)[0][SENSORS_1020.index("O1")]
    frequency, aperiodic, periodic = compute_irasa(x, FS, f_range=(2, 35))
    peak_hz = frequency[np.argmax(periodic)]
    assert peak_hz == pytest.approx(10.3, abs=0.5)
    assert -fit_irasa(frequency, aperiodic)[1] == pytest.approx(1.2, abs=0.3)


def test_truth_is_the_envelope_of_the_rhythm_that_is_mixed_in() -> None:
    """Without background, the sensor's Hilbert envelope (SciPy) is the true one seen through the mixing."""
    quiet = EEG(ch_names=("Fz",), psd_at_1hz_open=1e-12, psd_at_1hz_closed=1e-12)
    quiet = quiet.model_copy(update={"rhythms": {"theta": quiet.rhythms["theta"]}})
    streams = record(quiet, 120)
    x, truth = streams["eeg"][0], streams["truth/eeg_envelope"][0]
    gain = sphere_mixing().rhythm_gain("theta", ("Fz",))[0, 0]
    # The oscillator's noise is complex and white: above 4 Hz the two envelopes differ by construction.
    slow = signal.butter(2, 4.0, fs=FS, output="sos")
    envelope = signal.sosfiltfilt(slow, np.abs(signal.hilbert(x)) / gain)[512:-512]
    truth = signal.sosfiltfilt(slow, truth)[512:-512]
    assert np.corrcoef(envelope, truth)[0, 1] > 0.97
    assert envelope.mean() == pytest.approx(truth.mean(), rel=0.03)


def test_drive_raises_burst_rate_and_leaves_amplitude_and_frequency() -> None:
    """A drive of 0.3 makes bursts more frequent; the amplitude within them stays (Belinskaia et al. 2020)."""
    eeg = EEG(ch_names=("O1",))
    still = {"gain_sd": 0.0, "bandwidth_hz": 0.01, "burst_floor": 0.0, "ramp_s": 0.003}
    steady = eeg.rhythms["alpha"].model_copy(update=still)
    eeg = eeg.model_copy(update={"rhythms": {"alpha": steady}})

    def bursts(drive: Drive) -> tuple[float, float]:
        # A bandwidth of almost nothing makes the oscillator steady: only the on/off process is left.
        envelope = record(eeg, 600, drive=drive)["truth/eeg_envelope"][0]
        on = envelope > 0.02 * np.percentile(envelope, 95)
        onsets = np.count_nonzero(np.diff(on.astype(int)) == 1)
        return onsets / 600, float(np.percentile(envelope[on], 75))

    rate, amplitude = bursts(NEUTRAL)
    driven_rate, driven_amplitude = bursts(Drive({"alpha_drive": 0.3}))
    # Renewal process: onsets a second = 1 / (1/on + 1/off); on-rate times (1 + 3 * 0.3 / 2)^2 = 2.1.
    expected = (1 / 1.5 + 1 / 2.0) / (1 / (1.5 * 1.45**2) + 1 / 2.0)
    assert driven_rate / rate == pytest.approx(expected, rel=0.1)
    assert driven_amplitude == pytest.approx(amplitude, rel=0.1)


def test_truth_marks_bursts() -> None:
    """The marks are the on/off process itself: its rates of onset and end are those that were asked for, 1.5 and 2 Hz.

    A drive of 0.3 multiplies the rate of onsets by (1 + 3 * 0.3 / 2)^2 and leaves that of ends. Eight sources over ten
    minutes have some 4000 bursts, a standard error of 1.6 %.
    """
    for drive, onset_hz in ((NEUTRAL, 1.5), (Drive({f"{r}_drive": 0.3 for r in EEG().rhythms}), 1.5 * 1.45**2)):
        marks = record(EEG(ch_names=("O1",)), 600, drive=drive)["truth/eeg_bursts"] > 0
        begins, ends = marks[:, 1:] & ~marks[:, :-1], ~marks[:, 1:] & marks[:, :-1]
        assert begins.sum() / (~marks).sum() * FS == pytest.approx(onset_hz, rel=0.06)
        assert ends.sum() / marks.sum() * FS == pytest.approx(2.0, rel=0.06)


def test_eyes_close_and_open_with_their_lags() -> None:
    """models.md 1.2: alpha returns with 0.5 s and is blocked with 0.15 s time constants."""
    alpha = EEG().rhythms["alpha"].model_copy(update={"open_uv": 0.0, "closed_uv": 1.0, "ramp_s": 0.003})
    eeg, shut = EEG(rhythms={"alpha": alpha}), Drive({"eyes_closed": 1.0})
    source = Body(eeg=eeg).prepare(TickGrid(0.5), 1, (0,), ())
    ticks = [source.generate(k, shut if k < 20 else NEUTRAL)["truth/eeg_envelope"][0] for k in range(24)]
    # The same noise with eyes that are closed all the time: what is left of the ratio is the eyes.
    course = np.concatenate(ticks) / record(eeg, 12, rest={"eyes_closed": 1.0})["truth/eeg_envelope"][0]
    at = np.arange(course.size) / FS
    closing, opening = (at > 0.1) & (at < 1.5), (at > 10.1) & (at < 10.5)
    assert -1.0 / np.polyfit(at[closing], np.log(1.0 - course[closing]), 1)[0] == pytest.approx(0.5, rel=0.1)
    assert -1.0 / np.polyfit(at[opening], np.log(course[opening]), 1)[0] == pytest.approx(0.15, rel=0.1)


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        ({"arousal": 0.9}, {"theta": 0.0, "alpha": -0.8 * 0.4, "mu": 0.0, "smr": 0.0, "beta": 0.6 * 0.4}),
        ({"attention": 0.7}, {"theta": 0.5 * 0.2, "alpha": -0.4 * 0.2, "mu": 0.0, "smr": 0.0, "beta": 0.3 * 0.2}),
    ],
)
def test_strengths_follow_the_state(rest: dict[str, float], expected: dict[str, float]) -> None:
    """The couplings of the table, in natural logarithms; the noise is the same, so that the ratio is exact."""
    plain, moved = (record(EEG(), 4, rest=r)["truth/eeg_envelope"] for r in ({}, rest))
    names = Body().prepare(TickGrid(1.0), 1, (0,), ()).specs["truth/eeg_envelope"].ch_names
    for name, ratio in zip(names, np.log(moved / plain).mean(axis=-1), strict=True):
        assert ratio == pytest.approx(expected[name.partition("_")[0]], abs=0.01)


def test_mu_is_an_arch_and_alpha_is_not() -> None:
    """models.md 1.2: a second harmonic of 0.2 in a fixed phase. Peaks are sharper than troughs (Cole & Voytek 2017).

    For normal a and b of variance 1, x = a + h (a^2 - b^2) / 2 has E[x^3] = 3 h / 2 (E[a^4] - E[a^2 b^2]) = 3 h and a
    variance of 1 + h^2.
    """
    eeg = EEG(ch_names=("C3",), psd_at_1hz_open=1e-12, psd_at_1hz_closed=1e-12)
    flat = {"gain_sd": 0.0, "burst_floor": 1.0}
    skewness = {}
    for name in ("mu", "alpha"):
        only = eeg.model_copy(update={"rhythms": {name: eeg.rhythms[name].model_copy(update=flat)}})
        x = record(only, 600)["eeg"][0]
        x *= np.sign(sphere_mixing().rhythm_gain(name, ("C3",))[0, 0])
        skewness[name] = float(stats.skew(x))
        peaks, troughs = (signal.find_peaks(side * x, height=x.std())[0][1:-1] for side in (1, -1))
        curvature = [np.abs(x[at - 3] + x[at + 3] - 2 * x[at]) / np.abs(x[at]) for at in (peaks, troughs)]
        sharper = np.median(curvature[0]) / np.median(curvature[1])
        assert (sharper > 1.3) if name == "mu" else (0.95 < sharper < 1.05)
    h, left = 0.2, float(np.linalg.norm(sphere_mixing().rhythm_gain("mu", ("C3",))))
    assert left == pytest.approx(1.0, abs=0.02)  # C3 hears the left source alone
    assert skewness["mu"] == pytest.approx(3 * h / (1 + h**2) ** 1.5, abs=0.05)
    assert skewness["alpha"] == pytest.approx(0.0, abs=0.05)


def test_alpha_slows_from_adulthood_back_to_childhood() -> None:
    """models.md row 6, Freschl et al. 2022: 6.1 Hz at half a year, 8.4 at 5, 9.7 at 13, 10.1 at last; +-0.4."""
    assert alpha_hz_of_age(np.array([0.5, 5.0, 13.0, 20.0])) == pytest.approx([6.1, 8.4, 9.7, 10.1], abs=0.4)
    assert alpha_hz_of_age(np.array([25.0, 30.0, 40.0])) == pytest.approx([10.3, 10.3, 10.3])  # Haegens et al. 2014
    assert 9.0 <= alpha_hz_of_age(70.0) <= 9.5
    years = np.linspace(0.3, 25.0, 500)
    assert np.all(np.diff(alpha_hz_of_age(years)) > 0)  # no step where the two sources meet


def test_a_child_has_slow_alpha_and_a_steep_background() -> None:
    """Row 6 in the signal (peak above the aperiodic part by neurodsp), and the direction of Hill et al. 2022."""
    shut = record(EEG(), 300, rest={"eyes_closed": 1.0}, age_years=5.0)["eeg"][SENSORS_1020.index("O1")]
    frequency, _, periodic = compute_irasa(shut, FS, f_range=(2, 35))
    assert frequency[np.argmax(periodic)] == pytest.approx(8.4, abs=0.4)
    child, adult = exponents(record(EEG(), 300, age_years=5.0)["eeg"]), exponents(resting(False)[0])
    assert np.median(child - adult) == pytest.approx(0.25, abs=0.05)


def test_people_differ_in_alpha() -> None:
    """Traits: each subject's frequency and strength of alpha, measured in the signal, are those that were drawn."""
    subjects = tuple(range(12))
    source = Body(eeg=EEG(ch_names=("O1",)), spread=1.0, rest={"eyes_closed": 1.0}).prepare(
        TickGrid(1.0), 1, subjects, (12,)
    )
    source.select({"eeg"})
    x = np.concatenate([source.generate(k, NEUTRAL)["eeg"] for k in range(240)], axis=-1)[:, 0]
    traits = Traits.draw(1, subjects)
    alpha_hz = traits("alpha_hz", alpha_hz_of_age(traits("age_years", 30.0)))
    frequency, psd = signal.welch(x, FS, nperseg=1024)
    exponent = traits("exponent", 1.2 - 0.01 * (traits("age_years", 30.0) - 30.0))[:, None] + 0.1
    band = (frequency >= 5) & (frequency <= 15)
    whitened = (psd * frequency.clip(0.1) ** exponent)[:, band]
    over = np.clip(whitened - np.median(whitened, axis=1, keepdims=True) * 1.5, 0.0, None) ** 2
    peak_hz = (over * frequency[band]).sum(axis=1) / over.sum(axis=1)
    assert np.corrcoef(peak_hz, alpha_hz)[0, 1] > 0.95
    assert np.abs(peak_hz - alpha_hz).max() < 0.5
    strength = np.log(np.sqrt([band_power(row, f - 2, f + 2) for row, f in zip(x, alpha_hz, strict=True)]))
    assert np.corrcoef(strength, np.log(traits("alpha_uv", 1.0)))[0, 1] > 0.9


def test_exponent_is_that_of_adults_and_rises_when_the_eyes_close() -> None:
    """models.md rows 3 and 4: 0.7 to 1.7 with eyes open, 0 to 0.3 more closed; by IRASA (neurodsp), 1 to 40 Hz."""
    wide, shut = exponents(resting(False)[0]), exponents(resting(True)[0])
    assert np.all((wide > 0.7) & (wide < 1.7))
    assert 0.0 < np.median(shut - wide) < 0.3
    assert np.median(shut - wide) == pytest.approx(0.1, abs=0.05)


def test_any_cut_and_any_company_gives_the_same_bits() -> None:
    """models.md row 2, and laws 1 and 2, while eyes close, in all traits, and over steps of 1/32 s."""
    eeg = EEG(ch_names=("Cz", "O1"), fs=200)

    def played(update_interval_s: float, subjects: tuple[int, ...], piece: int | None = None) -> Float:
        source = Body(eeg=eeg, spread=1.0).prepare(TickGrid(update_interval_s), 1, subjects, (len(subjects),))
        source.piece = piece
        shut = Drive({"eyes_closed": 1.0, "alpha_drive": 0.4})
        ticks = range(round(3.0 / update_interval_s))
        parts = [source.generate(k, shut if k * update_interval_s >= 1 else NEUTRAL)["eeg"] for k in ticks]
        return np.concatenate(parts, axis=-1)

    whole = played(1.0, (3, 17, 5))
    for interval_s in (1 / 8, 1 / 50):
        np.testing.assert_array_equal(played(interval_s, (3, 17, 5)), whole)
    for piece in (1, 7, 50):
        np.testing.assert_array_equal(played(1.0, (3, 17, 5), piece), whole)
    np.testing.assert_array_equal(played(1.0, (17,)), whole[1:2])


def test_no_samples_are_no_samples() -> None:
    """A chunk of length 0 has the right shapes and changes nothing."""
    state = State(1, (0, 1), {})
    state.start(0)
    rest = Span(0, state.index, state.resting())
    span = Span(0, state.index, state.advance(0, 32, NEUTRAL))
    organs = [EEG().prepare(Given(1, (0, 1), (2,), Traits(2))) for _ in range(2)]
    for organ in organs:
        organ.start(0, rest)
    empty = organs[0].generate(0, 0, span)
    assert {name: x.shape for name, x in empty.items()} == {
        "eeg": (2, 19, 0), "truth/eeg_envelope": (2, 8, 0), "truth/eeg_bursts": (2, 8, 0),
    }  # fmt: skip
    one, other = (organ.generate(0, 256, span)["eeg"] for organ in organs)
    np.testing.assert_array_equal(one, other)


def test_neighbouring_sensors_share_their_background() -> None:
    """The correlation of the background is exp(-distance / 7 cm), as configured."""
    x = record(EEG(ch_names=("C3", "Cz", "O2"), rhythms={}, exponent=0.8), 300)["eeg"]
    at = sphere_mixing().positions(("C3", "Cz", "O2"))
    sos = signal.butter(2, (2, 40), "bandpass", fs=FS, output="sos")
    found = np.corrcoef(signal.sosfiltfilt(sos, x))
    for i, j in [(0, 1), (1, 2)]:
        assert found[i, j] == pytest.approx(np.exp(-np.linalg.norm(at[i] - at[j]) / 0.07), abs=0.03)


def test_sensors_keep_their_noise_in_other_company() -> None:
    """The first sensor of a montage sounds the same whatever sensors follow: noise is addressed by name."""
    alone = record(EEG(ch_names=("Cz",)), 2)["eeg"][0]
    first = record(EEG(ch_names=("Cz", "O1")), 2)["eeg"][0]
    np.testing.assert_allclose(first, alone, rtol=0, atol=1e-9)


@pytest.mark.parametrize(
    ("eeg", "place"),
    [
        (EEG(ch_names=("Cz", "Q7")), "eeg.ch_names[1]"),
        (EEG(rhythms={"gamma": EEG().rhythms["alpha"]}), "eeg.rhythms"),
        (EEG(fs=32, rhythms={"beta": EEG().rhythms["beta"]}), "eeg.rhythms.beta.center_hz"),
    ],
)
def test_what_does_not_fit_is_named(eeg: EEG, place: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Body(eeg=eeg).prepare(TickGrid(0.125), 1, (0,), ())
    assert str(caught.value).startswith(f"{place}:")


def test_alpha_is_seen_at_the_vertex() -> None:
    """Closing the eyes raises 8-13 Hz at Cz by half or more, background included; without a source there by 13 %.

    People differ: 17 times in OpenBCI's recording there. By design it is little in the average, as is alpha itself.
    """
    source = Body(eeg=EEG(ch_names=("Cz",)), spread=0.0)
    power = []
    for closed in (0.0, 1.0):
        body = source.prepare(TickGrid(1.0), 1, tuple(range(8)), (8,))
        body.select(("eeg",))
        drive = Drive({"eyes_closed": closed})
        x = np.concatenate([body.generate(k, drive)["eeg"] for k in range(120)], axis=-1)
        frequency, psd = signal.welch(x, 256.0, nperseg=512)
        power.append(psd[..., (frequency >= 8) & (frequency <= 13)].sum())
    assert power[1] > 1.5 * power[0]


def test_a_peak_of_alpha_stands_at_the_vertex_when_the_eyes_are_closed() -> None:
    """8-13 Hz above the aperiodic part (IRASA, neurodsp) at Cz: twice as large as with eyes open, and a clear peak.

    Recordings at Cz show one (docs/validation.md). With eyes open next to nothing is left above the background, and
    chance may turn it negative: a ratio alone would pass without any alpha, so half the background is asked for, too.
    """
    at, found = SENSORS_1020.index("Cz"), np.zeros((2, 2))
    for closed in (0, 1):
        for seed in (1, 2, 3):
            frequency, aperiodic, periodic = compute_irasa(resting(bool(closed), seed)[0][at], FS, f_range=(2, 35))
            band = (frequency >= 8) & (frequency <= 13)
            found[closed] += [x[band].sum() for x in (periodic, aperiodic)]
    (wide, _), (shut, background) = found
    assert shut > 2.0 * abs(wide)
    assert shut > 0.5 * background
