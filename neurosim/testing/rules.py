"""The laws of rules."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from neurosim.core.feedback import Cue, Feedback
from neurosim.core.rule import Rule, RuleConfig
from neurosim.core.spec import Bool, SignalSpec, Values
from neurosim.testing.exact import Outputs, assert_steps_identical
from neurosim.testing.inputs import LAW_FEATURES, LAW_FS, law_cue, law_features, law_trust
from neurosim.testing.memory import longest_time_s
from neurosim.testing.sources import GRID
from neurosim.testing.trial import Given, Trial, step_laws

_N_TICKS = 640
_FIELDS = ("value", "threshold", "met", "reward", "valid", "shown")


def _prepare(config: RuleConfig, given: Given, names: Sequence[str]) -> Rule:
    specs = {name: SignalSpec(LAW_FS, (name,), "uV^2", given.batch_shape) for name in names}
    return config.prepare(specs, GRID, given.batch_shape)


def _outputs(rule: Rule, feedback: Feedback) -> Outputs:
    found = {name: getattr(feedback, name) for name in _FIELDS}
    return found | {"thresholds": rule.thresholds, "holding": feedback.holding}


def rule_trial(config: RuleConfig, names: Sequence[str] = LAW_FEATURES) -> Trial[Rule]:
    """Return how a rule is put through the laws of everything that goes on step by step."""
    made: dict[tuple[int, ...], tuple[Values, Bool]] = {}

    def step(rule: Rule, k: int, given: Given) -> Outputs:
        if given.subjects not in made:
            made[given.subjects] = law_features(_N_TICKS, given.subjects, names), law_trust(_N_TICKS, given.subjects)
        features, trust = (given.shaped(a[k]) for a in made[given.subjects])
        if given.changed(k):
            features, trust = 5.0 - features, ~trust
        return _outputs(rule, rule.update(features, trust, law_cue(k)))

    def prepare(given: Given) -> Rule:
        return _prepare(config, given, names)

    return Trial(config.kind, prepare, step, _N_TICKS, reset=lambda rule: rule.reset())


def feedback_is_sound(config: RuleConfig, names: Sequence[str] = LAW_FEATURES) -> None:
    """Laws 4 and 8: feedback has its shapes and is finite, and nothing is earned where nothing may be.

    No reward and nothing met on input that is not trusted; rewards and what is shown in training only.

    Raises
    ------
    AssertionError
        When one of these does not hold.
    """
    for given in (Given(), Given((17, 3), (2,))):
        trial = rule_trial(config, names)
        rule = trial.prepare(given)
        trusts = law_trust(_N_TICKS, given.subjects)
        for k in range(_N_TICKS):
            outputs = trial.go_on(rule, given, k, k + 1)[0]
            what = f"{config.kind}: tick {k}"
            for name in _FIELDS:
                kind = "b" if name in ("met", "reward", "valid") else "f"
                values = outputs[name]
                assert values.shape == given.batch_shape, f"{what}: {name} has the shape {values.shape}"
                assert values.dtype.kind == kind, f"{what}: {name} is {values.dtype}"
            shape = (*given.batch_shape, len(rule.condition_names))
            for name in ("thresholds", "holding"):
                assert (got := outputs[name].shape) == shape, f"{what}: {name} has the shape {got}, not {shape}"
            assert np.isfinite(outputs["value"]).all(), f"{what}: value is not finite"
            assert ((outputs["shown"] >= 0) & (outputs["shown"] <= 1)).all(), f"{what}: shown is not within 0 to 1"
            trust, block = given.shaped(trusts[k]), law_cue(k).block
            assert not (outputs["reward"] & ~outputs["met"]).any(), f"{what}: a reward where nothing is met"
            assert not (outputs["met"] & ~trust).any(), f"{what}: met on input that is not trusted"
            if block != "training":
                assert not outputs["reward"].any(), f"{what}: a reward in a {block} block"
                assert not outputs["shown"].any(), f"{what}: something is shown in a {block} block"


def distrusted_is_forgotten(
    config: RuleConfig, names: Sequence[str] = LAW_FEATURES, *, settle_s: float | None = None
) -> None:
    """Law 8: wild values on distrusted ticks change nothing, once those ticks have left every window.

    Parameters
    ----------
    config
        The rule.
    names
        Of the features it is tried on.
    settle_s
        After which time the feedback must be as if the values had been ordinary [s]; by default 0: values that are
        not trusted leave no trace at all but their own tick's.

    Raises
    ------
    AssertionError
        When it is not.
    """
    n_wild, n_settle = 64, GRID.n_ticks(settle_s or 0.0)
    n_start = 200 + GRID.n_ticks(longest_time_s(config))
    n_ticks = n_start + n_wild + n_settle + 640
    features, trust = law_features(n_ticks, (0,), names)[:, 0], law_trust(n_ticks, (0,))[:, 0]
    trust[n_start : n_start + n_wild] = False
    found = []
    for wild in (1.0, 1e10):
        values = features.copy()
        values[n_start : n_start + n_wild] *= wild
        rule = _prepare(config, Given((0,)), names)
        steps = []
        for k in range(n_ticks):
            out = _outputs(rule, rule.update(values[k], np.asarray(trust[k]), Cue("training")))
            steps.append({name: np.array(array) for name, array in out.items()})
        found.append(steps[n_start + n_wild + n_settle :])
    assert_steps_identical(found[1], found[0], f"{config.kind}: after values of 1e10 that were not trusted")


#: The laws of rules by name; each takes a `RuleConfig` and raises AssertionError.
RULE_LAWS: dict[str, Callable[[RuleConfig], None]] = {
    "time and finite": feedback_is_sound,
    "recovers": distrusted_is_forgotten,
} | step_laws(rule_trial)


def check_rule(config: RuleConfig, features: Sequence[str] = LAW_FEATURES, *, settle_s: float | None = None) -> None:
    """Hold a rule to every law.

    Parameters
    ----------
    config
        The rule.
    features
        Names of the features it is tried on, all positive.
    settle_s
        How long it may remember values on ticks that were not trusted [s].

    Raises
    ------
    AssertionError
        Saying which law is broken and where.

    Examples
    --------
    >>> from neurosim.feedback import Condition, FixedThreshold, Operant
    >>> condition = Condition(feature="smr", threshold=FixedThreshold(value=1.0))
    >>> check_rule(Operant(conditions=(condition,), dwell_s=0.25), features=["smr"])
    """
    feedback_is_sound(config, features)
    distrusted_is_forgotten(config, features, settle_s=settle_s)

    def trial(config: RuleConfig) -> Trial[Rule]:
        return rule_trial(config, features)

    for law in step_laws(trial).values():
        law(config)
