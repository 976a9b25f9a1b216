"""The beat-to-beat loop against published norms: validation rows 13 to 16, by NeuroKit2 from the ECG."""

from __future__ import annotations

from collections.abc import Callable

import neurokit2 as nk
import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from neurosim.core.drive import Drive
from neurosim.signals.body.body import Body
from neurosim.signals.heart.beats import Heart

Float = NDArray[np.float64]
Record = Callable[..., dict[str, Float]]
FS = 250
N, DURATION_S = 8, 330
pytestmark = pytest.mark.filterwarnings("default")  # NeuroKit2's own


def variability(ecg: Float) -> pd.DataFrame:
    """Return NeuroKit2's HRV of ECGs ``(subject, 1, time)``, a row each; 30 s are left out."""
    rows = []
    for one in ecg[:, 0, 30 * FS :]:
        peaks = nk.ecg_peaks(one, sampling_rate=FS)[1]["ECG_R_Peaks"]
        found = pd.concat([nk.hrv_time(peaks, FS), nk.hrv_frequency(peaks, FS, normalize=False)], axis=1)
        rows.append(found.assign(heart_rate=60.0 * FS / np.diff(peaks).mean()))
    table: pd.DataFrame = pd.concat(rows)
    return table


@pytest.fixture(scope="module")
def rest(record: Record) -> dict[str, Float]:
    return record(("ecg", "truth/ibi", "truth/blood_pressure", "truth/heart_phase"), DURATION_S, n=N)


def test_variability_at_rest(rest: dict[str, Float]) -> None:
    """Short-term norms of healthy adults (Nunan et al. 2010): the mean of eight average bodies, five minutes each."""
    mean = variability(rest["ecg"]).mean()
    assert 55.0 < mean["heart_rate"] < 75.0
    assert 34.0 < mean["HRV_SDNN"] < 66.0  # 50, SD 16
    assert 27.0 < mean["HRV_RMSSD"] < 57.0  # 42, SD 15
    assert 519 / 2 < mean["HRV_LF"] < 519 * 2
    assert 657 / 2 < mean["HRV_HF"] < 657 * 2


def test_pressure_at_rest(rest: dict[str, Float]) -> None:
    """120/75 mmHg in DeBoer et al. 1987; the systolic one varies by 3 to 6 mmHg in adults (general knowledge)."""
    systolic, diastolic = rest["truth/blood_pressure"].transpose(1, 0, 2)
    assert systolic.mean() == pytest.approx(120.0, abs=3.0)
    assert diastolic.mean() == pytest.approx(75.0, abs=3.0)
    assert 3.0 < systolic.std(axis=-1).mean() < 6.0


def test_truth_is_what_a_detector_finds(rest: dict[str, Float]) -> None:
    """``truth/ibi`` at the middle of a beat is the time between its R waves, as NeuroKit2 finds them."""
    for one, ibi in zip(rest["ecg"][:, 0], rest["truth/ibi"][:, 0], strict=True):
        times_s = nk.ecg_peaks(one, sampling_rate=FS)[1]["ECG_R_Peaks"] / FS
        middle = np.rint((times_s[:-1] + times_s[1:]) / 2 * 32).astype(int)
        # A sample of the ECG is 4 ms long, and both ends are found to within one.
        assert np.abs(ibi[middle] - np.diff(times_s)).max() < 0.008


def test_a_body_without_noise_and_breath_is_at_the_set_point(record: Record) -> None:
    """The steady state of DeBoer et al. 1987: 120/75 mmHg at the period that was asked for, whatever that is."""
    for period_ms in (700.0, 1100.0):
        still = Heart(
            period_ms=period_ms, period_noise_ms=0, pressure_noise_mmhg=0, vessel_noise_ms=0, slow_noise_ms=0,
            breathing_mmhg=0, rsa_ms=0,
        )  # fmt: skip
        made = record(("truth/ibi", "truth/blood_pressure"), 60, body=Body(heart=still, rest={"vagal_tone": 0.5}))
        # What is left is the wandering of arousal and vagal tone.
        assert made["truth/ibi"].mean() * 1000 == pytest.approx(period_ms, abs=25.0)
        assert made["truth/blood_pressure"].mean(axis=-1) == pytest.approx([120.0, 75.0], abs=2.5)


def test_stress_and_rest_move_the_heart_with_their_own_lags(record: Record) -> None:
    """Vagal effects come within a beat or two, sympathetic ones after a dead time of 2 s (models, section 2.1)."""
    n, at = 32, 60

    def course(latent: str) -> Float:
        drive = Drive({latent: 0.3}).offsets
        ibi = record(("truth/ibi",), 100, lambda k: Drive(drive if k >= at else {}), n=n)["truth/ibi"].mean(axis=(0, 1))
        before = ibi[(at - 20) * 32 : at * 32].mean()
        change: Float = (ibi - before) / (ibi[-20 * 32 :].mean() - before)
        return change

    vagal, sympathetic = course("vagal_tone"), course("arousal")
    assert vagal[(at + 4) * 32] > 0.7
    assert abs(sympathetic[(at + 1) * 32]) < 0.2
    assert sympathetic[(at + 4) * 32] < 0.6


def test_people_differ_as_published(record: Record) -> None:
    """SDNN of 50 ms, SD 16, and a period of 926 ms, SD 90 (Nunan et al. 2010); nobody's heart swings by itself."""
    ibi = 1000.0 * record(("truth/ibi",), 360, body=Body(spread=1.0), n=200)["truth/ibi"][:, 0, 60 * 32 :]
    sdnn, period = ibi.std(axis=-1), ibi.mean(axis=-1)
    assert sdnn.mean() == pytest.approx(50.0, abs=8.0)
    assert sdnn.std() == pytest.approx(16.0, abs=5.0)
    assert sdnn.max() < 130.0
    assert period.mean() == pytest.approx(926.0, abs=30.0)
    assert period.std() == pytest.approx(90.0, abs=20.0)
