"""Sidecars: what they say, and every mistake in one with its place and remedy."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from neurosim.core.errors import ConfigError
from neurosim.signals.recordings.sidecar import Sidecar, load_sidecar

_WHOLE = """
description = "rest"
source = "here"
fs = 250
unit = "mV"
scale = 0.5
offset = 100
delimiter = ";"
start_s = 1.0
stop_s = 2.5
[[channels]]
name = "O1"
column = 2
[[channels]]
name = "O2"
column = "right"
scale = -2.0
offset = 7.0
[marker]
column = "eyes"
states = { closed = [0, 40000], open = [40000, 65536] }
"""


def _load(tmp_path: Path, text: str) -> Sidecar:
    path = tmp_path / "p3p4.toml"
    path.write_text(text, encoding="utf-8")
    return load_sidecar(path)


def _mistakes(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        _load(tmp_path, text)
    return str(caught.value).splitlines()


def test_whole_sidecar(tmp_path: Path) -> None:
    sidecar = _load(tmp_path, _WHOLE)
    assert (sidecar.fs, sidecar.unit, sidecar.scale, sidecar.offset) == (250.0, "mV", 0.5, 100.0)
    assert (sidecar.delimiter, sidecar.start_s, sidecar.stop_s) == (";", 1.0, 2.5)
    assert [(c.name, c.column, c.scale, c.offset) for c in sidecar.channels] == [
        ("O1", 2, None, None),
        ("O2", "right", -2.0, 7.0),
    ]
    assert sidecar.marker is not None
    assert sidecar.marker.states == {"closed": (0.0, 40000.0), "open": (40000.0, 65536.0)}
    assert sidecar.asked() == (
        (("channels", 0, "column"), 2),
        (("channels", 1, "column"), "right"),
        (("marker", "column"), "eyes"),
    )


def test_empty_sidecar_asks_for_nothing(tmp_path: Path) -> None:
    sidecar = _load(tmp_path, "")
    assert sidecar.asked() == ()
    assert (sidecar.fs, sidecar.unit, sidecar.stream, sidecar.scale, sidecar.offset) == (None, None, None, 1.0, 0.0)


def test_sidecar_is_frozen() -> None:
    sidecar: Any = Sidecar()
    with pytest.raises(ValidationError, match="frozen"):
        sidecar.fs = 1.0


def test_all_mistakes_at_once(tmp_path: Path) -> None:
    text = """
fs = -1
unti = "mV"
[[channels]]
name = "O1"
column = 0
[[channels]]
name = "O2"
column = -1
[[channels]]
nmae = "O3"
column = 1.5
"""
    lines = _mistakes(tmp_path, text)
    assert any(line.startswith("p3p4.toml: fs: must be greater than 0") for line in lines)
    assert any(line.startswith("p3p4.toml: unti: unknown key; did you mean 'unit'?") for line in lines)
    assert "p3p4.toml: channels[1].column: column numbers count from 0, got -1" in lines
    assert "p3p4.toml: channels[2].name: is missing" in lines
    assert any(line.startswith("p3p4.toml: channels[2].nmae: unknown key; did you mean 'name'?") for line in lines)
    assert any(line.startswith("p3p4.toml: channels[2].column: must be a column number") for line in lines)
    assert len(lines) == 6


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("scale = 0", "scale: must not be 0"),
        ("fs = nan", "fs: "),
        ("delimiter = '::'", "delimiter: must be one character"),
        ("delimiter = '5'", "delimiter: must be one character"),
        ("delimiter = ''", "delimiter: must be one character"),
        ("start_s = 3.0\nstop_s = 3.0", "stop_s: must be after start_s = 3, got 3"),
        ("start_s = -1.0", "start_s: must be greater than or equal to 0"),
        ("[marker]\nstates = {}", "marker.column: is missing"),
        ("[marker]\ncolumn = true", "marker.column: must be a column number"),
        ("[marker]\ncolumn = ''", "marker.column: must be a column number"),
        (
            "[marker]\ncolumn = 1\nstates = { a = [2, 1] }",
            "marker.states: 'a' must be [low, high) with low < high",
        ),
        ("[marker]\ncolumn = 1\nstates = { a = [0, 2], b = [1, 3] }", "marker.states: 'a' and 'b' overlap"),
        ("[[channels]]\nname = ''\ncolumn = 1", "channels[0].name: "),
        ("[[channels]]\nname = 'O1'\ncolumn = 1\nscale = 0", "channels[0].scale: must not be 0"),
        ("channels = [{name='O1', column=1}, {name='O1', column=2}]", "channels: 'O1' names 2 channels"),
    ],
)
def test_one_mistake(tmp_path: Path, text: str, message: str) -> None:
    (line,) = _mistakes(tmp_path, text)
    assert line.startswith(f"p3p4.toml: {message}")


def test_states_may_touch(tmp_path: Path) -> None:
    sidecar = _load(tmp_path, "[marker]\ncolumn = 1\nstates = { a = [0, 1], b = [1, 2] }")
    assert sidecar.marker is not None
    assert list(sidecar.marker.states) == ["a", "b"]


def test_syntax_error_names_the_line(tmp_path: Path) -> None:
    (line,) = _mistakes(tmp_path, "fs = 250\nunit = uV\n")
    assert line.startswith("p3p4.toml: ")
    assert "line 2" in line


def test_missing_sidecar(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"absent\.toml: no such file"):
        load_sidecar(tmp_path / "absent.toml")


def test_every_field_tells_what_it_is() -> None:
    schema = Sidecar.model_json_schema()
    fields = [field for model in (schema, *schema["$defs"].values()) for field in model["properties"].values()]
    assert all(field.get("description") for field in fields)
    assert schema["properties"]["fs"]["unit"] == "Hz"
    assert schema["properties"]["start_s"]["unit"] == "s"
