"""A person of a course in a session of its own is the same to the bit as among all others."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from neurosim.cohort import Course, plan_person, read_course, run_course
from neurosim.cohort.arm import arm_named
from neurosim.core.errors import UserError
from neurosim.modulation import TRAINS, Coil, Drug, load_medicine
from neurosim.session.memory import MemorySink
from neurosim.session.run import run
from neurosim.subject import Learner

_ARMS = ("real", "random", "yoked")
_N = 3


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> tuple[Course, list[MemorySink]]:
    """Return a short course as it stands in its folder, and what was seen of each sitting."""
    kept = [MemorySink(signals=False) for _ in range(3)]
    folder = tmp_path_factory.mktemp("course") / "a"
    run_course("alpha_up", subjects=_N, sessions=2, arms=_ARMS, seed=5, duration_s=45.0, out=folder,
               sinks=lambda session, number: [kept[number]])  # fmt: skip
    return read_course(folder), kept


@pytest.mark.parametrize("arm", [*_ARMS, "undriven"])
@pytest.mark.parametrize("sitting", [1, 2, 3])
@pytest.mark.parametrize("number", range(_N))
def test_a_person_alone_is_the_same_as_in_the_course(
    course: tuple[Course, list[MemorySink]], arm: str, sitting: int, number: int
) -> None:
    whole, kept = course
    names = [each.name for each in whole.plan.arms]
    alone = MemorySink(signals=False)
    plan = plan_person(whole, arm, number, sitting)
    run(plan.session(), sinks=[alone])
    place = names.index(arm)
    lane = place * _N + number
    for name, left in plan.actors[0].memory().items():  # small changes of a strategy are seen here alone
        np.testing.assert_array_equal(left[0], whole.memories[sitting - 1][f"{place}/0/{name}"][number])
    together = kept[sitting - 1]
    for column in ("value", "threshold", "met", "reward", "shown"):
        np.testing.assert_array_equal(alone.column(column), np.asarray(together.column(column))[:, lane])


@pytest.mark.parametrize("arm", ["real", "random"])
def test_a_person_under_a_coil_and_a_drug_is_the_same_too(arm: str, tmp_path: Path) -> None:
    """Two arms of the same people share their actors, and each person remembers the own part of what is left."""
    drug = Drug(medicine=load_medicine("methylphenidate"), spread=0.3, hours_per_s=0.05)
    actors = (Learner(), Coil(train=TRAINS["itbs"]), drug)
    arms = [each.model_copy(update={"actors": actors}) for each in map(arm_named, ("real", "random"))]
    kept = [MemorySink(signals=False) for _ in range(2)]
    run_course("alpha_up", subjects=_N, sessions=1, arms=arms, seed=5, duration_s=45.0, out=tmp_path / "a",
               sinks=lambda session, number: [kept[number]])  # fmt: skip
    whole = read_course(tmp_path / "a")
    alone = MemorySink(signals=False)
    run(plan_person(whole, arm, 1, 2).session(), sinks=[alone])
    lane = ("real", "random").index(arm) * _N + 1
    together = np.asarray(kept[1].column("value"))
    np.testing.assert_array_equal(alone.column("value"), together[:, lane])
    assert not np.array_equal(together[:, lane], together[:, lane + 1])


def test_what_each_sitting_left_behind_is_kept(course: tuple[Course, list[MemorySink]]) -> None:
    whole, _ = course
    assert len(whole.memories) == 3
    learned = [memory["0/0/learned"] for memory in whole.memories]
    assert not np.array_equal(learned[0], learned[1])  # the second session has taught something too


@pytest.mark.parametrize(
    ("arm", "number", "sitting", "message"),
    [
        ("reel", 0, 1, "no arm 'reel'; did you mean 'real'?"),
        ("real", 3, 1, "no person 3: there are 3"),
        ("real", 0, 4, "no sitting 4 that can be gone to: 3 have been"),
        ("real", 0, 0, "no sitting 0"),
    ],
)
def test_what_is_not_there_is_refused(
    course: tuple[Course, list[MemorySink]], arm: str, number: int, sitting: int, message: str
) -> None:
    with pytest.raises(UserError, match=message.replace("?", r"\?")):
        plan_person(course[0], arm, number, sitting)
