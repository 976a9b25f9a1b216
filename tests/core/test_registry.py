"""The open set of kinds."""

import pytest

from neurosim.core.errors import ConfigError, did_you_mean
from neurosim.core.registry import CLASS_CATEGORIES, find_kind, find_kind_file, kind_names
from neurosim.feedback import load_protocol


@pytest.mark.parametrize("category", CLASS_CATEGORIES)
def test_every_kind_is_a_class_that_carries_its_name(category: str) -> None:
    assert kind_names(category)
    for name in kind_names(category):
        kind = find_kind(category, name)
        assert kind.model_fields["kind"].default == name
        assert kind.category == category


@pytest.mark.parametrize(
    ("category", "name", "message"),
    [
        ("stage", "bandpas", "unknown stage 'bandpas'; did you mean 'bandpass'?"),
        ("rule", "operand", "unknown rule 'operand'; did you mean 'operant'?"),
        (
            "threshold",
            "xyz",
            "unknown threshold 'xyz'; known: baseline, controller, fixed, manual, one_shot, percentile, staircase",
        ),
    ],
)
def test_unknown_kinds_come_with_a_suggestion(category: str, name: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        find_kind(category, name)
    assert str(caught.value) == message


def test_unknown_files_come_with_a_suggestion() -> None:
    with pytest.raises(ConfigError, match=r"^unknown protocol 'alpha_upp'; did you mean 'alpha_up'\?$"):
        find_kind_file("protocol", "alpha_upp")
    with pytest.raises(ConfigError, match=r"did you mean 'smr_up'\? \(or give the path of a \.toml file\)$"):
        load_protocol("smr")


@pytest.mark.parametrize("name", ["os:system", "neurosim.dsp:Log", "../smr_up", ""])
def test_a_name_is_no_import_path(name: str) -> None:
    with pytest.raises(ConfigError, match="unknown stage"):
        find_kind("stage", name)


def test_suggestions() -> None:
    assert did_you_mean("tau", ["tau_s", "low_hz"]) == "did you mean 'tau_s'?"
    assert did_you_mean("zzz", ["b", "a"]) == "known: a, b"
    assert did_you_mean("zzz", []) == "none is known"
