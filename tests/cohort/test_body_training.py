"""Arms of trainings of the body: hands that warm, foreheads that let go, breath that finds the heart's resonance.

40 people in each arm, by protocols as they ship: real feedback, a yoked sham, and people who believe in the training
and try as much but learn nothing, whose change is the non-specific term. The seed is none of those that constants were
chosen on (`tools.training_trials`).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from neurosim.cohort.statistics import Interval, mean_interval
from tools import training_trials as trials
from tools.training_trials import change, difference, gain

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

TRIALS = ("warming", "relaxing", "breathing")


def toward(trial: str, arm: str, versus: str) -> Interval:
    """Return the difference of two arms after the course, more than 0 where the first is further in the training."""
    if trial == "warming":
        return difference(trials.warming(), arm, versus, "trained")
    found = (
        difference(trials.relaxing(), arm, versus)
        if trial == "relaxing"
        else trials.breathing().difference(arm, versus)
    )
    return replace(found, mean=-found.mean, low=-found.high, high=-found.low)


def least(trial: str) -> float:
    """Return the least effect that counts: 1 degC, 30 % less EMG (models.md section 3), half the way to resonance."""
    return {"warming": 1.0, "relaxing": 30.0}.get(trial) or 0.5 * float(trials.breathing().naive.mean())


@pytest.mark.parametrize("trial", TRIALS)
def test_real_feedback_does_more_than_a_yoked_one(trial: str) -> None:
    """By more than half of the least effect that counts, with 97.5 % confidence."""
    assert toward(trial, "real", "yoked").low > 0.5 * least(trial)


@pytest.mark.parametrize("trial", TRIALS)
def test_yoked_people_change_by_no_more_than_belief_does(trial: str) -> None:
    """Not by half of the least effect more, with 97.5 % confidence: the usual margin of trials that show "not more".

    It is that of the FDA's guidance on non-inferiority trials (2016): half of the effect that is to be ruled out.
    """
    assert toward(trial, "yoked", "belief").high < 0.5 * least(trial)


def test_hands_warm_by_1_to_3_degrees_in_a_session_once_it_is_learned() -> None:
    """1 to 3 degC in 20 minutes (models.md section 3.2).

    Taub & Emurian 1976: learned within 4 sessions, then 1.2 degC (2.2 degF) a session on average. Keefe & Gardner 1979,
    doi:10.1016/S0005-7894(79)80037-4: warmer within sessions after 3 days of training, by up to 1.4 degC (2.5 degF).
    """
    course = trials.warming()
    later = np.mean([gain(course, "real", session) for session in (4, 5, 6)], axis=0)
    assert 1.0 <= later.mean() <= 3.0
    assert mean_interval(gain(course, "real", 3)).low > 0.0
    assert mean_interval(later - gain(course, "real", 1)).low > 0.0


def test_the_forehead_lets_go_over_a_course() -> None:
    """30 to 50 % less frontal EMG over 8 to 12 sessions (models.md section 3.1).

    What comes out and was not set: 29 % in five sessions, of 40 minutes (2.16 to 1.54 uV, Biofeedback Self-Regul.
    1978;3:61, doi:10.1007/bf00998564).
    """
    curve = trials.relaxing().curve
    last = curve[(curve["arm"] == "real") & (curve["block"] == "training 4")].set_index("sitting")["change_percent"]
    assert -50.0 <= last[8] <= -30.0
    assert -50.0 <= last[10] <= -30.0
    assert last[5] == pytest.approx(-29.0, abs=10.0)
    assert last[1] > 0.5 * last[5]  # it takes a course


def test_naive_learners_breathe_towards_their_own_resonance() -> None:
    """Rewarded by the coherence ratio, which is highest at resonance (4.5 to 6.5 a minute).

    Ten sessions, as in the manual of Lehrer et al. 2000. Nobody tells where the resonance is: full success, 12 breaths
    a minute less, goes well below it.
    """
    breath = trials.breathing()
    assert breath.distance("real").mean() < 0.5 * breath.naive.mean()
    assert mean_interval(breath.distance("real") - breath.naive).high < 0.0


def test_arms_are_the_same_people() -> None:
    for course in (trials.warming(), trials.relaxing(), trials.breathing().course):
        resting = [change(course, arm.name, "resting") for arm in course.plan.arms]
        assert np.ptp(resting, axis=0).max() == 0.0
