"""The EMG against the published spectrum and levels, by SciPy's estimators."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import integrate, signal

from neurosim.core.config import validate
from neurosim.core.drive import NEUTRAL, Drive, DriveEvent
from neurosim.core.errors import ConfigError
from neurosim.core.timeline import TickGrid
from neurosim.signals.body.body import Body
from neurosim.signals.body.events import Artifact
from neurosim.signals.body.organ import Given
from neurosim.signals.body.span import STEP_HZ, Span
from neurosim.signals.periphery.emg import EMG, EMGTruth
from neurosim.signals.periphery.muscles import Muscle, muscle_filter

Float = NDArray[np.float64]
Record = Callable[..., dict[str, Float]]
FS = 1000


def median_hz(x: Float, fs: float = FS) -> float:
    """Return the median frequency of one or more series ``(..., time)`` together, by Welch's method."""
    frequency, psd = signal.welch(x, fs, nperseg=1000)
    total = np.cumsum(psd.reshape(-1, len(frequency)).mean(axis=0))
    return float(np.interp(total[-1] / 2, total, frequency + frequency[1] / 2))


def stulen_de_luca(frequency: Float, low_hz: float = 60.0, high_hz: float = 120.0) -> Float:
    return frequency**2 / ((frequency**2 + low_hz**2) * (frequency**2 + high_hz**2) ** 2)


def only(muscle: str, fs: float = FS, **changes: float) -> Body:
    return Body(emg=EMG(fs=fs, muscles={muscle: Muscle(rest_uv=2.0, max_uv=400.0)}, **changes))


@pytest.mark.parametrize("slowing", [0.0, 0.25])
@pytest.mark.parametrize("fs", [500.0, 512.0, 1000.0, 2048.0, 8192.0])
def test_filter_follows_the_analytic_spectrum(fs: float, slowing: float) -> None:
    """Within 0.15 dB of the density whose integral up to fs/2 is 1, up to 0.4 fs; the variance by SciPy."""
    low, high = 60.0 * (1 - slowing), 120.0 * (1 - slowing)
    poles, zeros, gain = muscle_filter(low, high, fs)
    frequency = np.linspace(1.0, 0.4 * fs, 1000)
    _, response = signal.freqz_zpk(zeros, poles, gain, frequency, fs=fs)
    whole = integrate.quad(lambda f: float(stulen_de_luca(np.array(f), low, high)), 0, fs / 2, limit=200)[0]
    expected = stulen_de_luca(frequency, low, high) / whole
    decibels = 10 * np.log10(np.abs(response) ** 2 * 2 / fs / expected)
    assert np.abs(decibels).max() < 0.15
    impulse = signal.sosfilt(signal.zpk2sos(zeros, poles, gain), np.eye(1, 4000)[0])
    assert np.sum(impulse**2) == pytest.approx(1.0, abs=1e-12)


def test_median_frequency_and_shape(record: Record) -> None:
    """models.md row 23: 60 to 100 Hz, analytic 95 Hz, mean 115 Hz; the density by Welch within 10 % up to 400 Hz."""
    x = record(("emg",), 240)["emg"][0]
    assert median_hz(x) == pytest.approx(95.0, abs=1.5)
    frequency, psd = signal.welch(x, FS, nperseg=512)
    assert np.average(frequency, weights=psd) == pytest.approx(115.0, abs=3.0)
    inside = (frequency >= 10) & (frequency <= 400)
    ratio = psd[inside] / stulen_de_luca(frequency[inside])
    assert (ratio / np.median(ratio)).std() < 0.05
    np.testing.assert_allclose(ratio / np.median(ratio), 1.0, atol=0.2)


def test_rest_levels(record: Record) -> None:
    """models.md row 24: forehead 1.5 to 8 uV rms, shoulder 1 to 5 uV (traits.csv), in nine of ten people."""
    x = record(("emg",), 10, body=Body(spread=1.0), n=400)["emg"]
    forehead, shoulder = np.sqrt((x**2).mean(axis=-1)).T
    assert ((forehead > 1.5) & (forehead < 8)).mean() >= 0.9
    assert ((shoulder > 1.0) & (shoulder < 5)).mean() >= 0.9
    assert np.median(forehead) == pytest.approx(2.5, rel=0.15)
    assert np.log(forehead).std() == pytest.approx(0.35, abs=0.08)


def test_contraction_and_its_lag(record: Record) -> None:
    """Full effort adds 400 uV; a lag of two times 30 ms is at 63 % after 65 ms (1 - (1 + x) exp(-x) = 0.63, x 2.15)."""
    streams = record(
        ("emg",), 40, lambda k: Drive({"trapezius": float(k % 4 >= 2)}), body=only("trapezius", tired_s=1e6)
    )
    by_cycle = streams["emg"][0].reshape(-1, 4 * FS)
    rms = np.sqrt((by_cycle**2).mean(axis=0))
    assert np.sqrt((rms[500:2000] ** 2).mean()) == pytest.approx(2.0, rel=0.15)
    assert np.sqrt((rms[2500:] ** 2).mean()) == pytest.approx(402.0, rel=0.03)
    smooth = np.sqrt(np.convolve(rms**2, np.ones(9) / 9, "same"))[2000:2400]
    assert np.argmax(smooth > 0.63 * 402) / FS == pytest.approx(0.065, abs=0.02)


def test_truth_is_what_a_window_estimates(record: Record) -> None:
    """The rms of 40 sessions at each moment, by the step response of two lags, against the truth of one."""
    times = np.arange(96) / STEP_HZ
    effort = ((times >= 1.0) & (times < 2.0)).astype(float)[:, None]
    index = {"trapezius": 0, "trapezius_tone": 1}
    span = Span(0, index, np.stack([effort, np.zeros_like(effort)], axis=1))
    truth = EMGTruth(only("trapezius").emg, Given(1, (0,)))
    truth.start(0, Span(0, index, span.values[:1]))
    rms = truth.generate(0, 96, span)["truth/emg_rms"][0]
    x = np.clip(times - 1.0, 0, None) / 0.03
    expected = 2.0 + 400.0 * (1 - (1 + x) * np.exp(-x))
    np.testing.assert_allclose(rms[:65], expected[:65], rtol=1e-9)

    def drive(k: int) -> Drive:
        return Drive({"trapezius": float(k == 1)})

    x_all = record(("emg",), 3, drive, body=only("trapezius"), n=400)["emg"][:, 0]
    felt = np.sqrt((x_all**2).mean(axis=0))
    at = np.ceil(times * FS).astype(int)
    around = np.sqrt(np.stack([felt[np.clip(at + i, 0, 2999)] ** 2 for i in range(-4, 5)]).mean(axis=0))
    # 400 subjects and nine samples that go together by and by: two per cent; their arousal wanders as well.
    steady = (times > 0.1) & ((times < 0.95) | (times > 1.3)) & ((times < 1.95) | (times > 2.3))
    np.testing.assert_allclose(around[steady], rms[steady], rtol=0.1)
    np.testing.assert_allclose(around[32:42], rms[32:42], atol=20)


def test_fatigue_lowers_the_median_frequency_and_leaves_the_rms(record: Record) -> None:
    """Tiring with 60 s at full effort, recovering with 120 s: the median is at 1 - 0.25 F; Welch over 100 subjects."""
    streams = record(("emg",), 180, lambda k: Drive({"trapezius": float(k < 60)}), body=only("trapezius"), n=100)
    x = streams["emg"][:, 0]

    def fatigue(t: float) -> float:
        return float(1 - np.exp(-min(t, 60) / 60)) * float(np.exp(-max(t - 60, 0) / 120))

    for second in (1, 20, 57, 90, 175):
        expected = 95.0 * (1 - 0.25 * fatigue(second + 1))
        assert median_hz(x[:, second * FS : (second + 2) * FS]) == pytest.approx(expected, abs=1.0), second
    fresh, tired = x[:, FS : 3 * FS], x[:, 57 * FS : 60 * FS]
    assert tired.std() / fresh.std() == pytest.approx(1.0, abs=0.02)


def test_a_forehead_burst_is_three_times_as_high_above_the_muscle(record: Record) -> None:
    def drive(k: int) -> Drive:
        return Drive({}, (DriveEvent("forehead_tension", k + 0.3, 15.0, 2.0),)) if k % 5 == 1 else NEUTRAL

    x = record(("emg",), 40, drive)["emg"]
    by_cycle = x.reshape(2, -1, 5 * FS)
    during, after = by_cycle[:, :, 1600:3200], by_cycle[:, :, 3800:]
    assert during[0].std() == pytest.approx(45.0 + 2.6, rel=0.04)
    assert after[0].std() == pytest.approx(2.6, rel=0.1)
    assert during[1].std() == pytest.approx(after[1].std(), rel=0.05)
    onset = np.sqrt((by_cycle[0, :, 1200:1500] ** 2).mean(axis=0))
    assert onset[:90].max() < 8 < onset[250:].mean()  # not before 1.3 s, and smoothly


def test_the_heart_shows_at_the_shoulder_with_its_r_wave(record: Record) -> None:
    """The mean around the R peaks of the truth: 20 uV high, at the peak to a sample, and nothing at the forehead."""
    body = Body(artifacts={"ecg_in_emg": Artifact(amplitude=20.0)})
    streams = record(("emg", "ecg"), 300, body=body)
    plain = record(("emg", "ecg"), 300)
    np.testing.assert_array_equal(streams["emg"][0], plain["emg"][0])
    added = streams["emg"][1] - plain["emg"][1]
    phase = streams["truth/heart_phase"][0]
    wraps = np.flatnonzero(np.diff(phase) < -0.5)
    peaks = (wraps + 1 - phase[wraps + 1] / np.gradient(phase)[wraps + 3]) / 250  # between two samples
    at = np.round(peaks[(peaks > 1) & (peaks < 299)] * FS).astype(int)
    assert len(at) > 250
    around = streams["emg"][1][at[:, None] + np.arange(-500, 500)].mean(axis=0)
    assert around.max() == pytest.approx(20.0, abs=1.0)
    assert np.argmax(around) == pytest.approx(500, abs=2)
    assert np.abs(around[:400]).max() < 0.7  # 2.1 uV of muscle over the root of 300 beats, and five of them at most
    found, _ = signal.find_peaks(added, height=15.0)
    assert len(found) == pytest.approx(len(at), abs=3)


@pytest.mark.parametrize("fs", [500.0, 2048.0])
def test_other_rates_have_the_same_level_and_median(record: Record, fs: float) -> None:
    """At 500 Hz the density above 250 Hz is missing: the analytic median is 89 Hz."""
    frequency = np.linspace(0, fs / 2, 100_001)
    total = np.cumsum(stulen_de_luca(frequency))
    expected = float(np.interp(total[-1] / 2, total, frequency))
    x = record(("emg",), 120, body=only("trapezius", fs=fs))["emg"][0]
    assert median_hz(x, fs) == pytest.approx(expected, abs=2.0)
    assert x.std() == pytest.approx(2.1, rel=0.1)


@pytest.mark.parametrize(
    ("emg", "message"),
    [
        ({"muscles": {"frontals": {"rest_uv": 2, "max_uv": 100}}}, "did you mean 'frontalis'"),
        ({"fs": 500, "high_hz": 130}, "at most fs/4 = 125 Hz"),
    ],
)
def test_mistakes_are_explained(emg: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        validate({"emg": emg}, Body).prepare(TickGrid(1.0), 1, (0,), ())
