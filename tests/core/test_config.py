"""Wrong files: all errors at once, each with its place and the remedy."""

from pathlib import Path
from typing import Any

import pytest

from neurosim.core.config import load_toml, parse_toml, validate
from neurosim.core.errors import ConfigError
from neurosim.core.registry import find_kind, find_kind_file, kind_names
from neurosim.feedback import Feature, TrainingProtocol, load_protocol
from neurosim.session import simulate
from neurosim.session.folder import as_toml
from neurosim.subject import Subject, load_subject

_SMR_UP = find_kind_file("protocol", "smr_up").read_text(encoding="utf-8")


def _changed(tmp_path: Path, *changes: tuple[str, str]) -> Path:
    text = _SMR_UP
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path = tmp_path / "smr_up.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_unknown_kind(tmp_path: Path) -> None:
    path = _changed(tmp_path, ('kind = "dc_block"', 'kind = "bandpas"'))
    with pytest.raises(ConfigError) as caught:
        load_protocol(path)
    message = "smr_up.toml: features[0].stages[0].kind: unknown stage 'bandpas'; did you mean 'bandpass'?"
    assert str(caught.value) == message


def test_band_above_half_the_sampling_rate(tmp_path: Path) -> None:
    path = _changed(tmp_path, ("high_hz = 15.0", "high_hz = 140.0"))
    with pytest.raises(ConfigError) as caught:
        simulate(path, seed=1, duration_s=1)
    assert str(caught.value) == "smr_up.toml: features[0].stages[1].high_hz: must be below fs/2 = 128 Hz, got 140"


def test_all_that_does_not_fit_the_signal_at_once(tmp_path: Path) -> None:
    path = _changed(tmp_path, ("high_hz = 15.0", "high_hz = 140.0"), ("low_hz = 4.0", "low_hz = 9.0"))
    with pytest.raises(ConfigError) as caught:
        simulate(path, seed=1, duration_s=1)
    assert str(caught.value).splitlines() == [
        "smr_up.toml: features[0].stages[1].high_hz: must be below fs/2 = 128 Hz, got 140",
        "smr_up.toml: features[1].stages[1].low_hz: must be below high_hz = 8 Hz, got 9",
    ]


def test_all_errors_of_a_file_at_once(tmp_path: Path) -> None:
    path = _changed(
        tmp_path,
        ('kind = "band_power"', 'kind = "bandpower"'),
        ('name = "theta"\n', ""),
        ("dwell_s = 0.25", "dwel_s = 0.25"),
        ("percentile = 85.0", "percentile = 180.0"),
        ("duration_s = 120.0", "duration_s = -1"),
        ('kind = "baseline"', 'kind = "base"'),
    )
    with pytest.raises(ConfigError) as caught:
        load_protocol(path)
    assert str(caught.value).splitlines() == [
        "smr_up.toml: features[0].stages[1].kind: unknown stage 'bandpower'; did you mean 'band_power'?",
        "smr_up.toml: features[1].name: is missing",
        "smr_up.toml: rule.conditions[1].threshold.percentile: must be less than 100, got 180.0",
        "smr_up.toml: rule.dwel_s: unknown key; did you mean 'dwell_s'?",
        "smr_up.toml: blocks[0].kind: must be 'baseline', 'training', 'transfer' or 'rest', got 'base'",
        "smr_up.toml: blocks[0].duration_s: must be greater than 0, got -1",
    ]


@pytest.mark.parametrize(
    ("stage", "message"),
    [
        ({"kind": "smooth", "tau": 1.0}, "stages[0].tau: unknown key; did you mean 'tau_s'?"),
        ({"kind": "smooth", "tau_s": float("nan")}, "stages[0].tau_s: must be a finite number, got nan"),
        ({"tau_s": 1.0}, "stages[0].kind: is missing; it names the stage"),
        ({"kind": "ratio", "numerator": "a"}, "stages[0].denominator: is missing"),
        (
            {"kind": "fork", "branches": {"a": {"kind": "smooth", "tau_s": 0}}},
            "stages[0].branches.a.tau_s: must be greater than 0, got 0",
        ),
        (
            {"kind": "chain", "stages": [{"kind": "log"}, {"kind": "lag"}]},
            "stages[0].stages[1].kind: unknown stage 'lag'; did you mean 'log'?",
        ),
    ],
)
def test_errors_inside_stages(stage: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        validate({"name": "f", "channels": ["Cz"], "stages": [stage]}, Feature)
    assert str(caught.value) == message


def test_syntax_errors_name_the_line() -> None:
    with pytest.raises(ConfigError, match=r"^mine\.toml: not valid TOML: .*line 3"):
        parse_toml('name = "x"\ntitle = "y"\nblocks = \n', "mine.toml")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "no such file"),
        (b"name = '\xff'", "is not UTF-8 text"),
        ("folder", "is a folder; name the TOML file in it"),
    ],
)
def test_unreadable_files(tmp_path: Path, content: bytes | str | None, message: str) -> None:
    path = tmp_path / "mine.toml"
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content == "folder":
        path.mkdir()
    with pytest.raises(ConfigError) as caught:
        load_toml(path, TrainingProtocol)
    assert str(caught.value) == f"{path}: {message}"


@pytest.mark.parametrize("name", kind_names("protocol"))
def test_protocols_survive_the_way_to_toml_and_back(name: str) -> None:
    protocol = load_protocol(name)
    again = validate(parse_toml(as_toml(protocol), "again.toml"), TrainingProtocol)
    assert again == protocol
    assert type(again.rule) is find_kind("rule", protocol.rule.kind)
    shorter = protocol.fit(100.0)
    assert validate(parse_toml(as_toml(shorter), "again.toml"), TrainingProtocol) == shorter


@pytest.mark.parametrize("name", kind_names("subject"))
def test_subjects_survive_the_way_to_toml_and_back(name: str) -> None:
    subject = load_subject(name)
    assert validate(parse_toml(as_toml(subject), "again.toml"), Subject) == subject


def test_descriptions_are_frozen_values() -> None:
    protocol = load_protocol("alpha_up")
    assert protocol == load_protocol("alpha_up")
    with pytest.raises(ValueError, match="frozen"):
        protocol.name = "other"  # type: ignore[misc]
