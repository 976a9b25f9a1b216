"""Breathing at resonance: validation rows 17 to 19, and what a wrong loop would do.

Vaschillo et al. 2002 and Shaffer & Meehan 2020: heart rate swings most when adults breathe 4.5 to 6.5 times a minute;
there it swings in phase with breathing, and about twice as much as at rest. R waves and SDNN are NeuroKit2's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import neurokit2 as nk
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import interpolate, signal

from neurosim.core.drive import Drive
from neurosim.signals.body.body import Body
from neurosim.signals.heart.beats import Heart

Float = NDArray[np.float64]
Record = Callable[..., dict[str, Float]]
FS = 250
PACES = np.array([0.0, 3.0, 4.0, 4.5, 5.0, 5.5, 6.0, 6.5, 7.0, 8.0, 9.0, 10.0])  # 0 for none
REPEATS, SKIP_S, DURATION_S = 4, 60, 360
pytestmark = pytest.mark.filterwarnings("default")  # NeuroKit2's own


@dataclass(frozen=True)
class Curve:
    """SDNN [ms], coherence ratio, and by how much heart rate lags behind the lungs [deg], at each pace."""

    sdnn: Float
    coherence: Float
    lag_deg: Float

    @property
    def peak(self) -> float:
        """The pace with the largest SDNN [1/min]."""
        return float(PACES[1:][np.argmax(self.sdnn[1:])])

    @property
    def ratio(self) -> float:
        """SDNN at six a minute over that at rest."""
        return float(self.sdnn[PACES == 6.0][0] / self.sdnn[0])


def coherence_ratio(rate: Float) -> float:
    """Return peak power over the rest's, of heart rate at 2 Hz (McCraty; models, section 2.4)."""
    hz, power = signal.welch(signal.detrend(rate), 2.0, nperseg=128)
    total = power[(hz >= 0.0033) & (hz <= 0.4)].sum()
    near = (hz >= 0.04) & (hz <= 0.24)
    peak = hz[near][np.argmax(power[near])]
    at_peak = power[np.abs(hz - peak) <= 0.015].sum()
    return float(at_peak / (total - at_peak))


def resonance(record: Record, **heart: float) -> Curve:
    paces = np.tile(PACES, REPEATS)
    drive = Drive({"breathing_pace": paces})
    made = record(("ecg", "respiration"), DURATION_S, drive, body=Body(heart=Heart(**heart)), n=len(paces))
    rows = []
    for pace, ecg, belt in zip(paces, made["ecg"][:, 0], made["respiration"][:, 0], strict=True):
        peaks = nk.ecg_peaks(ecg, sampling_rate=FS)[1]["ECG_R_Peaks"]
        peaks = peaks[peaks > SKIP_S * FS]
        at_s = np.arange(SKIP_S + 5, DURATION_S - 5, 0.5)
        rate = interpolate.PchipInterpolator(peaks[1:] / FS, 60.0 * FS / np.diff(peaks))(at_s)
        hz, cross = signal.csd(belt[(at_s * 32).astype(int)], rate, 2.0, nperseg=256)
        lag = -np.angle(cross[np.argmin(np.abs(hz - pace / 60.0))], deg=True) if pace else 0.0
        rows.append([nk.hrv_time(peaks, FS)["HRV_SDNN"].iloc[0], coherence_ratio(rate), lag])
    table = np.array(rows).reshape(REPEATS, len(PACES), 3).mean(axis=0)
    return Curve(*table.T)


@pytest.fixture(scope="module")
def curve(record: Record) -> Curve:
    return resonance(record)


def test_the_curve_peaks_at_resonance(curve: Curve) -> None:
    assert 4.5 <= curve.peak <= 6.5
    assert 1.5 <= curve.ratio <= 3.0


def test_heart_rate_swings_in_phase_with_breathing_there(curve: Curve) -> None:
    """0 degrees at resonance (Vaschillo et al. 2002); measured on a grid of half a breath a minute."""
    assert abs(curve.lag_deg[curve.peak == PACES][0]) < 30.0


def test_coherence_ratio_rises_at_least_four_times(curve: Curve) -> None:
    assert curve.coherence[curve.peak == PACES][0] >= 4.0 * curve.coherence[0]


@pytest.mark.parametrize(
    "wrong",
    [
        {"lag_scale": 2.0},
        {"lag_scale": 0.5},
        {"rsa_phase_rad": -0.94 + np.pi},
        {"rsa_phase_rad": -0.94 + np.pi / 2},
        {"rsa_phase_rad": -0.94 - np.pi / 2},
    ],
)
def test_a_wrong_lag_or_phase_is_found(record: Record, wrong: dict[str, float]) -> None:
    broken = resonance(record, **wrong)
    in_phase = abs(broken.lag_deg[broken.peak == PACES][0]) < 30.0
    assert not (4.5 <= broken.peak <= 6.5 and 1.5 <= broken.ratio <= 3.0 and in_phase)
