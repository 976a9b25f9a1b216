"""Reading of delimited text."""

import gzip
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from neurosim.core.errors import RecordingError
from neurosim.signals.recordings.reading import Recording, read_recording
from neurosim.signals.recordings.sidecar import Sidecar


def _read(tmp_path: Path, text: str, name: str = "a.csv", **fields: Any) -> Recording:
    path = tmp_path / name
    path.write_bytes(text.encode())
    return read_recording(path, Sidecar.model_validate({"fs": 10.0} | fields))


def _refused(tmp_path: Path, text: str, name: str = "a.csv", **fields: Any) -> str:
    with pytest.raises(RecordingError) as caught:
        _read(tmp_path, text, name, **fields)
    return str(caught.value).removeprefix(f"{tmp_path / name}: ")


def _channel(column: int | str) -> list[dict[str, Any]]:
    return [{"name": "Oz", "column": column}]


@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.txt", "a.csv.gz"])
def test_round_trip_is_exact(tmp_path: Path, name: str) -> None:
    array = np.random.default_rng(0).normal(size=(50, 3)) * 10.0 ** np.arange(-150, 300, 150)
    path = tmp_path / name
    np.savetxt(path, array, fmt="%.17g", delimiter="\t" if "tsv" in name else ",")
    recording = read_recording(path, Sidecar(fs=10.0))
    np.testing.assert_array_equal(recording.data, array.T)
    assert recording.ch_names == ("ch0", "ch1", "ch2")
    assert recording.notes == ()


@pytest.mark.parametrize(
    "text",
    [
        *("a,b\n1,2.5\n3,-4e1\n", "a, b\n1, 2.5\n3, -4e1\n", "a\tb\n1\t2.5\n3\t-4e1\n", "a;b\n1;2.5\n3;-4e1"),
        *("a b\n1 2.5\n3 -4e1\n", "  a   b\n  1   2.5\n  3   -4e1\n", "a,b\r\n1,2.5\r\n3,-4e1\r\n"),
        *("a,b\r1,2.5\r3,-4e1\r", '"a","b"\n"1","2.5"\n"3","-4e1"\n', "\ufeffa,b\n1,2.5\n3,-4e1\n"),
        *("% x\n#y\n\na,b\n\n1,2.5\n\n3,-4e1\n\n", "a,b\n1,2.5,\n3,-4e1,\n"),
    ],
)
def test_layouts(tmp_path: Path, text: str) -> None:
    recording = _read(tmp_path, text, channels=[{"name": "x", "column": "b"}, {"name": "y", "column": 0}])
    assert recording.data.tolist() == [[2.5, -40.0], [1.0, 3.0]]


def test_names_of_columns_are_channel_names(tmp_path: Path) -> None:
    recording = _read(tmp_path, "O1,O2\n1,2\n3,4\n")
    assert recording.ch_names == ("O1", "O2")
    assert recording.data.tolist() == [[1.0, 3.0], [2.0, 4.0]]


def test_byte_order_mark_is_no_part_of_a_name(tmp_path: Path) -> None:
    assert _read(tmp_path, "\ufeffO1,O2\n1,2\n").ch_names == ("O1", "O2")


def test_first_row_with_a_number_is_samples(tmp_path: Path) -> None:
    recording = _read(tmp_path, "1,12:00:01\n2,12:00:02\n", channels=_channel(0))
    assert recording.data.tolist() == [[1.0, 2.0]]


def test_named_delimiter(tmp_path: Path) -> None:
    assert _read(tmp_path, "1|2\n3|4\n", delimiter="|").data.tolist() == [[1.0, 3.0], [2.0, 4.0]]
    spaced = _read(tmp_path, "1 2,5\n3 4,5\n", delimiter="whitespace", channels=_channel(0))
    assert spaced.data.tolist() == [[1.0, 3.0]]


def test_one_column_whose_name_has_blanks(tmp_path: Path) -> None:
    recording = _read(tmp_path, "EXG Channel 0\n1.5\n2.5\n", channels=_channel("EXG Channel 0"))
    assert recording.data.tolist() == [[1.5, 2.5]]


def test_arff(tmp_path: Path) -> None:
    text = (
        "% comment\n@RELATION eeg\n\n@ATTRIBUTE AF3 NUMERIC\n@attribute 'left eye' REAL\n@attribute e {0,1}\n"
        "\n@DATA\n4300.5,1,0\n?,2,1\n4302.5,3,1\n"
    )
    marker = {"column": "e", "states": {"open": [0, 1], "closed": [1, 2]}}
    channels = [{"name": "AF3", "column": "AF3", "offset": 4300.0}, {"name": "F7", "column": "left eye"}]
    recording = _read(tmp_path, text, "a.arff", channels=channels, marker=marker)
    np.testing.assert_array_equal(recording.data, [[0.5, np.nan, 2.5], [1.0, 2.0, 3.0]])
    assert [(e.onset_s, e.description) for e in recording.events] == [(0.0, "open"), (0.1, "closed")]
    assert recording.notes == ()


@pytest.mark.parametrize(
    ("line", "fs"),
    [
        ("%Sample Rate = 250 Hz", 250.0),
        ("%Sample Rate = 250.0 Hz", 250.0),
        ("# Sampling Rate (Hz):= 1000.00", 1000.0),
    ],
)
def test_rate_in_the_header(tmp_path: Path, line: str, fs: float) -> None:
    path = tmp_path / "a.txt"
    path.write_text(f"%OpenBCI Raw EEG Data\n{line}\n1, 2\n3, 4\n")
    assert read_recording(path).fs == fs
    recording = read_recording(path, Sidecar(fs=200.0))
    assert recording.fs == 200.0
    assert recording.notes == (f"the file says {fs:g} Hz, the sidecar 200 Hz; the sidecar's was taken",)


@pytest.mark.parametrize("rate", ["0", "...", "x"])
def test_useless_rate_in_the_header(tmp_path: Path, rate: str) -> None:
    assert "its sampling rate; give a sidecar" in _refused(tmp_path, f"%Sample Rate = {rate}\n1\n2\n", fs=None)


def test_no_rate(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("O1,O2\n1,2\n3,4\n")
    with pytest.raises(RecordingError, match=r"does not tell its sampling rate; .* fs = 250\.0$"):
        read_recording(path)


@pytest.mark.parametrize("text", ["%only\n#header\n", "O1,O2\n", "\n\n", "@relation x\n@data\n"])
def test_no_samples(tmp_path: Path, text: str) -> None:
    assert _refused(tmp_path, text) == "holds no samples, only header lines"


def test_missing_cells_become_nan(tmp_path: Path) -> None:
    recording = _read(tmp_path, "a,b\n1,\n2,NaN\n3,4\n5\n-inf,6\n")
    np.testing.assert_array_equal(recording.data, [[1.0, 2.0, 3.0, 5.0, -np.inf], [np.nan, np.nan, 4.0, np.nan, 6.0]])


def test_few_unreadable_cells_become_nan_and_are_told(tmp_path: Path) -> None:
    rows = [f"{i},{i}" for i in range(20)]
    rows[3], rows[7] = "lost,3\n", "7,oops"
    recording = _read(tmp_path, "%x\nt,O1\n\n" + "\n".join(rows), channels=_channel("O1"))
    expected = np.arange(20.0)
    expected[7] = np.nan
    np.testing.assert_array_equal(recording.data[0], expected)
    assert recording.notes == ("line 12, column 1 ('O1'): 'oops' is not a number; cells like it became NaN: 1",)


def test_column_that_is_not_numeric(tmp_path: Path) -> None:
    text = "%x\ntime,O1\n12:00:01,1\n12:00:02,2\n"
    assert _read(tmp_path, text, channels=_channel("O1")).data.tolist() == [[1.0, 2.0]]
    assert _refused(tmp_path, text, channels=_channel("time")) == (
        "line 3, column 0 ('time'): '12:00:01' is not a number (2 of 2 cells are not); "
        "ask for another column in a sidecar"
    )
    every = _read(tmp_path, text)
    assert every.ch_names == ("O1",)
    assert every.notes == ("columns without numbers were left out: 0 ('time')",)


def test_more_than_a_tenth_unreadable_is_refused(tmp_path: Path) -> None:
    rows = [str(i) for i in range(10)]
    rows[4] = "x"
    assert np.isnan(_read(tmp_path, "\n".join(rows), channels=_channel(0)).data[0, 4])
    rows[5] = "x"
    assert "line 5, column 0: 'x' is not a number (2 of 10" in _refused(tmp_path, "\n".join(rows), channels=_channel(0))


def test_text_marker_is_refused(tmp_path: Path) -> None:
    text = "O1,eyes\n1,open\n2,shut\n"
    assert "line 2, column 1 ('eyes'): 'open' is not" in _refused(tmp_path, text, marker={"column": "eyes"})


def test_column_without_any_value(tmp_path: Path) -> None:
    assert _refused(tmp_path, "a,b\n1,\n2,\n", channels=_channel("b")).startswith("column 1 ('b') holds no numbers")


@pytest.mark.parametrize("text", ["a,b\nx,y\nz,w\n", "\x00\x01\x02\n\x00\n", "{0 1, 3 4}\n{0 2, 3 4}\n"])
def test_nothing_numeric(tmp_path: Path, text: str) -> None:
    assert "no column holds numbers" in _refused(tmp_path, text)


def test_unclosed_quote(tmp_path: Path) -> None:
    message = _refused(tmp_path, 'a,b\n1,2\n"3,4\n5,6\n', channels=_channel("a"))
    assert message.startswith("cannot be read (")
    assert "\n" not in message


def test_missing_column(tmp_path: Path) -> None:
    message = _refused(
        tmp_path, "O1,Oz,\n1,2,3\n", channels=[{"name": "x", "column": "O2"}, {"name": "y", "column": 3}]
    )
    assert message.splitlines()[0] == "sidecar.channels[0].column: there is no 'O2'; known: O1, Oz"
    assert message.splitlines()[1].endswith("sidecar.channels[1].column: there is no column 3; columns are 0 to 2")


def test_name_that_occurs_twice(tmp_path: Path) -> None:
    text = "a,b,a\n1,2,3\n"
    assert _read(tmp_path, text, channels=_channel("b")).data.tolist() == [[2.0]]
    assert "'a' names more than one column; give one of the numbers 0, 2" in _refused(
        tmp_path, text, channels=_channel("a")
    )
    assert "two channels are called 'a'; name channels by number in a sidecar" in _refused(tmp_path, text)


def test_gz_cut_in_the_middle(tmp_path: Path) -> None:
    whole = gzip.compress(b"".join(b"%d,%d\n" % (i, i * i) for i in range(2000)))
    path = tmp_path / "a.txt.gz"
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(RecordingError, match="is cut short: the compressed data has no end; copy it again"):
        read_recording(path, Sidecar(fs=10.0))
    path.write_bytes(whole[:100] + b"xxxxxxxx" + whole[108:])
    with pytest.raises(RecordingError, match="cannot be decompressed"):
        read_recording(path, Sidecar(fs=10.0))
    path.write_text("1,2\n")
    with pytest.raises(RecordingError, match="cannot be decompressed"):
        read_recording(path, Sidecar(fs=10.0))
