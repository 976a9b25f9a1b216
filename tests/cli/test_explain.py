"""``neurosim explain``: the delay budget of every protocol, by design and measured."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from neurosim import load_protocol
from neurosim.cli.app import app
from neurosim.core.registry import kind_names
from neurosim.core.timeline import TickGrid
from neurosim.feedback.protocol import TrainingProtocol
from neurosim.signals import Body
from neurosim.testing.budget import delay_budgets

STREAMS = Body().prepare(TickGrid(1.0), 0, (0,), ()).specs


@pytest.mark.parametrize("name", kind_names("protocol"))
def test_design_and_measurement_agree_within_a_sample_a_stage(name: str) -> None:
    protocol = load_protocol(name)
    budgets = delay_budgets(protocol, STREAMS)
    assert [budget.feature for budget in budgets] == [feature.name for feature in protocol.features]
    for budget in budgets:
        sample_s = 1.0 / STREAMS[budget.inputs[0].stream].fs
        for step in budget.steps:
            assert step.measured_s == pytest.approx(step.said_s, abs=sample_s), step
        assert budget.said_s == pytest.approx(budget.measured_s, abs=sample_s * len(budget.steps))
        assert budget.display_s == protocol.display_delay_s


def test_emg_at_its_own_rate_and_a_stage_that_waits_for_events() -> None:
    """The second is not measured by a modulation: a dash, and its median latency beside."""
    protocol = load_protocol("alpha_up").model_dump()
    protocol["features"] = [
        {"name": "tension", "stream": "emg", "channels": ["frontalis"], "stages": [{"kind": "emg_rms"}]},
        {
            "name": "rate",
            "stream": "ecg",
            "channels": ["ECG"],
            "stages": [{"kind": "ecg_beats"}, {"kind": "heart_rate"}],
        },
    ]
    protocol["gates"], protocol["rule"]["conditions"][0]["feature"] = [], "tension"
    tension, rate = delay_budgets(TrainingProtocol.model_validate(protocol), STREAMS)
    assert tension.steps[0].measured_s == pytest.approx(tension.steps[0].said_s, abs=1e-3)
    assert all(math.isnan(step.measured_s) for step in rate.steps)
    assert 0.0 < rate.steps[0].said_s < 0.6


def test_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        app(["explain", "smr_up"])
    printed = capsys.readouterr().out
    assert "band_power" in printed
    assert "all together" in printed
    assert "not medical advice" in printed
    with pytest.raises(SystemExit, match="0"):
        app(["explain", "smr_up", "--json"])
    features = json.loads(capsys.readouterr().out)["features"]
    assert features[0]["said_s"] == pytest.approx(features[0]["measured_s"], abs=0.01)


def test_a_protocol_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        app(["explain", str(tmp_path / "mine.toml")])
    assert "mine.toml: no such file" in capsys.readouterr().err
