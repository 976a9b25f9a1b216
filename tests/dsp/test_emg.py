"""EMG features against SciPy, NeuroKit2, closed forms, and the truth of the body."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import neurokit2 as nk
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import integrate, optimize, signal

from neurosim.core.drive import DriveEvent
from neurosim.core.errors import ConfigError
from neurosim.core.spec import SignalSpec
from neurosim.dsp import EMGMedianFrequency, EMGRms

Array = NDArray[np.float64]
_SPEC = SignalSpec(1000.0, ("m",), "uV")


def _muscle(seconds: float, slowing: float = 1.0, seed: int = 1) -> Array:
    """Noise of 10 uV with the spectrum of Stulen & De Luca 1981."""
    n = round(1000 * seconds)
    hz = np.fft.rfftfreq(n, 1 / 1000)
    low, high = 60.0 * slowing, 120.0 * slowing
    shape = hz / (np.sqrt(hz**2 + low**2) * (hz**2 + high**2))
    noise = np.fft.irfft(np.fft.rfft(np.random.default_rng(seed).normal(size=n)) * shape, n)
    return np.asarray(10 * noise / noise.std())


def _scipys_median_hz(x: Array, low: float, high: float) -> float:
    hz, psd = signal.welch(x, 1000.0, "hann", 500, 250, detrend=False)
    band = (hz >= low) & (hz <= high)
    power = np.cumsum(psd[band])
    edges = np.concatenate([[0.0], power / power[-1]])
    return float(np.interp(0.5, edges, np.append(hz[band] - 1.0, hz[band][-1] + 1.0)))


def test_median_frequency_is_scipys() -> None:
    x = _muscle(10.0)
    got = EMGMedianFrequency(window_s=2.0).prepare(_SPEC).process(x[None])[0]
    for second in (2, 5, 10):
        assert got[1000 * second - 1] == pytest.approx(
            _scipys_median_hz(x[1000 * (second - 2) : 1000 * second], 20, 400), rel=1e-6
        )


def test_median_frequency_is_that_of_the_spectrum() -> None:
    def density(hz: float) -> float:
        return hz**2 / ((hz**2 + 60.0**2) * (hz**2 + 120.0**2) ** 2)

    def above(middle: float) -> float:
        return float(integrate.quad(density, 20, middle)[0] - integrate.quad(density, middle, 400)[0])

    expected = optimize.brentq(above, 30, 300)
    got = EMGMedianFrequency(window_s=50.0).prepare(_SPEC).process(_muscle(60.0)[None])[0, -1]
    assert got == pytest.approx(expected, rel=0.02)


def test_median_frequency_agrees_with_neurokit(recording: Callable[[str, str], Path]) -> None:
    with h5py.File(recording("emg_biceps_bursts_plux", "emg_bursts.h5")) as file:
        raw = np.asarray(file[next(iter(file))]["raw/channel_3"], dtype=float).ravel()
    emg = (raw / 2**16 - 0.5) * 3.0 / 1000 * 1e6
    emg -= emg.mean()
    seconds = len(emg) // 1000
    stage = EMGMedianFrequency(window_s=seconds).prepare(_SPEC)
    got = stage.process(emg[None, : 1000 * seconds])[0, -1]
    psd = nk.signal_psd(emg[: 1000 * seconds], 1000, method="welch", min_frequency=20, max_frequency=400, window=0.5)
    power = np.cumsum(psd["Power"].to_numpy())
    theirs = psd["Frequency"].to_numpy()[np.searchsorted(power, power[-1] / 2)]
    assert got == pytest.approx(theirs, abs=2 * float(np.diff(psd["Frequency"])[0]))


def test_a_tired_muscle_is_slower_after_the_latency() -> None:
    x = np.concatenate([_muscle(60.0), _muscle(60.0, slowing=0.75, seed=2)])
    stage = EMGMedianFrequency(window_s=10.0).prepare(_SPEC)
    got = stage.process(x[None])[0]
    before, after = got[20000:60000].mean(), got[75000:].mean()
    assert after / before == pytest.approx(0.77, abs=0.02)  # three quarters, less what the edge at 20 Hz cuts off
    half = np.flatnonzero(got[60000:] < (before + after) / 2)[0] / 1000
    assert half == pytest.approx(stage.spec.delay_s, rel=0.1)


def test_rms_of_a_band_is_scipys() -> None:
    x = _muscle(60.0)
    for low, high in ((20.0, 400.0), (100.0, 200.0)):
        got = EMGRms(low_hz=low, high_hz=high).prepare(_SPEC).process(x[None])[0]
        filtered = signal.sosfilt(signal.butter(4, [low, high], "bandpass", fs=1000, output="sos"), x)
        assert np.sqrt(np.mean(got[5000:] ** 2)) == pytest.approx(filtered[5000:].std(), rel=0.01)


def test_rms_is_the_truth_of_a_body(live: Callable[..., Any]) -> None:
    made, specs = live(60, ("emg", "truth/emg_rms"), drive={"frontalis": 0.2})
    # 20 to 400 Hz hold 0.97 of the amplitude of this spectrum, by its integral.
    got = EMGRms().prepare(specs["emg"]).process(made["emg"])[:, 0, 10000:]
    truth = made["truth/emg_rms"][:, 0, 320:]
    np.testing.assert_allclose(np.sqrt(np.mean(got**2, axis=1)), np.sqrt(np.mean(truth**2, axis=1)), rtol=0.05)


def test_narrow_band_rejects_the_heart(live: Callable[..., Any]) -> None:
    event = {0: (DriveEvent("ecg_in_emg", 0.0, amplitude=100.0, duration_s=60.0),)}
    plain, specs = live(60, ("emg",))
    hearts, _ = live(60, ("emg",), events=event)
    excess = {}
    for low, high in ((20.0, 400.0), (100.0, 200.0)):
        stage = EMGRms(low_hz=low, high_hz=high)
        power = [
            np.mean(stage.prepare(specs["emg"]).process(each["emg"])[:, 1, 5000:] ** 2) for each in (plain, hearts)
        ]
        excess[low] = np.sqrt(power[1] / power[0]) - 1
    assert excess[20.0] > 0.4
    assert excess[100.0] < 0.02


def test_median_frequency_above_the_heart(live: Callable[..., Any]) -> None:
    event = {0: (DriveEvent("ecg_in_emg", 0.0, amplitude=40.0, duration_s=30.0),)}
    plain, specs = live(30, ("emg",))
    hearts, _ = live(30, ("emg",), events=event)
    for low, most in ((20.0, 1.0), (45.0, 0.1)):
        stage = EMGMedianFrequency(low_hz=low, window_s=20.0)
        hz = [stage.prepare(specs["emg"]).process(each["emg"])[:, 1, -1].mean() for each in (plain, hearts)]
        assert abs(hz[1] / hz[0] - 1) < most
    assert abs(hz[1] / hz[0] - 1) < 0.1


def test_bands_and_segments_are_checked() -> None:
    with pytest.raises(ConfigError, match="high_hz"):
        EMGRms().prepare(SignalSpec(500.0, ("m",), "uV"))
    with pytest.raises(ConfigError, match="segment_s"):
        EMGMedianFrequency(window_s=0.2).prepare(_SPEC)
