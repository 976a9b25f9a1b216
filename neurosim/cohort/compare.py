"""Threshold policies side by side: the same people, the same noise, another threshold in each arm."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from neurosim.cohort.arm import Arm, plan_arms
from neurosim.cohort.lanes import lanes_of_arms
from neurosim.cohort.plan import DAY_S
from neurosim.core.errors import ConfigError, did_you_mean
from neurosim.core.noise import pick_seed
from neurosim.core.registry import find_kind, kind_names
from neurosim.core.source import Source
from neurosim.core.spec import Float
from neurosim.feedback.baseline import check_baseline
from neurosim.feedback.protocol import TrainingProtocol, load_protocol
from neurosim.feedback.rules import Operant
from neurosim.feedback.thresholds import FixedThreshold, ThresholdConfig
from neurosim.session.blocks import BlockSink, BlockStatistics
from neurosim.session.run import run
from neurosim.session.session import Session
from neurosim.session.tick import Sink, Tick
from neurosim.subject.learner import Learner
from neurosim.subject.population import Population
from neurosim.subject.subject import Subject, load_subject

if TYPE_CHECKING:
    import pandas as pd

#: The policies that are compared by default; ``fixed`` is the same value for all, found from their first baseline.
POLICIES = ("fixed", "one_shot", "baseline", "percentile", "controller", "staircase")

#: What a reader of the table must know.
CAVEAT = (
    "A threshold that adapts keeps the reward rate and so hides learning: judge it on what is learned, the true change "
    "against the same people and noise without learning, and never on the reward rate."
)


def compare_thresholds(
    protocol: str | Path | TrainingProtocol,
    policies: Sequence[str] = POLICIES,
    *,
    reward_rate: float = 0.6,
    subject: str | Path | Subject | Population | None = None,
    subjects: int = 12,
    n_sessions: int = 1,
    seed: int | None = None,
    duration_s: float | None = None,
    sinks: Callable[[Session, int], Sequence[Sink]] = lambda session, number: (),
) -> pd.DataFrame:
    """Train the same people under each threshold policy for the first condition, each aimed at the same reward rate.

    Each policy is an arm of a batch, and so is the same without learning: they differ in nothing else.

    Parameters
    ----------
    protocol
        A name, a TOML file or a protocol whose rule is ``operant``; its other conditions stay as they are.
    policies
        Kinds of thresholds.
    reward_rate
        The share of the time for which the first condition is to hold, as far as each policy can say beforehand.
    subject, subjects, n_sessions, seed, duration_s
        As of `neurosim.simulate_sessions`.
    sinks
        Called with each session and its number for who watches it.

    Returns
    -------
    pandas.DataFrame
        A row a policy, of the last training block, mean over subjects: `reward_rate`, and the `untrained_rate` of the
        same people and noise without learning under the same policy; how often what is met goes on or off a minute
        (`switches_per_min`); and what is `learned_percent`, the change of the true amplitude (of the feature, where
        nothing true is known) against the same without learning, with its standard error `learned_error`.

    Raises
    ------
    ConfigError
        For a policy that is unknown or cannot be aimed, or does not fit the blocks.
    """
    import pandas as pd

    protocol = protocol if isinstance(protocol, TrainingProtocol) else load_protocol(protocol)
    if not 0 < reward_rate < 1:
        raise ConfigError(f"must be between 0 and 1, got {reward_rate:g}", "reward_rate")
    people = subject.subject if isinstance(subject, Population) else subject
    people = people if isinstance(people, Subject) else load_subject(people or protocol.subject)
    seed = pick_seed() if seed is None else seed
    if duration_s is not None:
        protocol = protocol.fit(duration_s)
    if not any(block.kind == "training" for block in protocol.blocks):
        raise ConfigError("has no training block in which policies could differ", protocol.name)
    aimed = {name: _aimed("one_shot" if name == "fixed" else name, reward_rate, protocol) for name in policies}
    changed = {name: _with_threshold(protocol, threshold) for name, threshold in aimed.items()}
    if "fixed" in changed:
        value = _value_for_all(changed["fixed"], people, subjects, seed)
        changed["fixed"] = _with_threshold(protocol, FixedThreshold(value=value))
    still = _without_learning(people).actors
    arms = [Arm(name=name, rule=each.rule) for name, each in changed.items()]
    arms += [Arm(name=f"{arm.name}_untrained", rule=arm.rule, actors=still) for arm in arms]
    plan = plan_arms(protocol, people, arms, range(subjects), seed)
    for number in range(n_sessions):
        if number:
            plan.rest(DAY_S)
        session, blocks = plan.session(), BlockSink()
        run(session, sinks=[blocks, *sinks(session, number)])
    last = [block for block in blocks.blocks if block.block.kind == "training"][-1]
    level, minutes = _trained_level(last, protocol, plan.source), last.n_ticks * protocol.update_interval_s / 60.0
    lanes = lanes_of_arms(subjects * len(arms), len(arms))
    return pd.DataFrame(
        {"policy": name} | _row(last, level, minutes, trained, untrained)
        for name, trained, untrained in zip(changed, lanes, lanes[len(changed) :], strict=False)
    )


def _aimed(name: str, reward_rate: float, protocol: TrainingProtocol) -> ThresholdConfig:
    names = kind_names("threshold")
    if name not in names:
        raise ConfigError(f"unknown threshold '{name}'; {did_you_mean(name, names)}", "policies")
    kind: type[ThresholdConfig] = find_kind("threshold", name)
    aimed = kind.aimed(reward_rate, _operant(protocol).conditions[0].direction)
    if aimed is None:
        raise ConfigError(f"a '{name}' threshold cannot be aimed at a reward rate; leave it out", "policies")
    return aimed


def _operant(protocol: TrainingProtocol) -> Operant:
    if not isinstance(protocol.rule, Operant):
        raise ConfigError(f"thresholds are those of an operant rule; this one is '{protocol.rule.kind}'", protocol.name)
    return protocol.rule


def _with_threshold(protocol: TrainingProtocol, threshold: ThresholdConfig) -> TrainingProtocol:
    """Return the protocol with another threshold of its first condition; what cannot be with its blocks is refused."""
    rule = _operant(protocol)
    trained = rule.conditions[0].model_copy(update={"threshold": threshold})
    rule = rule.model_copy(update={"conditions": (trained, *rule.conditions[1:])})
    protocol = protocol.model_copy(update={"rule": rule})
    if problems := [*protocol.problems(), *check_baseline(protocol).problems]:
        raise ConfigError(problems, f"{protocol.name} with the policy '{threshold.kind}'")
    return protocol


def _without_learning(people: Subject) -> Subject:
    """Return the same people, who try as much and learn nothing."""
    still = {"learning_rate_hz": 0.0}
    actors = tuple(a.model_copy(update=still) if isinstance(a, Learner) else a for a in people.actors)
    return people.model_copy(update={"actors": actors})


class _Opening(Sink):
    """Keeps the thresholds of the first tick of training."""

    def __init__(self) -> None:
        self.found: Float | None = None

    def write(self, tick: Tick) -> None:
        if self.found is None and tick.block.kind == "training":
            self.found = tick.thresholds[..., 0].copy()


def _value_for_all(protocol: TrainingProtocol, people: Subject, subjects: int, seed: int) -> float:
    """Return the median of the people's thresholds behind their first baseline: what a manual could say for all."""
    opening = _Opening()
    session = plan_arms(protocol, people, [Arm(name="first")], range(subjects), seed).session()
    run(session, sinks=[opening], stop=lambda: opening.found is not None)
    if opening.found is None or not np.isfinite(opening.found).any():
        raise ConfigError("'fixed' takes its value from the baseline, and there is too little of it", "policies")
    return float(np.nanmedian(opening.found))


def _row(block: BlockStatistics, level: Float, minutes: float, trained: slice, untrained: slice) -> dict[str, float]:
    change = 100.0 * (level[trained] / level[untrained] - 1.0)
    error = np.std(change, ddof=1) / np.sqrt(change.size) if change.size > 1 else np.nan
    return {
        "reward_rate": float(block.reward_rate[trained].mean()),
        "untrained_rate": float(block.reward_rate[untrained].mean()),
        "switches_per_min": float(block.n_switches[trained].mean() / minutes),
        "learned_percent": float(change.mean()),
        "learned_error": float(error),
    }


def _trained_level(block: BlockStatistics, protocol: TrainingProtocol, source: Source) -> Float:
    """Return what is trained ``(lane,)``: as it truly is, or else as it is measured."""
    names = [feature.name for feature in protocol.features]
    number = names.index(protocol.rule.trained)
    if rhythm := protocol.features[number].truth:
        return block.mean_envelope(rhythm, source.specs)
    level: Float = block.mean_features[:, number]
    return level
