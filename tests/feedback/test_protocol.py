"""Protocols that do not fit themselves or the signal, and those that ship."""

from typing import Any

import pytest

from neurosim.core.config import validate
from neurosim.core.errors import ConfigError
from neurosim.core.spec import SignalSpec
from neurosim.feedback import Block, TrainingProtocol, load_protocol
from neurosim.session.pipeline import Pipeline
from neurosim.session.plan import plan_sessions

_POWER = {"kind": "band_power", "low_hz": 8, "high_hz": 12}
_EEG = {"eeg": SignalSpec(256.0, ("Fp1", "Cz", "Pz"), "uV")}


def _protocol(**changes: Any) -> TrainingProtocol:
    feature = {"name": "alpha", "channels": ["Pz"], "stages": [_POWER]}
    condition = {"feature": "alpha", "threshold": {"kind": "fixed", "value": 1.0}}
    data: dict[str, Any] = {
        "name": "mine",
        "title": "Mine",
        "purpose": "To try",
        "features": [feature],
        "rule": {"kind": "operant", "conditions": [condition]},
        "blocks": [{"name": "training", "kind": "training", "duration_s": 10}],
    }
    return validate(data | changes, TrainingProtocol, "mine.toml")


def _error(**changes: Any) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        Pipeline(_protocol(**changes), _EEG)
    return str(caught.value).splitlines()


def test_sound_one_is_read() -> None:
    assert _protocol().duration_s == 10.0
    assert list(Pipeline(_protocol(), _EEG).specs) == ["alpha"]


def test_names_must_differ() -> None:
    feature = {"name": "alpha", "channels": ["Pz"], "stages": [_POWER]}
    block = {"name": "one", "kind": "rest", "duration_s": 1}
    assert _error(features=[feature, feature], blocks=[block, block]) == [
        "mine.toml: features: the name 'alpha' stands twice; names must differ",
        "mine.toml: blocks: the name 'one' stands twice; names must differ",
    ]


@pytest.mark.parametrize("duration_s", [0, -5.0])
def test_blocks_must_last(duration_s: float) -> None:
    blocks = [{"name": "one", "kind": "rest", "duration_s": duration_s}]
    assert _error(blocks=blocks) == [f"mine.toml: blocks[0].duration_s: must be greater than 0, got {duration_s}"]


@pytest.mark.parametrize("key", ["features", "blocks"])
def test_nothing_to_do_is_refused(key: str) -> None:
    (message,) = _error(**{key: []})
    assert message.startswith(f"mine.toml: {key}: ")


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("update_interval_s", 0, "update_interval_s: must be greater than or equal to 0.001, got 0"),
        ("update_interval_s", 1.5, "update_interval_s: must be less than or equal to 1, got 1.5"),
        ("display_delay_s", -0.1, "display_delay_s: must be greater than or equal to 0, got -0.1"),
        ("blocs", [], "blocs: unknown key; did you mean 'blocks'?"),
    ],
)
def test_limits(key: str, value: Any, message: str) -> None:
    assert _error(**{key: value}) == [f"mine.toml: {message}"]


def test_a_feature_must_end_with_one_channel() -> None:
    feature = {"name": "alpha", "channels": ["Cz", "Pz"], "stages": [_POWER]}
    remedy = "must end with one channel, ends with 2; add a mean, pick or ratio stage"
    assert _error(features=[feature]) == [f"features[0].stages: {remedy}"]
    Pipeline(_protocol(features=[feature | {"stages": [_POWER, {"kind": "mean"}]}]), _EEG)


def test_missing_channels_and_streams_are_all_named() -> None:
    features = [
        {"name": "alpha", "channels": ["Pz", "Czz"], "stages": [_POWER, {"kind": "mean"}]},
        {"name": "b", "channels": ["O1", "O2"], "choose": "first", "stages": [_POWER]},
        {"name": "c", "stream": "egg", "channels": ["Pz"], "stages": [_POWER]},
    ]
    assert _error(features=features) == [
        "features[0].channels[1]: 'Czz' is not in the signal (Fp1, Cz, Pz); did you mean 'Cz'?",
        "features[1].channels: none of O1, O2 is in the signal (Fp1, Cz, Pz); name one with --channel",
        "features[2].stream: the source has no stream 'egg'; did you mean 'eeg'?",
    ]


def test_channel_names_are_found_in_any_case() -> None:
    feature = {"name": "alpha", "channels": ["PZ"], "stages": [_POWER]}
    assert list(Pipeline(_protocol(features=[feature]), _EEG).specs) == ["alpha"]


def test_fit_keeps_the_proportions() -> None:
    protocol = load_protocol("alpha_up")
    shorter = protocol.fit(100.0)
    assert shorter.duration_s == pytest.approx(100.0)
    ratios = [a.duration_s / b.duration_s for a, b in zip(shorter.blocks, protocol.blocks, strict=True)]
    assert ratios == pytest.approx([100.0 / protocol.duration_s] * len(ratios))


def test_with_channels_and_blocks() -> None:
    protocol = load_protocol("alpha_up").with_channels("O1").with_blocks(Block(name="t", kind="training", duration_s=5))
    assert all(f.channels == ("O1",) and f.choose == "all" for f in protocol.features)
    assert protocol.duration_s == 5.0


def _rule(threshold: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    condition = {"feature": "alpha", "threshold": threshold or {"kind": "fixed", "value": 1.0}}
    keys = ("release_s", "action")
    condition |= {key: changes.pop(key) for key in keys if key in changes}
    return {"kind": "operant", "conditions": [condition], "refractory_s": 0.0} | changes


_TRAINING = [{"name": "training", "kind": "training", "duration_s": 10}]
_BASELINE = [{"name": "baseline", "kind": "baseline", "duration_s": 4}]
_NO_BASELINE = "needs a baseline block before the training; add one, or"


@pytest.mark.parametrize(
    ("rule", "place", "message"),
    [
        (_rule(dwell_s=11), "dwell_s", "must not be longer than the shortest stretch of training (10 s), got 11 s"),
        (_rule(refractory_s=30), "refractory_s",
         "must not be longer than the shortest stretch of training (10 s), got 30 s"),
        (_rule(release_s=20, action="mute"), "conditions[0].release_s",
         "must not be longer than the shortest stretch of training (10 s), got 20 s"),
        (_rule({"kind": "baseline"}), "conditions[0].threshold",
         f"a threshold of the kind 'baseline' {_NO_BASELINE} choose another kind"),
        (_rule({"kind": "one_shot", "percentile": 60}), "conditions[0].threshold",
         f"a threshold of the kind 'one_shot' {_NO_BASELINE} choose another kind"),
        (_rule({"kind": "percentile", "percentile": 60, "window_s": 60}), "conditions[0].threshold.window_s",
         "must not be longer than the blocks it looks at (10 s), got 60 s"),
        (_rule({"kind": "percentile", "percentile": 60, "window_s": 10, "least_s": 12}),
         "conditions[0].threshold.least_s", "must not be longer than the blocks it looks at (10 s), got 12 s"),
        (_rule({"kind": "controller", "start_s": 11}), "conditions[0].threshold.start_s",
         "must not be longer than the blocks it looks at (10 s), got 11 s"),
        (_rule({"kind": "staircase", "window_s": 11}), "conditions[0].threshold.window_s",
         "must not be longer than the training (10 s), got 11 s"),
        (_rule(graded={"span": 2, "unit": "sd"}), "graded.unit",
         f"{_NO_BASELINE} give the span in the feature's unit"),
    ],
)  # fmt: skip
def test_what_cannot_be_with_the_blocks_is_refused(rule: dict[str, Any], place: str, message: str) -> None:
    assert _error(rule=rule, blocks=_TRAINING) == [f"mine.toml: rule.{place}: {message}"]


def test_the_window_of_a_percentile_is_full_when_the_training_begins() -> None:
    rule = _rule({"kind": "percentile", "percentile": 60, "window_s": 6})
    assert _error(rule=rule, blocks=_BASELINE + _TRAINING) == [
        "mine.toml: rule.conditions[0].threshold.window_s: must not be longer than the baseline (4 s), got 6 s: it "
        "would not be full when the training begins; make the baseline longer or the window shorter"
    ]


def test_a_baseline_must_be_long_enough_and_come_first() -> None:
    rule = _rule({"kind": "one_shot", "percentile": 60})
    assert _error(rule=rule, blocks=_BASELINE + _TRAINING) == [
        "mine.toml: rule.conditions[0].threshold.least_s: must not be longer than the baseline (4 s), got 5 s"
    ]
    (late,) = _error(rule=rule, blocks=_TRAINING + _BASELINE)
    assert "needs a baseline block before the training" in late
    _protocol(rule=_rule({"kind": "one_shot", "percentile": 60, "least_s": 4}), blocks=_BASELINE + _TRAINING)


def test_everything_that_cannot_be_is_told_at_once() -> None:
    first = {"feature": "alfa", "threshold": {"kind": "baseline"}, "release_s": 60}
    second = {"feature": "alfa", "threshold": {"kind": "percentile", "percentile": 5}}
    rule = {"kind": "operant", "conditions": [first, second], "dwell_s": 20}
    assert [line.split(": ")[1] for line in _error(rule=rule, blocks=_TRAINING)] == [
        "rule.conditions[0].feature", "rule.conditions[1].feature", "rule.conditions", "rule.conditions[0].threshold",
        "rule.conditions[0].release_s", "rule.conditions[1].threshold.window_s", "rule.dwell_s",
    ]  # fmt: skip


def test_the_task_of_a_trial_is_a_stretch_of_its_own() -> None:
    trials = {"baseline_s": 1, "task_s": 3, "pause_s": 1, "targets": ["up", "down"]}
    blocks = [_TRAINING[0] | {"trials": trials}]
    (message,) = _error(rule=_rule(dwell_s=4), blocks=blocks)
    assert "shortest stretch of training (3 s), got 4 s" in message
    for kind in ("controller", "staircase"):
        (message,) = _error(rule=_rule({"kind": kind, "start_s": 1}), blocks=blocks)
        assert message.endswith("trials ask for up and down; choose fixed, manual, baseline or percentile")
        _protocol(
            rule=_rule({"kind": kind, "start_s": 1}), blocks=[_TRAINING[0] | {"trials": trials | {"targets": ["down"]}}]
        )


def test_a_shortened_protocol_is_a_preview_and_no_error() -> None:
    rule = _rule({"kind": "baseline"}, dwell_s=2)
    protocol = _protocol(rule=rule, blocks=[_BASELINE[0] | {"duration_s": 6}, *_TRAINING])
    short = protocol.fit(1.0)
    assert not short.problems()
    assert validate(short.model_dump(), TrainingProtocol) == short  # also from the folder of its session
    (problem,) = protocol.with_blocks(Block(name="training", kind="training", duration_s=5)).problems()
    assert "needs a baseline block" in problem.message  # that no length helps


def test_what_was_put_together_in_python_is_checked_before_it_runs() -> None:
    protocol = _protocol()
    rule = protocol.rule.model_copy(update={"dwell_s": 11.0})
    with pytest.raises(ConfigError, match=r"^mine.toml: rule.dwell_s: must not be longer than the shortest stretch"):
        plan_sessions(protocol.model_copy(update={"rule": rule}))


def test_a_course_that_cannot_be_carried_out_is_refused_with_every_reason() -> None:
    blocks = [
        {"name": "baseline", "kind": "baseline", "duration_s": 30, "trials": {}},
        {"name": "run", "kind": "training", "duration_s": 10, "trials": {"baseline_s": 2, "task_s": 8, "pause_s": 2}},
        {"name": "sums", "kind": "rest", "duration_s": 10, "stressor": "arithmetics"},
    ]
    stressors = [{"name": "arithmetic", "drive": {"arousal": 0.3}}]
    assert _error(blocks=blocks, stressors=stressors) == [
        "mine.toml: blocks[0].trials: belong to training, and this is a baseline block; "
        "change its kind or leave them out",
        "mine.toml: blocks[1].trials: one takes 12 s and 'run' lasts 10 s; make the block or the session longer, "
        "or the trials shorter",
        "mine.toml: blocks[2].stressor: the protocol has no stressor 'arithmetics'; did you mean 'arithmetic'?",
    ]


@pytest.mark.parametrize("pace", [0.5, 45.0])
def test_a_pacer_nobody_can_follow_is_refused(pace: float) -> None:
    blocks = [{"name": "breathe", "kind": "training", "duration_s": 60, "pacer_per_min": pace}]
    (message,) = _error(blocks=blocks)
    assert message.startswith("mine.toml: blocks[0].pacer_per_min: must be ")


def test_a_stressor_moves_what_a_body_has() -> None:
    (message,) = _error(stressors=[{"name": "noise", "drive": {"arousl": 1.0}}])
    assert message == "mine.toml: stressors[0].drive: unknown latent 'arousl' in a drive; did you mean 'arousal'?"


@pytest.mark.parametrize(
    ("assessment", "message"),
    [
        ("resonance", "compares paces of breathing; give two blocks or more a pacer_per_min"),
        ("profile", "compares with a baseline; let the first block be one"),
    ],
)
def test_an_assessment_needs_what_it_compares(assessment: str, message: str) -> None:
    assert _error(assessment=assessment) == [f"mine.toml: assessment: {message}"]


def test_trials_that_a_shorter_session_cannot_hold_are_refused_before_it_starts() -> None:
    with pytest.raises(ConfigError, match=r"slow_cortical_potentials.toml: blocks\[1\].trials: one takes 10 s and"):
        load_protocol("slow_cortical_potentials").fit(20.0)


def test_a_trial_baseline_needs_trials() -> None:
    feature = {"name": "alpha", "channels": ["Pz"], "stages": [{"kind": "trial_baseline"}]}
    assert _error(features=[feature]) == [
        "features[0].stages[0].period_s: is missing: no block of the session has trials"
    ]


def test_with_another_band() -> None:
    protocol = load_protocol("alpha_up").with_band(7.5, 11.5)
    stage = protocol.features[0].stages[-1].model_dump()
    assert (stage["low_hz"], stage["high_hz"]) == (7.5, 11.5)
    assert protocol.features[0].stages[:-1] == load_protocol("alpha_up").features[0].stages[:-1]
    with pytest.raises(ConfigError, match="'theta_beta' is not made from one band"):
        load_protocol("theta_beta").with_band(4.0, 7.0)


@pytest.mark.parametrize(
    ("changes", "place", "message"),
    [
        ({"name": "My Own"}, "name", "must be lower case, no spaces; names files and tables, got 'My Own'"),
        ({"update_interval_s": "fast"}, "update_interval_s", "must be a number, got 'fast'"),
        ({"caveats": "none"}, "caveats", "must be a list, got 'none'"),
        ({"title": 5}, "title", "must be text between quotes, got 5"),
        ({"rule": {"kind": "operant", "conditions": {"feature": "alpha"}}}, "rule.conditions",
         "must be a list, got a table"),
        ({"rule": {"kind": "operant", "conditions": []}}, "rule.conditions", "must have 1 entry at least, got 0"),
    ],
)  # fmt: skip
def test_plain_mistakes_are_told_in_the_words_of_the_file(changes: dict[str, Any], place: str, message: str) -> None:
    assert _error(**changes) == [f"mine.toml: {place}: {message}"]


def test_what_does_not_say_1_or_0_is_no_gate() -> None:
    with pytest.raises(ConfigError) as caught:
        Pipeline(_protocol(gates=[{"stage": _POWER}]), _EEG)
    assert str(caught.value).startswith(
        "gates[0].stage: is no gate: it gives uV^2, and not 1 or 0; end it with a stage"
    )
    share = {"kind": "chain", "stages": [_POWER, {"kind": "in_range", "low": 0.0, "high": 50.0}]}
    assert Pipeline(_protocol(gates=[{"stage": share}]), _EEG).cause_names[-2] == "in_range: Pz"
