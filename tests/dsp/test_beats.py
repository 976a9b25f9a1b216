"""Beats against experts' annotations, NeuroKit2, and bodies and pulse trains whose beats are known."""

import gzip
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import h5py
import neurokit2 as nk
import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy import signal

from neurosim.core.chain import Chain
from neurosim.core.drive import DriveEvent
from neurosim.core.errors import ConfigError
from neurosim.core.spec import SignalSpec
from neurosim.dsp import RMSSD, SDNN, ECGBeats, HeartRate, PPGBeats, TrustedBeats
from neurosim.testing import check_stage

Array = NDArray[np.float64]
Reports = Callable[[Array, float], tuple[Array, Array]]
_WITHIN_S = 0.1  # of a beat, as in the goal; the standard (ANSI/AAMI EC57) takes 0.15


def _spec(fs: float, ch_names: tuple[str, ...] = ("ECG",)) -> SignalSpec:
    return SignalSpec(fs, ch_names, "mV")


def _match(expected: Array, found: Array) -> tuple[int, NDArray[np.bool_]]:
    """Return how many of the expected were found, and which of the found are among them, each used once."""
    hits, good, i = 0, np.zeros(len(found), dtype=bool), 0
    for k, at in enumerate(found):
        while i < len(expected) and expected[i] < at - _WITHIN_S:
            i += 1
        if i < len(expected) and abs(expected[i] - at) <= _WITHIN_S:
            hits, good[k], i = hits + 1, True, i + 1
    return hits, good


def _longest_run(false: NDArray[np.bool_]) -> int:
    edges = np.flatnonzero(np.diff(np.concatenate(([False], false, [False])).astype(int)))
    return int(np.max(edges[1::2] - edges[::2], initial=0))


def test_mitdb_100(mitdb_100: SimpleNamespace, reports: Reports) -> None:
    stage = ECGBeats().prepare(_spec(mitdb_100.fs))
    at, reported = reports(stage.process(mitdb_100.ecg[None])[1], mitdb_100.fs)
    hits, good = _match(mitdb_100.beats, at)
    assert len(mitdb_100.beats) == 2273  # as PhysioNet's record 100 has them: 2239 N, 33 A, 1 V
    assert hits / len(mitdb_100.beats) >= 0.998
    assert good.mean() >= 0.998
    assert (reported - at).max() <= 0.4


def _noises(n: int, fs: float, seed: int) -> Iterator[tuple[str, Array]]:
    rng = np.random.default_rng(seed)
    hz = np.fft.rfftfreq(n, 1 / fs)
    muscle = 120.0**2 * hz / np.sqrt((hz**2 + 60.0**2) * (hz**2 + 120.0**2) ** 2)  # Stulen & De Luca 1981
    shapes = {"white": np.ones_like(hz), "wander": (hz > 0.05) & (hz < 0.5), "muscle": muscle}
    for name, shape in shapes.items():
        noise = np.fft.irfft(np.fft.rfft(rng.normal(size=n)) * shape, n)
        yield name, noise / noise.std()


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("strength", ["of the variance", "of the QRS, as in Physionet's nst"])
def test_mitdb_100_with_noise_at_6_db(mitdb_100: SimpleNamespace, reports: Reports, seed: int, strength: str) -> None:
    ecg, n = mitdb_100.ecg, len(mitdb_100.ecg)
    power = ecg.var()
    if strength != "of the variance":  # an eighth of the square of the peak-to-peak amplitude of the QRS complexes
        middles = (mitdb_100.beats[1:-1] * mitdb_100.fs).astype(int)
        power = np.median([np.ptp(ecg[m - 18 : m + 18]) for m in middles]) ** 2 / 8
    noises = dict(_noises(n, mitdb_100.fs, seed))
    noises["all three"] = np.sum(list(noises.values()), axis=0) / np.sqrt(3)
    for name, noise in noises.items():
        stage = ECGBeats().prepare(_spec(mitdb_100.fs))
        noisy = ecg + noise * np.sqrt(power / 10**0.6)
        at, reported = reports(stage.process(noisy[None])[1], mitdb_100.fs)
        hits, good = _match(mitdb_100.beats, at)
        assert hits / len(mitdb_100.beats) > 0.9, name
        assert good.mean() > 0.9, name
        assert _longest_run(~good) <= 3, name
        assert (reported - at).max() <= 0.4, name


def test_abnormal_beats_are_corrected(mitdb_100: SimpleNamespace, reports: Reports) -> None:
    ibi_s, since_s, raw_s = ECGBeats().prepare(_spec(mitdb_100.fs)).process(mitdb_100.ecg[None])
    at, reported = reports(since_s, mitdb_100.fs)
    rows = np.round(reported * mitdb_100.fs).astype(int)
    corrected = at[ibi_s[rows] != raw_s[rows]]
    nearest = np.abs(corrected[:, None] - mitdb_100.abnormal).min(axis=0)
    assert (nearest < _WITHIN_S).sum() >= 0.9 * len(mitdb_100.abnormal)  # of 33 A and 1 V
    # Nothing else is touched but the pauses behind them.
    behind = corrected[:, None] - mitdb_100.abnormal
    assert ((behind > -_WITHIN_S) & (behind < 1.5)).any(axis=1).all()


def _clean(name: str, recording: Callable[[str, str], Path]) -> tuple[Array, int]:
    """Return an ECG without ectopic beats and its rate; what has 100 Hz is interpolated to 1000 for NeuroKit2."""
    if name == "plux":
        with h5py.File(recording("ecg_rest_5min_1khz_plux", "ecg_5_min.h5")) as file:
            return np.asarray(file[next(iter(file))]["raw/channel_1"], dtype=float).ravel(), 1000
    if name == "biosppy":
        with gzip.open(recording("biosppy_ecg_resp_ppg_eda", "ecg.txt.gz"), "rt") as text:
            return np.loadtxt(text), 1000
    file_of = {
        "resting": ("physio_nk_resting_8min", "bio_resting_8min_100hz.csv.gz"),
        "event-related": ("physio_nk_eventrelated", "bio_eventrelated_100hz.csv"),
    }
    return pd.read_csv(recording(*file_of[name]))["ECG"].to_numpy(), 100


@pytest.mark.parametrize("name", ["plux", "resting", "event-related", "biosppy"])
def test_hrv_agrees_with_neurokit(name: str, recording: Callable[[str, str], Path], reports: Reports) -> None:
    ecg, fs = _clean(name, recording)
    beats = ECGBeats().prepare(_spec(fs)).process(ecg[None])
    at, _ = reports(beats[1], fs)
    # NeuroKit2 gives beats to a sample: 10 ms at 100 Hz would add 10^2/2 ms^2 to the square of RMSSD.
    fine = signal.resample_poly(ecg - ecg[0], 1000 // fs, 1)
    peaks = nk.ecg_findpeaks(nk.ecg_clean(fine, sampling_rate=1000), sampling_rate=1000)["ECG_R_Peaks"]
    peaks = peaks[peaks > 1000 * at[0] - 100]  # in the first second heights are learnt
    assert len(peaks) == len(at)
    theirs = nk.hrv_time(peaks, sampling_rate=1000).iloc[0]
    got = {
        stage.kind: Chain.of(ECGBeats(), stage).prepare(_spec(fs)).process(ecg[None])[0, -1]
        for stage in (RMSSD(window_s=3600), SDNN(window_s=3600))
    }
    assert got["rmssd"] == pytest.approx(theirs["HRV_RMSSD"], rel=0.02)
    assert got["sdnn"] == pytest.approx(theirs["HRV_SDNN"], rel=0.02)
    assert 1000 * np.diff(at).mean() == pytest.approx(theirs["HRV_MeanNN"], rel=0.002)
    if name in ("plux", "resting"):  # long enough for a spectrum
        spectra = [
            nk.hrv_frequency(np.round(1000 * each).astype(int), sampling_rate=1000, normalize=False).iloc[0]
            for each in (at, peaks / 1000)
        ]
        for power in ("HRV_LF", "HRV_HF"):
            assert spectra[0][power] == pytest.approx(spectra[1][power], rel=0.02)


def test_every_beat_of_a_body_in_time(live: Callable[..., Any], reports: Reports) -> None:
    made, specs = live(120, ("ecg", "truth/heart_phase"))
    stage = ECGBeats().prepare(specs["ecg"])
    beats = stage.process(made["ecg"])
    for ecg_beats, phase in zip(beats, made["truth/heart_phase"][:, 0], strict=True):
        after = np.flatnonzero(np.diff(phase) < -0.5) + 1
        # The phase is 0 at the R peak, and grows by so much in a sample.
        truth = (after - phase[after] / np.abs(phase[after + 1] - phase[after])) / 250.0
        at, reported = reports(ecg_beats[1], 250.0)
        truth = truth[(truth > at[0] - 0.1) & (truth < 119.7)]
        assert len(truth) == len(at)
        assert np.abs(at - truth).max() < 0.008
        assert np.std(at - truth) < 0.002
        latency_s = reported - truth
        assert stage.spec.delay_s == pytest.approx(np.median(latency_s), rel=0.1)
        assert latency_s.max() <= 0.4


def test_pulse_and_ecg_agree(live: Callable[..., Any], reports: Reports) -> None:
    made, specs = live(180, ("ecg", "ppg"))
    ppg_stage = PPGBeats().prepare(specs["ppg"])
    ecg, ppg = ECGBeats().prepare(specs["ecg"]).process(made["ecg"]), ppg_stage.process(made["ppg"])
    for one, other in zip(ecg, ppg, strict=True):
        r_at, _ = reports(one[1], 250.0)
        p_at, p_reported = reports(other[1], 64.0)
        assert ppg_stage.spec.delay_s == pytest.approx(np.median(p_reported - p_at), rel=0.1)
        assert (p_reported - p_at).max() <= 0.4
        r_at = r_at[(r_at > p_at[0] - 0.6) & (r_at < p_at[-1] - 0.1)]
        p_at = p_at[(p_at > r_at[0])][: len(r_at)]
        assert len(r_at) == len(p_at)
        # Validation row 21: time between pulses and between R waves, r > 0.98.
        assert np.corrcoef(np.diff(r_at), np.diff(p_at))[0, 1] > 0.98


def test_pulses_agree_with_neurokit(recording: Callable[[str, str], Path], reports: Reports) -> None:
    with gzip.open(recording("biosppy_ecg_resp_ppg_eda", "ppg.txt.gz"), "rt") as text:
        ppg = np.loadtxt(text)
    at, _ = reports(PPGBeats().prepare(_spec(1000.0)).process(ppg[None])[1], 1000.0)
    peaks = nk.ppg_findpeaks(nk.ppg_clean(ppg, sampling_rate=1000), sampling_rate=1000)["PPG_Peaks"] / 1000
    peaks = peaks[peaks > at[0]]
    assert len(peaks) == len(at)
    assert np.diff(at).mean() == pytest.approx(np.diff(peaks).mean(), rel=0.005)


def _pulses(at: NDArray[np.floating[Any]], duration_s: float, fs: float = 250.0, heights: Array | None = None) -> Array:
    t = np.arange(round(duration_s * fs)) / fs
    waves = np.exp(-(((t[:, None] - at) / 0.012) ** 2) / 2)
    noise = 0.01 * np.random.default_rng(1).normal(size=t.size)
    return np.asarray(waves @ (np.ones(len(at)) if heights is None else heights) + noise)


_USUAL: Array = 0.5 + 0.8 * np.arange(40.0)


@pytest.mark.parametrize(
    ("at", "ibis"),
    [
        pytest.param(np.delete(_USUAL, 20), {19: 0.8, 20: 0.8, 21: 0.8}, id="missed: half of the long one"),
        pytest.param(np.delete(_USUAL, [20, 21]), {20: 0.8, 21: 0.8}, id="two missed: a third"),
        pytest.param(np.sort(np.append(_USUAL, 16.8)), {21: 0.8, 22: 0.8}, id="extra: held, then the sum"),
        pytest.param(np.where(_USUAL[20] == _USUAL, 16.2, _USUAL), {20: 0.8, 21: 0.8}, id="early: held, then the mean"),
    ],
)
def test_correction(at: Array, ibis: dict[int, float], reports: Reports) -> None:
    ibi_s, since_s, raw_s = ECGBeats().prepare(_spec(250.0)).process(_pulses(at, 33.0)[None])
    found, reported = reports(since_s, 250.0)
    np.testing.assert_allclose(found, at[at >= found[0] - 0.01], atol=0.004)
    rows = np.round(reported * 250).astype(int)
    n_before = len(at) - len(found)
    for beat, ibi in ibis.items():
        assert ibi_s[rows[beat - n_before]] == pytest.approx(ibi, abs=0.01)
    assert np.abs(ibi_s[rows[2] :] - 0.8).max() < 0.01
    np.testing.assert_allclose(raw_s[rows[1:]], np.diff(found), atol=1e-12)


def test_a_new_rhythm_is_believed() -> None:
    at = np.concatenate([_USUAL, _USUAL[-1] + 0.45 * np.arange(1, 40)])
    ibi_s = ECGBeats().prepare(_spec(250.0)).process(_pulses(at, 50.0)[None])[0]
    assert ibi_s[round((_USUAL[-1] + 6 * 0.45) * 250)] == pytest.approx(0.45, abs=0.01)
    assert ibi_s[-1] == pytest.approx(0.45, abs=0.01)


def test_lost_and_false_beats_of_a_body_hardly_show(live: Callable[..., Any]) -> None:
    ours = Chain.of(ECGBeats(), RMSSD(window_s=100))
    events = {
        k: (DriveEvent("missed_beat" if k % 20 else "extra_beat", k + 0.3, amplitude=1.0),) for k in range(10, 115, 10)
    }
    clean, specs = live(120, ("ecg",), seed=3)
    spoilt, _ = live(120, ("ecg",), seed=3, events=events)
    at_end = [ours.prepare(specs["ecg"]).process(each["ecg"])[:, 0, -1] for each in (clean, spoilt)]
    np.testing.assert_allclose(at_end[1], at_end[0], rtol=0.1)  # a tenth of the differences are left out
    raw = ECGBeats().prepare(specs["ecg"]).process(spoilt["ecg"])[:, 2]
    uncorrected = [1000 * np.sqrt(np.mean(np.diff(row[np.flatnonzero(np.diff(row)) + 1][1:]) ** 2)) for row in raw]
    assert (np.array(uncorrected) > 2 * at_end[0]).all()


@pytest.mark.parametrize("what", ["spike", "flat", "saturation", "ten times smaller"])
def test_what_happens_to_signals_is_survived(what: str, reports: Reports) -> None:
    at = 0.5 + 0.8 * np.arange(90)
    ecg = _pulses(at, 73.0)
    spoilt = ecg.copy()
    if what == "spike":
        spoilt[7000] = 1e5
    elif what == "flat":
        spoilt[5000:7000] = spoilt[5000]
    elif what == "saturation":
        spoilt[5000:7000] = 3200.0
    else:
        spoilt[7000:] *= 0.1
    beats = ECGBeats().prepare(_spec(250.0)).process(spoilt[None])
    assert np.isfinite(beats).all()
    found, _ = reports(beats[1], 250.0)
    late = at[at > 28.0 + 8.0]  # 8 s after it
    np.testing.assert_allclose(found[found > 28.0 + 7.8], late, atol=0.005)


def test_upside_down_and_in_counts_is_the_same(reports: Reports) -> None:
    ecg = _pulses(_USUAL, 33.0)
    plain, _ = reports(ECGBeats().prepare(_spec(250.0)).process(ecg[None])[1], 250.0)
    other, _ = reports(ECGBeats().prepare(_spec(250.0)).process(32768.0 - 700.0 * ecg[None])[1], 250.0)
    np.testing.assert_allclose(other, plain, atol=1e-6)


@pytest.mark.parametrize("fs", [100.0, 128.0, 512.0, 2000.0])
def test_any_rate(fs: float, reports: Reports) -> None:
    found, _ = reports(ECGBeats().prepare(_spec(fs)).process(_pulses(_USUAL, 33.0, fs)[None])[1], fs)
    np.testing.assert_allclose(found, _USUAL[found[0] - 0.1 < _USUAL], atol=0.006)


def test_too_slow_a_stream_is_refused() -> None:
    with pytest.raises(ConfigError, match="sampling rate above 40 Hz"):
        ECGBeats().prepare(_spec(32.0))


def test_heart_rate_and_trust() -> None:
    at = _USUAL[_USUAL < 20]
    ecg = _pulses(at, 30.0)[None]
    rate = Chain.of(ECGBeats(), HeartRate()).prepare(_spec(250.0))
    assert rate.spec.ch_names == ("ECG",)
    assert rate.spec.unit == "1/min"
    assert rate.process(ecg)[0, 2500] == pytest.approx(75.0, abs=0.5)
    trusted = Chain.of(ECGBeats(), TrustedBeats()).prepare(_spec(250.0)).process(ecg)[0]
    assert not trusted[:500].any()  # no interval yet
    assert trusted[1000 : round((at[-1] + 2.4) * 250)].all()
    assert not trusted[round((at[-1] + 2.6) * 250) :].any()


@pytest.mark.parametrize("behind", [HeartRate(), RMSSD(window_s=10), SDNN(window_s=10), TrustedBeats()])
def test_laws_behind_a_detector(behind: Any) -> None:
    check_stage(Chain.of(ECGBeats(), behind))
