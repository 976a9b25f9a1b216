"""What channels of real devices and data sets are taken for, and what their units are turned into."""

import numpy as np
import pytest

from neurosim.signals.recordings.kinds import convert, kind_of_name, stream_names, tell_kinds
from neurosim.signals.recordings.plausible import doubts
from neurosim.signals.recordings.recording import RecordedStream

# Names as they stand in Sleep-EDF, MIT-BIH, MIMIC, BioSemi, BIOPAC/NeuroKit, OpenBCI, Empatica, BITalino and MNE.
NAMES = {
    "eeg": [
        "EEG Fpz-Cz",
        "EOG horizontal",
        "FP1",
        "Oz..",
        "C3-A2",
        "T8",
        "EXG1",
        "HEOG",
        "EXG Channel 0",
        "PO10",
    ],
    "ecg": ["MLII", "V5", "II", "aVR", "ECG", "EKG1", "ecg_lead_ii", "MCL1"],
    "respiration": ["Resp oro-nasal", "RESP", "RSP", "Thorax", "abdomen", "Respiration"],
    "emg": ["EMG submental", "EMG Chin", "emg1", "Frontalis"],
    "temperature": ["Temp rectal", "TEMP", "SKT", "skin temperature"],
    "skin_conductance": ["EDA", "GSR1", "Galvanic skin"],
    "ppg": ["PPG", "BVP", "PLETH"],
    "acceleration": ["Accel Channel 0", "ACC_X"],
    "": ["Event marker", "Photosensor", "Status", "ch3", "Sample Index", "Timestamp", "Cosmos", "Trial"],
}


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, names in NAMES.items() for name in names])
def test_kind_of_a_name(kind: str, name: str) -> None:
    assert kind_of_name(name) == kind


def test_files_of_bare_numbers_are_eeg_and_what_is_unknown_beside_known_ones_is_not() -> None:
    assert tell_kinds(["ch0", "ch1"], ["", ""], ["", ""]) == ["eeg", "eeg"]
    assert tell_kinds(["ECG", "Photosensor"], ["", ""], ["", ""]) == ["ecg", "other"]
    assert tell_kinds(["x1", "x2", "x3"], ["uV", "degC", "uS"], ["", "", "ppg"]) == ["eeg", "temperature", "ppg"]


@pytest.mark.parametrize(
    ("unit", "kind", "value", "expected"),
    [
        ("V", "eeg", 1e-5, 10.0), ("mV", "emg", 0.5, 500.0), ("µV", "ecg", 1000.0, 1.0), ("\u03bcV", "eeg", 3.0, 3.0),
        ("S", "skin_conductance", 2e-6, 2.0), ("nS", "skin_conductance", 500.0, 0.5),
        ("K", "temperature", 305.15, 32.0),
        ("degF", "temperature", 89.6, 32.0), ("adc", "ecg", 2048.0, 2048.0), ("mV", "respiration", 7.0, 7.0),
    ],
)  # fmt: skip
def test_units(unit: str, kind: str, value: float, expected: float) -> None:
    _, factor, summand = convert(unit, kind)
    assert value * factor + summand == pytest.approx(expected)


def test_channels_are_called_what_protocols_call_them() -> None:
    assert stream_names("ecg", ["MLII", "V5"]) == ("ECG", "V5")
    assert stream_names("ecg", ["V5", "ECG"]) == ("V5", "ECG")
    assert stream_names("temperature", ["Temp rectal", "finger left"]) == ("Temp rectal", "TEMP")
    assert stream_names("emg", ["EMG submental"]) == ("EMG submental",)  # no muscle that a protocol trains
    assert stream_names("emg", ["EMG1-EMG2"]) == ("EMG",)
    assert stream_names("eeg", ["EEG C3-REF", "FCZ", "EEG C3-LE"]) == ("EEG C3-REF", "FCz", "EEG C3-LE")


@pytest.mark.parametrize(
    ("name", "unit", "middle", "spread", "doubted"),
    [
        ("eeg", "uV", 0.0, 20.0, False), ("eeg", "uV", 1e5, 20.0, False), ("eeg", "uV", 0.0, 2e-5, True),
        ("eeg", "uV", 0.0, 0.0, False), ("ecg", "mV", 0.0, 500.0, True), ("temperature", "degC", 305.0, 0.5, True),
        ("temperature", "degC", 32.0, 0.5, False), ("skin_conductance", "uS", 2500.0, 20.0, True),
        ("eeg_2", "uV", 0.0, 1e-5, True),
    ],
)  # fmt: skip
def test_a_unit_that_lies_is_told(name: str, unit: str, middle: float, spread: float, doubted: bool) -> None:
    data = middle + spread * np.random.default_rng(1).normal(size=(2, 1000))
    data[:, 10] = np.nan
    found = doubts({name: RecordedStream(data, 100.0, ("a", "b"), unit)})
    assert bool(found) == doubted
    assert all("Give unit or scale in a sidecar" in sentence for sentence in found)
    assert doubts({name: RecordedStream(np.full((1, 5), np.nan), 1.0, ("a",), unit)}) == []
