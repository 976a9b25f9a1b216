"""EDF+ while recording: what others read of it, what is decided again from it, and what its 16 bits cost."""

from __future__ import annotations

from pathlib import Path

import mne
import numpy as np
import pytest

from neurosim.cli.app import app
from neurosim.core.dataset import find_session
from neurosim.core.errors import ConfigError
from neurosim.core.spec import SignalSpec
from neurosim.core.step import BDF, EDF, Format, Step, fitting_step
from neurosim.feedback import load_protocol
from neurosim.feedback.protocol import TrainingProtocol
from neurosim.modulation import Drug
from neurosim.session import Result, read_session, simulate
from neurosim.session.metered import DEVICES
from neurosim.session.recording.bdf import BdfWriter
from neurosim.session.recording.bdf_file import read_bdf
from neurosim.session.recording.replay import replay_session
from neurosim.signals.body.body import Body
from neurosim.signals.eeg.mixing import sphere_mixing
from neurosim.subject.subject import load_subject
from tests.session.recording.test_replay import source
from tests.session.test_folder import problems_by_validator

#: 8 mV in 32000 steps, which is half a step of a quarter of a microvolt.
HALF_STEP_UV = 0.125


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Result, Path]:
    root = tmp_path_factory.mktemp("edf") / "s"
    result = simulate("alpha_up", seed=1, duration_s=15.5, artifacts="typical", out=root, form="edf+")
    return result, root


def test_the_validator_finds_no_error(recorded: tuple[Result, Path]) -> None:
    _, root = recorded
    assert problems_by_validator(root) == []


def test_mne_bids_and_pyedflib_read_it_within_half_a_step(recorded: tuple[Result, Path]) -> None:
    pyedflib = pytest.importorskip("pyedflib")
    mne_bids = pytest.importorskip("mne_bids")
    result, root = recorded
    true, session = result.samples(), read_session(root)
    raw = mne_bids.read_raw_bids(mne_bids.BIDSPath("01", "01", "alphaup", datatype="eeg", root=root), verbose="error")
    assert raw.ch_names == list(result.streams["eeg"].ch_names)
    found = raw.get_data()[:, : true.shape[1]] * 1e6
    assert np.abs(found - true).max() <= HALF_STEP_UV * (1 + 1e-6)
    np.testing.assert_allclose(raw.annotations.onset, session.events.onset, atol=1e-6)
    path = find_session(root).file("eeg.edf")
    with pyedflib.EdfReader(str(path)) as reader:
        assert reader.filetype == pyedflib.FILETYPE_EDFPLUS
        assert {reader.getPhysicalDimension(i) for i in range(19)} == {"uV"}
        by_edflib = np.array([reader.readSignal(i) for i in range(19)])
        onsets, _, texts = reader.readAnnotations()
    np.testing.assert_allclose(by_edflib[:, : true.shape[1]], session.samples(), rtol=0, atol=1e-9)
    assert sorted(texts) == sorted(f"{e.kind}: {e.text}".removesuffix(": n/a") for e in session.session_events())
    np.testing.assert_allclose(np.sort(onsets), session.events.onset.sort_values(), atol=1e-6)


def test_mne_bids_reads_the_sensors_of_the_simulated_head(recorded: tuple[Result, Path]) -> None:
    mne_bids = pytest.importorskip("mne_bids")
    _, root = recorded
    raw = mne_bids.read_raw_bids(mne_bids.BIDSPath("01", "01", "alphaup", datatype="eeg", root=root), verbose="error")
    found = raw.get_montage().get_positions()
    assert found["coord_frame"] == "head"
    mixing = sphere_mixing()
    there = np.array([found["ch_pos"][name] for name in raw.ch_names])
    np.testing.assert_allclose(there - mixing.centre_m, mixing.positions(raw.ch_names), atol=0.51e-4)
    # MNE's own head coordinates of the template, whose sphere the head is; the table has tenths of a millimetre.
    standard = {"colin27_1005", "standard_1005"} & set(mne.channels.get_builtin_montages())  # MNE 1.13 renames it
    info = mne.create_info(raw.ch_names, 256.0, "eeg").set_montage(min(standard))
    np.testing.assert_allclose(there, [channel["loc"][:3] for channel in info["chs"]], atol=1.1e-4)


def test_another_montage_has_its_own_places(tmp_path: Path) -> None:
    subject = load_subject("resting_adult")
    assert isinstance(subject.body, Body)
    eeg = subject.body.eeg.model_copy(update={"montage": "biosemi32", "ch_names": ("Pz", "Oz")})
    subject = subject.model_copy(update={"body": subject.body.model_copy(update={"eeg": eeg})})
    simulate("alpha_up", subject=subject, seed=1, duration_s=6.0, out=tmp_path / "s")
    rows = find_session(tmp_path / "s").beside("space-CapTrak_electrodes.tsv").read_text(encoding="utf-8").split("\n")
    info = mne.create_info(["Pz", "Oz"], 256.0, "eeg").set_montage("biosemi32")
    for row, channel in zip(rows[1:3], info["chs"], strict=True):
        np.testing.assert_allclose([float(x) for x in row.split("\t")[1:]], channel["loc"][:3], atol=0.51e-4)


@pytest.mark.parametrize("form", ["bdf+", "edf+"])
def test_what_came_from_outside_is_decided_again_from_the_file_alone(tmp_path: Path, form: str) -> None:
    """And where its sensors were nobody has said."""
    result = simulate("alpha_up", source=source(tmp_path), seed=1, out=tmp_path / "s", form=form)
    (tmp_path / "x.npy").unlink()
    found = replay_session(tmp_path / "s")
    assert (found.how, found.difference) == ("recording", None)
    assert found.n_rewards == result.n_rewards > 10
    session = read_session(tmp_path / "s")
    np.testing.assert_array_equal(session.samples(), result.samples())
    assert session.places.file(f"eeg.{form[:3]}").is_file()
    assert not list((tmp_path / "s").rglob("*electrodes.tsv"))


def test_a_simulated_session_comes_out_again_with_its_samples(recorded: tuple[Result, Path]) -> None:
    found = replay_session(recorded[1])
    assert (found.how, found.difference) == ("simulation", None)
    assert found.n_samples > 15 * 19 * 256


def test_a_body_beside_devices_is_recorded_so_too(tmp_path: Path) -> None:
    drug = Drug(medicine="methylphenidate", dose_mg=20.0, n_doses=1, hours_per_s=0.1)
    plain = load_protocol("alpha_up").model_dump()
    protocol = TrainingProtocol.model_validate({**plain, "devices": [drug.model_dump()]})
    simulate(protocol, subject="adult", seed=1, duration_s=8.0, out=tmp_path / "s", form="edf+")
    session = read_session(tmp_path / "s")
    assert DEVICES in session.streams
    assert session.step("eeg") == Step(4.0, 32000)
    assert replay_session(tmp_path / "s").difference is None


def test_samples_beyond_the_range_are_told(tmp_path: Path) -> None:
    """No artifact of the body goes that far: here its EEG is two hundred times too large."""
    subject = load_subject("resting_adult")
    assert isinstance(subject.body, Body)
    eeg = subject.body.eeg.model_copy(update={"psd_at_1hz_open": 1e6, "psd_at_1hz_closed": 1e6})
    loud = subject.model_copy(update={"body": subject.body.model_copy(update={"eeg": eeg})})
    result = simulate("alpha_up", subject=loud, seed=1, duration_s=6.0, out=tmp_path / "loud", form="edf+")
    beyond = np.abs(result.samples()).max(axis=0) > 8000
    assert 0.0 < beyond.mean() < 1.0
    session = read_session(tmp_path / "loud")
    np.testing.assert_array_equal(session.samples(), Step(4.0, 32000).round(result.samples()))
    told = session.events[session.events.trial_type == "clipped"]
    assert set(told.value) == {"the EEG is at ±8000 uV, the end of what its file holds"}
    ticks = np.flatnonzero(beyond.reshape(-1, 4).any(axis=1)) / 64
    inside = [((told.onset <= t + 1e-6) & (told.onset + told.duration > t + 1e-6)).any() for t in ticks]
    assert all(inside)
    assert told.duration.sum() == pytest.approx(len(ticks) / 64)


def test_the_typical_artifacts_are_not_clipped(recorded: tuple[Result, Path]) -> None:
    assert "clipped" not in set(read_session(recorded[1]).events.trial_type)


@pytest.mark.parametrize("form", [BDF, EDF])
def test_a_range_that_fits_is_said_exactly_in_eight_characters(tmp_path: Path, form: Format) -> None:
    pyedflib = pytest.importorskip("pyedflib")
    for i, largest in enumerate([*np.geomspace(1e-6, 5e6, 60), 1e-3, 0.1, 2.0, 8000.0]):
        step = fitting_step(form, largest)
        assert largest <= form.limit / step.per_unit <= 2.5001 * largest
        path = tmp_path / f"{i}{form.ending}"
        writer = BdfWriter(path, SignalSpec(4.0, ("A",), "x"), step, form)
        x = np.array([[largest, -largest, 0.3 * largest, np.nan]])
        writer.append(x)
        writer.close()
        assert read_bdf(path).per_unit == step.per_unit
        np.testing.assert_array_equal(read_bdf(path).samples(), step.round(x))
        with pyedflib.EdfReader(str(path)) as reader:
            half_step = 0.5 / step.per_unit
            np.testing.assert_allclose(reader.readSignal(0)[:3], x[0, :3], rtol=1e-9, atol=half_step * (1 + 1e-6))


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        app(["run", "alpha_up", "--duration", "6", "--seed", "1", "--out", str(tmp_path / "s"), "--format", "edf+"])
    assert ended.value.code == 0
    assert find_session(tmp_path / "s").file("eeg.edf").is_file()
    with pytest.raises(SystemExit) as ended:
        app(["run", "alpha_up", "--out", str(tmp_path / "t"), "--format", "edf"])
    assert ended.value.code == 2
    assert "no format 'edf' to record in; did you mean 'edf+'?" in capsys.readouterr().err


def test_the_window_records_in_it_too(tmp_path: Path) -> None:
    request = pytest.importorskip("neurosim_gui.request")
    session, (recorder, *_) = request.prepare(request.LiveRequest(seed=1, form="edf+"))
    recorder.begin(session, tmp_path / "s")
    for _ in range(3 * 64):
        recorder.write(session.step())
    recorder.close()
    assert find_session(tmp_path / "s").file("eeg.edf").is_file()
    assert read_session(tmp_path / "s").step("eeg") == Step(4.0, 32000)


def test_only_what_there_is_can_be_asked_for(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="format: no format 'gdf' to record in; known: bdf"):
        simulate("alpha_up", duration_s=6.0, form="gdf", out=tmp_path / "s")
