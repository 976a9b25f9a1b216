"""XDF: several clocks on one time, pauses, and files that would keep pyxdf busy for hours or fill the memory."""

from __future__ import annotations

import struct
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from neurosim.core.errors import RecordingError
from neurosim.signals.recordings.reading import read_recording


def message(path: Path) -> str:
    """Return the one line that a file is refused with, without the path, and look at the memory it took."""
    tracemalloc.start()
    with pytest.raises(RecordingError) as caught:
        read_recording(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 64 << 20
    head, text = str(caught.value).split(": ", 1)
    assert head == str(path)
    assert "\n" not in text
    return text


def test_xdf_brings_streams_of_several_clocks_together(tmp_path: Path, files: Any) -> None:
    """A pulse at the same moment in streams of 250 and 32 Hz whose clocks differ by 1000 s, and a marker there."""
    at_s = 4.0
    eeg_s, eda_s = 10.0 + np.arange(2500) / 250.0, 10.5 + np.arange(288) / 32.0
    eeg = np.where(np.abs(eeg_s - 10.0 - at_s) < 1e-9, 100.0, files.RNG.normal(size=2500))[:, None]
    eda = np.where(np.abs(eda_s - 10.0 - at_s) < 1e-9, 9.0, 2.0)[:, None]
    path = files.xdf_file(
        tmp_path / "a.xdf",
        files.xdf_stream(1, "amp", "EEG", 250.0, [("OZ", "EEG", "microvolts")], eeg_s, eeg),
        files.xdf_stream(2, "wrist", "GSR", 32.0, [("skin", "", "uS")], eda_s - 1000.0, eda, clock_offset_s=1000.0),
        files.xdf_stream(3, "marks", "Markers", 0.0, [], np.array([10.0 + at_s, 12.0]), ["begin", "end"]),
    )
    recording = read_recording(path)
    eeg_stream, eda_stream = recording.streams["eeg"], recording.streams["skin_conductance"]
    assert (eeg_stream.fs, eeg_stream.ch_names, eeg_stream.unit) == (250.0, ("Oz",), "uV")
    assert (eda_stream.fs, eda_stream.ch_names, eda_stream.unit) == (32.0, ("EDA",), "uS")
    np.testing.assert_array_equal(eeg_stream.data[0], eeg[:, 0])
    assert np.argmax(eeg_stream.data[0]) / 250.0 == at_s
    assert np.nanargmax(eda_stream.data[0]) / 32.0 == at_s
    # It began half a second later than the EEG.
    assert np.isnan(eda_stream.data[0, :16]).all()
    assert np.isfinite(eda_stream.data[0, 16:]).all()
    assert [(round(e.onset_s, 9), e.description) for e in recording.events] == [(2.0, "end"), (at_s, "begin")]


def test_xdf_pause_becomes_nan(tmp_path: Path, files: Any) -> None:
    stamps = np.concatenate([np.arange(300), np.arange(800, 1100)]) / 100.0
    stream = files.xdf_stream(1, "amp", "EEG", 100.0, [("Oz", "EEG", "uV")], stamps, np.ones((600, 1)))
    recording = read_recording(files.xdf_file(tmp_path / "a.xdf", stream))
    x = recording.data[0]
    assert x.size == 1100
    np.testing.assert_array_equal(np.flatnonzero(np.isnan(x)), np.arange(300, 800))
    assert recording.notes == ("amp: pauses 1 times, for 5 s in all",)
    (gap,) = recording.events
    assert (gap.kind, gap.onset_s, gap.duration_s) == ("gap", 3.0, 5.0)
    assert gap.description == "amp: 5.000 s without samples"


def test_xdf_whose_clock_lies_does_not_fill_memory(tmp_path: Path, files: Any) -> None:
    stamps = np.concatenate([np.arange(300) / 100.0, 1e9 + np.arange(300) / 100.0])
    stream = files.xdf_stream(1, "amp", "EEG", 100.0, [("Oz", "EEG", "uV")], stamps, np.ones((600, 1)))
    assert message(files.xdf_file(tmp_path / "a.xdf", stream)).startswith("stream 'amp' pauses for 1e+09 s")


def test_xdf_cut_in_the_middle_says_where_and_how_to_keep_what_is_whole(tmp_path: Path, files: Any) -> None:
    path, _ = files.BUILDERS["xdf"](tmp_path)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    text = message(path)
    assert text.startswith("is cut short, or damaged, at byte ")
    kept = int(text.split("head -c ")[1].split()[0])
    (tmp_path / "whole.xdf").write_bytes(whole[:kept])
    assert read_recording(tmp_path / "whole.xdf").data.size > 0


def test_xdf_that_tells_of_more_samples_than_it_holds(tmp_path: Path, files: Any) -> None:
    head = files.xdf_stream(1, "amp", "EEG", 100.0, [("Oz", "EEG", "uV")], np.arange(2.0), np.ones((2, 1)))
    lie = files.chunk(3, b"\x01\0\0\0" + b"\x08" + (10**12).to_bytes(8, "little") + bytes(50))
    assert "tells of 1000000000000 samples in" in message(files.xdf_file(tmp_path / "a.xdf", head, lie))


def whole_stream(files: Any, number: int = 1) -> bytes:
    stamps = np.arange(200) / 100.0
    made: bytes = files.xdf_stream(
        number, f"amp{number}", "EEG", 100.0, [("Oz", "EEG", "uV")], stamps, np.ones((200, 1))
    )
    return made


def clocks(files: Any, number: int, measured: list[tuple[float, float]]) -> bytes:
    """Return offsets of a clock: when each was measured, and the offset."""
    return b"".join(files.chunk(4, struct.pack("<Idd", number, *each)) for each in measured)


def test_xdf_whose_clock_is_set_anew_without_end(tmp_path: Path, files: Any) -> None:
    """pyxdf fits a line to each stretch in a thousand steps, some hundredths of a second; here are 30 000 stretches."""
    measured = [(float(at), 10.0 * ((at // 2) % 2)) for block in range(30_000) for at in (100 - block, 101 - block)]
    path = files.xdf_file(tmp_path / "a.xdf", whole_stream(files), clocks(files, 1, measured))
    assert message(path).endswith("clocks, or some that were set anew so often; leave streams out of it")


def test_xdf_of_more_clocks_than_there_are(tmp_path: Path, files: Any) -> None:
    path = files.xdf_file(tmp_path / "a.xdf", *(whole_stream(files, number) for number in range(1, 302)))
    assert message(path).startswith("has 301 clocks, or some that were set anew so often")


def test_xdf_that_pauses_at_every_sample(tmp_path: Path, files: Any) -> None:
    stamps = 20.0 * np.arange(6000)
    stream = files.xdf_stream(1, "amp", "EEG", 100.0, [("Oz", "EEG", "uV")], stamps, np.ones((6000, 1)))
    assert message(files.xdf_file(tmp_path / "a.xdf", stream)).startswith("stream 1 pauses 5999 times")


def test_xdf_markers_may_be_as_far_apart_as_they_are(tmp_path: Path, files: Any) -> None:
    stamps = 0.01 * np.arange(5500)
    marks = files.xdf_stream(2, "m", "Markers", 0.0, [], 0.009 * np.arange(5500) * 1000, ["x"] * 5500)
    eeg = files.xdf_stream(1, "amp", "EEG", 100.0, [("Oz", "EEG", "uV")], stamps, np.ones((5500, 1)))
    recording = read_recording(files.xdf_file(tmp_path / "a.xdf", eeg, marks))
    assert recording.data.shape == (1, 5500)


@pytest.mark.parametrize(("measured", "stamp"), [(np.nan, 0.0), (np.inf, 0.0), (0.0, np.nan), (0.0, -np.inf)])
def test_xdf_whose_times_are_no_numbers(tmp_path: Path, files: Any, measured: float, stamp: float) -> None:
    stamps = np.append(np.arange(200) / 100.0, stamp)
    stream = files.xdf_stream(1, "amp", "EEG", 100.0, [("Oz", "EEG", "uV")], stamps[:-1], np.ones((200, 1)))
    sample = files.chunk(3, struct.pack("<IBBBdd", 1, 1, 1, 8, stamp, 1.0))
    text = message(files.xdf_file(tmp_path / "a.xdf", stream, sample, clocks(files, 1, [(measured, 0.0)])))
    assert "no number" in text


def test_xdf_samples_without_a_stamp_follow_the_one_before(tmp_path: Path, files: Any) -> None:
    """As LabRecorder writes streams that stamp a chunk only at its begin; a second of chunks is no pause."""
    head = files.xdf_stream(1, "amp", "EEG", 100.0, [("Oz", "EEG", "uV")], np.arange(2) / 100.0, np.zeros((2, 1)))
    body = b""
    for first in range(2, 3002, 600):
        rows = b"".join(
            (b"\x08" + struct.pack("<d", i / 100.0) if i == first else b"\0") + struct.pack("<d", float(i))
            for i in range(first, first + 600)
        )
        body += files.chunk(3, struct.pack("<IBI", 1, 4, 600) + rows)
    recording = read_recording(files.xdf_file(tmp_path / "a.xdf", head, body))
    np.testing.assert_array_equal(recording.data[0, 2:], np.arange(2.0, 3002.0))
    assert recording.events == ()


@pytest.mark.parametrize(
    ("tag", "content", "said"),
    [
        (3, struct.pack("<IBBBd", 1, 1, 1, 0, 1.0) + b"more", "tells of 1 samples in"),
        (3, struct.pack("<IBBBd", 1, 1, 1, 7, 1.0), "a sample has a part of a time stamp"),
        (3, struct.pack("<IBBBd", 9, 1, 1, 0, 1.0), "stream 9 was not announced"),
        (3, struct.pack("<IBQ", 1, 8, 2**63), "tells of 9223372036854775808 samples"),
        (4, struct.pack("<Id", 1, 1.0), "tells of its clock in 14 bytes and not 22"),
        (4, b"\x01", "requires a buffer"),
    ],
)
def test_xdf_chunk_after_which_pyxdf_would_read_on_at_the_wrong_place(
    tmp_path: Path, files: Any, tag: int, content: bytes, said: str
) -> None:
    path = files.xdf_file(tmp_path / "a.xdf", whole_stream(files), files.chunk(tag, content), whole_stream(files, 2))
    assert said in message(path)


def test_xdf_text_that_claims_to_be_longer_than_its_chunk(tmp_path: Path, files: Any) -> None:
    marks = files.xdf_stream(2, "m", "Markers", 0.0, [], np.array([0.5]), ["a"])
    lie = files.chunk(3, struct.pack("<IBBBBI", 2, 1, 1, 0, 4, 2**31) + b"ab")
    path = files.xdf_file(tmp_path / "a.xdf", whole_stream(files), marks, lie)
    assert "stream 2 tells of 1 samples in" in message(path)
