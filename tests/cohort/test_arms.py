"""An arm in a batch of arms is bit-identical to the arm alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from neurosim.cohort.arm import Arm, arm_named, check_arms, plan_arms
from neurosim.cohort.lanes import SplitRule
from neurosim.core.errors import ConfigError
from neurosim.feedback import Condition, Operant, PercentileThreshold, load_protocol
from neurosim.session import Session
from neurosim.session.memory import MemorySink
from neurosim.session.plan import plan_sessions
from neurosim.session.run import run
from neurosim.signals import EEG, Body
from neurosim.subject import Learner, Script, Subject

# A protocol of 40 s with every kind of block, and learners who are quick enough for whose feedback is whose to matter.
PROTOCOL = load_protocol("alpha_up").model_copy(update={"update_interval_s": 1 / 8}).fit(120.0)
QUICK = Learner(learning_rate_hz=20.0, non_responders=0.0)
SUBJECT = Subject(
    name="quick",
    title="learns within seconds, and blinks",
    body=Body(eeg=EEG(ch_names=("Fp1", "O1"), fs=128.0)),
    actors=(QUICK, Script(steps=[{"at_s": 20.0, "event": "blink"}])),
)
PEOPLE = (17, 3, 8, 4)


def threshold(percentile: float) -> Operant:
    at = PercentileThreshold(percentile=percentile, window_s=30.0, least_s=1.0)
    return Operant(conditions=(Condition(feature="alpha", threshold=at),))


ARMS = (
    arm_named("real"),
    arm_named("undriven"),
    arm_named("random"),
    Arm(name="late", extra_delay_s=0.5),
    Arm(name="hard", rule=threshold(90.0)),
    Arm(name="left_alone", actors=()),
    arm_named("yoked"),
)


def two_sessions(*arms: Arm, people: tuple[int, ...] = PEOPLE) -> list[dict[str, np.ndarray[Any, Any]]]:
    """Return what two sessions gave, each ``(tick, arm, person, ...)``."""
    plan = plan_arms(PROTOCOL, SUBJECT, arms, people, seed=5)
    found = []
    for number in range(2):
        if number:
            plan.rest(86400.0)
        memory = MemorySink(signals=True)
        run(Session(plan.protocol, plan.source, plan.actors, sham=plan.sham), sinks=[memory])
        kept = {name: memory.column(name) for name in ("value", "threshold", "met", "reward", "valid", "shown")}
        kept |= {"eeg": np.moveaxis(memory.samples("eeg"), -1, 0), "features": memory.features()}
        found.append({k: x.reshape(len(x), len(arms), len(people), *x.shape[2:]) for k, x in kept.items()})
    return found


@pytest.fixture(scope="module")
def together() -> list[dict[str, np.ndarray[Any, Any]]]:
    return two_sessions(*ARMS)


@pytest.mark.parametrize("i", range(len(ARMS) - 1), ids=lambda i: ARMS[i].name)
def test_arm_beside_others_is_the_arm_alone(i: int, together: list[dict[str, np.ndarray[Any, Any]]]) -> None:
    for session, (all_arms, alone) in enumerate(zip(together, two_sessions(ARMS[i]), strict=True), 1):
        for name, values in alone.items():
            np.testing.assert_array_equal(all_arms[name][:, i], values[:, 0], f"{name} of session {session}")


def test_arms_differ_where_they_should(together: list[dict[str, np.ndarray[Any, Any]]]) -> None:
    """The law would hold for arms in which nothing happens."""
    signals = together[1]["eeg"]
    real = signals[:, 0]
    for i, arm in enumerate(ARMS[1:], 1):
        assert (signals[:, i] != real).any(), arm.name


def test_yoked_people_see_what_the_next_one_earns(together: list[dict[str, np.ndarray[Any, Any]]]) -> None:
    for session in together:
        shown = session["shown"]
        np.testing.assert_array_equal(shown[:, -1], np.roll(shown[:, 0], -1, axis=1))
        assert shown[:, 0].any()


def test_people_are_the_same_in_any_company(together: list[dict[str, np.ndarray[Any, Any]]]) -> None:
    """Law 2: persons 3 and 8 with real feedback, without the others."""
    two = two_sessions(arm_named("real"), people=(3, 8))
    np.testing.assert_array_equal(two[1]["eeg"][:, 0], together[1]["eeg"][:, 0, 1:3])


def test_late_feedback_is_a_longer_way_to_the_display(together: list[dict[str, np.ndarray[Any, Any]]]) -> None:
    """An extra delay in an arm is what the protocol's own display delay would be."""
    slow = PROTOCOL.model_copy(update={"display_delay_s": 0.5})
    plan = plan_arms(slow, SUBJECT, [arm_named("real")], PEOPLE, seed=5)
    memory = MemorySink(signals=True)
    run(Session(plan.protocol, plan.source, plan.actors), sinks=[memory])
    late = [arm.name for arm in ARMS].index("late")
    np.testing.assert_array_equal(np.moveaxis(memory.samples("eeg"), -1, 0), together[0]["eeg"][:, late])


def test_only_the_muscles_that_are_looked_at_are_made() -> None:
    """And they are the same to the bit as beside the others."""
    protocol = load_protocol("emg_frontalis").model_copy(update={"update_interval_s": 1 / 8}).fit(10.0)
    plan = plan_arms(protocol, Subject(name="s", title="s", actors=(QUICK,)), [arm_named("real")], PEOPLE, seed=5)
    assert plan.source.specs["emg"].ch_names == ("frontalis",)
    all_of_them = plan_sessions(protocol, Subject(name="s", title="s", actors=(QUICK,)), subjects=PEOPLE, seed=5)
    assert all_of_them.source.specs["emg"].ch_names == ("frontalis", "trapezius")
    found = []
    for each in (plan, all_of_them):
        memory = MemorySink(signals=True)
        run(Session(each.protocol, each.source, each.actors), sinks=[memory])
        found.append(memory.samples("emg")[:, 0])
    np.testing.assert_array_equal(found[0], found[1])


def test_arms_that_do_not_fit_are_refused() -> None:
    wrong = [Arm(name="a"), Arm(name="a"), Arm(name="b", donor="c"), Arm(name="d", donor="a", sham={"kind": "random"})]
    with pytest.raises(ConfigError) as raised:
        check_arms(wrong)
    assert [str(p) for p in raised.value.problems] == [
        "arms[1].name: the arm 'a' stands twice; names must differ",
        "arms[2].donor: no arm 'c' with real feedback; known: a, a",
        "arms[3].donor: an arm is yoked or has a sham of its own; leave one out",
    ]
    with pytest.raises(ConfigError, match=r"unknown arm 'yokd'; did you mean 'yoked'\?"):
        arm_named("yokd")
    with pytest.raises(ConfigError, match="needs two people"):
        plan_arms(PROTOCOL, SUBJECT, [arm_named("real"), arm_named("yoked")], [0], 1)


def test_rules_without_a_common_table_are_refused() -> None:
    second = threshold(60.0).conditions[0].model_copy(update={"name": "alpha_again"})
    twice = Operant(conditions=(*threshold(50.0).conditions, second))
    plan = plan_arms(PROTOCOL, SUBJECT, [arm_named("real"), Arm(name="twice", rule=twice)], PEOPLE, 1)
    assert isinstance(plan.protocol.rule, SplitRule)
    with pytest.raises(ConfigError, match="the same conditions, got alpha; alpha, alpha_again"):
        Session(plan.protocol, plan.source, plan.actors)
