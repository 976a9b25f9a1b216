"""A session on disk, as pandas, MNE and a full disk see it."""

from __future__ import annotations

import errno
import json
from pathlib import Path
from typing import Any

import mne
import numpy as np
import pandas as pd
import pytest

from neurosim.core.errors import OutputError, UserError
from neurosim.feedback import load_protocol
from neurosim.session import read_session, simulate, simulate_sessions
from neurosim.session.brainvision import BrainVisionWriter
from neurosim.session.folder import as_toml


def test_pandas_and_mne_read_the_folder(tmp_path: Path) -> None:
    result = simulate("smr_up", seed=1, duration_s=20.0, out=tmp_path / "s")
    table = pd.read_csv(tmp_path / "s" / "features.tsv", sep="\t")
    assert list(table) == [
        "onset", "block", "smr", "theta", "muscle", "threshold_smr", "threshold_theta", "threshold_muscle",
        "valid", "holding_smr", "holding_theta", "holding_muscle", "joint", "met", "reward", "shown", "why_invalid",
    ]  # fmt: skip
    np.testing.assert_allclose(table.smr, result.features.smr, rtol=1e-8)
    assert (table.reward == result.features.reward).all()
    raw = mne.io.read_raw_brainvision(tmp_path / "s" / "eeg.vhdr", preload=True)
    assert raw.ch_names == list(result.streams["eeg"].ch_names)
    assert raw.info["sfreq"] == 256.0
    np.testing.assert_allclose(raw.get_data() * 1e6, result.samples(), rtol=1e-6, atol=1e-5)
    np.testing.assert_allclose(raw.get_data(), result.to_raw().get_data(), rtol=1e-6, atol=1e-11)
    assert "Comment/block: baseline" in set(raw.annotations.description)
    events = pd.read_csv(tmp_path / "s" / "events.tsv", sep="\t")
    assert events.value[events.trial_type == "block"].tolist() == [b.name for b in result.protocol.blocks]
    facts = json.loads((tmp_path / "s" / "session.json").read_text(encoding="utf-8"))
    assert (facts["seed"], facts["status"], facts["versions"]["numpy"]) == (1, "closed", np.__version__)


def test_read_session_gives_the_same(tmp_path: Path) -> None:
    result = simulate("alpha_up", seed=1, duration_s=10.0, out=tmp_path / "s")
    folder = read_session(tmp_path / "s")
    assert folder.protocol == result.protocol
    assert folder.features.shape[0] == result.n_ticks
    assert folder.to_raw("truth/eeg_envelope").ch_names == list(result.streams["truth/eeg_envelope"].ch_names)
    with pytest.raises(UserError, match="no session folder"):
        read_session(tmp_path)


def test_same_seed_writes_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        simulate("smr_up", seed=7, duration_s=15.0, out=tmp_path / name)
    for file in sorted((tmp_path / "a").iterdir()):
        assert file.read_bytes() == (tmp_path / "b" / file.name).read_bytes(), file.name


def test_each_session_has_its_folder(tmp_path: Path) -> None:
    simulate_sessions("alpha_up", n_sessions=2, seed=1, duration_s=6.0, out=tmp_path / "c")
    assert sorted(p.name for p in (tmp_path / "c").iterdir()) == ["session-01", "session-02"]


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("precious", encoding="utf-8")
    with pytest.raises(OutputError, match=r"exists already.*--out"):
        simulate("alpha_up", seed=1, duration_s=6.0, out=tmp_path)
    assert (tmp_path / "mine.txt").read_text(encoding="utf-8") == "precious"


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(OutputError, match="cannot be made"):
        simulate("alpha_up", seed=1, duration_s=6.0, out=tmp_path / "file" / "s")


def test_a_full_disk_ends_the_session_and_keeps_what_was_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = 0
    append = BrainVisionWriter.append

    def limited(self: BrainVisionWriter, samples: Any) -> None:
        nonlocal written
        written += 1
        if written > 5 * 64 * 5:  # five streams, 64 ticks a second, 5 seconds
            raise OSError(errno.ENOSPC, "No space left on device")
        append(self, samples)

    monkeypatch.setattr(BrainVisionWriter, "append", limited)
    with pytest.raises(OutputError, match=r"No space left on device; what was recorded until \d+ s is kept"):
        simulate("alpha_up", seed=1, duration_s=20.0, out=tmp_path / "s")
    raw = mne.io.read_raw_brainvision(tmp_path / "s" / "eeg.vhdr", preload=True)
    assert 4.0 <= raw.times[-1] <= 5.1
    assert len(pd.read_csv(tmp_path / "s" / "features.tsv", sep="\t")) >= 4 * 64


@pytest.mark.parametrize("name", ["alpha_up", "smr_up"])
def test_protocol_survives_its_own_toml(name: str, tmp_path: Path) -> None:
    protocol = load_protocol(name)
    path = tmp_path / "again.toml"
    path.write_text(as_toml(protocol), encoding="utf-8")
    assert load_protocol(path) == protocol


def test_batches_keep_what_is_asked_for() -> None:
    result = simulate("alpha_up", subjects=3, seed=1, duration_s=8.0, keep="ticks")
    assert result.features.shape[0] == 3 * result.n_ticks
    assert result.features.subject.unique().tolist() == [0, 1, 2]
    with pytest.raises(UserError, match="ticks were not kept"):
        _ = simulate("alpha_up", subjects=3, seed=1, duration_s=8.0).features


def test_summary_and_figure(tmp_path: Path) -> None:
    result = simulate("alpha_up", seed=1, duration_s=30.0)
    summary = json.loads(json.dumps(result.summary()))
    assert summary["n_ticks"] == 1920
    training = result.features[result.features.kind == "training"]
    assert summary["reward_rate"] == pytest.approx(training.met.mean(), rel=1e-4)
    assert summary["n_rewards"] == result.features.reward.sum()
    assert summary["joint_rate"] == pytest.approx(training.joint.mean(), rel=1e-4)
    assert summary["holding_rates"] == {"alpha": pytest.approx(training.holding_alpha.mean(), rel=1e-4)}
    switches = sum(
        (block.met.astype(int).diff().abs().sum() + block.met.iloc[0]) for _, block in training.groupby("block")
    )
    assert summary["switches_per_min"] == pytest.approx(switches / (len(training) / 64 / 60), rel=1e-4)
    first = summary["blocks"][1]
    block = result.features[(result.features.block == first["name"]) & result.features.valid]
    assert first["mean_feature"] == pytest.approx(block.alpha.mean(), rel=1e-4)
    figure = result.figure()
    for axes in figure.axes:
        assert axes.get_xlabel().endswith("[s]")
        assert "[" in axes.get_ylabel()
    path = result.save_figure(tmp_path / "summary.png")
    assert path.stat().st_size > 20000
