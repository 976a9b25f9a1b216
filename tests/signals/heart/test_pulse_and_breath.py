"""Pulse and breathing: validation rows 21 and 22, by SciPy and NeuroKit2."""

from __future__ import annotations

from collections.abc import Callable

import neurokit2 as nk
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import signal

from neurosim.core.drive import Drive, DriveEvent

Float = NDArray[np.float64]
Record = Callable[..., dict[str, Float]]
ECG_FS, PPG_FS, BELT_FS = 250, 64, 32
pytestmark = pytest.mark.filterwarnings("default")  # NeuroKit2's own


def parabola(x: Float, at: NDArray[np.int64]) -> Float:
    """Return where peaks are between samples."""
    before, top, after = x[at - 1], x[at], x[at + 1]
    return np.asarray(at + 0.5 * (before - after) / (before - 2 * top + after))


def pulse_peaks_s(ppg: Float) -> Float:
    peaks, _ = signal.find_peaks(ppg, distance=round(0.4 * PPG_FS), prominence=0.4)
    return parabola(ppg, peaks[(peaks > 0) & (peaks < len(ppg) - 1)]) / PPG_FS


def breaths(belt: Float) -> tuple[Float, Float]:
    """Return when breaths begin [s] and how deep each is, by NeuroKit2."""
    clean = nk.rsp_clean(belt, sampling_rate=BELT_FS, method="khodadad2018")
    found = nk.rsp_peaks(clean, sampling_rate=BELT_FS, method="khodadad2018")[1]
    troughs, peaks = (np.asarray(found[f"RSP_{name}"]) for name in ("Troughs", "Peaks"))
    n = min(len(troughs), len(peaks))
    return troughs[:n] / BELT_FS, clean[peaks[:n]] - clean[troughs[:n]]


def test_pulses_follow_the_ecg(record: Record) -> None:
    """The time between pulses is that between R waves, r > 0.98; they come 0.15 to 0.5 s later."""
    made = record(("ecg", "ppg"), 180, n=6)
    for ecg, ppg in zip(made["ecg"][:, 0], made["ppg"][:, 0], strict=True):
        r = parabola(ecg, np.asarray(nk.ecg_peaks(ecg, sampling_rate=ECG_FS)[1]["ECG_R_Peaks"])) / ECG_FS
        pulses = pulse_peaks_s(ppg)
        nearest = np.searchsorted(pulses, r + 0.1)
        r, nearest = r[nearest < len(pulses)], nearest[nearest < len(pulses)]
        delay = pulses[nearest] - r
        assert (delay > 0.15).all()
        assert (delay < 0.5).all()
        assert np.corrcoef(np.diff(r), np.diff(pulses[nearest]))[0, 1] > 0.98


def test_transit_is_shorter_at_higher_pressure(record: Record) -> None:
    """By 0.5 to 1 ms for each mmHg (models, section 2.3); arousal raises the pressure."""

    def delay_and_pressure(arousal: float) -> tuple[float, float]:
        made = record(("ecg", "ppg", "truth/blood_pressure"), 90, Drive({"arousal": arousal}), n=8)
        delays = []
        for ecg, ppg in zip(made["ecg"][:, 0, 40 * ECG_FS :], made["ppg"][:, 0, 40 * PPG_FS :], strict=True):
            r = nk.ecg_peaks(ecg, sampling_rate=ECG_FS)[1]["ECG_R_Peaks"][:-2] / ECG_FS
            slope = np.gradient(ppg)
            steep = signal.find_peaks(slope, height=0.5 * slope.max(), distance=26)[0] / PPG_FS
            delays.append(np.median(steep[np.searchsorted(steep, r + 0.08)] - r))
        return float(np.mean(delays)), float(made["truth/blood_pressure"][:, 0, 40 * 32 :].mean())

    calm, tense = delay_and_pressure(-0.3), delay_and_pressure(0.3)
    assert tense[1] - calm[1] > 5.0
    # The pulse's own length goes with that of the beat, which is shorter too; so the bound is a wide one.
    assert -4e-3 < (tense[0] - calm[0]) / (tense[1] - calm[1]) < -0.5e-3


def test_cold_stress_makes_the_pulse_smaller(record: Record) -> None:
    calm, tense = (record(("ppg",), 90, Drive({"arousal": a}), n=4)["ppg"][..., 40 * 64 :] for a in (-0.3, 0.3))
    assert np.ptp(tense, axis=-1).mean() < 0.8 * np.ptp(calm, axis=-1).mean()


def test_movement_spoils_the_pulse(record: Record) -> None:
    """Moving the finger swings three pulses high for four seconds, and is over then."""
    moved = Drive(events=(DriveEvent("ppg_motion", 10.0),))
    plain = record(("ppg",), 30)["ppg"][0]
    difference = np.abs(record(("ppg",), 30, lambda k: moved if k == 10 else Drive())["ppg"][0] - plain)
    assert difference[: 10 * 64].max() == 0.0
    assert difference[10 * 64 : 14 * 64].max() > 2.0
    assert difference[14 * 64 + 1 :].max() == 0.0


def test_breathing_at_rest(record: Record) -> None:
    """12 to 18 breaths a minute; inspiration takes 1 of 2.5 parts; a sigh every five minutes, three to five deep."""
    belts = record(("respiration", "truth/breathing_phase"), 600, n=4)
    sighs = 0
    for belt in belts["respiration"][:, 0]:
        begin_s, depth = breaths(belt)
        assert 12.0 < 60.0 / np.diff(begin_s).mean() < 18.0
        sighs += int((depth > 2.3 * np.median(depth)).sum())
        assert depth.max() < 6.0 * np.median(depth)
    assert 3 <= sighs <= 16  # 8 expected, of Poisson's spread
    phase, belt = belts["truth/breathing_phase"][0, 0], belts["respiration"][0, 0]
    rising = np.gradient(signal.savgol_filter(belt, 9, 2)) > 0
    assert rising.mean() == pytest.approx(0.4, abs=0.05)
    assert rising[(phase > 0.1) & (phase < 0.3)].mean() > 0.97


def test_pacer_is_followed(record: Record) -> None:
    """At six a minute, after half a minute; and nobody who follows a pacer sighs."""
    belt = record(("respiration",), 300, Drive({"breathing_pace": 6.0}))["respiration"][0]
    begin_s, depth = breaths(belt)
    late = begin_s > 30
    assert np.diff(begin_s[late]) == pytest.approx(10.0, abs=1.0)
    assert np.diff(begin_s[late]).mean() == pytest.approx(10.0, abs=0.05)
    assert (depth < 2.0 * np.median(depth)).all()


def test_scripted_sigh(record: Record) -> None:
    drive = Drive(events=(DriveEvent("sigh", 20.0),))
    belt = record(("respiration",), 60, lambda k: drive if k == 20 else Drive())["respiration"][0]
    usual, sigh = np.percentile(belt[: 18 * 32], 95), belt[20 * 32 : 32 * 32].max()
    assert 2.5 < sigh / usual < 5.0
