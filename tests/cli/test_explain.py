"""``neurosim explain``: the delay budget of every protocol, by design and measured."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tomli_w

from neurosim import load_protocol
from neurosim.cli.app import app
from neurosim.core.registry import kind_names
from neurosim.core.timeline import TickGrid
from neurosim.feedback.protocol import TrainingProtocol
from neurosim.session.plan import plan_sessions
from neurosim.session.possible import possible_envelopes
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
            assert math.isnan(step.measured_s) or step.measured_s == pytest.approx(step.said_s, abs=sample_s), step
        whole = pytest.approx(budget.said_s, abs=sample_s * len(budget.steps))
        assert math.isnan(budget.measured_s) or budget.measured_s == whole
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


def test_inputs_and_what_they_wait_for(capsys: pytest.CaptureFixture[str]) -> None:
    """Breathing of 32 Hz beside an ECG of 250 Hz is held for 0 to 124 parts of 125 of its own sample."""
    multimodal = Path(__file__).parents[1] / "session" / "multimodal.toml"
    budgets = {budget.feature: budget for budget in delay_budgets(load_protocol(multimodal), STREAMS)}
    heart, breath = budgets["rsa"].inputs
    assert (heart.stream, breath.stream) == ("ecg", "respiration")
    assert [step.kind for step in breath.steps] == ["join"]
    assert breath.steps[0].said_s == pytest.approx(62.0 / 125.0 / 32.0)
    for way in (heart, breath, *budgets["alpha_less_tension"].inputs):
        for step in way.steps:
            assert step.measured_s == pytest.approx(step.said_s, abs=1.0 / STREAMS[way.stream].fs), step
    whole = budgets["alpha_less_tension"]
    slowest_s = sum(step.said_s for step in whole.inputs[1].steps)
    assert whole.said_s == pytest.approx(slowest_s + whole.tick_s + whole.display_s)
    with pytest.raises(SystemExit, match="0"):
        app(["explain", str(multimodal)])
    printed = capsys.readouterr().out
    assert "ECG (ecg) and RESP (respiration)" in printed
    assert "breath: join" in printed
    assert "by the slowest input" in printed


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


@pytest.fixture
def with_envelope(tmp_path: Path) -> Path:
    """Return a protocol that trains the recommended envelope, and has an uncalibrated one beside."""
    settings = load_protocol("alpha_up").model_dump()
    band = {"low_hz": 8.0, "high_hz": 12.0, "target_delay_s": 0.05}
    for feature, kind in (("alpha", "weighted_fir_envelope"), ("other", "fir_envelope")):
        stages = [{"kind": "dc_block"}, {"kind": kind, **band}]
        settings["features"] = [*settings["features"], {"name": feature, "channels": ["O1"], "stages": stages}]
    settings["features"] = settings["features"][1:]
    settings["rule"]["conditions"][0]["threshold"]["window_s"] = 30.0
    settings["blocks"] = [dict(block, duration_s=30.0) for block in settings["blocks"][:2]]
    path = tmp_path / "fine.toml"
    path.write_text(tomli_w.dumps(_without_none(settings)), encoding="utf-8")
    return path


def _without_none(value: object) -> Any:
    if isinstance(value, dict):
        return {key: _without_none(each) for key, each in value.items() if each is not None}
    return [_without_none(each) for each in value] if isinstance(value, (list, tuple)) else value


def test_how_true_an_envelope_can_be_after_the_baseline(
    with_envelope: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="0"):
        app(["explain", str(with_envelope)])
    printed = " ".join(capsys.readouterr().out.split())
    assert "How true: weighted_fir_envelope in alpha, 8 to 12 Hz as it was 50 ms ago, after 30 s of baseline" in printed
    with pytest.raises(SystemExit, match="0"):
        app(["explain", str(with_envelope), "--json"])
    (found,) = json.loads(capsys.readouterr().out)["envelopes"]
    # White noise would give 0.72 at 50 ms (closed form, tests/dsp/test_bound.py), a sine 1.
    assert 0.72 < found["reach"][0] <= found["bound"][0] < 0.99
    assert found["reach"][0] > found["bound"][0] - 0.01
    assert f"by {found['bound'][0]:.3f}" in printed.replace("more than", "by")


def test_nothing_is_said_without_a_baseline(with_envelope: Path) -> None:
    protocol = load_protocol(with_envelope)
    plan = plan_sessions(protocol.with_blocks(protocol.blocks[1]), seed=0)
    assert possible_envelopes(plan.protocol, plan.source, plan.actors) == []
    short = protocol.with_blocks(protocol.blocks[0].model_copy(update={"duration_s": 2.0}))
    plan = plan_sessions(short, seed=0)
    (found,) = possible_envelopes(plan.protocol, plan.source, plan.actors)
    assert math.isnan(found.bound[0])


def test_a_recording_in_the_place_of_the_body(
    with_envelope: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    t = np.arange(60 * 256) / 256
    x = np.random.default_rng(1).normal(0.0, 5.0, t.size) + 20.0 * np.sin(2 * np.pi * 10 * t)
    (tmp_path / "me.txt").write_text("O1\n" + "\n".join(f"{v:.3f}" for v in x), encoding="utf-8")
    (tmp_path / "me.toml").write_text('fs = 256.0\nunit = "uV"\n', encoding="utf-8")
    given = [
        "explain",
        str(with_envelope),
        "--source",
        str(tmp_path / "me.txt"),
        "--sidecar",
        str(tmp_path / "me.toml"),
    ]
    with pytest.raises(SystemExit, match="0"):
        app([*given, "--json"])
    (found,) = json.loads(capsys.readouterr().out)["envelopes"]
    assert found["bound"][0] > 0.95
    with pytest.raises(SystemExit, match="2"):
        app(["explain", str(with_envelope), "--sidecar", str(tmp_path / "me.toml")])
    assert "name the recording with --source" in capsys.readouterr().err


def test_a_protocol_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        app(["explain", str(tmp_path / "mine.toml")])
    assert "mine.toml: no such file" in capsys.readouterr().err
