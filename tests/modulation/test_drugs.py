"""Drugs: kinetics against closed forms, SciPy's solver and published times; effects against published means."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from neurosim.core.timeline import TickGrid
from neurosim.modulation import Drug, Medicine, load_medicine
from neurosim.modulation.drug import DrugActor
from neurosim.modulation.pharmacokinetics import Compartments, Pharmacokinetics

TABLE = [  # models.md 5.6: ke and ka [1/h], accumulation with a dose a day
    ("methylphenidate", 0.277, 0.819, 1.0),
    ("lamotrigine", 0.0239, 2.31, 2.29),
    ("carbamazepine", 0.0198, 0.745, 2.64),
    ("diazepam", 0.0161, 4.53, 3.12),
    ("sertraline", 0.0267, 0.523, 2.12),
    ("escitalopram", 0.0231, 0.707, 2.35),  # row 53: 2.2 to 2.6 reported
    ("levodopa", 0.462, 2.92, 1.0),
]


def taken(drug: Drug, hours: float) -> DrugActor:
    """Return an actor after some hours, an hour a second."""
    actor = drug.model_copy(update={"hours_per_s": 1.0}).prepare(TickGrid(1 / 64), 1, (0,), ())
    for k in range(round(64 * hours)):
        actor.act(k)
    return actor


@pytest.mark.parametrize(("name", "ke", "ka", "accumulation"), TABLE)
def test_rates_and_accumulation(name: str, ke: float, ka: float, accumulation: float) -> None:
    kinetics = load_medicine(name).kinetics
    assert kinetics.elimination_per_h == pytest.approx(ke, rel=0.005)
    assert kinetics.absorption_per_h == pytest.approx(ka, rel=0.005)
    assert kinetics.accumulation(24.0) == pytest.approx(accumulation, abs=0.01)


def test_methylphenidate_peaks_as_published() -> None:
    """Row 51: highest after 2 h (+-.3), half-life 2 to 3 h; Wargin et al. 1983: 7.8 ng/ml after 0.3 mg/kg."""
    drug = Drug(medicine=load_medicine("methylphenidate"), dose_mg=21.0, n_doses=1)
    levels = [float(taken(drug, hours).concentration_mg_per_l) for hours in (1.5, 2.0, 2.5, 10.0, 12.5)]
    assert max(levels) == levels[1] == pytest.approx(7.8e-3, rel=0.02)
    assert levels[4] / levels[3] == pytest.approx(0.5, abs=0.01)


def test_compartments_follow_their_differential_equations() -> None:
    """Doses at 0, 5 and 9 h of a drug and its site of effect, in steps of any length, against SciPy's solver."""
    kinetics = Pharmacokinetics(half_life_h=6.0, tmax_h=1.5, bioavailability=0.7, volume_l_per_kg=2.0)
    ka, ke, k = kinetics.absorption_per_h, kinetics.elimination_per_h, 0.4
    parts = Compartments(kinetics, 70.0, np.ones(1), k)
    y = np.zeros(3)
    for hours, steps in ((5.0, 1), (4.0, 7), (11.0, 300)):
        parts.take(100.0)
        y[0] += 100.0
        for _ in range(steps):
            parts.pass_time(hours / steps)
        y = solve_ivp(
            lambda t, y: [-ka * y[0], 0.7 * ka * y[0] / 140.0 - ke * y[1], k * (y[1] - y[2])],
            (0.0, hours), y, rtol=1e-10, atol=1e-14,
        ).y[:, -1]  # fmt: skip
        got = [parts.gut_mg[0], parts.blood_mg_per_l[0], parts.effect_mg_per_l[0]]
        np.testing.assert_allclose(got, y, rtol=1e-6)


def test_carbamazepine_speeds_up_its_own_elimination() -> None:
    """models.md 5.6: 35 h after a single dose, 15 h after weeks."""
    drug = Drug(medicine=load_medicine("carbamazepine"), before_h=24.0 * 90)
    half_life_h = math.log(2.0) / drug.prepare(TickGrid(1.0), 1, (0,), ()).compartments.elimination_per_h[0]
    assert half_life_h == pytest.approx(15.0, rel=0.03)


def test_usual_doses_at_the_plateau_bring_the_usual_effect() -> None:
    """By construction ("set"): 1 on average over a dosing interval, where the effect is in proportion."""
    drug = Drug(medicine=Medicine.example(), before_h=24.0 * 120, hours_per_s=1.0)
    drug = drug.model_copy(update={"medicine": drug.medicine.model_copy(update={"half_effect": 1e6})})
    induced = drug.medicine.kinetics.model_copy(update={"induced_half_life_h": None})
    drug = drug.model_copy(update={"medicine": drug.medicine.model_copy(update={"kinetics": induced})})
    actor = drug.prepare(TickGrid(1 / 8), 1, (0,), ())
    strengths = []
    for k in range(12 * 8):
        actor.act(k)
        strengths.append(float(actor.strength[0]))
    assert np.mean(strengths) == pytest.approx(1.0, abs=0.01)


def test_people_differ_in_how_fast_they_eliminate() -> None:
    drug = Drug(medicine=load_medicine("lamotrigine"), spread=0.3, before_h=24.0 * 60)
    rates = drug.prepare(TickGrid(1.0), 1, tuple(range(200)), (200,)).compartments.elimination_per_h
    assert np.std(np.log(rates)) == pytest.approx(0.3, abs=0.05)
