"""The ECG and its artifacts: validation row 20, by NeuroKit2 and by the equation of ECGSYN."""

from __future__ import annotations

from collections.abc import Callable

import neurokit2 as nk
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

from neurosim.core.drive import Drive, DriveEvent
from neurosim.signals.body.body import Body
from neurosim.signals.heart.ecg import ECG, ecgsyn_waves

Float = NDArray[np.float64]
Record = Callable[..., dict[str, Float]]
FS = 500
FINE = Body(ecg=ECG(fs=FS))
pytestmark = pytest.mark.filterwarnings("default")  # NeuroKit2's own


def phase_zeros_s(phase: Float) -> Float:
    """Return when the phase begins anew, between samples on the straight line that it follows after."""
    new = np.flatnonzero(np.diff(phase) < -0.5) + 1
    new = new[new + 1 < len(phase)]
    return np.asarray((new - phase[new] / (phase[new + 1] - phase[new])) / FS)


def r_peaks_s(ecg: Float) -> Float:
    """Return NeuroKit2's R peaks [s], refined by a parabola through the three highest samples."""
    at = np.asarray(nk.ecg_peaks(ecg, sampling_rate=FS)[1]["ECG_R_Peaks"])
    at = at[(at > 2) & (at < len(ecg) - 3)]
    at = np.array([k - 2 + np.argmax(ecg[k - 2 : k + 3]) for k in at])
    before, top, after = ecg[at - 1], ecg[at], ecg[at + 1]
    return np.asarray((at + 0.5 * (before - after) / (before - 2 * top + after)) / FS)


def test_r_waves_are_at_phase_zero_and_none_is_missed(record: Record) -> None:
    made = record(("ecg",), 120, body=FINE, n=4)
    for ecg, phase in zip(made["ecg"][:, 0], made["truth/heart_phase"][:, 0], strict=True):
        zeros, peaks = phase_zeros_s(phase), r_peaks_s(ecg)
        inside = (zeros > 0.2) & (zeros < 119.8)
        distance = np.abs(zeros[inside, None] - peaks).min(axis=1)
        assert distance.max() < 0.005
        assert abs(len(peaks) - inside.sum()) <= 2  # one more at each end


def test_shape_is_that_of_ecgsyn(record: Record) -> None:
    """The equation of McSharry et al. 2003, of which SciPy integrates one beat of a second, without its relaxation.

    Angles, strengths and widths are those of their distributed code.
    """
    theta = np.radians([-70.0, -15.0, 0.0, 15.0, 100.0])
    strength, width = np.array([1.2, -5.0, 30.0, -7.5, 0.75]), np.array([0.25, 0.1, 0.1, 0.1, 0.4])

    def slope(angle: float, z: Float) -> Float:
        off = (angle - theta + np.pi) % (2 * np.pi) - np.pi
        return np.array([-(strength * off * np.exp(-(off**2) / (2 * width**2))).sum()])

    at = np.linspace(-np.pi, np.pi, 721)
    published = solve_ivp(slope, (-np.pi, np.pi), [0.0], t_eval=at, rtol=1e-9, atol=1e-9, max_step=0.01).y[0]
    angle, height, spread = ecgsyn_waves().T
    off = at[:, None] / (2 * np.pi) - angle
    off -= np.rint(off)
    ours = (height * np.exp(-(off**2) / (2 * spread**2))).sum(axis=1)
    published -= published[0]
    np.testing.assert_allclose(ours - ours[0], published / (strength[2] * width[2] ** 2), atol=2e-3)


def test_intervals_go_with_heart_rate(record: Record) -> None:
    """T comes earlier with a faster heart, less than in proportion: ECGSYN turns it by the fourth root of the rate."""

    def t_wave_s(period_ms: float) -> float:
        shift = {"heart_period": period_ms - 926.0}
        made = record(("ecg",), 60, body=FINE.model_copy(update={"rest": shift}))
        peaks = np.rint(r_peaks_s(made["ecg"][0])[2:-2] * FS).astype(int)
        beat = np.median([made["ecg"][0, k : k + FS // 2] for k in peaks], axis=0)
        return float(100 + np.argmax(beat[50:])) / FS - 50 / FS

    slow, fast = t_wave_s(1100.0), t_wave_s(650.0)
    assert slow / fast == pytest.approx((1100 / 650) ** 0.75, rel=0.05)


def events(kind: str, at_s: list[float], amplitude: float | None = None) -> Callable[[int], Drive]:
    """Return a drive that lets something happen at moments."""

    def drive(tick: int) -> Drive:
        return Drive(events=tuple(DriveEvent(kind, t, amplitude) for t in at_s if int(t) == tick))

    return drive


@pytest.fixture(scope="module")
def moments_s(record: Record) -> list[float]:
    """Return moments 0.45 s after a beat, at which a premature beat is early and the next one can be lost."""
    peaks = r_peaks_s(record(("ecg",), 150, body=FINE)["ecg"][0])
    return [float(peaks[k]) + 0.45 for k in (25, 50, 75, 100)]


def beats_with(record: Record, kind: str, moments_s: list[float]) -> Float:
    return r_peaks_s(record(("ecg",), 150, events(kind, moments_s), body=FINE)["ecg"][0])


@pytest.mark.parametrize(
    ("kind", "names"),
    [("ectopic_beat", {"ectopic", "longshort"}), ("missed_beat", {"missed"}), ("extra_beat", {"extra"})],
)
def test_neurokit_finds_what_happened_to_beats(
    record: Record, moments_s: list[float], kind: str, names: set[str]
) -> None:
    """The classifier of Lipponen & Tarvainen 2019, as NeuroKit2 has it, names each event where it was.

    It calls a premature beat "ectopic" or "long-short", by how early it is.
    """
    peaks = beats_with(record, kind, moments_s)
    found = nk.signal_fixpeaks(np.rint(peaks * FS).astype(int), FS, iterative=False, method="Kubios")[0]
    at_s = {name: peaks[np.asarray(found[name], dtype=int)] for name in ("ectopic", "missed", "extra", "longshort")}
    for moment in moments_s:
        assert any(np.any(np.abs(at_s[name] - moment - 0.8) < 1.3) for name in names), (moment, at_s)
    wrong = np.concatenate([times for name, times in at_s.items() if name not in {*names, "longshort"}])
    assert wrong.size == 0


def test_ectopic_beat_has_a_compensatory_pause(record: Record, moments_s: list[float]) -> None:
    """The sinus beat goes on in its own time: the beats before and after the early one are two periods apart."""
    for moment in moments_s:  # one by one, since the heart goes another way after each
        peaks = beats_with(record, "ectopic_beat", [moment])
        usual = np.median(np.diff(peaks))
        early = int(np.argmin(np.abs(peaks - moment - 0.08)))
        before, pause = peaks[early] - peaks[early - 1], peaks[early + 1] - peaks[early]
        assert before < 0.75 * usual
        assert pause > 1.1 * usual
        assert before + pause == pytest.approx(2 * usual, rel=0.15)


def test_scripted_artifacts_stand_in_the_truth(record: Record) -> None:
    """With onset and kind, to a step of 1/32 s."""
    made = record(("truth/artifacts",), 30, events("extra_beat", [12.4]))["truth/artifacts"]
    on = np.flatnonzero(made.sum(axis=0))
    assert on[0] / 32 == pytest.approx(12.4, abs=1 / 32)
