"""Synthetic signals against real recordings and published norms, by NeuroKit2, SciPy and neurodsp.

The statistics are those of `docs/comparison`; the page `docs/validation.md` has them all, also those that lie outside.
Here are the ones that must hold. A statistic is inside when it lies in the span of recordings and norm together.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from scipy import integrate

from docs.comparison import eeg, emg, heart, never_checked, recordings, respiration, skin_conductance, temperature
from docs.comparison.rows import Norm, Row

pytestmark = [
    pytest.mark.skipif(
        not recordings.ROOT.is_dir(), reason=f"no recordings in {recordings.ROOT}; set NEUROSIM_RECORDINGS"
    ),
    pytest.mark.filterwarnings("default"),  # those of the independent libraries are not ours to mend
]

N_AVERAGE, N_PEOPLE = 4, 12


def _is_inside(rows: Sequence[Row], *names: str, share: float = 0.0) -> None:
    """Assert that the average body is inside, and a share of people; for that there must be a norm of people."""
    by_name = {row.name: row for row in rows}
    for name in names:
        row = by_name[name]
        low, high = row.span
        assert row.known, name
        assert not share or row.norm is not None, name
        assert low <= row.value <= high, f"{name}: {row.value:.3g} is not in {low:.3g} to {high:.3g}"
        assert row.share >= share, f"{name}: {row.share:.0%} of people are in {low:.3g} to {high:.3g}"


def test_eeg() -> None:
    rows = eeg.rows(eeg.recorded(), eeg.synthetic(N_AVERAGE, 0.0), eeg.synthetic(N_PEOPLE, 1.0))
    _is_inside(
        rows,
        *(f"{site}, exponent, {state}" for site in eeg.SITES for state in ("open", "closed")),
        *(f"{site}, rms 1-40 Hz, open [uV]" for site in eeg.SITES),
        "O1, envelope CV of alpha, closed",
        "O1, alpha power closed / open",
    )
    # Two SDs of people around the published mean, and more where a recording lies outside.
    _is_inside(rows, "O1, alpha peak, closed [Hz]", "P3-P4, alpha peak, closed [Hz]", share=0.8)


def test_alpha_has_the_recorded_place_on_the_head() -> None:
    """The 64-channel recording with eyes closed (PhysioNet S001R02); r = 0 for a map without its place."""
    names, real, body = never_checked.alpha_maps()
    assert np.corrcoef(real, body)[0, 1] > 0.7
    assert {names[i] for i in np.argsort(-body)[:2]} == {names[i] for i in np.argsort(-real)[:2]} == {"O1", "O2"}


def test_heart() -> None:
    rows = heart.rows(
        heart.recorded(), heart.recorded_pulses(), heart.synthetic(N_AVERAGE, 0.0), heart.synthetic(N_PEOPLE, 1.0)
    )
    # One SD of people on both sides, which two thirds of them are in, and more where a recording lies outside.
    _is_inside(rows, "heart rate [1/min]", "SDNN [ms]", "RMSSD [ms]", "HF [ms²]", share=0.6)
    _is_inside(rows, "R wave to peak of T [ms]")
    # Heart rate and breathing go together as in both recordings of them (0.87 and 0.95 of 1).
    assert {row.name: row.value for row in rows}["coherence of heart rate and breathing"] > 0.8


def test_breathing() -> None:
    rows = respiration.rows(
        respiration.recorded(), respiration.synthetic(N_AVERAGE, 0.0), respiration.synthetic(N_PEOPLE, 1.0)
    )
    _is_inside(rows, "rate [1/min]", share=0.8)
    _is_inside(rows, "inspiration's share of a breath")


def test_emg() -> None:
    real, average, people = emg.recorded(), emg.synthetic(N_AVERAGE, 0.0), emg.synthetic(N_PEOPLE, 1.0)
    rows = emg.rows(real, average, people)
    _is_inside(rows, "rms at rest (biceps; trapezius) [uV]", "rms at rest, forehead [uV]")
    _is_inside(rows, "median frequency [Hz]")
    biceps, shoulder = real["PLUX biceps"], average["trapezius"][0]
    # Spectra of area 1: no more than a third of the power lies elsewhere (no muscle is like another).
    elsewhere = 0.5 * integrate.trapezoid(np.abs(biceps.power - shoulder.power), biceps.hz)
    assert elsewhere < 1 / 3


def test_temperature() -> None:
    real, average = temperature.recorded()["E4 wrist"], temperature.synthetic(N_AVERAGE, 0.0)
    for field in ("range", "slope_sd", "second_sd", "ten_seconds_sd"):
        value = float(np.median([getattr(course, field) for course in average]))
        # One wrist is no range: within a factor of 2.5 of it.
        assert 0.4 < value / getattr(real, field) < 2.5, field
    _is_inside(temperature.rows({"E4 wrist": real}, average, average), "level [degC]")


def test_skin_conductance() -> None:
    rows = skin_conductance.rows(
        skin_conductance.recorded(),
        skin_conductance.synthetic(N_AVERAGE, 0.0),
        skin_conductance.synthetic(N_PEOPLE, 1.0),
    )
    _is_inside(rows, "drift of the level [%/min]", "rise time, median [s]", "half recovery, median [s]")
    # One in ten does not respond at all, which is outside.
    _is_inside(rows, "level [uS]", "responses [1/min]", "height of a response, median [uS]", share=0.8)


def test_pulse_follows_the_ecg() -> None:
    """The intervals of the pulse are those of the ECG: r > 0.98 (validation row 21)."""
    assert never_checked.pulse_and_ecg(N_AVERAGE, 0.0)[:, 0].min() > 0.98


def test_a_statistic_outside_is_found() -> None:
    row = Row("x", {"a": 1.0, "b": 2.0}, Norm(1.5, 3.0, "somebody"), np.array([4.0]), np.array([2.0, 5.0]))
    assert (row.span, row.excess, row.share) == ((1.0, 3.0), 1.0, 0.5)
    assert row.verdict == "**no**, 1 (33 %) above; 50 % of people are"
    with pytest.raises(AssertionError, match="4 is not in 1 to 3"):
        _is_inside([row], "x")
