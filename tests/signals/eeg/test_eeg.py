"""The simulated EEG against published resting values and independent estimators."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from neurodsp.aperiodic import compute_irasa, fit_irasa
from neurodsp.spectral import compute_spectrum
from numpy.typing import NDArray
from scipy import signal

from neurosim.core.drive import NEUTRAL, Drive, DriveEvent
from neurosim.core.errors import ConfigError
from neurosim.core.timeline import TickGrid
from neurosim.signals import EEG, Body
from neurosim.signals.eeg.background import pole_zero_ladder
from neurosim.signals.eeg.eeg import EEGOrgan, blink_shape
from neurosim.signals.eeg.mixing import SENSORS_1020, sphere_mixing

Float = NDArray[np.float64]
FS = 256.0


def record(eeg: EEG, duration_s: int, seed: int = 1, drive: Drive = NEUTRAL) -> dict[str, Float]:
    source = Body(eeg=eeg).prepare(TickGrid(1.0), seed, (0,), ())
    ticks = [source.generate(k, drive) for k in range(duration_s)]
    return {name: np.concatenate([tick[name] for tick in ticks], axis=-1) for name in source.specs}


@cache
def resting(closed: bool, seed: int = 1) -> tuple[Float, Float]:
    streams = record(EEG(eyes_closed=closed), 240, seed)
    return streams["eeg"], streams["truth/eeg_envelope"]


def band_power(x: Float, low_hz: float, high_hz: float) -> float:
    frequency, psd = signal.welch(x, FS, nperseg=1024)
    inside = (frequency >= low_hz) & (frequency <= high_hz)
    return float(np.trapezoid(psd[inside], frequency[inside]))


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


def test_eyes_close_and_open_with_their_lags() -> None:
    """models.md 1.2: alpha returns with 0.5 s and is blocked with 0.15 s time constants."""
    organ = EEGOrgan(EEG(ch_names=("O1",)), 1, (0,), ())
    organ.start(0)
    course = []
    for k in range(40):
        organ.generate(32 * k, 32, Drive({"eyes_closed": 1.0 if k < 20 else 0.0}))
        course.append(organ._closed[0])
    assert course[3] == pytest.approx(1 - np.exp(-0.5 / 0.5), abs=0.05)
    assert course[21] == pytest.approx(course[19] * np.exp(-0.25 / 0.15), abs=0.05)


def test_blink_is_largest_at_the_forehead() -> None:
    """models.md 1.4: 1 at Fp1, about 0.35 at F3, 0.1 at C3, 0.02 at O1; 0.3 to 0.4 s long."""
    gain = dict(zip(SENSORS_1020, sphere_mixing().blink_gain(SENSORS_1020), strict=True))
    assert gain["Fp1"] > 0.9
    assert gain["F3"] == pytest.approx(0.35, abs=0.05)
    assert gain["C3"] == pytest.approx(0.10, abs=0.02)
    assert gain["O1"] == pytest.approx(0.02, abs=0.01)
    silent = EEG(ch_names=("Fp1",), psd_at_1hz_open=1e-12, psd_at_1hz_closed=1e-12, rhythms={})
    drive = Drive(events=(DriveEvent("blink", 0.25, amplitude=120.0),))
    x = record(silent, 1, drive=drive)["eeg"][0]
    assert x.max() == pytest.approx(120.0 * gain["Fp1"], rel=0.01)
    assert np.count_nonzero(x > 1.0) / FS == pytest.approx(0.37, abs=0.05)
    assert blink_shape(np.array([-0.01, 0.12, 0.41])).tolist() == [0.0, 1.0, 0.0]


def test_neighbouring_sensors_share_their_background() -> None:
    """The correlation of the background is exp(-distance / 7 cm), as configured."""
    x = record(EEG(ch_names=("C3", "Cz", "O2"), rhythms={}, exponent=0.8), 300)["eeg"]
    mixing = sphere_mixing()
    at = mixing.positions_m[mixing.rows(("C3", "Cz", "O2"))]
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
