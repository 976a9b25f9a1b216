"""Skin conductance and temperature against NeuroKit2, closed forms and the truth of the body."""

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import neurokit2 as nk
import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from neurosim.core.spec import SignalSpec
from neurosim.dsp import SCL, SCRAmplitude, SCRRate, Temperature, TemperatureRate

Array = NDArray[np.float64]
_EDA = SignalSpec(100.0, ("palm",), "uS")


def _onsets(eda: Array, fs: float) -> Array:
    """Return when responses were reported, less the time that takes [s]."""
    stage = SCRRate(window_s=3600.0).prepare(SignalSpec(fs, ("palm",), "uS"))
    return np.flatnonzero(np.diff(stage.process(eda[None])[0]) > 0) / fs - 1.5


@pytest.mark.parametrize("name", ["resting", "event-related", "biosppy"])
def test_responses_agree_with_neurokit(name: str, recording: Callable[[str, str], Path]) -> None:
    if name == "biosppy":
        with gzip.open(recording("biosppy_ecg_resp_ppg_eda", "eda.txt.gz"), "rt") as text:
            eda, fs = np.loadtxt(text) / 4096 * 25.0, 1000  # BITalino's range is 25 uS
    else:
        folder, file = {
            "resting": ("physio_nk_resting_8min", "bio_resting_8min_100hz.csv.gz"),
            "event-related": ("physio_nk_eventrelated", "bio_eventrelated_100hz.csv"),
        }[name]
        eda, fs = pd.read_csv(recording(folder, file))["EDA"].to_numpy(), 100
    got = _onsets(eda, fs)
    # Peaks at least 0.05 uS above what surrounds them, in NeuroKit2's cleaned signal. Its own eda_peaks filters forth
    # and back first, which swings before each response, and takes a share of the largest as the least.
    clean = nk.eda_clean(eda, sampling_rate=fs)
    found = nk.signal_findpeaks(clean, height_min=0.05)
    inner = ~np.isnan(found["Onsets"])
    assert abs(len(got) - inner.sum()) <= 1
    if name == "event-related":  # the file with sharp responses
        near = np.abs(found["Onsets"][inner][:, None] / fs - got).min(axis=1) < 0.5
        assert near.sum() >= inner.sum() - 1


def test_simulated_responses_are_counted_as_by_neurokit() -> None:
    for n in (1, 4, 8):
        eda = nk.eda_simulate(duration=120, sampling_rate=100, scr_number=n, noise=0.0, drift=-0.01, random_state=1)
        theirs = len(nk.eda_peaks(nk.eda_phasic(eda, 100)["EDA_Phasic"], sampling_rate=100)[1]["SCR_Peaks"])
        assert len(_onsets(np.asarray(eda), 100.0)) == theirs == n


def test_responses_of_a_body(live: Callable[..., Any]) -> None:
    made, specs = live(600, ("skin_conductance", "truth/scr"), drive={"arousal": 0.1})
    spec = specs["skin_conductance"]
    rate_stage = SCRRate(window_s=3600.0).prepare(spec)
    count = rate_stage.process(made["skin_conductance"])[:, 0, -1] * 60
    # Those of at least 0.05 uS; ones that begin within 1.5 s of another rise with it.
    truth = []
    for begun in made["truth/scr"][:, 0]:
        at = np.flatnonzero(begun >= 0.1) / spec.fs
        truth.append(1 + (np.diff(at) > 1.5).sum() if at.size else 0)
    assert count.sum() == pytest.approx(np.sum(truth), rel=0.1)


def _responses(at: tuple[float, ...], heights: tuple[float, ...], duration_s: float) -> Array:
    t = np.arange(round(100 * duration_s)) / 100
    eda = 5.0 + 0.001 * np.random.default_rng(1).normal(size=t.size)
    for onset, height in zip(at, heights, strict=True):
        since = np.clip(t - onset, 0, None)
        shape = np.exp(-since / 2) - np.exp(-since / 0.75)
        eda += height * shape / 0.344  # its highest is 0.344, 1.18 s after the onset
    return eda


def test_amplitude_latency_and_rate() -> None:
    at, heights = (20.0, 40.0, 60.0, 80.0, 100.0), (0.3, 0.5, 0.2, 1.0, 0.4)
    eda = _responses(at, heights, 121.0)
    amplitude = SCRAmplitude().prepare(_EDA).process(eda[None])[0]
    for onset, height in zip(at, heights, strict=True):
        assert amplitude[round((onset + 10) * 100)] == pytest.approx(height, rel=0.12)  # the smoothing takes a little
    reported = np.flatnonzero(np.diff(SCRRate(window_s=300).prepare(_EDA).process(eda[None])[0]) > 0) / 100
    stage = SCRAmplitude().prepare(_EDA)
    assert np.median(reported[: len(at)] - np.array(at)) == pytest.approx(stage.spec.delay_s, rel=0.1)
    rate = SCRRate(window_s=60.0).prepare(_EDA).process(eda[None])[0]
    assert rate[8000] == pytest.approx(3.0)  # at 80 s: those at 20, 40 and 60 s were reported in the last minute


def test_a_drift_and_a_small_response_are_none() -> None:
    t = np.arange(100 * 120) / 100
    assert not _onsets(5 + 0.008 * t, 100.0).size  # 0.5 uS a minute
    assert not _onsets(_responses((50.0,), (0.03,), 120.0), 100.0).size


def test_scl_follows_the_level_and_passes_over_responses(live: Callable[..., Any]) -> None:
    made, specs = live(300, ("skin_conductance", "truth/scl"))
    got = SCL().prepare(specs["skin_conductance"]).process(made["skin_conductance"])[:, 0]
    late = got.shape[1] // 5
    np.testing.assert_allclose(got[:, late:].mean(axis=1), made["truth/scl"][:, 0, late:].mean(axis=1), rtol=0.03)


_TEMP = SignalSpec(4.0, ("finger",), "degC")


def test_temperature_begins_where_it_is() -> None:
    x = np.full((1, 400), 31.5)
    np.testing.assert_allclose(Temperature().prepare(_TEMP).process(x), 31.5)
    assert not TemperatureRate().prepare(_TEMP).process(x).any()


def test_rate_of_a_ramp() -> None:
    x = 30 + 0.5 * np.arange(4 * 600)[None] / 240  # half a degree a minute
    stage = TemperatureRate().prepare(_TEMP)
    assert stage.process(x)[0, -1] == pytest.approx(0.5, rel=1e-6)
    assert stage.spec.unit == "degC/min"


def test_noise_of_a_sensor_hides_no_trained_warming() -> None:
    # Steps of 0.02 degC and a wandering of 0.03 degC over 10 s; people warm by 0.1 to 0.5 degC a minute.
    rng = np.random.default_rng(1)
    pole = np.exp(-1 / 40)
    wander = np.zeros(4 * 3600)
    for i in range(1, wander.size):
        wander[i] = pole * wander[i - 1] + 0.03 * np.sqrt(1 - pole**2) * rng.normal()
    shown = np.round((31 + wander) / 0.02) * 0.02
    rate = TemperatureRate().prepare(_TEMP).process(shown[None])[0, 4 * 200 :]
    # Its power: the wandering's 2 s^2 T / (1 + w^2 T^2) through 60 w / (1 + w^2 tau^2), tau 20 s.
    w = np.linspace(1e-4, 20, 400_001)
    density = 2 * 0.03**2 * 10 / (1 + (w * 10) ** 2) * (60 * w / (1 + (w * 20) ** 2)) ** 2
    expected = np.sqrt(np.trapezoid(density, w) / np.pi)
    assert rate.std() == pytest.approx(expected, rel=0.15)
    assert rate.std() < 0.05


def test_rate_of_a_recording_is_its_trend(recording: Callable[[str, str], Path]) -> None:
    shown = np.loadtxt(recording("e4_temp_eda_bvp_msr2023", "TEMP.csv"))[2:]
    rate = TemperatureRate().prepare(_TEMP).process(shown[None])[0]
    slope = np.polyfit(np.arange(len(shown)) / 240, shown, 1)[0]
    assert rate[480:].mean() == pytest.approx(
        (shown[-240:].mean() - shown[240:480].mean()) / (len(shown) / 240), abs=0.01
    )
    assert abs(rate[480:].mean() - slope) < 0.01


def test_a_glitch_is_soon_forgotten() -> None:
    x = np.full((1, 4 * 400), 31.5)
    x[0, 400] = 1e5
    got = Temperature().prepare(_TEMP).process(x)[0]
    assert np.abs(got - 31.5).max() < 1.5
    assert np.abs(got[4 * 130 :] - 31.5).max() < 1e-3
