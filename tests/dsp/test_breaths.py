"""Breathing against NeuroKit2 and the truth of the body; how the heart follows it."""

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import neurokit2 as nk
import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy import signal

from neurosim.core.drive import NEUTRAL, Drive
from neurosim.core.errors import ConfigError
from neurosim.core.spec import SignalSpec
from neurosim.core.timeline import TickGrid
from neurosim.dsp import (
    PACES_PER_MIN,
    RSA,
    BreathHeartPhase,
    BreathingPhase,
    BreathingRate,
    Breaths,
    ECGBeats,
    Smooth,
    assess_resonance,
    list_beats,
)
from neurosim.signals import Body
from neurosim.signals.heart.beats import Heart

Array = NDArray[np.float64]
Reports = Callable[[Array, float], tuple[Array, Array]]


@pytest.mark.parametrize("name", ["resting", "event-related", "biosppy"])
def test_rate_agrees_with_neurokit(name: str, recording: Callable[[str, str], Path], reports: Reports) -> None:
    if name == "biosppy":
        with gzip.open(recording("biosppy_ecg_resp_ppg_eda", "resp.txt.gz"), "rt") as text:
            belt, fs = np.loadtxt(text), 1000
    else:
        folder, file = {
            "resting": ("physio_nk_resting_8min", "bio_resting_8min_100hz.csv.gz"),
            "event-related": ("physio_nk_eventrelated", "bio_eventrelated_100hz.csv"),
        }[name]
        belt, fs = pd.read_csv(recording(folder, file))["RSP"].to_numpy(), 100
    at, _ = reports(Breaths().prepare(SignalSpec(fs, ("RESP",), "a.u.")).process(belt[None])[1], fs)
    troughs = nk.rsp_findpeaks(nk.rsp_clean(belt, sampling_rate=fs), sampling_rate=fs)["RSP_Troughs"] / fs
    troughs = troughs[troughs > at[0] - 1.5]
    assert abs(len(at) - len(troughs)) <= 1  # at the ends
    assert 60 / np.diff(at).mean() == pytest.approx(60 / np.diff(troughs).mean(), rel=0.03)
    rate = BreathingRate().prepare(SignalSpec(fs, ("RESP",), "a.u.")).process(belt[None])[0]
    assert np.median(rate[rate > 0]) == pytest.approx(60 / np.median(np.diff(troughs)), rel=0.1)


@pytest.mark.parametrize("pace", [0.0, 6.0])
def test_breaths_of_a_body(pace: float, live: Callable[..., Any], reports: Reports) -> None:
    drive = {"breathing_pace": pace} if pace else {}
    made, specs = live(240, ("respiration", "truth/breathing_phase"), drive=drive)
    stage = Breaths().prepare(specs["respiration"])
    breaths = stage.process(made["respiration"])
    phase_stage = BreathingPhase().prepare(specs["respiration"])
    phases = phase_stage.process(made["respiration"])[:, 0]
    latencies, errors, inevitable, n_true, n_found = [], [], [], 0, 0
    for found, truth, phase in zip(breaths, made["truth/breathing_phase"][:, 0], phases, strict=True):
        at, reported = reports(found[1], 32.0)
        begun = (np.flatnonzero(np.diff(truth) < -0.5) + 1) / 32.0
        begun = begun[(begun > at[0] - 0.5) & (begun < 238)]
        n_true, n_found = n_true + len(begun), n_found + int((at < 238.2).sum())
        nearest = np.abs(at[:, None] - begun).argmin(axis=0)
        latencies.append(reported[nearest] - begun)
        late = slice(32 * 60, 32 * 230)
        errors.append((phase - truth)[late])
        inevitable.append((_foreseen(begun, 1.5, truth.size) - truth)[late])
    assert abs(n_found - n_true) <= 0.02 * n_true + 1
    assert stage.spec.delay_s == pytest.approx(np.median(np.concatenate(latencies)), rel=0.1)
    # No better can be had than with the true onsets, each told 1.5 s later: people do not breathe evenly.
    off, least = (np.median(np.abs(each - np.round(each))) for each in map(np.concatenate, (errors, inevitable)))
    assert off < least + 0.02
    if pace:
        assert off < 0.03


def _foreseen(begun: Array, told_s: float, n: int) -> Array:
    """Return the phase that follows from the last two onsets that have been told ``(n,)`` [turns]."""
    t = np.arange(n) / 32.0
    last = np.clip(np.searchsorted(begun + told_s, t, side="right") - 1, 1, None)
    return np.asarray((t - begun[last]) / (begun[last] - begun[last - 1]) % 1.0)


@pytest.mark.parametrize("per_min", [4.5, 6.0, 12.0, 20.0, 30.0])
def test_rate_of_a_sine(per_min: float) -> None:
    t = np.arange(32 * 120) / 32
    x = 0.25 * np.sin(2 * np.pi * per_min / 60 * t) + 0.003 * np.random.default_rng(1).normal(size=t.size)
    rate = BreathingRate().prepare(SignalSpec(32.0, ("RESP",), "L")).process(x[None])[0]
    np.testing.assert_allclose(rate[32 * 60 :], per_min, rtol=0.03)


def test_spike_and_stop_are_survived(reports: Reports) -> None:
    t = np.arange(32 * 200) / 32
    x = 0.25 * np.sin(2 * np.pi * 0.25 * t)
    x[32 * 50] = 1e5
    x[32 * 90 : 32 * 120] = x[32 * 90]
    breaths = Breaths().prepare(SignalSpec(32.0, ("RESP",), "L")).process(x[None])
    assert np.isfinite(breaths).all()
    np.testing.assert_allclose(breaths[0, 32 * 160 :], 4.0, atol=0.1)


def _together(made: Any) -> Array:
    volume = signal.resample_poly(made["respiration"], 125, 16, axis=-1)[..., : made["ecg"].shape[-1]]
    return np.concatenate([made["ecg"], volume], axis=1)


def test_rsa_and_phase_of_a_body(live: Callable[..., Any]) -> None:
    streams = ("ecg", "respiration", "truth/breathing_phase")
    made, specs = live(240, streams, drive={"breathing_pace": 6.0})
    spec = SignalSpec(250.0, ("ECG", "RESP"), "mV", (4,))
    x = _together(made)
    swing = RSA(heart="ECG", breath="RESP").prepare(spec).process(x)[:, 0]
    phase = BreathHeartPhase(heart="ECG", breath="RESP").prepare(spec).process(x)[:, 0]
    for i in range(4):
        at, ibi = list_beats(ECGBeats().prepare(specs["ecg"]).process(made["ecg"])[i], 250.0)
        middles, rate = at - ibi / 2, 60 / ibi
        turns = np.unwrap(made["truth/breathing_phase"][i, 0], period=1.0)
        there = np.interp(middles, np.arange(turns.size) / 32.0, turns)
        late = (middles > 60) & (there < np.floor(turns[-1]))
        of_breath = np.floor(there)
        swings = [np.ptp(rate[late & (of_breath == k)]) for k in np.unique(of_breath[late])[1:]]
        assert np.unique(swing[i, 250 * 75 :]).mean() == pytest.approx(np.mean(swings), rel=0.1)
        pull = (rate[late] - rate[late].mean()) * ibi[late]
        peak = np.angle(np.sum(pull * np.exp(2j * np.pi * there[late]))) / (2 * np.pi)
        got = np.angle(np.mean(np.exp(2j * np.pi * np.unique(phase[i, 250 * 75 :])))) / (2 * np.pi)
        assert abs(got - peak - round(got - peak)) < 0.03


def test_rsa_wants_a_detector_of_beats() -> None:
    with pytest.raises(ConfigError, match="beats: must find beats"):
        RSA(heart="ECG", breath="RESP", beats=Smooth()).prepare(SignalSpec(250.0, ("ECG", "RESP"), "mV"))


@pytest.mark.parametrize(("lag_scale", "expected"), [(1.0, (5.5,)), (0.85, (6.0, 6.5)), (1.2, (4.5, 5.0))])
def test_resonance_is_found(lag_scale: float, expected: tuple[float, ...]) -> None:
    # The body's heart swings most at 5.5 a minute, and a loop with other lags at 5.5 / lag_scale.
    n, step_s = 2, 240
    body = Body(heart=Heart(lag_scale=lag_scale))
    source = body.prepare(TickGrid(1.0), 3, tuple(range(n)), (n,))
    source.select(("ecg", "respiration"))
    ecg, volume, steps = [], [], []
    for i, pace in enumerate(PACES_PER_MIN):
        steps.append((pace, float(i * step_s), float((i + 1) * step_s)))
        for k in range(i * step_s, (i + 1) * step_s):
            made = source.generate(k, Drive({"breathing_pace": np.full(n, pace)}) if pace else NEUTRAL)
            ecg.append(made["ecg"])
            volume.append(made["respiration"])
    beats = ECGBeats().prepare(source.specs["ecg"]).process(np.concatenate(ecg, axis=-1))
    volumes = np.concatenate(volume, axis=-1)[:, 0]
    for one, belt in zip(beats, volumes, strict=True):
        found = assess_resonance(*list_beats(one, 250.0), steps, belt, 32.0)
        assert found.resonance_per_min in expected
        assert [r.pace_per_min for r in found.paces] == list(PACES_PER_MIN)
        best = next(r for r in found.paces if r.pace_per_min == found.resonance_per_min)
        assert best.phase_turns is not None
        assert abs(best.phase_turns) < 0.1  # heart rate and volume swing together (Vaschillo et al. 2002)
        assert 10 < best.peak_to_trough_bpm < 30
        assert assess_resonance(*list_beats(one, 250.0), steps).resonance_per_min in expected


def test_phase_of_a_known_lag() -> None:
    pace, lag = 6.0, 0.1
    at = [0.0]
    while at[-1] < 240:
        at.append(at[-1] + 60 / (65 + 8 * np.cos(2 * np.pi * (pace / 60 * at[-1] - lag))))
    times = np.array(at)
    volume = np.cos(2 * np.pi * pace / 60 * np.arange(32 * 240) / 32)
    result = assess_resonance(times[1:], np.diff(times), [(pace, 0.0, 240.0)], volume, 32.0).paces[0]
    # An interval begins with the rate of its beginning, half an interval before its middle.
    assert result.phase_turns == pytest.approx(lag + 0.5 * (60 / 65) * pace / 60, abs=0.01)
    assert result.peak_to_trough_bpm == pytest.approx(16, rel=0.05)


def test_too_short_a_step_is_refused() -> None:
    times = np.arange(100.0)
    with pytest.raises(ConfigError, match="must last 90 s at least"):
        assess_resonance(times, np.ones(100), [(6.0, 0.0, 80.0)])
