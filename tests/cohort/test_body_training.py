"""Arms of a training of the body: hands that warm, against a yoked arm and against people who expect nothing."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from neurosim.cohort import Arm, Course, run_course
from neurosim.cohort.statistics import Interval, mean_interval
from neurosim.subject import Learner

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

#: They do as told, try nothing, and do not believe in it: what others come to without learning is belief.
WAITING = Arm(name="waiting", driven=False, actors=(Learner(expectation=0.0),))


@cache
def warming() -> Course:
    """Six sessions of `hand_warming` as it ships, 40 people in each arm."""
    return run_course(
        "hand_warming", subjects=40, sessions=6, arms=("real", "yoked", WAITING), seed=3, follow_up_days=(),
        update_interval_s=0.25,
    )  # fmt: skip


def difference(arm: str, versus: str) -> Interval:
    """Return the difference in the last block of training [°C]."""
    people = warming().people
    one, other = (people[people["arm"] == name]["trained"].to_numpy(dtype=float) for name in (arm, versus))
    return mean_interval(one - other)


def test_real_feedback_warms_the_hand_and_a_yoked_one_does_not() -> None:
    """1 to 3 °C are learned (models.md section 3); the interval of the difference between the arms is far from 0."""
    assert 1.0 <= difference("real", "undriven").mean <= 3.0
    assert difference("real", "yoked").low > 1.0


def test_yoked_people_change_by_no_more_than_belief_does() -> None:
    """Belief in the training, without any of it, is the undriven arm against those who expect nothing."""
    belief = difference("undriven", "waiting")
    assert belief.low > 0.0
    yoked = difference("yoked", "waiting")
    assert yoked.mean <= belief.high
    assert yoked.low <= belief.mean


def test_arms_are_the_same_people() -> None:
    people = warming().people
    resting = people.pivot(index="subject", columns="arm", values="resting")
    assert np.ptp(resting[["real", "yoked", "undriven"]].to_numpy(), axis=1).max() == 0.0
