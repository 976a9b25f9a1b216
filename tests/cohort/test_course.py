"""Courses: continued to the bit, tables against SciPy and closed forms, refusals."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import neurosim
from neurosim.cohort.outcome import people_table
from neurosim.cohort.plan import Sitting
from neurosim.cohort.statistics import correlation_interval, mean_interval, reliable_change, share_interval
from neurosim.core.errors import ConfigError, UserError
from neurosim.session.blocks import BlockSink
from neurosim.subject import Learner, Subject

QUICK = Subject(name="quick", title="quick", actors=(Learner(learning_rate_hz=5.0),))
GIVEN: dict[str, Any] = {
    "subject": QUICK, "subjects": 4, "seed": 7, "duration_s": 60, "arms": ("real", "yoked"), "follow_up_days": (7, 28)
}  # fmt: skip


@pytest.fixture(scope="module")
def whole() -> neurosim.cohort.Course:
    return neurosim.run_course("alpha_up", sessions=3, **GIVEN)


def test_a_course_that_is_continued_is_the_course_to_the_bit(whole: neurosim.cohort.Course, tmp_path: Path) -> None:
    n_sessions = 0

    def ended() -> bool:
        return n_sessions == 2

    def watch(session: neurosim.Session, number: int) -> tuple[()]:
        nonlocal n_sessions
        n_sessions = number  # the third session ends before its first tick
        return ()

    folder = tmp_path / "course"
    half = neurosim.run_course("alpha_up", sessions=3, out=folder, sinks=watch, stop=ended, **GIVEN)
    assert (len(half.sittings), half.completed) == (2, False)
    neurosim.continue_course(folder)
    again = neurosim.read_course(folder)
    pd.testing.assert_frame_equal(again.blocks, whole.blocks, check_exact=True)
    assert again.memory.keys() == whole.memory.keys()
    assert all((again.memory[name] == whole.memory[name]).all() for name in whole.memory)
    assert again.plan == whole.plan
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    assert (summary["sittings"], summary["completed"], summary["judged_on"]) == (5, True, "truth")
    for name in ("people", "arms", "differences", "curve"):
        assert len(pd.read_csv(folder / f"{name}.tsv", sep="\t")) == len(getattr(whole, name))
    with pytest.raises(UserError, match="whole: 3 sessions; ask for more"):
        neurosim.continue_course(folder)


def test_the_course_of_sittings(whole: neurosim.cohort.Course) -> None:
    days = whole.blocks.drop_duplicates("sitting").set_index("sitting")[["kind", "day"]]
    assert days["kind"].tolist() == ["training"] * 3 + ["follow_up"] * 2
    assert days["day"].tolist() == [0, 1, 2, 9, 30]
    follow_up = whole.blocks[whole.blocks["kind"] == "follow_up"]
    assert set(follow_up["block_kind"]) == {"baseline", "transfer"}  # nobody is trained there
    assert (follow_up["shown_rate"] == 0).all()
    plan, t, f = whole.plan, Sitting("training", 1.0), [Sitting("follow_up", 7.0), Sitting("follow_up", 21.0)]
    assert plan.to_come([]) == [Sitting("training", 0.0), t, t, *f]
    assert plan.to_come([t, t]) == [t, *f]
    assert plan.to_come([t, t, t, f[0]]) == [f[1]]
    assert plan.to_come([t, t, t, *f]) == []
    more = plan.model_copy(update={"sessions": 4})
    assert more.to_come([t, t, t, *f]) == [t, *f]  # who trains again is looked at again


def test_the_undriven_change_nothing_and_start_as_all_do(whole: neurosim.cohort.Course) -> None:
    people = whole.people
    undriven = people[people["arm"] == "undriven"]
    assert (undriven["trained_percent"] == 0).all()
    first = whole.blocks[(whole.blocks["sitting"] == 1) & (whole.blocks["block"] == "baseline")]
    assert (first.groupby("subject")["truth"].nunique() == 1).all()  # the same people on the same noise
    real = people[people["arm"] == "real"]
    assert (real["trained_percent"] != 0).all()


def test_change_and_transfer_by_hand() -> None:
    """One person, two arms; the numbers are small enough to see."""
    rows = [
        (1, "training", arm, 0, block, kind, value)
        for arm, values in (("real", (10.0, 12.0, 11.0)), ("undriven", (10.0, 10.0, 10.0)))
        for (block, kind), value in zip(
            (("b", "baseline"), ("t", "training"), ("x", "transfer")), values, strict=True
        )
    ]  # fmt: skip
    names = ["sitting", "kind", "arm", "subject", "block", "block_kind", "truth"]
    blocks = pd.DataFrame(rows, columns=names)
    people = people_table(blocks.assign(feature=blocks["truth"]), 1.0).set_index("arm")
    assert people.loc["real", "trained_percent"] == pytest.approx(20.0)
    assert people.loc["real", "transfer_percent"] == pytest.approx(10.0)
    assert people["responder"].to_dict() == {"real": True, "undriven": False}
    down = people_table(blocks.assign(feature=blocks["truth"]), -1.0).set_index("arm")
    assert not down.loc["real", "responder"]


def test_intervals_against_scipy() -> None:
    x, y = np.random.default_rng(1).normal(2.0, 3.0, (2, 25))
    mean = mean_interval(np.append(x, np.nan))
    expected = stats.ttest_1samp(x, 0.0).confidence_interval(0.95)
    assert [mean.n, mean.low, mean.high] == pytest.approx([25, expected.low, expected.high])
    wilson = stats.binomtest(7, 30).proportion_ci(0.95, method="wilson")
    share = share_interval(np.arange(30) < 7)
    assert [share.low, share.high] == pytest.approx([wilson.low, wilson.high])
    fisher = stats.pearsonr(x, y).confidence_interval(0.95)
    r = correlation_interval(x, y)
    assert [r.low, r.high] == pytest.approx([fisher.low, fisher.high])


def test_reliable_change_by_the_worked_example_of_jacobson_and_truax() -> None:
    """Jacobson & Truax 1991, p. 14: from 32.5 to 47.5 with SD 7.5 and r .80 gives an index of 3.16."""
    rng = np.random.default_rng(2)
    z = rng.normal(size=(2, 500))
    z -= z.mean(axis=1, keepdims=True)
    z[1] -= z[0] * (z[0] @ z[1]) / (z[0] @ z[0])
    z /= z.std(axis=1, ddof=1, keepdims=True)
    before = 7.5 * z[0]
    after = 7.5 * (0.8 * z[0] + 0.6 * z[1])
    assert reliable_change(np.array([32.5]), np.array([47.5]), before, after)[0] == pytest.approx(3.16, abs=0.005)


def test_sinks_see_further_streams_and_change_nothing(whole: neurosim.cohort.Course) -> None:
    blocks = BlockSink()
    seen = neurosim.run_course(
        "alpha_up", sessions=1, signals=("truth/state",), sinks=lambda session, number: [blocks], **GIVEN
    )
    first = whole.blocks[whole.blocks["sitting"] == 1].reset_index(drop=True)
    pd.testing.assert_frame_equal(seen.blocks[seen.blocks["sitting"] == 1], first, check_exact=True)
    assert blocks.blocks[0].mean_truth("truth/state").shape[0] == 3 * GIVEN["subjects"]
    with pytest.raises(ConfigError, match="no stream 'truth/stat'; did you mean 'truth/state'"):
        neurosim.run_course("alpha_up", signals=("truth/stat",), **GIVEN)


def test_what_cannot_be_a_course_is_refused() -> None:
    with pytest.raises(ConfigError, match="course: follow-up days must be above 0 and rise"):
        neurosim.run_course("alpha_up", **GIVEN | {"follow_up_days": (28, 7)})
    with pytest.raises(ConfigError, match="no training block"):
        neurosim.run_course("stress_profile", **GIVEN)
    with pytest.raises(ConfigError, match="unknown arm 'sugar'"):
        neurosim.run_course("alpha_up", **GIVEN | {"arms": ("sugar",)})
    with pytest.raises(UserError, match="no folder of a course"):
        neurosim.read_course("nowhere")
