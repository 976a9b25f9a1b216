"""Threshold policies on the same people and noise."""

from __future__ import annotations

import numpy as np
import pytest

from neurosim.cohort import compare_thresholds
from neurosim.core.errors import ConfigError
from neurosim.feedback import Block, Feature, TrainingProtocol, load_protocol
from neurosim.session import Session, Sink
from neurosim.signals import EEG, Body
from neurosim.subject import Learner, Subject


def _protocol(*blocks: Block) -> TrainingProtocol:
    protocol = load_protocol("alpha_up").with_channels("Pz")
    blocks = blocks or (
        Block(name="baseline", kind="baseline", duration_s=30), Block(name="training", kind="training", duration_s=120),
    )  # fmt: skip
    return protocol.model_copy(update={"gates": (), "update_interval_s": 1 / 16}).with_blocks(*blocks)


def _people(learning_rate_hz: float) -> Subject:
    learner = Learner(non_responders=0.0, learning_rate_hz=learning_rate_hz)
    return Subject(name="people", title="People", body=Body(eeg=EEG(ch_names=("Pz",))), actors=(learner,))


def test_who_learns_nothing_has_no_change_and_the_rate_that_was_aimed_at() -> None:
    """The runs are paired to the bit, so without learning nothing at all differs from the run without learning."""
    found = compare_thresholds(_protocol(), subject=_people(0.0), subjects=8, seed=1)
    assert (found.learned_percent == 0).all()
    assert (found.reward_rate == found.untrained_rate).all()
    rates = found.set_index("policy").reward_rate
    # Two minutes of alpha hold some fifty independent bursts: sqrt(0.6 * 0.4 / (8 * 50)) is 0.025, on both sides.
    for policy in ("fixed", "one_shot", "percentile", "controller"):
        assert rates[policy] == pytest.approx(0.6, abs=4 * np.sqrt(2) * 0.025)
    # Power is skewed: more than the normal share of it lies below its mean.
    assert rates["baseline"] < rates["one_shot"]


def test_the_same_seed_gives_the_same_table() -> None:
    tables = [compare_thresholds(_protocol(), ["percentile"], subject=_people(0.1), subjects=2, seed=3) for _ in "ab"]
    assert tables[0].equals(tables[1])
    assert tables[0].learned_percent[0] != 0


@pytest.mark.parametrize(
    ("policies", "reward_rate", "message"),
    [
        (["percentil"], 0.6, "policies: unknown threshold 'percentil'; did you mean 'percentile'?"),
        (["manual"], 0.6, "policies: a 'manual' threshold cannot be aimed at a reward rate; leave it out"),
        (["percentile"], 1.0, "reward_rate: must be between 0 and 1, got 1"),
    ],
)
def test_what_cannot_be_compared(policies: list[str], reward_rate: float, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        compare_thresholds(_protocol(), policies, reward_rate=reward_rate)
    assert str(caught.value) == message


def test_without_a_baseline_its_policies_are_refused() -> None:
    alone = Block(name="training", kind="training", duration_s=120)
    with pytest.raises(ConfigError, match=r"alpha_up with the policy 'one_shot'.* needs a baseline block"):
        compare_thresholds(_protocol(alone), ["percentile", "one_shot"], subjects=2)
    found = compare_thresholds(_protocol(alone), ["percentile"], subject=_people(0.1), subjects=2, seed=1)
    assert found.policy.tolist() == ["percentile"]


def test_policies_that_would_learn_before_the_feature_is_fitted_are_refused_before_the_first_run() -> None:
    protocol = _protocol()
    feature = protocol.features[0]
    scored = Feature.model_validate(feature.model_dump() | {"stages": (*feature.stages, {"kind": "zscore"})})
    ran: list[int] = []

    def watch(session: Session, number: int) -> list[Sink]:
        ran.append(number)
        return []

    protocol = protocol.model_copy(update={"features": (scored,)})
    with pytest.raises(ConfigError, match=r"with the policy 'one_shot': rule\.conditions\[0\]\.threshold: learns from"):
        compare_thresholds(protocol, ["percentile", "one_shot"], subjects=2, sinks=watch)
    assert not ran
    compare_thresholds(protocol, ["percentile"], subject=_people(0.1), subjects=2, duration_s=50.0, sinks=watch)
    assert ran == [0]
