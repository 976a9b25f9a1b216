"""Techniques side by side: the terms of a score, and published changes of scores ("map": true by construction)."""

from __future__ import annotations

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from neurosim.cli.app import app
from neurosim.cohort.side_by_side import Arm, SideBySide, treat
from neurosim.cohort.treatments import BRANCHES, find_patient, patients
from neurosim.core.errors import ConfigError
from neurosim.core.timeline import TickGrid
from neurosim.subject import load_subject


def arm(found: SideBySide, name: str) -> Arm:
    return next(each for each in found.arms if each.name == name)


@pytest.mark.parametrize("name", patients())
def test_tables_are_sound(name: str) -> None:
    patient = find_patient(name)
    load_subject(name)
    assert patient.watched(None).devices == ()
    for technique in patient.techniques.values():
        patient.watched(technique)
        level, evidence = technique.grade()
        assert level is not None
        assert evidence


def test_every_branch_of_the_field_has_a_technique() -> None:
    found = {technique.branch for patient in patients().values() for technique in patient.techniques.values()}
    assert found == set(BRANCHES)


@pytest.mark.slow
def test_terms_of_the_score_add_up_in_parkinsonism() -> None:
    """Row 42 ("map"): continuous stimulation takes half of the motor score off, -51 % (+-15, Rueda-Acevedo et al.).
    The long bursts that it follows from are the model's; adaptive stimulation reaches nearly as much."""
    found = treat("parkinson", techniques=("dbs", "adaptive_dbs"), n=6, seed=2)
    untreated, alone, dbs, adaptive = found.arms
    assert found.scores(untreated).mean() == 45.0
    assert found.scores(alone).mean() == 45.0 + find_patient("parkinson").nonspecific
    change = 100.0 * (found.scores(dbs) / 45.0 - 1.0)
    assert change.mean() == pytest.approx(-51.0, abs=15.0)
    assert adaptive.measured.mean() < 0.25 * untreated.measured.mean()
    assert adaptive.signal.after > dbs.signal.after  # the mean of beta stays higher
    assert np.array_equal(found.scores(dbs), np.maximum(45.0 + dbs.specific + dbs.nonspecific, 0.0))
    assert set(found.figure().axes[0].get_legend_handles_labels()[1]) == {"untreated", "dbs", "adaptive_dbs"}


@pytest.mark.slow
def test_antidepressants_differ_from_a_placebo_by_two_points() -> None:
    """Row 52 ("map"): 1.94 to 1.97 points (Jakobsen et al. 2017; BMJ Open 2019), after weeks of doses in the body."""
    found = treat("depression", techniques=("escitalopram",), n=4, seed=2)
    assert arm(found, "escitalopram").specific.mean() == pytest.approx(-1.95, abs=0.2)


def test_magnetic_course_ends_where_the_trial_did() -> None:
    """Row 49 ("map"): a Hamilton score of 23.5 becomes 13.4 (+-2) in four weeks (Blumberger et al. 2018, THREE-D), and
    47 to 49 % of the patients respond (models.md 5.5), who differ by a lognormal factor."""
    patient = find_patient("depression")
    (coil,) = patient.techniques["itbs"].devices or ()
    n, grid = 1000, TickGrid(1.0)
    actor = coil.prepare(grid, 1, tuple(range(n)), (n,))
    for _ in range(20):
        for k in range(193):
            actor.act(k)
        actor.rest(86400.0)
    mood = np.broadcast_to(actor.act(0)["mood"], (n,))
    scores = np.maximum(23.5 + patient.score.change(np.full(n, 0.25), 0.25 + mood), 0.0)
    assert scores.mean() == pytest.approx(13.4, abs=2.0)
    assert 100.0 * (scores <= 11.75).mean() == pytest.approx(48.0, abs=15.0)


def test_command_tells_everything_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    result = CliRunner().invoke(
        app, ["treat", "chronic_pain", "--technique", "scs_10khz", "--patients", "2", "--seed", "1", "--json"]
    )
    assert result.exit_code == 0
    data = json.loads(result.stdout)
    assert [row["technique"] for row in data["arms"]] == ["untreated", "expectation alone", "scs_10khz"]
    row = data["arms"][-1]
    assert row["score"] == pytest.approx(8.4 + row["change_nonspecific"] + row["change_specific"], abs=0.01)
    assert row["evidence_level"] == 3
    assert "sham" in row["evidence"]
    assert "not medical advice" in data["notice"]


def test_unknown_names_are_told() -> None:
    with pytest.raises(ConfigError, match="did you mean 'parkinson'"):
        treat("parkinsn")
    with pytest.raises(ConfigError, match="did you mean 'dbs'"):
        treat("parkinson", techniques=("dbss",))
