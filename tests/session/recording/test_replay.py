"""Law 7 by the file: a recording that is played again leads to the same decisions, or says where it does not."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from neurosim.cli.app import app
from neurosim.core.errors import UserError
from neurosim.feedback import ManualThreshold, Operant, load_protocol
from neurosim.session import Happen, Logged, Push, Session, SetThreshold, read_session, simulate, simulate_sessions
from neurosim.session.plan import plan_sessions
from neurosim.session.recorder import Recorder
from neurosim.session.recording.bdf_file import read_bdf
from neurosim.session.recording.replay import replay_session
from neurosim.session.sealing.key import draw_key, parse_arms, write_key
from neurosim.signals import Recorded

FS = 250.0


def source(folder: Path, duration_s: float = 40.0) -> Recorded:
    """A rhythm that waxes and wanes in noise, with a gap of no numbers, as it comes from elsewhere."""
    rng = np.random.default_rng(1)
    t = np.arange(int(duration_s * FS)) / FS
    x: NDArray[np.float64] = rng.normal(0.0, 4.0, (2, t.size))
    x += 8.0 * (1.0 + np.sin(2 * np.pi * 0.2 * t)) * np.sin(2 * np.pi * 10.0 * t)
    x[0, 2500:2600] = np.nan
    np.save(folder / "x.npy", x)
    table = "".join(f'[[channels]]\nname = "{name}"\ncolumn = {i}\n' for i, name in enumerate(("Pz", "Oz")))
    (folder / "x.toml").write_text(f"fs = {FS}\n{table}", encoding="utf-8")
    return Recorded(path=str(folder / "x.npy"), sidecar=str(folder / "x.toml"))


def test_what_came_from_outside_is_decided_again_from_the_file_alone(tmp_path: Path) -> None:
    result = simulate("alpha_up", source=source(tmp_path), seed=1, out=tmp_path / "s")
    (tmp_path / "x.npy").unlink()
    found = replay_session(tmp_path / "s")
    assert (found.how, found.difference) == ("recording", None)
    assert found.n_ticks == result.n_ticks
    assert found.n_rewards == result.n_rewards > 10
    assert {"alpha", "threshold_alpha", "valid", "met", "reward", "shown"} <= set(found.compared)


def test_the_samples_of_the_file_are_those_that_were_decided_on(tmp_path: Path) -> None:
    result = simulate("alpha_up", source=source(tmp_path), seed=1, out=tmp_path / "s")
    np.testing.assert_array_equal(read_session(tmp_path / "s").samples(), result.samples())


def test_a_simulated_session_with_commands_a_sham_and_sessions_before(tmp_path: Path) -> None:
    commands = [Logged(100, Happen(kind="blink")), Logged(200, Push(offsets={"alpha_drive": 0.2}))]
    results = simulate_sessions(
        "alpha_up", n_sessions=2, seed=4, duration_s=20.0, sham="random", artifacts="typical", commands=commands,
        out=tmp_path / "c", signals=["ecg", "emg"],
    )  # fmt: skip
    for result in results:
        assert result.out is not None
        found = replay_session(result.out)
        assert (found.how, found.difference) == ("simulation", None)
        assert found.n_rewards == result.n_rewards
        assert found.n_samples > 20 * (19 * 256 + 250 + 2 * 1000)


def test_a_recording_that_began_in_the_middle(tmp_path: Path) -> None:
    plan = plan_sessions("alpha_up", "adult", seed=3, duration_s=20.0)
    session, recorder = Session(plan.protocol, plan.source, plan.actors), Recorder(plan)
    for k in range(10 * 64):
        if k == 5 * 64:
            recorder.begin(session, tmp_path / "s")
        recorder.write(session.step())
    recorder.close()
    found = replay_session(tmp_path / "s")
    assert (found.n_ticks, found.difference) == (5 * 64, None)


def test_a_changed_sample_or_decision_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    simulate("alpha_up", source=source(tmp_path), seed=1, out=tmp_path / "s")
    places = read_session(tmp_path / "s").places
    path = places.file("eeg.bdf")
    header = read_bdf(path)
    whole = path.read_bytes()
    second = 20
    at = header.header_bytes + second * header.record_bytes
    changed = bytearray(whole)
    for i in range(0, 1500, 3):  # a second of both channels, negated
        value = int.from_bytes(changed[at + i : at + i + 3], "little", signed=True)
        changed[at + i : at + i + 3] = (-value).to_bytes(3, "little", signed=True)
    path.write_bytes(bytes(changed))
    found = replay_session(tmp_path / "s")
    assert found.difference is not None
    assert found.difference.what == "alpha"
    assert found.difference.tick == second * 64
    path.write_bytes(whole)

    table = places.stem_of("feedback").with_name(f"{places.stem_of('feedback').name}.tsv.gz")
    lines = gzip.decompress(table.read_bytes()).decode().splitlines()
    cells = lines[900].split("\t")
    reward = [*read_session(tmp_path / "s").features.columns].index("reward")
    cells[reward] = "1" if cells[reward] == "0" else "0"
    lines[900] = "\t".join(cells)
    table.write_bytes(gzip.compress(("\n".join(lines) + "\n").encode()))
    with pytest.raises(SystemExit) as ended:
        app(["replay", str(tmp_path / "s")])
    assert ended.value.code == 1
    assert "First difference: tick 900 (14.062 s), reward: recorded" in capsys.readouterr().out


def test_the_command_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    simulate("alpha_up", source=source(tmp_path, 10.0), seed=1, out=tmp_path / "s")
    with pytest.raises(SystemExit) as ended:
        app(["replay", str(tmp_path / "s")])
    assert ended.value.code == 0
    assert "640 ticks, from its samples: every decision comes out as it was recorded" in capsys.readouterr().out
    with pytest.raises(SystemExit) as ended:
        app(["replay", str(tmp_path / "s"), "--json"])
    assert (ended.value.code, json.loads(capsys.readouterr().out)["same"]) == (0, True)
    with pytest.raises(SystemExit) as ended:
        app(["replay", str(tmp_path)])
    assert ended.value.code == 2


def test_a_sealed_session_needs_its_key_where_somebody_learned(tmp_path: Path) -> None:
    write_key(draw_key(parse_arms(["random", "reversed"])), tmp_path / "k.json")
    simulate("alpha_up", blind=tmp_path / "k.json", seed=1, duration_s=10.0, out=tmp_path / "s")
    with pytest.raises(UserError, match="is sealed, and who is simulated learns from what the key had him shown"):
        replay_session(tmp_path / "s")
    found = replay_session(tmp_path / "s", tmp_path / "k.json")
    assert found.difference is None
    assert not {"met", "shown"} & set(found.compared)
    write_key(draw_key(parse_arms(["random", "reversed"])), tmp_path / "other.json")
    with pytest.raises(UserError, match="does not fit its commitment"):
        replay_session(tmp_path / "s", tmp_path / "other.json")


def test_a_threshold_by_hand_is_set_again(tmp_path: Path) -> None:
    protocol = load_protocol("alpha_up")
    assert isinstance(protocol.rule, Operant)
    first = protocol.rule.conditions[0].model_copy(update={"threshold": ManualThreshold(value=9.0)})
    protocol = protocol.model_copy(update={"rule": protocol.rule.model_copy(update={"conditions": (first,)})})
    commands = [Logged(600, SetThreshold(condition="alpha", value=5.0))]
    simulate(protocol, source=source(tmp_path, 20.0), seed=1, out=tmp_path / "s", commands=commands)
    assert read_session(tmp_path / "s").features.threshold_alpha.nunique() == 2
    assert replay_session(tmp_path / "s").difference is None
