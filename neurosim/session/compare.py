"""Threshold policies on the same seed: the same people, the same noise, another threshold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from neurosim.core.errors import ConfigError, did_you_mean
from neurosim.core.noise import pick_seed
from neurosim.core.registry import find_kind, kind_names
from neurosim.core.spec import Float
from neurosim.feedback.baseline import check_baseline
from neurosim.feedback.protocol import TrainingProtocol, load_protocol
from neurosim.feedback.rules import Operant
from neurosim.feedback.thresholds import FixedThreshold, ThresholdConfig
from neurosim.session.blocks import BlockStatistics
from neurosim.session.result import Result
from neurosim.session.simulate import simulate_sessions
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
    done: Callable[[str], None] = lambda policy: None,
) -> pd.DataFrame:
    """Train the same people under each threshold policy for the first condition, each aimed at the same reward rate.

    Noise is addressed, so the runs are paired: they differ in nothing but the threshold.

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
    done
        Called with the name of each policy when it has been run.

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
    options: dict[str, Any] = {
        "subjects": subjects,
        "n_sessions": n_sessions,
        "seed": pick_seed() if seed is None else seed,
        "duration_s": duration_s,
    }
    if not any(block.kind == "training" for block in protocol.blocks):
        raise ConfigError("has no training block in which policies could differ", protocol.name)
    for name in policies:  # all mistakes before the first run
        if name != "fixed":
            _with_threshold(protocol, _aimed(name, reward_rate, protocol))
    if "fixed" in policies:
        value = _value_for_all(_with_threshold(protocol, _aimed("one_shot", reward_rate, protocol)), people, options)
    rows = []
    for name in policies:
        threshold = FixedThreshold(value=value) if name == "fixed" else _aimed(name, reward_rate, protocol)
        changed = _with_threshold(protocol, threshold)
        trained, untrained = (
            simulate_sessions(changed, subject=who, **options)[-1] for who in (people, _without_learning(people))
        )
        rows.append({"policy": name} | _row(trained, untrained))
        done(name)
    return pd.DataFrame(rows)


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


def _value_for_all(protocol: TrainingProtocol, people: Subject, options: dict[str, Any]) -> float:
    """Return the median of the people's thresholds behind their first baseline: what a manual could say for all."""
    opening = _Opening()
    simulate_sessions(
        protocol, subject=people, sinks=lambda _: [opening], stop=lambda: opening.found is not None, **options
    )  # a session that is stopped is the last one
    if opening.found is None or not np.isfinite(opening.found).any():
        raise ConfigError("'fixed' takes its value from the baseline, and there is too little of it", "policies")
    return float(np.nanmedian(opening.found))


def _last_training(result: Result) -> BlockStatistics:
    return [b for b in result.blocks if b.block.kind == "training"][-1]


def _row(trained: Result, untrained: Result) -> dict[str, float]:
    block = _last_training(trained)
    change = 100.0 * (_trained_level(trained) / _trained_level(untrained) - 1.0)
    minutes = block.n_ticks * trained.protocol.update_interval_s / 60.0
    error = np.std(change, ddof=1) / np.sqrt(change.size) if change.size > 1 else np.nan
    return {
        "reward_rate": float(block.reward_rate.mean()),
        "untrained_rate": float(_last_training(untrained).reward_rate.mean()),
        "switches_per_min": float(block.n_switches.mean() / minutes),
        "learned_percent": float(change.mean()),
        "learned_error": float(error),
    }


def _trained_level(result: Result) -> Float:
    """Return what is trained in the last training block ``(subject,)``: as it truly is, or else as it is measured."""
    name = result.protocol.rule.trained
    rhythm = next(f.truth for f in result.protocol.features if f.name == name)
    if rhythm:
        return result.true_amplitude(rhythm)
    level: Float = _last_training(result).mean_features[..., result.feature_names.index(name)]
    return level
