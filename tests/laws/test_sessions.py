"""The laws through the closed loop."""

import os
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from neurosim.session import simulate, simulate_sessions
from neurosim.subject import Learner, Subject
from neurosim.subject.learner import LearnerActor
from neurosim.testing import check_session

# An adult learns so slowly that in 20 s no sample would tell whose feedback reached the body.
_QUICK = Learner(learning_rate_hz=20.0, ceiling=2.0, non_responders=0.0)
QUICK = Subject(name="quick", title="learns within seconds", actors=(_QUICK,))


def test_closed_loop() -> None:
    check_session("smr_up", seed=1)


@pytest.mark.parametrize("sham", [None, "random", "yoked", "shifted:shift_s=0.5", "phase_randomised:least_s=2"])
def test_course_of_two_sessions_with_a_quick_learner(sham: str | None) -> None:
    check_session("alpha_up", subject=QUICK, sham=sham, n_sessions=2, pieces=(7,))


def test_what_is_compared_is_not_trivial() -> None:
    # The laws would hold for a loop in which nothing happens.
    options: dict[str, Any] = {"subject": QUICK, "seed": 1, "subjects": [17], "duration_s": 20, "keep": "all"}
    contingent = simulate_sessions("alpha_up", n_sessions=2, **options)
    sham = simulate_sessions("alpha_up", n_sessions=2, sham="random", **options)
    for result in contingent:
        assert result.n_rewards > 5
        assert result.memory.column("valid").mean() > 0.9
    for result, other in zip(contingent, sham, strict=True):
        assert (result.memory.column("shown") != other.memory.column("shown")).any()
        assert (result.samples() != other.samples()).any()  # what is shown reaches the body
        assert result.skill is not None
        assert abs(result.skill[0]) > 0.01


def test_hash_seed_reaches_no_result() -> None:
    code = (
        "import hashlib; from neurosim.session import simulate; r = simulate('smr_up', seed=1, duration_s=4);"
        "print(hashlib.sha256(r.samples().tobytes() + r.features.to_csv().encode()).hexdigest())"
    )
    digests = set()
    for seed in ("1", "2"):
        environment = os.environ | {"PYTHONHASHSEED": seed}
        done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
        digests.add(done.stdout.strip())
    assert len(digests) == 1
    assert len(digests.pop()) == 64


def test_seed_is_picked_and_told() -> None:
    one = simulate("smr_up", duration_s=2)
    again = simulate("smr_up", duration_s=2, seed=one.seed)
    other = simulate("smr_up", duration_s=2)
    np.testing.assert_array_equal(one.samples(), again.samples())
    assert other.seed != one.seed


class _Herd(LearnerActor):
    """Learners who are rewarded together."""

    def observe(self, feedback: Any) -> None:
        from dataclasses import replace

        super().observe(replace(feedback, shown=np.full_like(feedback.shown, feedback.shown.mean())))


class HerdConfig(Learner):
    """A plug-in that breaks law 2 through the loop."""

    def prepare(self, grid: Any, seed: int, subjects: Any, batch_shape: Any) -> LearnerActor:
        return _Herd(self, grid, seed, subjects, batch_shape)


def test_broken_learner_is_caught_through_the_loop() -> None:
    subject = Subject(name="herd", title="herd", actors=(HerdConfig(**_QUICK.model_dump()),))
    with pytest.raises(AssertionError, match="subject 17 of 50, not alone"):
        check_session("alpha_up", subject=subject, pieces=())


class _Shared(LearnerActor):
    """A learner whose copies share one memory."""

    def __deepcopy__(self, memo: Any) -> "_Shared":
        return self


class SharedConfig(Learner):
    """A plug-in that breaks law 6 through the loop."""

    def prepare(self, grid: Any, seed: int, subjects: Any, batch_shape: Any) -> LearnerActor:
        return _Shared(self, grid, seed, subjects, batch_shape)


def test_shared_state_is_caught_through_the_loop() -> None:
    subject = Subject(name="shared", title="shared", actors=(SharedConfig(**_QUICK.model_dump()),))
    with pytest.raises(AssertionError, match="deep cop"):
        check_session("alpha_up", subject=subject, pieces=())
