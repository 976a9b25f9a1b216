"""GDF and Neuroscan CNT, written by their published layouts: values, rates, units, events, and headers that lie."""

from __future__ import annotations

import struct
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from neurosim.core.errors import RecordingError
from neurosim.session import simulate
from neurosim.signals import Recorded
from neurosim.signals.recordings.reading import read_recording

#: The files are some kilobytes, and their headers tell of up to gigabytes.
_MOST_BYTES = 16 << 20


def refusal(path: Path) -> str:
    """Return the one line that a file is refused with, without the path, and look at the memory it took."""
    tracemalloc.start()
    with pytest.raises(RecordingError) as caught:
        read_recording(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < _MOST_BYTES
    assert "\n" not in str(caught.value)
    return str(caught.value).removeprefix(f"{path}: ")


def lying(path: Path, form: str, *lies: tuple[int, float]) -> Path:
    """Write numbers into a file, each at its place."""
    stored = bytearray(path.read_bytes())
    for at, number in lies:
        struct.pack_into(form, stored, at, number)
    path.write_bytes(bytes(stored))
    return path


def test_gdf(tmp_path: Path, files: Any) -> None:
    path = files.gdf(tmp_path)
    steps = np.frombuffer(path.read_bytes()[256 * 3 :], "<i2", 800).reshape(4, 2, 100)
    recording = read_recording(path)
    eeg, ecg = recording.streams["eeg"], recording.streams["ecg"]
    assert (eeg.fs, eeg.unit, eeg.ch_names) == (100.0, "uV", ("Oz",))
    assert (ecg.fs, ecg.unit, ecg.ch_names) == (100.0, "mV", ("ECG",))
    np.testing.assert_allclose(eeg.data[0], steps[:, 0].ravel() / 10.0, atol=1e-9)
    np.testing.assert_allclose(ecg.data[0], steps[:, 1].ravel() / 1000.0, atol=1e-9)
    told = [(e.onset_s, e.duration_s, e.description) for e in recording.events]
    assert told == [(1.5, 0.5, "769"), (3.0, 0.01, "770")]  # a cue is a sample long at least
    assert recording.notes == ()


def test_cnt(tmp_path: Path, files: Any) -> None:
    path = files.cnt(tmp_path)
    steps = np.frombuffer(path.read_bytes()[900 + 150 :], "<i2", 800).reshape(400, 2).T
    recording = read_recording(path)
    assert {name: (s.fs, s.unit, s.ch_names) for name, s in recording.streams.items()} == {
        "eeg": (100.0, "uV", ("Oz", "Cz"))
    }
    # (step - baseline) * sensitivity * calibration / 204.8
    np.testing.assert_allclose(recording.data, (steps - 7) * np.array([[0.1], [0.2]]), rtol=1e-6)
    assert [(e.onset_s, e.description) for e in recording.events] == [(1.5, "3"), (3.0, "4")]
    assert recording.notes == ()


@pytest.mark.parametrize("kind", ["gdf", "cnt"])
def test_a_session_plays_it(tmp_path: Path, files: Any, kind: str) -> None:
    path = getattr(files, kind)(tmp_path)
    protocol = "alpha_up"
    result = simulate(protocol, source=Recorded(path=str(path)), seed=1, signals="all")
    assert result.streams["eeg"].fs == 100.0
    assert {e.text for e in result.events if e.kind == "annotation"} == (
        {"769", "770"} if kind == "gdf" else {"3", "4"}
    )


@pytest.mark.parametrize(
    ("form", "lies", "said"),
    [
        ("<H", [(252, 65535)], "it tells of 65535 channels and 4 records"),
        ("<q", [(236, 10**15)], "it tells of 1000000000000000 records in "),
        ("<q", [(236, -1)], "it tells of 2 channels and -1 records"),
        ("<i", [(256 + 2 * 216, 2**31 - 1)], "it tells of 4 records in "),
        ("<i", [(256 + 2 * 220, 9)], "it tells of samples of no type that there is"),
        ("<B", [(256 * 3 + 1600 + i, 255) for i in (1, 2, 3)], "it tells of 16777215 events in "),
        ("<B", [(0, 0)], "it does not begin with GDF"),
    ],
)
def test_gdf_header_that_lies(tmp_path: Path, files: Any, form: str, lies: list[tuple[int, float]], said: str) -> None:
    text = refusal(lying(files.gdf(tmp_path), form, *lies))
    assert text.startswith(f"has no whole GDF header ({said}")


def test_gdf_of_the_first_kind_with_four_thousand_million_channels(tmp_path: Path, files: Any) -> None:
    path = files.gdf(tmp_path)
    path.write_bytes(b"GDF 1.25" + path.read_bytes()[8:])
    assert "it tells of 4294967295 channels" in refusal(lying(path, "<I", (252, 2**32 - 1)))


@pytest.mark.parametrize(
    ("form", "lies", "said"),
    [
        ("<H", [(370, 65535)], "it tells of 400 samples of 65535 channels"),
        ("<i", [(864, 2**31 - 1)], "it tells of 2147483647 samples of 2 channels"),
        ("<i", [(886, 2**31 - 1)], "it tells of 400 samples of 2 channels"),
        ("<i", [(894, 2**31 - 1)], "it tells of blocks of 2147483647 bytes a channel"),
        ("<i", [(900 + 150 + 1600 + 1, 2**31 - 1)], "it tells of 2147483647 bytes of events, 25 are left"),
        ("<i", [(900 + 150 + 1600 + 1, -1)], "it tells of -1 bytes of events, 25 are left"),
    ],
)
def test_cnt_header_that_lies(tmp_path: Path, files: Any, form: str, lies: list[tuple[int, float]], said: str) -> None:
    text = refusal(lying(files.cnt(tmp_path), form, *lies))
    assert text.startswith(f"has no whole CNT header ({said})")


@pytest.mark.parametrize("kind", ["gdf", "cnt"])
@pytest.mark.parametrize("n_bytes", [1, 200, 600, 1000])
def test_one_that_is_cut(tmp_path: Path, files: Any, kind: str, n_bytes: int) -> None:
    path = getattr(files, kind)(tmp_path)
    path.write_bytes(path.read_bytes()[:n_bytes])
    assert refusal(path).startswith(f"has no whole {kind.upper()} header (")
