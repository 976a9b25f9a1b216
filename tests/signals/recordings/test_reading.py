"""Reading of recorded files: what holds for every format, NumPy arrays and HDF5."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import h5py  # type: ignore[import-untyped, unused-ignore]
import numpy as np
import pytest
from numpy.typing import NDArray

from neurosim.core.errors import RecordingError
from neurosim.signals.recordings.reading import read_recording, readable_endings
from neurosim.signals.recordings.sidecar import Sidecar

_RNG = np.random.default_rng(5)


def _sidecar(**fields: Any) -> Sidecar:
    return Sidecar.model_validate({"fs": 250.0} | fields)


def _channels(**columns: int | str) -> list[dict[str, int | str]]:
    return [{"name": name, "column": column} for name, column in columns.items()]


def _npy(tmp_path: Path, array: NDArray[Any]) -> Path:
    path = tmp_path / "a.npy"
    np.save(path, array)
    return path


def _h5(tmp_path: Path, **datasets: NDArray[Any]) -> Path:
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        for name, values in datasets.items():
            file[f"dev/raw/{name}"] = values
    return path


def _message(path: Path, sidecar: Sidecar | None = None) -> str:
    """Return the one line that the file is refused with, without the path."""
    with pytest.raises(RecordingError) as caught:
        read_recording(path, sidecar)
    head, message = str(caught.value).split(": ", 1)
    assert head == str(path)
    assert "\n" not in message
    return message


def test_reading_imports_no_heavy_library() -> None:
    code = "import sys, neurosim.signals.recordings.reading; print({'mne', 'h5py', 'pandas'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_missing_file(tmp_path: Path) -> None:
    assert _message(tmp_path / "absent.edf") == "no such file"


@pytest.mark.parametrize("name", ["folder", "folder.edf", "folder.csv"])
def test_folder(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    assert _message(tmp_path / name) == "is a folder; name the recorded file in it"


def test_unknown_ending_lists_what_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "notes.docx"
    path.write_text("1")
    message = _message(path)
    assert all(f" {ending}" in message for ending in readable_endings())
    assert {".edf", ".bdf", ".fif", ".vhdr", ".set", ".gdf", ".h5", ".npy", ".csv", ".txt.gz"} <= set(
        readable_endings()
    )


@pytest.mark.parametrize("ending", readable_endings())
def test_empty_file(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"a{ending}"
    path.touch()
    assert _message(path, _sidecar()) == "is empty; copy or export it again"


@pytest.mark.parametrize("ending", readable_endings())
def test_garbage_never_raises_anything_else(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"a{ending}"
    path.write_bytes(_RNG.integers(128, 256, size=3000, dtype=np.uint8).tobytes())
    _message(path, _sidecar(dataset="x"))


def test_ending_may_be_in_capitals(tmp_path: Path) -> None:
    path = tmp_path / "A.CSV"
    path.write_text("1,2\n3,4\n")
    assert read_recording(path, _sidecar()).data.tolist() == [[1.0, 3.0], [2.0, 4.0]]


def test_npy_round_trip(tmp_path: Path) -> None:
    array = _RNG.normal(size=(3, 100))
    for stored in (array, array.T, np.asfortranarray(array), array.astype(">f8")):
        recording = read_recording(_npy(tmp_path, stored), _sidecar())
        np.testing.assert_array_equal(recording.data, array)
        assert recording.data.dtype == np.float64
        assert recording.data.dtype.isnative
        assert (recording.ch_names, recording.fs, recording.unit) == (("ch0", "ch1", "ch2"), 250.0, "uV")
        assert (recording.events, recording.notes, recording.marker) == ((), (), None)


def test_npy_channels_marker_scale_and_offset(tmp_path: Path) -> None:
    array = np.arange(40).reshape(10, 4).astype(np.int16)
    channels = [{"name": "Oz", "column": 2}, {"name": "Cz", "column": 0, "scale": -1.0, "offset": 0.0}]
    sidecar = _sidecar(channels=channels, scale=0.5, offset=10.0, unit="mV", marker={"column": 3})
    recording = read_recording(_npy(tmp_path, array), sidecar)
    assert recording.ch_names == ("Oz", "Cz")
    assert recording.unit == "uV"  # of every EEG; the sidecar has mV
    assert recording.data[0].tolist() == [(value - 10.0) * 500.0 for value in array[:, 2]]
    assert recording.data[1].tolist() == [-1000.0 * value for value in array[:, 0]]
    assert recording.marker is not None
    assert recording.marker.tolist() == array[:, 3].tolist()


def test_npy_vector_and_values_that_are_no_numbers(tmp_path: Path) -> None:
    array = np.array([1.0, np.nan, np.inf, -np.inf, 5.0])
    recording = read_recording(_npy(tmp_path, array), _sidecar(channels=_channels(M1=0)))
    np.testing.assert_array_equal(recording.data, array[np.newaxis])


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.array([{"a": 1}, None], dtype=object), "holds Python objects, which are never read"),
        (np.array(["a", "b"]), "the array holds <U1 and not real numbers"),
        (np.array([1j, 2j]), "the array holds complex128 and not real numbers"),
        (
            np.zeros(3, dtype=[("a", "f8"), ("b", "f8")]),
            "the array holds [('a', '<f8'), ('b', '<f8')] and not",
        ),
        (np.zeros((2, 3, 4)), "the array has 3 dimensions"),
        (np.array(1.0), "the array has 0 dimensions"),
        (np.zeros((4, 4)), "the array is square, 4 by 4"),
        (np.zeros((2, 0)), "holds no samples"),
        (np.zeros(0), "holds no samples"),
    ],
)
def test_npy_of_the_wrong_kind(tmp_path: Path, array: NDArray[Any], message: str) -> None:
    np.save(tmp_path / "a.npy", array, allow_pickle=True)
    assert _message(tmp_path / "a.npy", _sidecar()).startswith(message)


def test_npy_cut_short(tmp_path: Path) -> None:
    path = _npy(tmp_path, np.zeros(100))
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    assert _message(path, _sidecar()) == "is cut short: 799 of 800 bytes of samples are there; copy it again"
    path.write_bytes(whole[:30])
    assert _message(path, _sidecar()).startswith("is not a NumPy array file")


def test_npz_and_pickle_in_disguise_are_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", a=np.zeros(3))
    (tmp_path / "a.npz").rename(tmp_path / "a.npy")
    assert _message(tmp_path / "a.npy", _sidecar()).startswith("is not a NumPy array file")
    (tmp_path / "a.npy").write_bytes(b"\x80\x04\x95\x0b\x00\x00\x00\x00\x00\x00\x00]\x94(K\x01K\x02e.")
    assert _message(tmp_path / "a.npy", _sidecar()).startswith("is not a NumPy array file")


def test_all_missing_columns_are_told_at_once(tmp_path: Path) -> None:
    sidecar = _sidecar(channels=_channels(O1=1, O2=3, Cz="Cz"), marker={"column": 9})
    with pytest.raises(RecordingError) as caught:
        read_recording(_npy(tmp_path, np.zeros((3, 10))), sidecar)
    assert [str(problem) for problem in caught.value.problems] == [
        "sidecar.channels[1].column: there is no column 3; columns are 0 to 2",
        "sidecar.channels[2].column: columns have no names here; give a number, 0 to 2",
        "sidecar.marker.column: there is no column 9; columns are 0 to 2",
    ]


def test_no_sampling_rate(tmp_path: Path) -> None:
    path = _npy(tmp_path, np.zeros(10))
    for sidecar in (None, Sidecar()):
        message = _message(path, sidecar)
        assert message.startswith("does not tell its sampling rate; give a sidecar TOML file")
        assert "fs = 250.0" in message


def test_stretch(tmp_path: Path) -> None:
    path = _npy(tmp_path, np.arange(1000))
    recording = read_recording(path, _sidecar(start_s=1.0, stop_s=2.0))
    assert recording.data[0].tolist() == list(range(250, 500))
    assert read_recording(path, _sidecar(start_s=3.996)).data[0].tolist() == [999.0]
    assert read_recording(path, _sidecar(stop_s=4.0)).data.shape == (1, 1000)


@pytest.mark.parametrize("stretch", [{"start_s": 4.0}, {"stop_s": 4.004}, {"start_s": 1.0, "stop_s": 1.0001}])
def test_stretch_that_is_not_there(tmp_path: Path, stretch: dict[str, float]) -> None:
    message = _message(_npy(tmp_path, np.arange(1000)), _sidecar(**stretch))
    assert message.startswith(("ends at 4 s; correct start_s", "has no sample between start_s and stop_s"))


def test_states_become_events(tmp_path: Path) -> None:
    marker = np.repeat([0.0, 9.0, np.nan, 9.0, 5.0, 0.0], 25)
    array = np.stack([np.zeros(150), marker])
    states = {"rest": [0, 5], "task": [6, 10]}
    sidecar = _sidecar(channels=_channels(Cz=0), marker={"column": 1, "states": states})
    recording = read_recording(_npy(tmp_path, array), sidecar)
    told = [(event.onset_s, event.description) for event in recording.events]
    # NaN and 5 are in no state; task begins again after NaN
    assert told == [(0.0, "rest"), (0.1, "task"), (0.3, "task"), (0.5, "rest")]
    cut = read_recording(_npy(tmp_path, array), sidecar.model_copy(update={"start_s": 0.12, "stop_s": 0.48}))
    assert [(event.onset_s, event.description) for event in cut.events] == [(0.0, "task"), (0.18, "task")]
    assert cut.marker is not None
    np.testing.assert_array_equal(cut.marker, marker[30:120])


def test_marker_column_is_no_channel(tmp_path: Path) -> None:
    recording = read_recording(_npy(tmp_path, np.arange(30).reshape(3, 10)), _sidecar(marker={"column": 1}))
    assert recording.ch_names == ("ch0", "ch2")


def test_h5_one_dataset_a_channel(tmp_path: Path) -> None:
    steps = _RNG.integers(0, 65536, size=500, dtype=np.uint16)
    path = _h5(
        tmp_path,
        channel_1=steps[:, np.newaxis],
        channel_10=np.zeros(500),
        marker=np.arange(500),
        dig_marker=np.zeros(500),
    )
    sidecar = _sidecar(channels=_channels(Oz="raw/channel_1", Cz="/dev/raw/channel_10"), marker={"column": "marker"})
    recording = read_recording(path, sidecar)
    np.testing.assert_array_equal(recording.data, [steps, np.zeros(500)])
    assert recording.ch_names == ("Oz", "Cz")
    assert recording.marker is not None
    assert recording.marker.tolist() == list(range(500))


def test_h5_table(tmp_path: Path) -> None:
    table = _RNG.normal(size=(200, 3))
    path = _h5(tmp_path, table=table, marker=np.ones(200))
    recording = read_recording(path, _sidecar(dataset="dev/raw/table"))
    np.testing.assert_array_equal(recording.data, table.T)
    assert recording.ch_names == ("ch0", "ch1", "ch2")
    one = read_recording(path, _sidecar(dataset="table", channels=_channels(Oz=2), marker={"column": "marker"}))
    np.testing.assert_array_equal(one.data, table.T[2:])
    assert one.marker is not None
    assert one.marker.tolist() == [1.0] * 200


def test_h5_without_sidecar_lists_the_datasets(tmp_path: Path) -> None:
    message = _message(_h5(tmp_path, small=np.zeros(3), large=np.zeros((9, 1))))
    assert "give a sidecar TOML file" in message
    assert message.endswith("the file holds: dev/raw/large (9, 1), dev/raw/small (3,)")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (
            {"dataset": "raw/tabel"},
            "sidecar.dataset: there is no dataset 'raw/tabel'; did you mean 'dev/raw/table'?",
        ),
        (
            {"channels": _channels(Oz="zzz")},
            "sidecar.channels[0].column: there is no dataset 'zzz'; the file holds: ",
        ),
        (
            {"channels": _channels(Oz=0)},
            "sidecar.channels[0].column: give the path of a dataset, or dataset =",
        ),
        (
            {"channels": _channels(Oz=3), "dataset": "table"},
            "sidecar.channels[0].column: there is no column 3; columns",
        ),
        (
            {"channels": _channels(Oz="table")},
            "sidecar.channels[0].column: 'table' has shape (9, 3); set dataset =",
        ),
        (
            {"channels": _channels(Oz="twin")},
            "sidecar.channels[0].column: 2 datasets end in 'twin'; write more",
        ),
        ({"channels": _channels(Oz="text")}, "'text' holds |S5 and not real numbers"),
        ({"channels": _channels(Oz="none")}, "'none' holds no samples"),
        (
            {"channels": _channels(Oz="raw/twin", Cz="other")},
            "the columns are not equally long (samples: Oz 5, Cz 7)",
        ),
        ({"channels": _channels(Oz="elsewhere")}, "'elsewhere' has its samples in another file"),
        ({"channels": _channels(Oz="link")}, "sidecar.channels[0].column: there is no dataset 'link'"),
    ],
)
def test_h5_mistakes(tmp_path: Path, fields: dict[str, Any], message: str) -> None:
    secret = tmp_path / "secret.bin"
    secret.write_bytes(bytes(80))
    path = _h5(tmp_path, table=np.zeros((9, 3)), twin=np.zeros(5), other=np.zeros(7), none=np.zeros(0))
    with h5py.File(path, "a") as file:
        file["dev/twin"] = np.zeros(5)
        file["dev/text"] = "words"
        file.create_dataset("elsewhere", shape=(10,), dtype="f8", external=[(str(secret), 0, 80)])
        file["link"] = h5py.ExternalLink("other.h5", "/x")
    assert _message(path, _sidecar(**fields)).startswith(message)


def test_h5_cut_short(tmp_path: Path) -> None:
    path = _h5(tmp_path, a=np.zeros(5000))
    whole = path.read_bytes()
    for n_bytes in (len(whole) - 1000, 100):
        path.write_bytes(whole[:n_bytes])
        assert _message(path, _sidecar(dataset="a")).startswith("cannot be read (")
