"""The report on a course: its numbers are those of the tables, by pandas and SciPy."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import neurosim
from neurosim.cohort import Arm
from neurosim.feedback.shams.random import RandomSham
from neurosim.report import make as making
from neurosim.report.cred_nf import fill
from neurosim.signals.body.events import parse_artifacts


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path: Path = tmp_path_factory.mktemp("course") / "c"
    arms = ("real", Arm(name="by_chance", sham=RandomSham()))
    adult = neurosim.load_subject("adult")
    body = adult.body.model_copy(update={"artifacts": parse_artifacts("blink=20")})
    neurosim.run_course(
        "alpha_up",
        subject=adult.model_copy(update={"body": body}),
        sessions=2,
        subjects=4,
        seed=7,
        duration_s=60,
        arms=arms,
        follow_up_days=(7,),
        out=path,
    )
    return path


def test_the_numbers_are_those_of_the_tables(folder: Path) -> None:
    path, data = making.report_on(folder)
    blocks = pd.read_csv(folder / "blocks.tsv", sep="\t", na_values="n/a")
    text = path.read_text(encoding="utf-8")
    for row in data["rates"]:
        of_arm = blocks[(blocks.arm == row["arm"]) & (blocks.block_kind == "training")]
        people = of_arm.groupby("subject").reward_rate.mean()
        assert row["reward_rate"] == pytest.approx(people.mean(), abs=1e-9)
        interval = stats.t.interval(0.95, len(people) - 1, loc=people.mean(), scale=stats.sem(people))
        np.testing.assert_allclose([row["reward_rate_low"], row["reward_rate_high"]], interval, atol=1e-9)
        assert f"{100 * people.mean():.1f} %" in text
        # Each condition, all at once and each cause, as the same arithmetic on the table gives them.
        columns = [str(name) for name in blocks if str(name).startswith(("holding_", "invalid_", "joint_rate"))]
        assert {"holding_alpha", "joint_rate", "invalid_peak_to_peak: Fp1"} <= set(columns)
        for name in columns:
            of_people = of_arm.groupby("subject")[name].mean()
            assert row[name] == pytest.approx(of_people.mean(), abs=1e-9)
            interval = stats.t.interval(0.95, len(of_people) - 1, loc=of_people.mean(), scale=stats.sem(of_people))
            if of_people.std() > 0:
                np.testing.assert_allclose([row[f"{name}_low"], row[f"{name}_high"]], interval, atol=1e-9)
        # A tick is invalid by one cause or by several: no cause has more than all, and all together at least as much.
        causes = of_arm[[name for name in columns if name.startswith("invalid_")]]
        assert (causes.max(axis=1) <= 1 - of_arm.valid_rate + 1e-12).all()
        assert (causes.sum(axis=1) >= 1 - of_arm.valid_rate - 1e-12).all()
        assert "peak_to_peak: Fp1" in text
    differences = pd.read_csv(folder / "differences.tsv", sep="\t", na_values="n/a")
    trained = differences[differences.measure == "trained_percent"]
    for mean, low, high in zip(trained["mean"], trained["low"], trained["high"], strict=True):
        assert f"{mean:.4g} % ({low:.4g} to {high:.4g})" in data["cred_nf"]["5c"]
    assert "Simulation of group averages, not medical advice." in text


def test_what_a_course_answers_of_the_list(folder: Path) -> None:
    entries = {entry.item.number: entry for entry in fill(making.report_on(folder)[1]["cred_nf"])}
    done = {"3d", "3e", "4a", "4d", "5a", "5b", "5c"}
    assert {number for number, entry in entries.items() if entry.filled and not entry.missing} == done
    assert "by_chance" in entries["2a"].filled
    assert entries["6a"].filled == ""
