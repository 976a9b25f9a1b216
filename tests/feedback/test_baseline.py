"""Protocols whose stages are fitted to a baseline that is not there, or too short."""

from pathlib import Path
from typing import Any

import pytest

from neurosim.cli.check import check_file
from neurosim.core.config import validate
from neurosim.core.errors import ConfigError
from neurosim.core.timeline import TickGrid
from neurosim.feedback import TrainingProtocol, load_protocol
from neurosim.feedback.baseline import check_baseline
from neurosim.session import Session, simulate
from neurosim.signals import EEG, Body

_POWER = {"kind": "band_power", "low_hz": 8, "high_hz": 12}
_ZSCORE = {"kind": "zscore", "least_s": 5.0}
_TRAINING = {"name": "training", "kind": "training", "duration_s": 10}
_REST = {"name": "rest", "kind": "rest", "duration_s": 10}
_NONE = "is fitted to a baseline, and no baseline block comes before training; add one of 5 s at least"


def _baseline(duration_s: float) -> dict[str, Any]:
    return {"name": "eyes open", "kind": "baseline", "duration_s": duration_s}


def _protocol(stages: list[Any], blocks: list[Any], **more: Any) -> TrainingProtocol:
    data = {
        "name": "mine",
        "title": "Mine",
        "purpose": "To try",
        "features": [{"name": "x", "channels": ["Cz"], "stages": stages}],
        "rule": {"kind": "operant", "conditions": [{"feature": "x", "threshold": {"kind": "fixed", "value": 1.0}}]},
        "blocks": blocks,
    }
    return validate(data | more, TrainingProtocol, "mine.toml")


def _session(protocol: TrainingProtocol) -> Session:
    eeg = EEG(ch_names=("Cz", "Fp1"))
    return Session(protocol, Body(eeg=eeg).prepare(TickGrid(protocol.update_interval_s), 0, (0,), ()))


def _problems(stages: list[Any], blocks: list[Any], **more: Any) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        _session(_protocol(stages, blocks, **more))
    return str(caught.value).splitlines()


@pytest.mark.parametrize("blocks", [[_TRAINING], [_REST, _TRAINING, _baseline(20.0)]], ids=["none", "after training"])
def test_a_stage_without_a_baseline_is_refused(blocks: list[Any]) -> None:
    assert _problems([_POWER, _ZSCORE], blocks) == [f"features[0].stages[1]: {_NONE}"]


def test_a_baseline_after_a_rest_is_one() -> None:
    assert _session(_protocol([_POWER, _ZSCORE], [_REST, _baseline(5.0), _TRAINING])).notes == ()


def test_one_that_is_too_short_is_refused() -> None:
    assert _problems([_POWER, _ZSCORE], [_baseline(4.0), _TRAINING]) == [
        "features[0].stages[1]: needs a baseline of 5 s at least; the block 'eyes open' has 4 s, make it longer"
    ]


def test_what_stands_before_needs_its_time() -> None:
    stages = [{"kind": "aperiodic_exponent", "window_s": 8.0}, _ZSCORE]
    assert _problems(stages, [_baseline(12.0), _TRAINING]) == [
        "features[0].stages[1]: needs a baseline of 13 s at least, 8 s of them until the stages before it have a "
        "value; the block 'eyes open' has 12 s, make it longer"
    ]
    # So long a baseline is enough.
    session = _session(_protocol(stages, [_baseline(13.0), _TRAINING]))
    while session.time_s <= 13.0:
        tick = session.step()
    assert tick.feedback.valid


def test_nested_stages_are_found_with_their_places() -> None:
    fork = {"kind": "fork", "branches": {"a": {"kind": "chain", "stages": [_POWER, _ZSCORE]}, "b": _POWER}}
    stages = [fork, {"kind": "pick", "ch_names": ["a"]}]
    blocks = [_TRAINING]
    with pytest.raises(ConfigError) as caught:
        _session(_protocol(stages, blocks))
    assert f"features[0].stages[0].branches.a.stages[1]: {_NONE}" in str(caught.value)


@pytest.mark.parametrize(
    ("stage", "refused"),
    [
        ({"kind": "rms", "max_z": 4.0}, True),
        ({"kind": "muscle", "max_z": 4.0}, True),
        ({"kind": "kurtosis", "max_excess": 0.0, "max_z": 4.0}, True),
        ({"kind": "rms", "max_z": 4.0, "max_uv": 50.0}, False),
        ({"kind": "rms", "max_uv": 50.0}, None),
        ({"kind": "peak_to_peak", "times_baseline": 2.0}, False),
        ({"kind": "peak_to_peak"}, None),
    ],
)
def test_gates_without_a_fixed_limit_are_refused(stage: dict[str, Any], refused: bool | None) -> None:
    found = check_baseline(_protocol([_POWER], [_TRAINING], gates=[{"stage": stage}]))
    places = [problem.loc for problem in (found.problems if refused else found.notes)]
    assert places == ([] if refused is None else [("gates", 0, "stage")])
    assert len(found.problems) + len(found.notes) == len(places)


@pytest.mark.parametrize(
    ("stage", "refused"),
    [
        ({"kind": "weighted_fir_envelope", "low_hz": 8, "high_hz": 12}, False),
        ({"kind": "slow_potential", "eyes": ["Fp1"]}, True),
        ({"kind": "slow_potential"}, None),
        ({"kind": "eog_regression", "eyes": ["Fp1"]}, True),
    ],
)
def test_stages_that_something_stands_in_for_are_noted(stage: dict[str, Any], refused: bool | None) -> None:
    found = check_baseline(_protocol([stage], [_baseline(1.0), _TRAINING]))
    assert bool(found.problems) is bool(refused)
    assert bool(found.notes) is (refused is False)


def test_check_and_the_session_say_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = """
name = "mine"
title = "Mine"
purpose = "A test"
features = [{ name = "x", channels = ["Cz"], stages = [STAGE] }]
rule = { kind = "operant", conditions = [{ feature = "x", threshold = { kind = "fixed", value = 1 } }] }
blocks = [{ name = "all", kind = "training", duration_s = 10 }]
"""
    path = tmp_path / "mine.toml"
    path.write_text(text.replace("STAGE", '{ kind = "zscore" }'), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        check_file(path)
    assert str(caught.value) == f"mine.toml: features[0].stages[0]: {_NONE}"
    with pytest.raises(ConfigError) as again:
        simulate(path, seed=1)
    assert str(again.value) == str(caught.value)
    path.write_text(
        text.replace("STAGE", '{ kind = "weighted_fir_envelope", low_hz = 8, high_hz = 12 }'), encoding="utf-8"
    )
    capsys.readouterr()
    check_file(path)
    said = capsys.readouterr()
    assert said.out == "mine.toml: ok, a protocol\n"
    assert said.err == (
        "mine.toml: features[0].stages[0]: is fitted to a baseline, and no baseline block comes before training; add "
        "one of 4 s at least; until then the filter stays the unweighted one\n"
    )


def test_all_misfits_are_told_at_once() -> None:
    stages = [_POWER | {"high_hz": 300}, _ZSCORE]
    assert _problems(stages, [_TRAINING]) == [
        "features[0].stages[0].high_hz: must be below fs/2 = 128 Hz, got 300",
        f"features[0].stages[1]: {_NONE}",
    ]


def test_a_shortened_protocol_is_asked_again() -> None:
    protocol = load_protocol("alpha_up")
    feature = protocol.features[0]
    stages = (*feature.stages, *_protocol([_ZSCORE], [_TRAINING]).features[0].stages)
    scored = protocol.model_copy(update={"features": (feature.model_copy(update={"stages": stages}),)})
    assert not check_baseline(scored).problems
    with pytest.raises(ConfigError, match=r"alpha_up.toml: features\[0\].stages\[2\]: needs a baseline of 5 s"):
        simulate(scored, seed=1, duration_s=30.0)


_RULES = {
    "conditions[0].threshold": {"threshold": {"kind": "one_shot", "percentile": 50.0}},
    "graded.unit": {"graded": {"span": 1.0, "unit": "sd"}},
}


def _rule(place: str) -> dict[str, Any]:
    changed = dict(_RULES[place])
    condition = {"feature": "x", "threshold": changed.pop("threshold", {"kind": "fixed", "value": 1.0})}
    return {"rule": {"kind": "operant", "conditions": [condition], **changed}}


@pytest.mark.parametrize("place", _RULES)
def test_what_learns_from_the_baseline_that_its_feature_is_fitted_to_needs_another(place: str) -> None:
    """Before the first baseline ends a z-score has no value; the second one gives threshold and spread."""
    (told,) = _problems([_POWER, _ZSCORE], [_baseline(10.0), _TRAINING], **_rule(place))
    length = " of 5 s at least" if "threshold" in place else ""
    assert told.startswith(
        f"rule.{place}: learns from the baseline, and 'x' is fitted only when the first one has ended"
    )
    assert f"add a second baseline block{length} behind it" in told
    again = {"name": "again", "kind": "baseline", "duration_s": 10}
    session = _session(_protocol([_POWER, _ZSCORE], [_baseline(10.0), again, _TRAINING], **_rule(place)))
    assert session.notes == ()
    shown = [session.step().feedback.shown for _ in range(session.n_ticks)]
    assert max(map(float, shown)) > 0


def test_where_something_stands_in_until_it_is_fitted_that_is_noted() -> None:
    envelope = {"kind": "weighted_fir_envelope", "low_hz": 8, "high_hz": 12}
    place = "conditions[0].threshold"
    (note,) = _session(_protocol([envelope], [_baseline(60.0), _TRAINING], **_rule(place))).notes
    assert note.startswith(f"mine.toml: rule.{place}: learns from the baseline, before 'x' is fitted to it")
