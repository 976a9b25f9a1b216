"""The operant rule, tick by tick, by hand-made sequences at 8 ticks a second."""

from collections.abc import Sequence

import numpy as np
import pytest

from neurosim.core.errors import ConfigError
from neurosim.core.feedback import Cue, Feedback
from neurosim.core.spec import SignalSpec
from neurosim.core.timeline import TickGrid
from neurosim.feedback import Condition, FixedThreshold, Operant, PercentileThreshold

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
