"""The operant rule, tick by tick, by hand-made sequences at 8 ticks a second."""

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
import scipy.special

from neurosim.core.config import validate
from neurosim.core.errors import ConfigError
from neurosim.core.feedback import Cue, Feedback
from neurosim.core.registry import kind_names
from neurosim.core.rule import Allotted
from neurosim.core.spec import SignalSpec
from neurosim.core.timeline import TickGrid
from neurosim.feedback import Block, Condition, FixedThreshold, Graded, ManualThreshold, Operant, PercentileThreshold
from neurosim.session.blocks import BlockSink
from neurosim.session.commands import COMMANDS
from neurosim.session.tick import Tick

_GRID = TickGrid(1 / 8)
_FEATURES = {name: SignalSpec(256.0, (name,), "uV^2") for name in ("alpha", "theta")}
_ABOVE_1 = Condition(feature="alpha", threshold=FixedThreshold(value=1.0))
_THETA_BELOW_5 = Condition(feature="theta", direction="below", threshold=FixedThreshold(value=5.0))


def _run(
    rule: Operant,
    alpha: Sequence[float],
    theta: Sequence[float] | None = None,
    valid: str | None = None,
    blocks: Sequence[str] | None = None,
) -> list[Feedback]:
    """Run a rule over features; `valid` is written as + and -."""
    prepared = rule.prepare(_FEATURES, _GRID, ())
    n = len(alpha)
    theta, valid, blocks = theta or [0.0] * n, valid or "+" * n, blocks or ["training"] * n
    return [
        prepared.update(np.array([a, t]), np.array(v == "+"), Cue(b))
        for a, t, v, b in zip(alpha, theta, valid, blocks, strict=True)
    ]


def _met(feedback: Sequence[Feedback]) -> str:
    return "".join("x" if f.met else "." for f in feedback)


def _rewards(feedback: Sequence[Feedback]) -> str:
    return "".join("R" if f.reward else "." for f in feedback)


def _rule(*conditions: Condition, dwell_s: float = 0.0, refractory_s: float = 0.0) -> Operant:
    return Operant(conditions=conditions or (_ABOVE_1,), dwell_s=dwell_s, refractory_s=refractory_s)


def test_reward_while_above() -> None:
    found = _run(_rule(), [0, 2, 2, 0.5, 2, 1.0, 1.0001])
    assert _met(found) == ".xx.x.x"  # equal is not above
    assert _rewards(found) == ".RR.R.R"
    assert [float(f.shown) for f in found] == [0, 1, 1, 0, 1, 0, 1]
    assert [float(f.value) for f in found] == [0, 2, 2, 0.5, 2, 1.0, 1.0001]
    assert {float(f.threshold) for f in found} == {1.0}


def test_dwell_counts_the_ticks_in_a_row() -> None:
    found = _run(_rule(dwell_s=0.375), [2, 2, 0, 2, 2, 2, 2, 0, 2, 2, 2])  # 3 ticks
    assert _met(found) == ".....xx...x"


def test_refractory_is_the_least_time_between_rewards() -> None:
    found = _run(_rule(refractory_s=0.5), [2] * 10 + [0, 0, 0, 2, 2, 0, 2, 2])  # 4 ticks
    assert _met(found) == "x" * 10 + "...xx.xx"
    assert _rewards(found) == "R...R...R....R...R"


def test_hysteresis_keeps_what_once_was_above() -> None:
    condition = Condition(feature="alpha", threshold=FixedThreshold(value=1.0), hysteresis=0.3)
    found = _run(_rule(condition), [0.8, 1.1, 0.8, 0.71, 0.7, 0.8, 1.1, 0.8])
    assert _met(found) == ".xxx..xx"  # 0.8 counts only after it was above 1; at 0.7 it is over


def test_inhibit_stops_the_reward_and_its_dwell() -> None:
    found = _run(_rule(_ABOVE_1, _THETA_BELOW_5, dwell_s=0.25), [2] * 8, theta=[0, 0, 0, 6, 4.9, 4.9, 5.0, 0])
    assert _met(found) == ".xx..x.."


def test_hysteresis_of_an_inhibit_is_upwards() -> None:
    below = _THETA_BELOW_5.model_copy(update={"hysteresis": 1.0})
    found = _run(_rule(_ABOVE_1, below), [2] * 6, theta=[5.5, 4.0, 5.5, 5.9, 6.0, 5.5])
    assert _met(found) == ".xxx.."


def test_what_is_not_trusted_earns_nothing_and_breaks_the_dwell() -> None:
    found = _run(_rule(dwell_s=0.25), [2] * 9, valid="+++-++++-")
    assert _met(found) == ".xx..xxx."
    assert [bool(f.valid) for f in found] == [True, True, True, False, True, True, True, True, False]


def test_nothing_is_earned_outside_training_and_transfer_shows_nothing() -> None:
    blocks = ["baseline"] * 3 + ["training"] * 3 + ["rest"] * 2 + ["transfer"] * 3 + ["training"]
    found = _run(_rule(), [2] * 12, blocks=blocks)
    assert _met(found) == "...xxx..xxxx"
    assert _rewards(found) == "...RRR.....R"
    assert [float(f.shown) for f in found] == [0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 1]


def test_dwell_begins_with_the_block() -> None:
    found = _run(_rule(dwell_s=0.375), [2] * 8, blocks=["baseline"] * 4 + ["training"] * 4)
    assert _met(found) == "......xx"


def test_threshold_learns_in_baseline_and_training_not_in_rest_nor_from_bad_ticks() -> None:
    median = Condition(feature="alpha", threshold=PercentileThreshold(percentile=50, window_s=60, least_s=0.25))
    alpha = [1.0, 3.0, 100.0, 100.0, 5.0, 0.0]
    blocks = ["baseline", "baseline", "rest", "training", "training", "training"]
    found = _run(_rule(median), alpha, valid="+++-++", blocks=blocks)
    # Known after two values, 1 and 3: median 2; 100 was rest, then not trusted; with 5 the median is 3.
    np.testing.assert_array_equal([float(f.threshold) for f in found], [np.nan, np.nan, 2, 2, 2, 3])
    assert _met(found) == "....x."


def test_without_a_threshold_yet_nothing_is_met() -> None:
    median = Condition(feature="alpha", threshold=PercentileThreshold(percentile=50, window_s=60, least_s=0.5))
    assert _met(_run(_rule(median), [1, 2, 3, 4, 5, 6])) == "....xx"


def test_each_subject_has_its_own_time() -> None:
    rule = _rule(refractory_s=0.375).prepare(_FEATURES, _GRID, (2,))
    alpha = [[2, 0], [2, 2], [2, 2], [2, 2], [2, 2]]
    rewards = [
        rule.update(np.array([[a, 0.0], [b, 0.0]]), np.ones(2, dtype=np.bool_), Cue("training")).reward
        for a, b in alpha
    ]
    np.testing.assert_array_equal(rewards, [[True, False], [False, True], [False, False], [True, False], [False, True]])
    assert rule.thresholds.shape == (2, 1)


def test_unknown_features_are_named_with_a_suggestion() -> None:
    wrong = _rule(_ABOVE_1, _THETA_BELOW_5.model_copy(update={"feature": "teta"}), Condition(
        feature="xyz", threshold=FixedThreshold(value=1.0)
    ))  # fmt: skip
    with pytest.raises(ConfigError) as caught:
        wrong.prepare(_FEATURES, _GRID, ())
    assert str(caught.value).splitlines() == [
        "conditions[1].feature: no feature 'teta'; did you mean 'theta'?",
        "conditions[2].feature: no feature 'xyz'; known: alpha, theta",
    ]


def _cues(n: int, target: str = "", block: str = "training") -> list[Cue]:
    return [Cue(block, target=target)] * n


def _watch(
    rule: Operant, alpha: Sequence[float], theta: Sequence[float], cues: Sequence[Cue], valid: str | None = None
) -> list[Feedback]:
    prepared = rule.prepare(_FEATURES, _GRID, ())
    return [
        prepared.update(np.array([a, t]), np.array(v == "+"), cue)
        for a, t, v, cue in zip(alpha, theta, valid or "+" * len(alpha), cues, strict=True)
    ]


def _shown(feedback: Sequence[Feedback]) -> list[float]:
    return [round(float(f.shown), 3) for f in feedback]


def _theta(action: str, release_s: float = 0.0) -> Condition:
    """Return the inhibit of theta below 5 with what it does."""
    return Condition.model_validate(_THETA_BELOW_5.model_dump() | {"action": action, "release_s": release_s})


_LINEAR = Graded(span=2.0)  # from 0 at an alpha of 0 to 1 at 2
#:        holds   | no      | holds
_ALPHA = [0.5, 1.5, 1.0, 1.6, 1.5, 1.5, 1.5, 0.8, 1.5]
_BURST = [0.0, 0.0, 9.0, 9.0, 0.0, 0.0, 0.0, 0.0, 0.0]


@pytest.mark.parametrize(
    ("action", "shown", "met"),
    [
        ("flag", [0.25, 0.75, 0.5, 0.8, 0.75, 0.75, 0.75, 0.4, 0.75], ".x.xxxx.x"),
        ("require", [0.25, 0.75, 0, 0, 0, 0, 0.75, 0.4, 0.75], ".x....x.x"),
        ("mute", [0.25, 0.75, 0, 0, 0, 0, 0.75, 0.4, 0.75], ".x....x.x"),
        ("freeze", [0.25, 0.75, 0.75, 0.75, 0.75, 0.75, 0.75, 0.4, 0.75], ".x....x.x"),
    ],
)
def test_actions_with_a_release_of_two_ticks(action: str, shown: list[float], met: str) -> None:
    rule = Operant(conditions=(_ABOVE_1, _theta(action, 0.25)), refractory_s=0.0, graded=_LINEAR)
    found = _watch(rule, _ALPHA, _BURST, _cues(9))
    assert _shown(found) == shown
    assert _met(found) == met
    assert _rewards(found) == met.replace("x", "R")
    assert [bool(f.holding[1]) for f in found] == [t < 5 for t in _BURST]  # as it is, whatever the action
    wanted = [a > 1 and (action == "flag" or t < 5) for a, t in zip(_ALPHA, _BURST, strict=True)]
    assert [bool(f.joint) for f in found] == wanted  # at this moment, without release


def test_binary_feedback_is_frozen_too() -> None:
    rule = Operant(conditions=(_ABOVE_1, _theta("freeze")), refractory_s=0.0)
    found = _watch(rule, [2, 2, 0, 0, 2, 2], [0, 9, 9, 0, 9, 0], _cues(6))
    assert _shown(found) == [1, 1, 1, 0, 0, 1]
    assert _met(found) == "x....x"


def test_a_bad_tick_shows_nothing_and_releases_nothing() -> None:
    rule = Operant(conditions=(_ABOVE_1, _theta("mute", 0.25)), refractory_s=0.0)
    found = _watch(rule, [2.0] * 7, [9, 0, 0, 0, 0, 0, 0], _cues(7), "+-+-+++")
    assert _shown(found) == [0, 0, 0, 0, 0, 1, 1]  # the release takes the two trusted ticks 2 and 4


def test_what_is_frozen_ends_with_the_training() -> None:
    rule = Operant(conditions=(_ABOVE_1, _theta("freeze")), refractory_s=0.0)
    found = _watch(rule, [2.0] * 4, [0, 9, 9, 9], [*_cues(2), *_cues(1, block="rest"), *_cues(1)])
    assert _shown(found) == [1, 1, 0, 0]


def test_hysteresis_begins_anew_behind_bad_ticks() -> None:
    condition = Condition(feature="alpha", threshold=FixedThreshold(value=1.0), hysteresis=0.3)
    assert _met(_run(_rule(condition), [1.1, 0.8, 0.8, 0.8, 1.1, 0.8], valid="++-+++")) == "xx..xx"


def test_only_the_first_condition_turns_round_with_the_target() -> None:
    """A slow potential is to go up or down; the muscles are to be quiet in both."""
    rule = Operant(conditions=(_ABOVE_1, _THETA_BELOW_5), refractory_s=0.0)
    for target, met in (("up", "x..."), ("down", "..x."), ("", "x...")):
        assert _met(_watch(rule, [2, 2, 0, 0], [0, 9, 0, 9], _cues(4, target))) == met


def test_graded_down_is_graded_the_other_way() -> None:
    rule = Operant(conditions=(_ABOVE_1,), graded=_LINEAR)
    assert _shown(_watch(rule, [0.5, 1.0, 1.5, -3.0], [0] * 4, _cues(4, "down"))) == [0.75, 0.5, 0.25, 1.0]


@pytest.mark.parametrize("shape", ["linear", "sigmoid"])
def test_graded_shapes(shape: Literal["linear", "sigmoid"]) -> None:
    """One half at the threshold, with a slope of one over the span."""
    alpha = np.linspace(-3.0, 5.0, 401)
    rule = Operant(conditions=(_ABOVE_1,), graded=Graded(shape=shape, span=2.0))
    found = np.array([float(f.shown) for f in _watch(rule, alpha.tolist(), [0] * 401, _cues(401))])
    distance = alpha - 1.0
    expected = np.clip(0.5 + distance / 2.0, 0, 1) if shape == "linear" else scipy.special.expit(4.0 * distance / 2.0)
    np.testing.assert_allclose(found, expected, atol=1e-14)
    assert (found[201] - found[199]) / (alpha[201] - alpha[199]) == pytest.approx(1 / 2.0, rel=1e-2)


def test_a_span_in_standard_deviations_is_the_baselines() -> None:
    rule = Operant(conditions=(_ABOVE_1,), graded=Graded(span=2.0, unit="sd"))
    baseline = [1.0, 2.0, 4.0, 7.0]
    cues = [*_cues(4, block="baseline"), *_cues(2), *_cues(1, block="transfer")]
    found = _watch(rule, [*baseline, 1.5, -9.0, 1.5], [0] * 7, cues)
    graded = 0.5 + 0.5 / (2 * float(np.std(baseline)))
    np.testing.assert_allclose([float(f.shown) for f in found], [0, 0, 0, 0, graded, 0, 0])


def test_unknown_spread_or_threshold_shows_nothing() -> None:
    rule = Operant(conditions=(_ABOVE_1,), graded=Graded(shape="sigmoid", span=2.0, unit="sd"))
    assert _shown(_watch(rule, [5.0] * 3, [0] * 3, _cues(3))) == [0, 0, 0]
    median = Condition(feature="alpha", threshold=PercentileThreshold(percentile=50, window_s=60, least_s=0.25))
    assert _shown(_run(Operant(conditions=(median,), graded=_LINEAR), [1, 3, 2])) == [0, 0, 0.5]


def test_three_independent_conditions_hold_together_for_the_product_of_their_rates() -> None:
    """0.8 ** 3 is 51 %, the trainers' rule of thumb; by the rates that a session reports of each condition."""
    n = 20000
    features = {name: SignalSpec(256.0, (name,), "uV^2") for name in "abc"}
    conditions = tuple(Condition(feature=name, threshold=FixedThreshold(value=-0.8416212)) for name in "abc")  # 20 %
    rule = Operant(conditions=conditions).prepare(features, _GRID, ())
    values, sink = np.random.default_rng(8).normal(size=(n, 3)), BlockSink()
    block = Block(name="training", kind="training", duration_s=n / 8)
    for k in range(n):
        feedback = rule.update(values[k], np.array(True), Cue("training"))
        sink.write(Tick(k, k / 8, {}, values[k], rule.thresholds, feedback, block))
    (found,) = sink.blocks
    error = np.sqrt(0.8 * 0.2 / n)
    np.testing.assert_allclose(found.holding_rate, 0.8, atol=4 * error)
    assert found.joint_rate == pytest.approx(0.512, abs=4 * np.sqrt(0.512 * 0.488 / n))
    assert found.joint_rate == pytest.approx(found.holding_rate.prod(), abs=4 * np.sqrt(0.512 * 0.488 / n))
    assert found.joint_rate == found.reward_rate  # without a dwell time


def test_dependent_conditions_hold_together_more_often_than_the_product() -> None:
    same = tuple(Condition(name=name, feature="alpha", threshold=FixedThreshold(value=1.0)) for name in ("one", "two"))
    found = _run(_rule(*same), [0, 2, 0, 2])
    assert [bool(f.joint) for f in found] == [False, True, False, True]  # half of the time, and not a quarter


def test_two_conditions_need_two_names() -> None:
    with pytest.raises(ConfigError, match=r"conditions: two are called 'alpha'; give one of them a name"):
        _rule(_ABOVE_1, _ABOVE_1).prepare(_FEATURES, _GRID, ())


def test_manual_thresholds_and_times_change_while_it_runs() -> None:
    by_hand = Condition(name="goal", feature="alpha", threshold=ManualThreshold(value=1.0))
    config = Operant(conditions=(by_hand, _THETA_BELOW_5), refractory_s=0.0)
    rule = config.prepare(_FEATURES, _GRID, ())
    assert rule.manual == ("goal",)

    def met() -> bool:
        return bool(rule.update(np.array([1.5, 0.0]), np.array(True), Cue("training")).met)

    assert met()
    rule.set_threshold("goal", 2.0)
    assert not met()
    rule.set_threshold("goal", 1.0)
    slower = config.model_copy(update={"dwell_s": 0.25})
    config.check_change(slower)
    rule.change(slower)
    assert (met(), met()) == (False, True)
    with pytest.raises(ConfigError, match="only dwell_s, refractory_s, hysteresis and release_s may change"):
        config.check_change(config.model_copy(update={"conditions": (by_hand,)}))


def test_the_page_of_rules_shows_a_rule_that_is_one() -> None:
    page = (Path(__file__).parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")
    example = page.split("```toml\n")[1].split("```")[0]
    rule = validate(tomllib.loads(example)["rule"], Operant)
    assert not rule.problems(["smr", "muscle"], Allotted(60.0, 600.0, 300.0, 660.0))
    told = {line.split("`")[1] for line in page.splitlines() if line.startswith("| `")}
    assert set(kind_names("threshold")) | {"require", "mute", "freeze", "flag"} | set(COMMANDS) <= told
