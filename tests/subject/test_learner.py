"""The learner: who they are, what they try, and what is left of it. What they come to stands in tests/cohort."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from neurosim.core.errors import ConfigError
from neurosim.core.feedback import Cue, Feedback
from neurosim.core.timeline import TickGrid
from neurosim.feedback import load_protocol
from neurosim.subject import Learner
from neurosim.subject.learner import LearnerActor


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


def ready(n: int, learns: dict[str, float], cue: Cue, **traits: float) -> LearnerActor:
    """Learners who have seen a cue."""
    actor = Learner(learns=learns, efficacy_sd=0.0, non_responders=0.0, **traits).prepare(
        TickGrid(1 / 8), 5, tuple(range(n)), (n,)
    )
    actor.observe(replace(feedback(np.zeros(n)), cue=cue))
    return actor


def test_every_latent_goes_its_share_of_the_way() -> None:
    actor = ready(50, {"breathing_rate": -9.0, "arousal": -0.1}, Cue("training"), expectation=0.0)
    drive = actor.act(0)
    np.testing.assert_allclose(np.asarray(drive["arousal"]) / -0.1, np.asarray(drive["breathing_rate"]) / -9.0)
    assert np.abs(np.asarray(drive["breathing_rate"])).max() <= 9.0


def test_in_a_trial_down_the_same_strategy_is_turned_round() -> None:
    up = ready(20, {"alpha_drive": 0.45}, Cue("training", target="up")).act(0)
    down = ready(20, {"alpha_drive": 0.45}, Cue("training", target="down")).act(0)
    np.testing.assert_array_equal(up["alpha_drive"], -np.asarray(down["alpha_drive"]))


def test_the_protocol_says_what_and_how_long() -> None:
    """Its latents before its rhythm, and a learner's own before both."""
    plain = load_protocol("alpha_up").model_copy(update={"learns": {}})
    assert Learner().aimed_at(plain).learns == {"alpha_drive": 0.45}
    given = plain.model_copy(update={"learns": {"vasomotor_tone": -0.15}, "strategy_tau_s": 30.0})
    aimed = Learner().aimed_at(given)
    assert aimed.learns == {"vasomotor_tone": -0.15}
    assert aimed.strategy_tau_s == 30.0
    own = Learner(learns={"arousal": -0.1}, strategy_tau_s=5.0).aimed_at(given)
    assert own.learns == {"arousal": -0.1}
    assert own.strategy_tau_s == 5.0


def test_an_unknown_latent_is_an_error_with_its_place() -> None:
    with pytest.raises(ConfigError, match=r"learns: unknown latent 'alfa_drive' .*did you mean 'alpha_drive'"):
        Learner(learns={"alfa_drive": 1.0}).prepare(TickGrid(1 / 8), 1, (0,), ())


def test_what_is_learned_fades_over_days() -> None:
    """Exponentially, to 0.9 in a day: 0.9 ** 7 is left after a week, next to all after ten minutes."""
    for rest_s, left in ((600.0, 0.9 ** (600 / 86400)), (86400.0, 0.9), (7 * 86400.0, 0.9**7)):
        actor = prepare(5)
        actor._learned[:] = 1.0
        actor.rest(rest_s)
        np.testing.assert_allclose(actor._learned, left)


def test_a_given_strategy_starts_on_the_way() -> None:
    """At the stated share of the largest offset, for somebody of average talent; it is given anew in each session."""
    actor = ready(4, {"frontalis_tension": -0.75}, Cue("training"), given_strategy=0.4, explore_sd=0.0)
    np.testing.assert_allclose(actor.act(0)["frontalis_tension"], -0.3)
    actor.rest(30 * 86400.0)
    np.testing.assert_allclose(actor.skill, -0.3)


def test_belief_relaxes_whatever_is_shown() -> None:
    """Arousal falls by the trait on average over people, with its time constant from the first training on."""
    shown = {arm: ready(4000, {}, Cue("training"), learning_rate_hz=rate) for arm, rate in (("no", 0.0), ("yes", 1.0))}
    found = {}
    for arm, actor in shown.items():
        for k in range(300 * 8):
            drive = actor.act(k)
            if k % 100 == 0:
                actor.observe(feedback(np.full(4000, float(arm == "yes" and k % 200 == 0))))
        found[arm] = np.asarray(drive["arousal"])
    np.testing.assert_array_equal(found["no"], found["yes"])
    assert found["no"].mean() == pytest.approx(-0.015 * (1 - np.exp(-1)), rel=0.03)  # after one time constant
    before = Learner(learns={}).prepare(TickGrid(1 / 8), 5, (0,), ())
    before.observe(replace(feedback(np.zeros(1), "baseline")))
    assert not np.any(before.act(0)["arousal"])
    assert "arousal" not in ready(3, {}, Cue("training"), expectation=0.0).act(0).offsets


def test_people_tire_on_task_and_recover_in_rest() -> None:
    """``F = 1 - exp(-t / tired)``; half the effort is lost at most here; and attention goes with it."""
    actor = ready(2, {"arousal": -0.2}, Cue("training"), fatigue=0.5, tired_s=20.0, rested_s=10.0, expectation=0.0)
    for k in range(160):
        drive = actor.act(k)
    effort = 1.0 - 0.5 * (1.0 - np.exp(-160 / 8 / 20.0))
    np.testing.assert_allclose(drive["attention"], 0.5 * (effort - 1.0))
    actor.observe(feedback(np.zeros(2), "rest"))
    for k in range(160, 240):
        drive = actor.act(k)
        assert not np.any(drive["arousal"])
    actor.observe(feedback(np.zeros(2)))
    left = (1.0 - np.exp(-1.0)) * np.exp(-1.0)
    left += (1.0 - left) * (1.0 - np.exp(-1 / 160))
    np.testing.assert_allclose(actor.act(240)["attention"], -0.25 * left)


def test_in_a_lapse_nothing_is_tried_and_no_feedback_seen() -> None:
    """Six a minute of 4 s on average: away for 4 of 14 s (an on/off process); people lapse at moments of their own."""
    n = 400
    actor = ready(n, {"arousal": -0.2}, Cue("training"), lapses_per_min=6.0, lapse_s=4.0, expectation=0.0)
    away = []
    for k in range(4800):
        tried = np.asarray(actor.act(k)["arousal"])
        learned = actor._learned.copy()
        actor.observe(feedback(np.full(n, float(k % 7 == 0))))
        idle = tried == 0.0
        assert (actor._learned[idle] == learned[idle]).all()
        away.append(idle)
    share = np.array(away[800:])
    assert share.mean() == pytest.approx(4 / 14, rel=0.05)
    assert 0.0 < share.mean(axis=1).min() <= share.mean(axis=1).max() < 1.0


def test_a_pacer_is_followed_by_those_who_comply() -> None:
    cue = Cue("training", pacer_per_min=6.0)
    assert float(np.asarray(ready(3, {}, cue).act(0)["breathing_pace"])) == 6.0
    actor = ready(2000, {}, cue, compliance=0.7)
    pace = np.array([actor.act(k)["breathing_pace"] for k in (0, 239, 240)])
    assert (pace > 0).mean() == pytest.approx(0.7, abs=0.03)
    assert (pace[0] == pace[1]).all()  # for half a minute
    assert not (pace[1] == pace[2]).all()
    assert not np.any(ready(3, {}, cue, compliance=0.0).act(0)["breathing_pace"])


def test_who_hardly_learns_depends_on_what_is_learned() -> None:
    """30 % for rhythms (Nan et al. 2018); with a friendly experimenter 19 of 21 learned to warm their hands."""
    grid, subjects = TickGrid(1 / 8), tuple(range(3000))
    for latent, share in (("smr_drive", 0.3), ("vasomotor_tone", 2 / 21)):
        actor = Learner(learns={latent: 1.0}).prepare(grid, 5, subjects, (3000,))
        assert (actor.efficacy < 0.25).mean() == pytest.approx(share, abs=0.025)
