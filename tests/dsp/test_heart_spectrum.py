"""Spectra of intervals against SciPy and closed forms; the coherence ratio at rest and at resonance."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import integrate, interpolate, signal

from neurosim.core.chain import Chain
from neurosim.core.spec import SignalSpec
from neurosim.dsp import RMSSD, SDNN, CoherenceRatio, ECGBeats, HRVPower, list_beats
from neurosim.testing import check_stage

Array = NDArray[np.float64]
_FS = 64.0


def _rhythm(frequency_hz: float, swing_s: float, duration_s: float, noise_s: float = 0.0) -> tuple[Array, Array]:
    """Return rows of beats ``(3, time)``, whose intervals swing about 0.9 s, and the times of the beats [s]."""
    rng = np.random.default_rng(1)
    at, ibis = [0.0], [0.0]
    while at[-1] < duration_s:
        ibi = 0.9 + swing_s * math.sin(2 * math.pi * frequency_hz * at[-1]) + noise_s * rng.normal()
        at.append(at[-1] + ibi)
        ibis.append(ibi)
    times, intervals = np.array(at), np.array(ibis)
    t = np.arange(round(duration_s * _FS)) / _FS
    last = np.searchsorted(times, t, side="right") - 1
    return np.stack([intervals[last], t - times[last], intervals[last]]), times


_SPEC = SignalSpec(_FS, ("h.ibi_s", "h.since_beat_s", "h.raw_ibi_s"), "s")


@pytest.mark.parametrize(("low", "high"), [(0.04, 0.15), (0.15, 0.4)])
def test_power_is_scipys_periodogram_of_the_spline(low: float, high: float) -> None:
    beats, times = _rhythm(0.1, 0.05, 300.0, noise_s=0.03)
    got = HRVPower(low_hz=low, high_hz=high, window_s=120, update_s=5).prepare(_SPEC).process(beats)[0, -1]
    inside = times <= 300.0 - 1 / _FS
    at, ibi_ms = times[inside][1:], 1000 * np.diff(times[inside])
    grid = at[-1] - np.arange(480)[::-1] / 4
    series = interpolate.CubicSpline(at, ibi_ms, bc_type="natural")(grid)
    hz, psd = signal.periodogram(series, 4.0, "hann", nfft=64 * 480, detrend="linear")
    band = (hz >= low) & (hz <= high)
    assert got == pytest.approx(np.trapezoid(psd[band], hz[band]), rel=0.01)


def test_power_of_a_rhythm_is_half_its_square() -> None:
    beats, _ = _rhythm(0.1, 0.05, 300.0)
    stage = HRVPower(window_s=200).prepare(_SPEC)
    assert stage.process(beats)[0, -1] == pytest.approx(50.0**2 / 2, rel=0.02)
    assert stage.spec.unit == "ms^2"


@pytest.mark.parametrize("taper", ["hann", "none"])
def test_coherence_ratio_of_a_rhythm_is_the_windows_own(taper: Any) -> None:
    # The window spreads one rhythm over |W(f)|^2; what lies within 0.015 Hz, over the rest to 0.0033 and 0.4 Hz.
    t = np.arange(128) / 2
    window = np.ones(128) if taper == "none" else signal.windows.hann(128, sym=False)

    def spread(hz: float) -> float:
        return float(abs(np.sum(window * np.exp(-2j * np.pi * hz * t))) ** 2)

    near = integrate.quad(spread, -0.015, 0.015)[0]
    every = integrate.quad(spread, 0.0033 - 0.1, 0.4 - 0.1, limit=200)[0]
    beats, _ = _rhythm(0.1, 0.03, 200.0)
    got = CoherenceRatio(taper=taper).prepare(_SPEC).process(beats)[0, -1]
    assert got == pytest.approx(near / (every - near), rel=0.15)  # that a grid of frequencies has edges, and harmonics


def test_updates_come_every_five_seconds_once_the_window_is_full() -> None:
    beats, _ = _rhythm(0.1, 0.05, 120.0, noise_s=0.02)
    ratio = CoherenceRatio().prepare(_SPEC).process(beats)[0]
    changes = (np.flatnonzero(np.diff(ratio)) + 2) / _FS
    assert changes[0] == 65.0  # 128 points at 2 Hz span 63.5 s, and the first interval ends at 0.9 s
    np.testing.assert_allclose(np.diff(changes), 5.0)


def test_coherence_grows_from_rest_to_resonance(live: Callable[..., Any]) -> None:
    # Validation row 19: at least fourfold, in every body.
    stage = Chain.of(ECGBeats(), CoherenceRatio())
    median = []
    for drive in ({}, {"breathing_pace": 5.5}):
        made, specs = live(300, ("ecg",), n=8, drive=drive)
        ratio = stage.prepare(specs["ecg"]).process(made["ecg"])[:, 0]
        median.append(np.median(ratio[:, 250 * 150 :: 1250], axis=1))
    assert (median[1] / median[0]).min() >= 4.0
    assert 0.1 < np.median(median[0]) < 1.0


def test_lf_power_rises_with_slow_breathing(live: Callable[..., Any]) -> None:
    # Lehrer & Gevirtz 2014: 4 to 10 times and more at resonance.
    stage = Chain.of(ECGBeats(), HRVPower())
    at_end = []
    for drive in ({}, {"breathing_pace": 5.5}):
        made, specs = live(300, ("ecg",), n=8, drive=drive)
        at_end.append(stage.prepare(specs["ecg"]).process(made["ecg"])[:, 0, -1])
    assert np.median(at_end[1] / at_end[0]) > 4.0


def test_windows_look_at_their_last_seconds_only() -> None:
    before, _ = _rhythm(0.1, 0.2, 100.0)
    after, _ = _rhythm(0.1, 0.01, 100.0)
    both = np.concatenate([before, after], axis=1)
    alone = np.diff(_rhythm(0.1, 0.01, 100.0)[1][1:] * 1000)
    for stage, expected in ((SDNN(window_s=60), 7.07), (RMSSD(window_s=60), np.sqrt(np.mean(np.diff(alone) ** 2)))):
        got = stage.prepare(_SPEC).process(both)[0, -1]
        assert got == pytest.approx(expected, rel=0.05), stage.kind


def test_listed_beats() -> None:
    beats, times = _rhythm(0.1, 0.05, 60.0)
    at_s, ibi_s = list_beats(beats, _FS)
    np.testing.assert_allclose(at_s, times[1 : 1 + len(at_s)], atol=1e-9)
    np.testing.assert_allclose(ibi_s, np.diff(times)[: len(at_s)], atol=1e-9)


@pytest.mark.parametrize("behind", [CoherenceRatio(window_s=20), HRVPower(window_s=20)])
def test_laws_behind_a_detector(behind: Any) -> None:
    check_stage(Chain.of(ECGBeats(), behind))
