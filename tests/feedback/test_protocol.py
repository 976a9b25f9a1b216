"""Protocols that do not fit themselves or the signal, and those that ship."""

from typing import Any

import pytest

from neurosim.core.config import validate
from neurosim.core.drive import LATENTS
from neurosim.core.errors import ConfigError
from neurosim.core.registry import kind_names
from neurosim.core.spec import SignalSpec
from neurosim.feedback import Block, TrainingProtocol, load_protocol
from neurosim.session.pipeline import Pipeline

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


@pytest.mark.parametrize("name", kind_names("protocol"))
def test_shipped_protocols_say_where_they_are_from(name: str) -> None:
    protocol = load_protocol(name)
    assert protocol.name == name
    assert any("doi:10." in reference for reference in protocol.references)
    assert protocol.caveats
    assert {block.kind for block in protocol.blocks} >= {"baseline", "training", "transfer"}
    assert {f"{f.truth}_drive" for f in protocol.features if f.truth} <= set(LATENTS)
