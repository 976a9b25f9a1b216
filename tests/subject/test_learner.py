"""The learner learns from contingent feedback, and from nothing else."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from neurosim.core.feedback import Cue, Feedback
from neurosim.core.timeline import TickGrid
from neurosim.feedback import load_protocol
from neurosim.session import simulate_sessions
from neurosim.session.result import Result
from neurosim.signals import EEG, Body
from neurosim.subject import Learner, Subject
from neurosim.subject.learner import LearnerActor

N = 40


@cache
def course(arm: str) -> list[Result]:
    """Five sessions of 25 minutes of `alpha_up`, at the trained sensor alone: 40 subjects, same seed in every arm."""
    protocol = load_protocol("alpha_up").model_copy(update={"update_interval_s": 1 / 8})
    assert protocol.duration_s == 25 * 60
    actors = () if arm == "nobody drives" else (Learner(),)
    subject = Subject(name="s", title="s", body=Body(eeg=EEG(ch_names=("O1",))), actors=actors)
    sham = "random" if arm == "sham" else None
    return simulate_sessions(protocol, n_sessions=5, subject=subject, subjects=N, sham=sham, seed=11)


def change_percent(arm: str, session: int = -1) -> NDArray[np.float64]:
    """True alpha amplitude in the last training block against the same seed without drive [%]."""
    alone = course("nobody drives")[session].true_amplitude("alpha")
    return 100.0 * (course(arm)[session].true_amplitude("alpha") / alone - 1.0)


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_contingent_feedback_teaches() -> None:
    """models.md section 4: +14 % with another band-power chain; the issue asks for more than 5 % on average."""
    change = change_percent("contingent")
    assert change.mean() > 5.0
    assert change.mean() > change_percent("contingent", 0).mean() + 2.0
    # Three in ten hardly move the rhythm whatever they try (Nan et al. 2018: 8 of 29; 15 to 40 % accepted).
    assert 0.15 <= (change < 5.0).mean() <= 0.40


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_sham_does_not_teach() -> None:
    """models.md row 30: within 2 % either way, at a reward rate like that of contingent feedback."""
    assert abs(change_percent("sham").mean()) < 2.0
    shown = [b.shown_rate.mean() for b in course("sham")[-1].blocks if b.block.kind == "training"]
    earned = [b.reward_rate.mean() for b in course("contingent")[-1].blocks if b.block.kind == "training"]
    assert np.mean(shown) == pytest.approx(np.mean(earned), abs=0.03)


def prepare(n: int = 2000, most: float = 0.45, **traits: float) -> LearnerActor:
    return Learner(learns={"alpha_drive": most}, **traits).prepare(TickGrid(1 / 8), 5, tuple(range(n)), (n,))


def feedback(shown: NDArray[np.float64], block: str = "training") -> Feedback:
    no = np.zeros(shown.shape, dtype=np.bool_)
    return Feedback(shown, shown, no[..., None], no, no, no, no, shown, Cue(block))


def test_traits_are_spread_as_described() -> None:
    """30 % of efficacies are half-normal with SD 0.08, the others log-normal(0, 0.35)."""
    efficacy = prepare().efficacy
    assert (efficacy < 0.25).mean() == pytest.approx(0.30, abs=0.03)
    responders = efficacy[efficacy > 0.25]
    assert np.median(responders) == pytest.approx(1.0, abs=0.05)
    assert np.log(responders).std() == pytest.approx(0.35, abs=0.03)


def test_traits_belong_to_the_subject() -> None:
    alone = Learner().prepare(TickGrid(1 / 8), 5, (17,), (1,))
    assert alone.efficacy[0] == prepare(50).efficacy[17]


def test_exploration_has_its_spread_and_memory() -> None:
    """An Ornstein-Uhlenbeck process: SD 0.25, correlation exp(-dt / tau) between ticks (efficacy 1, far below 1)."""
    actor = prepare(4000, most=50.0, efficacy_sd=0.0, non_responders=0.0, explore_sd=0.005)
    actor.observe(feedback(np.zeros(4000)))
    first = np.asarray(actor.act(0)["alpha_drive"])
    second = np.asarray(actor.act(1)["alpha_drive"])
    assert first.std() == pytest.approx(0.25, rel=0.05)
    assert np.corrcoef(first, second)[0, 1] == pytest.approx(np.exp(-0.125 / 0.25), abs=0.05)


def test_drives_only_while_it_tries() -> None:
    actor = prepare(3)
    for block, trying in [("baseline", False), ("training", True), ("transfer", True), ("rest", False)]:
        actor.observe(feedback(np.zeros(3), block))
        assert bool(np.any(actor.act(0)["alpha_drive"])) is trying


def test_learns_nothing_without_feedback() -> None:
    actor = prepare(10)
    for k in range(200):
        actor.act(k)
        actor.observe(feedback(np.ones(10) * (k % 3 == 0), "transfer"))
    assert not actor.skill.any()


def test_reward_for_the_good_direction_builds_skill_and_rest_loses_some() -> None:
    """Reward whenever the drive is up: skill grows for everyone who can move the rhythm, and 0.9 of it is kept."""
    actor = prepare(200, non_responders=0.0)
    for k in range(4000):
        drive = np.broadcast_to(actor.act(k)["alpha_drive"], (200,))
        actor.observe(feedback((drive > 0).astype(float)))
    skill = actor.skill
    assert (skill > 0).mean() > 0.99
    learned = actor._learned.copy()
    actor.rest(86400.0)
    np.testing.assert_allclose(actor._learned, 0.9 * learned)


def test_learner_obeys_the_eyes_of_the_block() -> None:
    actor = prepare(1)
    for eyes, expected in [("closed", 1.0), ("open", -1.0), (None, 0.0)]:
        actor.observe(replace(feedback(np.zeros(1), "baseline"), cue=Cue("baseline", "", eyes)))
        assert actor.act(0)["eyes_closed"] == expected
