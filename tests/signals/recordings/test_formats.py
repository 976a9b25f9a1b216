"""WFDB, Empatica, BIDS and EDF at several rates, against the numbers that were written into them."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from neurosim.core.errors import RecordingError
from neurosim.session import simulate
from neurosim.signals import Recorded
from neurosim.signals.recordings.reading import read_recording
from neurosim.signals.recordings.sidecar import Sidecar


def message(path: Path) -> str:
    """Return the one line that a file is refused with, without the path."""
    with pytest.raises(RecordingError) as caught:
        read_recording(path)
    head, text = str(caught.value).split(": ", 1)
    assert head == str(path)
    assert "\n" not in text
    return text


def changed(path: Path, old: str, new: str) -> Path:
    """Change the first place of a text in a file."""
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    return path


def test_edf_keeps_every_rate(tmp_path: Path, files: Any) -> None:
    path, _ = files.BUILDERS["edf"](tmp_path)
    recording = read_recording(path)
    streams = {name: (s.fs, s.ch_names, s.unit, s.data.shape) for name, s in recording.streams.items()}
    assert streams == {
        "eeg": (100.0, ("Oz",), "uV", (1, 400)),
        "temperature": (1.0, ("TEMP",), "degC", (1, 4)),
    }
    # Every record repeats the text in this file.
    assert {(e.onset_s, e.duration_s, e.description) for e in recording.events} == {(1.0, 0.0, "closed")}


def test_edf_of_one_rate_is_what_mne_reads(tmp_path: Path, files: Any) -> None:
    import mne  # type: ignore[import-untyped, unused-ignore]

    steps = files.RNG.integers(-300, 300, (2, 400)).astype(np.int16)
    path = files.write_edf(tmp_path / "a.edf", [("Oz", "uV", steps[0]), ("Cz", "mV", steps[1])])
    raw = mne.io.read_raw_edf(path, verbose="ERROR")
    np.testing.assert_allclose(read_recording(path).data, raw.get_data() * 1e6, rtol=1e-9, atol=1e-9)


def test_edf_text_with_a_duration(tmp_path: Path, files: Any) -> None:
    text = b"+1.5\x152.25\x14eyes\x14closed\x14"
    texts = b"".join((b"+%d\x14\x14\0" % i + text * (i == 1)).ljust(80, b"\0") for i in range(4))
    channels = [("Oz", "uV", np.zeros(400, np.int16)), ("EDF Annotations", "", np.frombuffer(texts, "<i2"))]
    events = read_recording(files.write_edf(tmp_path / "a.edf", channels)).events
    assert [(e.onset_s, e.duration_s, e.description) for e in events] == [(1.5, 2.25, "eyes"), (1.5, 2.25, "closed")]


@pytest.mark.parametrize("field", [b"3276.7  ", b"-32768  "])
def test_edf_whose_range_is_none(tmp_path: Path, files: Any, field: bytes) -> None:
    path, _ = files.BUILDERS["edf"](tmp_path)
    path.write_bytes(path.read_bytes().replace(field, b"nonsense", 1))
    assert message(path).startswith("channel 'Oz': from ")


def test_wfdb_keeps_rates_and_annotations(tmp_path: Path, files: Any) -> None:
    path = files.wfdb_record(tmp_path)
    frames = np.frombuffer(path.with_suffix(".dat").read_bytes(), "<i2").reshape(400, 3)
    recording = read_recording(path)
    ecg, breath = recording.streams["ecg"], recording.streams["respiration"]
    assert (ecg.fs, ecg.unit, ecg.ch_names) == (200.0, "mV", ("ECG",))
    assert (breath.fs, breath.unit, breath.ch_names) == (100.0, "L", ("RESP",))
    np.testing.assert_allclose(ecg.data[0], frames[:, :2].ravel() / 200.0)
    np.testing.assert_allclose(breath.data[0], frames[:, 2] / 100.0)
    assert [(e.onset_s, e.description) for e in recording.events] == [(1.5, "N"), (2.5, "V")]
    assert read_recording(path.with_suffix(".dat")).streams.keys() == recording.streams.keys()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("r 2 100 400", "r 2 100 1000000000000", "is cut short: r.dat holds 400 of 1000000000000 samples"),
        ("r 2 100 400", "r 9 100 400", "line 1 tells of 9 signals, 2 follow"),
        ("r 2 100 400", "r 2 0 400", "line 1 is no header of a WFDB record"),
        ("r.dat 16 ", "../x.dat 16 ", "line 3 names '../x.dat', outside of its folder"),
        ("r.dat 16 ", "/etc/passwd 16 ", "line 3 names '/etc/passwd', outside of its folder"),
        ("r.dat 16 ", "s3://a/b.dat 16 ", "line 3 names 's3://a/b.dat', outside of its folder"),
        ("r.dat 16 ", "gone.dat 16 ", "its samples, gone.dat, are not there"),
        ("16x2", "17x2", "line 2: there is no format 17"),
        ("r 2 100 400", "r/2 2 100 400\n../x 200\nr 200\n", "line 2 names '../x', outside of its folder"),
    ],
)
def test_wfdb_header_that_lies(tmp_path: Path, files: Any, old: str, new: str, said: str) -> None:
    assert message(changed(files.wfdb_record(tmp_path), old, new)).startswith(said)


def test_empatica_folder(tmp_path: Path, files: Any) -> None:
    recording = read_recording(files.empatica_folder(tmp_path / "e4"))
    rates = {name: stream.fs for name, stream in recording.streams.items()}
    assert rates == {"skin_conductance": 4.0, "temperature": 4.0, "ppg": 64.0, "acceleration": 32.0, "heart_rate": 1.0,
                     "ibi": 4.0}  # fmt: skip
    assert recording.streams["acceleration"].data[:, 0].tolist() == [-1.0, 0.0, 1.0]
    heart_rate = recording.streams["heart_rate"].data[0]
    assert np.isnan(heart_rate[:10]).all()
    assert heart_rate[10:].tolist() == [72.0] * 50
    ibi = recording.streams["ibi"].data[0]
    # Beats at 2.0, 2.8, 3.5 and 10.0 s; half an interval after the next was due nothing is known.
    at = {0.0: np.nan, 1.75: np.nan, 2.0: 0.8, 2.75: 0.8, 3.5: 0.7, 4.5: 0.7, 4.75: np.nan, 9.75: np.nan, 10.0: 0.9}
    np.testing.assert_array_equal([ibi[int(t * 4)] for t in at], list(at.values()))
    assert [(e.onset_s, e.description) for e in recording.events] == [(30.0, "tag")]


def test_one_empatica_file(tmp_path: Path, files: Any) -> None:
    folder = files.empatica_folder(tmp_path / "e4")
    (folder / "BVP.csv.gz").write_bytes(gzip.compress((folder / "BVP.csv").read_bytes()))
    for name in ("BVP.csv", "BVP.csv.gz"):
        recording = read_recording(folder / name)
        assert {name: s.fs for name, s in recording.streams.items()} == {"ppg": 64.0}
        assert recording.events == ()


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("EDA", "4.000000\n", "0.0\n", "EDA.csv, line 2: 0 is no sampling rate"),
        ("EDA", "2.000000\n", "two\n", "EDA.csv, line 3: 'two' is no number"),
        ("ACC", "-63,0,64", "-63,0", "ACC.csv, line 4: 2 columns and not 3"),
        ("TEMP", "1600000000.000000", "12.5", "TEMP.csv, line 1: 12.5 is no date"),
        ("IBI", "3.5,0.7", "1e300,0.7", "IBI.csv: its beats are not in order within a week"),
        ("HR", "1600000010", "1700000010", "HR.csv begins more than a day after the others"),
    ],
)
def test_empatica_file_that_is_damaged(tmp_path: Path, files: Any, name: str, old: str, new: str, said: str) -> None:
    folder = files.empatica_folder(tmp_path / "e4")
    changed(folder / f"{name}.csv", old, new)
    assert message(folder).startswith(said)


def test_bids_dataset_with_its_tables_and_physiology(tmp_path: Path, files: Any) -> None:
    root = files.bids_dataset(tmp_path / "set")
    recording = read_recording(root)
    streams = {name: (s.fs, s.ch_names, s.unit, s.data.shape[1]) for name, s in recording.streams.items()}
    assert streams == {
        "eeg": (100.0, ("A1x",), "uV", 400),
        "ecg": (100.0, ("ECG",), "mV", 400),  # channels.tsv at the top of the dataset calls A2x so
        "ppg": (50.0, ("PPG",), "a.u.", 200),  # 300 samples, of which 100 were before the EEG began
        "respiration": (50.0, ("RESP",), "a.u.", 200),
    }
    assert recording.streams["ppg"].data[0, 0] == 100.0
    told = [(e.onset_s, e.duration_s, e.description) for e in recording.events]
    assert told == [(1.5, 0.5, "closed"), (3.0, 0.0, "open")]
    assert "task-rest_channels.tsv calls these channels bad: A2x" in recording.notes
    file = root / "sub-01" / "eeg" / "sub-01_task-rest_eeg.edf"
    np.testing.assert_array_equal(read_recording(file).data, recording.data)


def test_bids_physiology_alone(tmp_path: Path, files: Any) -> None:
    folder = files.bids_dataset(tmp_path / "set") / "sub-01" / "eeg"
    recording = read_recording(folder / "sub-01_task-rest_physio.tsv.gz")
    assert {name: s.data.shape for name, s in recording.streams.items()} == {"ppg": (1, 200), "respiration": (1, 200)}


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("task-rest_channels.tsv", "\ttype\t", "\tkind\t", "task-rest_channels.tsv, line 1: no column 'type'"),
        ("task-rest_channels.tsv", "A1x\tEEG\tuV\tgood", "A1x\tEEG", "task-rest_channels.tsv, line 2: 2 cells and"),
        ("events.tsv", "onset\t", "begin\t", "sub-01_task-rest_events.tsv, line 1: no column 'onset'"),
        ("events.tsv", "3.0", "soon", "sub-01_task-rest_events.tsv, line 3, onset: 'soon' is no number"),
        ("physio.json", '"Columns"', '"Names"', "sub-01_task-rest_physio.json: Columns must name the columns"),
        ("physio.json", "50.0", "true", "sub-01_task-rest_physio.json: SamplingFrequency must be a number"),
        ("physio.json", ', "trigger"', "", "sub-01_task-rest_physio.tsv.gz, line 1: 3 columns, "),
        ("physio.json", "{", "[", "sub-01_task-rest_physio.json is no JSON"),
    ],
)  # fmt: skip
def test_bids_table_that_is_wrong(tmp_path: Path, files: Any, file: str, old: str, new: str, said: str) -> None:
    root = files.bids_dataset(tmp_path / "set")
    changed(next(root.rglob(f"*{file}")), old, new)
    assert message(root).startswith(said)


def test_bids_dataset_of_several_recordings_names_them(tmp_path: Path, files: Any) -> None:
    root = files.bids_dataset(tmp_path / "set")
    folder = root / "sub-01" / "eeg"
    (folder / "sub-01_task-go_eeg.edf").write_bytes((folder / "sub-01_task-rest_eeg.edf").read_bytes())
    text = message(root)
    assert text.startswith("is a dataset of 2 recordings; name one of them: sub-01/eeg/sub-01_task-go_eeg.edf, ")


def test_text_of_biosppy(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(
        "# Simple Text Format\n# Sampling Rate (Hz):= 50.00\n# Resolution:= 12\n# Labels:= ECG\tEDA\n1\t2\n3\t4\n"
    )
    streams = {name: (s.fs, s.unit, s.data.tolist()) for name, s in read_recording(path).streams.items()}
    assert streams == {"ecg": (50.0, "adc", [[1.0, 3.0]]), "skin_conductance": (50.0, "adc", [[2.0, 4.0]])}


def test_the_user_may_say_what_a_channel_is(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.arange(40.0).reshape(2, 20))
    channels = [
        {"name": "left", "column": 0, "stream": "emg", "unit": "mV"},
        {"name": "ring", "column": 1, "stream": "ppg"},
    ]
    recording = read_recording(tmp_path / "a.npy", Sidecar.model_validate({"fs": 10.0, "channels": channels}))
    assert {n: (s.ch_names, s.unit, s.data[0, 1]) for n, s in recording.streams.items()} == {
        "emg": (("left",), "uV", 1000.0),
        "ppg": (("ring",), "a.u.", 21.0),
    }
    with pytest.raises(ValueError, match="unknown stream 'ecgg'; did you mean 'ecg'"):
        Sidecar.model_validate({"stream": "ecgg"})


def test_a_session_plays_each_stream_at_its_rate_and_ends_with_the_shortest(tmp_path: Path, files: Any) -> None:
    root = files.empatica_folder(tmp_path / "e4")
    rows = "".join(f"{value:.2f}\n" for value in 31.0 + np.arange(200) / 500)  # 50 s; the others last 60
    (root / "TEMP.csv").write_text(f"1600000000.0\n4.0\n{rows}", encoding="utf-8")
    (root / "EDA.csv").write_text("1600000000.0\n4.0\n" + "2.0\n2.1\n" * 120, encoding="utf-8")
    source = Recorded(path=str(root))
    warm = simulate("hand_warming", source=source, seed=1, signals=["ppg"])
    assert {name: spec.fs for name, spec in warm.streams.items()} == {"temperature": 4.0, "ppg": 64.0}
    assert warm.protocol.duration_s == pytest.approx(50.0)
    recording = read_recording(root)
    np.testing.assert_array_equal(warm.samples("temperature"), recording.streams["temperature"].data)
    np.testing.assert_array_equal(warm.samples("ppg"), recording.streams["ppg"].data[:, : 50 * 64])
    assert "tag" in {event.text for event in warm.events if event.kind == "annotation"}
    calm = simulate("skin_conductance_down", source=source, seed=1)
    assert calm.protocol.duration_s == pytest.approx(60.0)
    lasting = {"skin_conductance", "ppg", "heart_rate"}  # what moved lasts 4 s, the intervals 10
    for n_rows, streams, ends_s in ((200, lasting, 60.0), (238, {*lasting, "temperature"}, 59.5)):
        (root / "TEMP.csv").write_text("1600000000.0\n4.0\n" + "31.0\n" * n_rows, encoding="utf-8")
        whole = simulate("skin_conductance_down", source=source, seed=1, signals="all")
        assert whole.streams.keys() == streams
        assert whole.protocol.duration_s == pytest.approx(ends_s)


def test_json_of_a_dataset_may_be_inherited(tmp_path: Path, files: Any) -> None:
    root = files.bids_dataset(tmp_path / "set")
    own = root / "sub-01" / "eeg" / "sub-01_task-rest_physio.json"
    facts = json.loads(own.read_text())
    rate = facts.pop("SamplingFrequency")
    own.write_text(json.dumps(facts))
    (root / "task-rest_physio.json").write_text(json.dumps({"SamplingFrequency": rate, "StartTime": 99.0}))
    assert read_recording(root).streams["ppg"].fs == 50.0
