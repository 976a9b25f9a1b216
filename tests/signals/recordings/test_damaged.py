"""Damaged and hostile files: one clear line or a recording, never a crash, a hang or a full memory.

More than the few examples of every run: ``NEUROSIM_FUZZ=1000 pytest --timeout 0 PATH_OF_THIS_FILE``.
"""

from __future__ import annotations

import os
import pickle
import tempfile
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from neurosim.core.errors import RecordingError
from neurosim.signals.recordings.reading import Recording, read_recording
from neurosim.signals.recordings.sidecar import Sidecar

_KINDS = (
    "edf",
    "bdf",
    "gdf",
    "cnt",
    "xdf",
    "wfdb",
    "empatica",
    "bids",
    "brainvision",
    "eeglab",
    "fif",
    "npy",
    "hdf5",
    "text",
)
_N_EXAMPLES = int(os.environ.get("NEUROSIM_FUZZ", "25"))
#: The files are some kilobytes; reading any of them takes no more than this, whatever their headers claim.
_MOST_BYTES = 64 << 20

_LIES = (b"999999999999", b"1e300", b"-1", b"nan", b"\xff" * 8, b"\0" * 8, b"../../x", b"1000000000000", b"inf")
_cut = st.tuples(st.just("cut"), st.floats(0.0, 1.0), st.just(b""))
_flip = st.tuples(st.just("flip"), st.floats(0.0, 1.0), st.binary(min_size=1, max_size=4))
# Headers are at the beginning of most files.
_lie = st.tuples(st.just("lie"), st.one_of(st.floats(0.0, 1.0), st.floats(0.0, 0.1)), st.sampled_from(_LIES))
_DAMAGE = st.lists(st.one_of(_cut, _flip, _lie), min_size=1, max_size=4)


def _damaged(whole: bytes, damage: list[tuple[str, float, bytes]]) -> bytes:
    stored = bytearray(whole)
    for what, share, other in damage:
        at = int(share * len(stored))
        if what == "cut":
            del stored[at:]
        elif what == "flip":
            for i, byte in enumerate(other[: len(stored) - at]):
                stored[at + i] ^= byte
        else:
            stored[at : at + len(other)] = other
    return bytes(stored)


def _read(path: Path) -> Recording:
    return read_recording(path, Sidecar(fs=100.0, dataset="x") if path.suffix in (".npy", ".csv", ".h5") else None)


def _read_or_refuse(path: Path) -> None:
    """Read, and look whether a refusal is one line that names the file, and whether memory stayed small."""
    tracemalloc.start()
    try:
        for stream in _read(path).streams.values():
            assert stream.data.ndim == 2
            assert 0 < stream.fs < np.inf
    except RecordingError as error:
        for line in str(error).splitlines():
            assert line.startswith(f"{path}: ")
            assert len(line) > len(f"{path}: ") + 5
    finally:
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < _MOST_BYTES


@pytest.mark.parametrize("kind", _KINDS)
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_damaged_file(kind: str, files: Any) -> None:
    with tempfile.TemporaryDirectory() as name:
        path, parts = files.BUILDERS[kind](Path(name))
        whole = {part: part.read_bytes() for part in parts}
        assert _read(path).streams  # and what it imports is not counted below

        # A loaded machine may take its time: what hangs is ended by the time-out of the test.
        @settings(max_examples=_N_EXAMPLES, deadline=None, derandomize="NEUROSIM_FUZZ" not in os.environ, database=None,
                  suppress_health_check=list(HealthCheck))  # fmt: skip
        @given(part=st.sampled_from(parts), damage=_DAMAGE)
        def check(part: Path, damage: list[tuple[str, float, bytes]]) -> None:
            for file, stored in whole.items():
                file.write_bytes(_damaged(stored, damage) if file == part else stored)
            _read_or_refuse(path)

        check()


def _refusal(path: Path) -> str:
    with pytest.raises(RecordingError) as caught:
        read_recording(path)
    assert "\n" not in str(caught.value)
    return str(caught.value).removeprefix(f"{path}: ")


@pytest.mark.parametrize(("at", "other"), [(10, b"("), (10, b'"'), (40, b"'"), (20, b"\n\n  x")])
def test_npy_header_that_is_no_text_of_a_table(tmp_path: Path, at: int, other: bytes) -> None:
    """NumPy lets errors of Python's tokenizer through, and which they are differs between versions of Python."""
    path = tmp_path / "a.npy"
    np.save(path, np.zeros((2, 400)))
    stored = bytearray(path.read_bytes())
    stored[at : at + len(other)] = other
    path.write_bytes(stored)
    assert _refusal(path).startswith("is not a NumPy array file (")


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "/etc/passwd", "..\\x.eeg", "sub/../../x.eeg", "file:///etc/passwd"]
)
@pytest.mark.parametrize("key", ["data", "marker"])
def test_brainvision_header_that_names_files_elsewhere(tmp_path: Path, files: Any, key: str, name: str) -> None:
    text = _refusal(files.brainvision(tmp_path, **{key: name}))
    assert text.startswith(
        f"line {4 if key == 'data' else 5}, {'DataFile' if key == 'data' else 'MarkerFile'} names '{name}'"
    )
    assert "outside of its folder, which is never opened" in text


@pytest.mark.parametrize("name", ["../x.fdt", "sub/../../x.fdt"])
def test_eeglab_set_that_names_samples_elsewhere(tmp_path: Path, files: Any, name: str) -> None:
    folder = tmp_path / "inner"
    (folder / "sub").mkdir(parents=True)
    path = files.eeglab(folder, data=name)
    (tmp_path / "x.fdt").write_bytes((folder / "a.fdt").read_bytes())
    assert "outside of its folder, which is never opened" in _refusal(path)


def test_eeglab_set_that_claims_more_samples_than_there_are(tmp_path: Path, files: Any) -> None:
    path = files.eeglab(tmp_path, n_times=10**12)
    tracemalloc.start()
    text = _refusal(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert text.startswith("says that it holds 1000000000000 samples of 2 channels")
    assert peak < _MOST_BYTES


def test_symbolic_links_are_the_users_own(tmp_path: Path, files: Any) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    path = files.brainvision(tmp_path)
    (tmp_path / "a.eeg").rename(elsewhere / "kept.eeg")
    (tmp_path / "a.eeg").symlink_to(elsewhere / "kept.eeg")
    assert read_recording(path).data.shape == (2, 400)


@pytest.mark.parametrize("n_records", [999_999, 99_999_999])
def test_edf_header_that_claims_more_records(tmp_path: Path, files: Any, n_records: int) -> None:
    path = files.write_edf(tmp_path / "a.edf", [("Oz", "uV", np.zeros(400, np.int16))], claimed=n_records)
    assert _refusal(path) == f"is cut short: 4.0 of {n_records} records are there; copy it again"


def test_hdf5_dataset_that_was_never_written(tmp_path: Path) -> None:
    import h5py  # type: ignore[import-untyped, unused-ignore]

    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("x", shape=(2, 10**12), dtype="f8", chunks=(2, 1000))
    with pytest.raises(RecordingError, match="of which only 0 bytes were written; export it again"):
        read_recording(path, Sidecar(fs=100.0, dataset="x"))


@pytest.mark.parametrize("ending", [".set", ".mat", ".snirf"])
@pytest.mark.parametrize("userblock", [0, 512])
def test_hdf5_of_matlab_with_parts_in_other_files(tmp_path: Path, ending: str, userblock: int) -> None:
    import h5py  # type: ignore[import-untyped, unused-ignore]

    path = tmp_path / f"a{ending}"
    with h5py.File(path, "w", userblock_size=userblock) as file:
        file["EEG/here"] = np.zeros(3)
        file["EEG/round"] = h5py.SoftLink("/EEG")
        for level in range(40):  # 2^40 ways through it
            group = file.create_group(f"level{level}")
            group["a"] = group["b"] = file[f"level{level - 1}"] if level else file["EEG"]
        file["EEG/self"] = file["EEG"]
        file["EEG/data"] = h5py.ExternalLink("/etc/passwd", "/")
    assert _refusal(path) == "'data' lies in another file, never opened; copy it into this one"
    with h5py.File(path, "w", userblock_size=userblock) as file:
        file.create_dataset("EEG/data", shape=(9,), dtype="f8", external=[("/etc/passwd", 0, 72)])
    assert _refusal(path).startswith("'data' has its samples in another file, never opened")


def test_fif_whose_next_part_lies_elsewhere(tmp_path: Path) -> None:
    import mne  # type: ignore[import-untyped, unused-ignore]

    folder = tmp_path / "inner"
    folder.mkdir()
    raw = mne.io.RawArray(np.zeros((20, 40_000)), mne.create_info(20, 100.0, "eeg"), verbose="ERROR")
    raw.save(folder / "a_eeg.fif", split_size="2MB", verbose="ERROR")
    assert read_recording(folder / "a_eeg.fif").data.shape == (20, 40_000)
    (folder / "a_eeg-1.fif").rename(tmp_path / "eeg1.fif")
    whole = (folder / "a_eeg.fif").read_bytes()
    assert whole.count(b"a_eeg-1.fif") == 1
    (folder / "a_eeg.fif").write_bytes(whole.replace(b"a_eeg-1.fif", b"../eeg1.fif"))
    assert "outside of its folder, which is never opened" in _refusal(folder / "a_eeg.fif")


def test_edf_header_that_counts_too_few_records(tmp_path: Path, files: Any) -> None:
    path = files.write_edf(tmp_path / "a.edf", [("Oz", "uV", np.zeros(400, np.int16))], claimed=2)
    recording = read_recording(path)
    assert recording.data.shape == (1, 200)
    assert recording.notes == ("the header counts 2 records, which were read; 4 are there",)


@pytest.mark.parametrize("duration", [b"0       ", b"-1      ", b"nan     ", b"1e999   "])
def test_edf_record_without_a_length(tmp_path: Path, files: Any, duration: bytes) -> None:
    path = files.write_edf(tmp_path / "a.edf", [("Oz", "uV", np.zeros(400, np.int16))])
    whole = path.read_bytes()
    path.write_bytes(whole[:244] + duration + whole[252:])
    assert _refusal(path).startswith("says that a record lasts ")


class _Bomb:
    def __reduce__(self) -> Any:
        return os._exit, (13,)


@pytest.mark.parametrize("ending", [".npy", ".set", ".mat", ".fif", ".h5", ".csv", ".xdf", ".edf"])
def test_no_pickle_is_ever_loaded(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"a{ending}"
    path.write_bytes(pickle.dumps(_Bomb()))
    with pytest.raises(RecordingError):
        read_recording(path, Sidecar(fs=100.0, dataset="x"))
    np.save(tmp_path / "b.npy", np.array([_Bomb()], dtype=object), allow_pickle=True)
    assert _refusal(tmp_path / "b.npy").startswith("holds Python objects, which are never read")


def test_gzip_that_grows_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import gzip

    from neurosim.signals.recordings import tables

    monkeypatch.setattr(tables, "MAX_BYTES", 1 << 20)
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(b"1,2\n" * (1 << 20)))
    assert _refusal(path) == "is more than 1 MB when decompressed; cut it into pieces"
