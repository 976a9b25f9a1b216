"""Reading of the files that MNE reads, against files written by hand or by MNE."""

import warnings
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from neurosim.core.errors import RecordingError
from neurosim.signals.recordings.reading import read_recording
from neurosim.signals.recordings.sidecar import Sidecar

_FS = 100
_RNG = np.random.default_rng(7)


def _write_edf(
    path: Path,
    records: Sequence[NDArray[Any]],
    *,
    labels: Sequence[str] = ("Oz..", "Cz"),
    units: Sequence[str] = ("uV", "mV"),
    n_records: int | None = None,
    reserved: str = "",
) -> None:
    """Write an EDF or BDF file by hand: records of a second, each a list of (n_samples,) a channel."""
    n, is_bdf = len(labels), path.suffix == ".bdf"

    def each(values: Sequence[object], width: int) -> bytes:
        return b"".join(str(value).ljust(width).encode("latin-1") for value in values)

    top = 2**15 * (30 if is_bdf else 1)
    header = b"\xffBIOSEMI" if is_bdf else b"0".ljust(8)
    header += b"X X X X".ljust(80) + b"Startdate X X X X".ljust(80) + b"01.01.2001.00.00"
    header += each([256 * (n + 1)], 8) + each([reserved], 44)
    header += each([len(records) if n_records is None else n_records, 1], 8) + each([n], 4)
    header += each(labels, 16) + each([""] * n, 80) + each(units, 8)
    # A physical range of a tenth of the digital one: a step is 0.1 of the unit.
    header += each([-top / 10] * n, 8) + each([(top - 1) / 10] * n, 8) + each([-top] * n, 8) + each([top - 1] * n, 8)
    header += each([""] * n, 80) + each([len(channel) for channel in records[0]], 8) + each([""] * n, 32)
    assert len(header) == 256 * (n + 1)
    body = b"".join(
        b"".join(int(value).to_bytes(3 if is_bdf else 2, "little", signed=True) for value in channel)
        for record in records
        for channel in record
    )
    path.write_bytes(header + body)


def _steps(n_records: int = 4, *, n_channels: int = 2) -> NDArray[np.int16]:
    return _RNG.integers(-32000, 32000, size=(n_records, n_channels, _FS)).astype(np.int16)


def _raw(*types: str, first_s: float = 0.0) -> Any:
    import mne  # type: ignore[import-untyped, unused-ignore]

    info = mne.create_info([f"{kind}{i}" for i, kind in enumerate(types)], float(_FS), list(types))
    raw = mne.io.RawArray(_RNG.normal(size=(len(types), 1000)) * 1e-5, info, verbose="ERROR")
    raw.set_annotations(mne.Annotations([2.0, 5.0], [0.0, 0.0], ["early", "late"]))
    return raw


def _save(raw: Any, path: Path) -> Path:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        raw.save(path, overwrite=True, verbose="ERROR")
    return path


def _message(path: Path, sidecar: Sidecar | None = None) -> str:
    with pytest.raises(RecordingError) as caught:
        read_recording(path, sidecar)
    head, message = str(caught.value).split(": ", 1)
    assert head == str(path)
    assert "\n" not in message
    return message


@pytest.mark.parametrize("ending", ["edf", "bdf"])
def test_edf_by_hand(tmp_path: Path, ending: str, capfd: pytest.CaptureFixture[str]) -> None:
    steps, path = _steps().astype(int), tmp_path / f"a.{ending}"
    steps *= 30 if ending == "bdf" else 1  # beyond 16 bits in the format that has 24
    _write_edf(path, list(steps))
    recording = read_recording(path)
    assert (recording.fs, recording.unit, recording.ch_names) == (100.0, "uV", ("Oz", "Cz"))
    np.testing.assert_allclose(recording.data[0], steps[:, 0].ravel() * 0.1, atol=1e-6)
    np.testing.assert_allclose(recording.data[1], steps[:, 1].ravel() * 0.1 * 1000.0, atol=1e-3)
    assert (recording.events, recording.path) == ((), path)
    # The second channel is said to swing by volts, and is.
    assert ["which no body does" in note for note in recording.notes] == [True]
    assert "".join(capfd.readouterr()) == ""


def test_edf_picks_renames_and_scales(tmp_path: Path) -> None:
    steps, path = _steps(), tmp_path / "a.edf"
    _write_edf(path, list(steps))
    channels = [{"name": "C", "column": 1, "scale": 1.0}, {"name": "O", "column": "Oz"}]
    sidecar = Sidecar.model_validate({"channels": channels, "scale": -1.0, "fs": 100.0, "start_s": 1.0, "stop_s": 3.0})
    recording = read_recording(path, sidecar)
    assert recording.ch_names == ("C", "O")
    np.testing.assert_allclose(recording.data[0], steps[1:3, 1].ravel() * 100.0, atol=1e-3)
    np.testing.assert_allclose(recording.data[1], steps[1:3, 0].ravel() * -0.1, atol=1e-6)
    dotted = Sidecar.model_validate({"channels": [{"name": "O", "column": "Oz.."}]})
    np.testing.assert_allclose(read_recording(path, dotted).data[0], steps[:, 0].ravel() * 0.1, atol=1e-6)


def test_edf_unit_that_is_no_voltage_is_kept(tmp_path: Path) -> None:
    steps, path = _steps(), tmp_path / "a.edf"
    _write_edf(path, list(steps), units=("uV", "degC"))
    np.testing.assert_allclose(read_recording(path).data[1], steps[:, 1].ravel() * 0.1, atol=1e-6)


def test_edf_cut_short(tmp_path: Path) -> None:
    path = tmp_path / "a.edf"
    _write_edf(path, list(_steps()))
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    assert _message(path) == "is cut short: 4.0 of 4 records are there; copy it again"
    path.write_bytes(whole[: 256 * 3 + 600])
    assert _message(path) == "is cut short: 1.5 of 4 records are there; copy it again"
    path.write_bytes(whole[: 256 * 3 + 100])
    assert _message(path).startswith("holds no samples: it has no whole record")
    path.write_bytes(whole[:500])
    assert _message(path).startswith("has no whole EDF header")


def test_bdf_cut_short(tmp_path: Path) -> None:
    path = tmp_path / "a.bdf"
    _write_edf(path, list(_steps()))
    path.write_bytes(path.read_bytes()[: 256 * 3 + 600 * 3])
    assert _message(path) == "is cut short: 3.0 of 4 records are there; copy it again"


def test_edf_marker_is_no_channel(tmp_path: Path) -> None:
    steps, path = _steps(), tmp_path / "a.edf"
    _write_edf(path, list(steps))
    recording = read_recording(path, Sidecar.model_validate({"marker": {"column": "Cz"}}))
    assert recording.ch_names == ("Oz",)
    assert recording.marker is not None
    np.testing.assert_allclose(recording.marker, steps[:, 1].ravel() * 0.1, atol=1e-6)  # in the file's own unit


def test_edf_that_does_not_count_its_records(tmp_path: Path) -> None:
    steps, path = _steps(), tmp_path / "a.edf"
    _write_edf(path, list(steps), n_records=-1)
    path.write_bytes(path.read_bytes()[:-100])
    recording = read_recording(path)
    np.testing.assert_allclose(recording.data[0], steps[:3, 0].ravel() * 0.1, atol=1e-6)
    assert "the header does not count the records; the 3 whole ones were read" in recording.notes


def test_edf_notes_on_gaps_and_rates(tmp_path: Path) -> None:
    path = tmp_path / "a.edf"
    records: Any = [(np.zeros(100, np.int16), np.zeros(50, np.int16))] * 4
    _write_edf(path, records, reserved="EDF+D")
    recording = read_recording(path)
    assert recording.data.shape == (1, 400)
    assert any("gaps between its records" in note for note in recording.notes)
    slow = recording.streams["eeg_2"]
    assert (slow.fs, slow.ch_names, slow.data.shape) == (50.0, ("Cz",), (1, 200))


def test_rate_of_the_sidecar_contradicts_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.edf"
    _write_edf(path, list(_steps()))
    told = "the file says 100 Hz, the sidecar 250 Hz; correct fs in the sidecar or leave it out"
    assert _message(path, Sidecar(fs=250.0)) == told


def test_unknown_channel(tmp_path: Path) -> None:
    path = tmp_path / "a.edf"
    _write_edf(path, list(_steps()))
    sidecar = Sidecar.model_validate({"channels": [{"name": "x", "column": "Ozz"}]})
    assert _message(path, sidecar) == "sidecar.channels[0].column: there is no 'Ozz'; did you mean 'Oz'?"


@pytest.mark.parametrize("measured", [None, datetime(2020, 1, 1, tzinfo=UTC)])
def test_fif_round_trip_with_events(tmp_path: Path, measured: datetime | None) -> None:
    raw = _raw("eeg", "eog", "stim")
    raw.set_meas_date(measured)
    raw.crop(1.0)  # the first sample is then a second after the start of the measurement
    recording = read_recording(_save(raw, tmp_path / "a.fif"))
    assert recording.ch_names == ("eeg0", "eog1")
    np.testing.assert_allclose(recording.data, raw.get_data()[:2] * 1e6, rtol=1e-6)
    assert [(round(e.onset_s, 6), e.description) for e in recording.events] == [(1.0, "early"), (4.0, "late")]
    assert recording.notes == ()
    cut = read_recording(tmp_path / "a.fif", Sidecar(start_s=2.0))
    assert [(round(e.onset_s, 6), e.description) for e in cut.events] == [(2.0, "late")]


def test_fif_marker_is_not_taken_for_a_voltage(tmp_path: Path) -> None:
    raw = _raw("eeg", "stim")
    raw._data[1] = np.repeat([0.0, 2.0], 500)
    marker = {"column": "stim1", "states": {"rest": [0, 1], "task": [1, 3]}}
    recording = read_recording(_save(raw, tmp_path / "a.fif"), Sidecar.model_validate({"marker": marker}))
    assert recording.ch_names == ("eeg0",)
    assert recording.marker is not None
    np.testing.assert_array_equal(recording.marker, raw._data[1])
    told = [(e.onset_s, e.description) for e in recording.events]
    assert told == [(0.0, "rest"), (2.0, "early"), (5.0, "late"), (5.0, "task")]


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9, 0.999])
def test_fif_cut_short(tmp_path: Path, share: float) -> None:
    path = _save(_raw("eeg"), tmp_path / "a.fif")
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * len(whole))])
    assert _message(path).startswith("cannot be read by MNE (")


def test_file_without_eeg(tmp_path: Path) -> None:
    message = _message(_save(_raw("stim", "misc"), tmp_path / "a.fif"))
    assert message.startswith("holds no EEG or body channels; name the wanted ones in a sidecar")
    assert message.endswith("of: stim0 (stim), misc1 (misc)")


def test_brainvision(tmp_path: Path) -> None:
    microvolts = _RNG.normal(size=(200, 2)).astype("<f4")
    (tmp_path / "a.eeg").write_bytes(microvolts.tobytes())
    (tmp_path / "a.vmrk").write_text(
        "Brain Vision Data Exchange Marker File, Version 1.0\n[Common Infos]\nCodepage=UTF-8\nDataFile=a.eeg\n"
        "[Marker Infos]\nMk1=Stimulus,S  3,51,1,0\n"
    )
    header = (
        "Brain Vision Data Exchange Header File Version 1.0\n[Common Infos]\nCodepage=UTF-8\nDataFile=a.eeg\n"
        "MarkerFile=a.vmrk\nDataFormat=BINARY\nDataOrientation=MULTIPLEXED\nNumberOfChannels=2\n"
        "SamplingInterval=10000\n[Binary Infos]\nBinaryFormat=IEEE_FLOAT_32\n[Channel Infos]\n"
        "Ch1=Oz,,1,µV\nCh2=Cz,,1,µV\n"
    )
    (tmp_path / "a.vhdr").write_text(header, encoding="utf-8")
    recording = read_recording(tmp_path / "a.vhdr")
    assert (recording.ch_names, recording.fs) == (("Oz", "Cz"), 100.0)
    np.testing.assert_allclose(recording.data, microvolts.T, rtol=1e-6)
    assert [(e.onset_s, e.description) for e in recording.events] == [(0.5, "Stimulus/S  3")]
    (tmp_path / "a.eeg").unlink()
    assert "the files that belong to it" in _message(tmp_path / "a.vhdr")
