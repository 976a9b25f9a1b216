"""A session on disk, as the BIDS validator, MNE-BIDS, pyedflib, pandas and a full disk see it."""

from __future__ import annotations

import errno
import gzip
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import mne
import numpy as np
import pandas as pd
import pytest

from neurosim.cohort import run_course
from neurosim.core.dataset import Places, find_session
from neurosim.core.errors import OutputError, UserError
from neurosim.core.spec import SignalSpec
from neurosim.core.step import Step
from neurosim.feedback import load_protocol
from neurosim.session import Result, read_session, simulate, simulate_sessions
from neurosim.session.folder import as_toml
from neurosim.session.recording.bdf import BdfWriter
from neurosim.session.recording.bdf_file import read_bdf

#: Half a step: 31.25 nV in the EEG, six decimals in everything else.
HALF_STEP = {"eeg": 0.03125 / 2}
STREAMS = ("eeg", "ecg", "ppg", "respiration", "emg", "temperature", "skin_conductance")


def problems_by_validator(root: Path) -> list[str]:
    """Return what the official validator calls an error."""
    beside = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    validator = shutil.which("bids-validator-deno", path=beside)
    if validator is None:
        pytest.skip("the BIDS validator (bids-validator-deno) is not installed")
    done = subprocess.run([validator, str(root), "--format", "json"], capture_output=True, encoding="utf-8")
    issues = json.loads(done.stdout)["issues"]["issues"]
    return [f"{i['code']} {i.get('subCode', '')} {i.get('location')}" for i in issues if i["severity"] == "error"]


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Result, Path]:
    root = tmp_path_factory.mktemp("recorded") / "s"
    # Not a whole number of seconds: the last record is filled up.
    result = simulate("smr_up", seed=1, duration_s=20.5, signals="all", artifacts="typical", out=root)
    return result, root


def test_the_validator_finds_no_error(recorded: tuple[Result, Path]) -> None:
    _, root = recorded
    assert problems_by_validator(root) == []
    (root / "sub-01" / "ses-01" / "eeg" / "notes.txt").write_text("not BIDS", encoding="utf-8")
    assert len(problems_by_validator(root)) == 1  # it did look
    (root / "sub-01" / "ses-01" / "eeg" / "notes.txt").unlink()


def test_a_course_of_sessions_is_one_dataset(tmp_path: Path) -> None:
    results = simulate_sessions("alpha_up", n_sessions=2, seed=1, duration_s=6.0, out=tmp_path / "c")
    assert [result.out for result in results] == [tmp_path / "c" / "sub-01" / f"ses-0{i}" for i in (1, 2)]
    assert problems_by_validator(tmp_path / "c") == []
    assert (tmp_path / "c" / "participants.tsv").read_text(encoding="utf-8").count("sub-01") == 1
    with pytest.raises(UserError, match=r"holds 2 sessions; name one of them, such as .*ses-02"):
        read_session(tmp_path / "c")
    second = read_session(tmp_path / "c" / "sub-01" / "ses-02")
    assert second.facts["session"] == 2
    np.testing.assert_allclose(second.features.alpha, results[1].features.alpha, rtol=0, atol=0)


def test_the_folder_of_a_course_in_several_arms_is_accepted(tmp_path: Path) -> None:
    out = tmp_path / "k"
    run_course("alpha_up", subjects=2, sessions=1, arms=["real"], follow_up_days=(), seed=1, duration_s=12.0, out=out)
    assert problems_by_validator(out) == []


def test_a_session_without_eeg_is_a_dataset_too(tmp_path: Path) -> None:
    simulate("slow_breathing", seed=1, duration_s=20.0, out=tmp_path / "s")
    assert problems_by_validator(tmp_path / "s") == []
    assert find_session(tmp_path / "s").signals.name == "beh"
    assert read_session(tmp_path / "s").to_raw("respiration").n_times == 20 * 32


@pytest.mark.parametrize("stream", STREAMS)
def test_every_stream_reads_back_within_half_a_step(recorded: tuple[Result, Path], stream: str) -> None:
    result, root = recorded
    session, true = read_session(root), result.samples(stream)
    found = session.samples(stream)
    assert found.shape == true.shape
    assert session.streams[stream] == result.streams[stream]
    assert np.abs(found - true).max() <= HALF_STEP.get(stream, 0.5e-6) * (1 + 1e-6)


def test_mne_bids_and_pyedflib_read_it(recorded: tuple[Result, Path]) -> None:
    pyedflib = pytest.importorskip("pyedflib")
    mne_bids = pytest.importorskip("mne_bids")
    result, root = recorded
    true = result.samples()
    path = mne_bids.BIDSPath(subject="01", session="01", task="smrup", datatype="eeg", root=root)
    raw = mne_bids.read_raw_bids(path, verbose="error")
    assert raw.ch_names == list(result.streams["eeg"].ch_names)
    assert (raw.info["sfreq"], set(raw.get_channel_types())) == (256.0, {"eeg"})
    found = raw.get_data()[:, : true.shape[1]] * 1e6
    assert np.abs(found - true).max() <= HALF_STEP["eeg"] * (1 + 1e-6)
    session = read_session(root)
    np.testing.assert_allclose(raw.annotations.onset, session.events.onset, atol=1e-6)
    np.testing.assert_allclose(raw.annotations.duration, session.events.duration, atol=1e-6)
    with pyedflib.EdfReader(str(session.places.file("eeg.bdf"))) as reader:
        assert reader.getSignalLabels() == list(result.streams["eeg"].ch_names)
        assert {reader.getPhysicalDimension(i) for i in range(19)} == {"uV"}
        assert reader.getSampleFrequency(0) == 256.0
        by_edflib = np.array([reader.readSignal(i) for i in range(19)])
        onsets, _, texts = reader.readAnnotations()
    np.testing.assert_array_equal(by_edflib[:, : true.shape[1]], session.samples())
    np.testing.assert_array_equal(
        by_edflib[:, true.shape[1] :], by_edflib[:, true.shape[1] - 1 : true.shape[1]] + np.zeros((19, 128))
    )
    told = session.events.sort_values("onset")
    np.testing.assert_allclose(np.sort(onsets), told.onset, atol=1e-6)
    assert sorted(texts) == sorted(f"{e.trial_type}: {e.value}".removesuffix(": n/a") for e in told.itertuples())


def test_physiology_is_read_as_bids_says(recorded: tuple[Result, Path]) -> None:
    result, root = recorded
    for path in sorted((root / "sub-01" / "ses-01" / "eeg").glob("*_physio.tsv.gz")):
        about = json.loads(Path(str(path).replace(".tsv.gz", ".json")).read_text(encoding="utf-8"))
        stream = next(s for s in STREAMS if f"recording-{s.replace('_', '')}_" in path.name)
        table = pd.read_csv(path, sep="\t", header=None, names=about["Columns"])
        assert about["SamplingFrequency"] == result.streams[stream].fs
        assert about["Columns"] == list(result.streams[stream].ch_names)
        assert all(about[name]["Units"] for name in about["Columns"])
        np.testing.assert_allclose(table.to_numpy().T, result.samples(stream), rtol=0, atol=0.51e-6)


def test_pandas_reads_the_ticks_and_the_loop_is_described(recorded: tuple[Result, Path]) -> None:
    result, root = recorded
    stem = find_session(root).stem_of("feedback")
    about = json.loads(stem.with_name(f"{stem.name}.json").read_text(encoding="utf-8"))
    assert about["Columns"] == [
        "onset", "block", "smr", "theta", "muscle", "threshold_smr", "threshold_theta", "threshold_muscle",
        "valid", "holding_smr", "holding_theta", "holding_muscle", "joint", "met", "reward", "shown", "why_invalid",
    ]  # fmt: skip
    packed = stem.with_name(f"{stem.name}.tsv.gz")
    table = pd.read_csv(packed, sep="\t", header=None, names=about["Columns"], na_values="n/a")
    np.testing.assert_allclose(table.smr, result.features.smr, rtol=1e-8)
    assert (table.reward == result.features.reward).all()
    loop = about["ClosedLoop"]
    assert loop["TriggeringLogic"]["kind"] == "operant"
    assert [f["name"] for f in loop["Pipeline"]["features"]] == ["smr", "theta", "muscle"]
    assert loop["UpdateInterval"] == 1 / 64
    assert loop["PipelineDelay"]["smr"] > 0.05
    assert about["threshold_smr"]["Units"] == about["smr"]["Units"]
    assert gzip.decompress(packed.read_bytes()).startswith(b"0.000000\t")  # the header stands in the sidecar


def test_the_facts_and_the_checksums(recorded: tuple[Result, Path]) -> None:
    result, root = recorded
    session = read_session(root)
    facts = session.facts
    assert (facts["seed"], facts["status"], facts["versions"]["numpy"]) == (1, "closed", np.__version__)
    assert session.protocol == result.protocol
    assert session.events.value[session.events.trial_type == "block"].tolist() == [
        b.name for b in result.protocol.blocks
    ]
    assert (session.events.onset.diff().dropna() >= 0).all()
    assert (session.events.onset + session.events.duration).max() <= 20.5 + 1e-6
    if (check := shutil.which("sha256sum")) is not None:
        sums = session.places.recipe / "checksums.sha256"
        done = subprocess.run([check, "--check", "--quiet", str(sums)], cwd=root, capture_output=True)
        assert done.returncode == 0, done.stdout


def test_read_session_gives_the_same(tmp_path: Path) -> None:
    result = simulate("alpha_up", seed=1, duration_s=10.0, out=tmp_path / "s")
    folder = read_session(tmp_path / "s")
    assert folder.protocol == result.protocol
    assert folder.features.shape[0] == result.n_ticks
    assert folder.to_raw("truth/eeg_envelope").ch_names == list(result.streams["truth/eeg_envelope"].ch_names)
    here, there = folder.to_raw(), result.to_raw()
    np.testing.assert_allclose(here.get_data(), there.get_data(), rtol=0, atol=0.0157e-6)
    assert list(here.annotations.description) == list(there.annotations.description)
    np.testing.assert_allclose(here.annotations.onset, there.annotations.onset, atol=1e-6)
    with pytest.raises(UserError, match="no session folder"):
        read_session(tmp_path)
    with pytest.raises(UserError, match="no stream 'eg'; did you mean 'eeg'"):
        folder.samples("eg")


def test_same_seed_writes_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        simulate("smr_up", seed=7, duration_s=15.0, out=tmp_path / name)
    files = [path.relative_to(tmp_path / "a") for path in sorted((tmp_path / "a").rglob("*")) if path.is_file()]
    assert len(files) > 15
    for file in files:
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes(), file


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
    append = BdfWriter.append

    def limited(self: BdfWriter, samples: Any) -> None:
        nonlocal written
        written += 1
        if written > 5.5 * 64:  # 64 ticks a second
            raise OSError(errno.ENOSPC, "No space left on device")
        append(self, samples)

    monkeypatch.setattr(BdfWriter, "append", limited)
    with pytest.raises(OutputError, match=r"No space left on device; what was recorded until 5 s is kept"):
        simulate("alpha_up", seed=1, duration_s=20.0, out=tmp_path / "s")
    session = read_session(tmp_path / "s")
    raw = mne.io.read_raw_bdf(session.places.file("eeg.bdf"), preload=True, verbose="error")
    assert 4.9 <= raw.times[-1] <= 6.0
    assert 5 * 64 <= len(session.features) <= 5.6 * 64
    assert session.facts["status"] == "running"


@pytest.mark.parametrize(("fs", "n_record"), [(256.0, 256), (250.5, 501), (128.0, 128), (31.9744, 32), (1000.0, 1000)])
def test_rates_that_are_no_whole_numbers(tmp_path: Path, fs: float, n_record: int) -> None:
    pyedflib = pytest.importorskip("pyedflib")
    x = np.random.default_rng(1).normal(0, 50, (2, 1100))
    writer = BdfWriter(tmp_path / "x.bdf", SignalSpec(fs, ("A", "B"), "uV"), Step(32.0))
    for start in range(0, 1100, 37):
        writer.append(x[:, start : start + 37])
    writer.close()
    found = read_bdf(tmp_path / "x.bdf")
    assert found.n_per_record == n_record
    np.testing.assert_allclose(found.samples()[:, :1100], x, rtol=0, atol=1 / 64)
    with pyedflib.EdfReader(str(tmp_path / "x.bdf")) as reader:
        assert reader.getSampleFrequency(0) == pytest.approx(fs, rel=1e-6)
        assert reader.datarecords_in_file == -(-1100 // n_record)
        np.testing.assert_array_equal(reader.readSignal(1)[:1100], found.samples()[1, :1100])
    raw = mne.io.read_raw_bdf(tmp_path / "x.bdf", preload=True, verbose="error")
    assert raw.info["sfreq"] == pytest.approx(fs, rel=1e-6)


def test_what_is_no_number_and_what_is_too_large(tmp_path: Path) -> None:
    x = np.array([[1.0, np.nan, np.inf, -np.inf, 1e9, -1e9, 131071.96875, -131072.0]])
    writer = BdfWriter(tmp_path / "x.bdf", SignalSpec(8.0, ("A",), "uV"), Step(32.0, 2**22))
    writer.append(x)
    writer.close()
    found = read_bdf(tmp_path / "x.bdf").samples()
    np.testing.assert_array_equal(found, Step(32.0, 2**22).round(x))
    np.testing.assert_array_equal(found[0, [0, 1, 4, 5]], [1.0, np.nan, 131072.0, -131072.0])


def test_a_recording_in_volts_keeps_its_microvolts(tmp_path: Path) -> None:
    """It comes in uV, to half a step of 1/32 uV."""
    x = np.random.default_rng(1).normal(0, 20e-6, (1, 256 * 30))
    np.save(tmp_path / "x.npy", x)
    (tmp_path / "x.toml").write_text(
        'fs = 256.0\nunit = "V"\n[[channels]]\nname = "Pz"\ncolumn = 0\n', encoding="utf-8"
    )
    from neurosim.signals import Recorded

    source = Recorded(path=str(tmp_path / "x.npy"), sidecar=str(tmp_path / "x.toml"))
    result = simulate("alpha_up", source=source, seed=1, out=tmp_path / "s")
    np.testing.assert_allclose(result.samples(), 1e6 * x, rtol=0, atol=0.5001 / 32)
    np.testing.assert_array_equal(read_session(tmp_path / "s").samples(), result.samples())


def test_labels_are_those_of_bids(tmp_path: Path) -> None:
    places = Places(tmp_path, "alphaup")
    assert places.stem_of("skin_conductance").name == "sub-01_ses-01_task-alphaup_recording-skinconductance_physio"
    assert (
        places.stem_of("truth/eeg_envelope") == tmp_path / "sourcedata" / "sub-01" / "ses-01" / "truth" / "eegenvelope"
    )


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
