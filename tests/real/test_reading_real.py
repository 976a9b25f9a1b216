"""Reading of real recordings, against what their README files and plain parsing say of them."""

import gzip
import os
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from neurosim.core.errors import RecordingError
from neurosim.signals.recordings.reading import Recording, read_recording
from neurosim.signals.recordings.sidecar import Sidecar, load_sidecar

_HERE = Path(__file__).parent
_DEFAULT = _HERE.parents[1].parent / "shared" / "data" / "recordings"
_RECORDINGS = Path(os.environ.get("NEUROSIM_RECORDINGS", _DEFAULT))


def _find(folder: str, name: str) -> Path:
    path = _RECORDINGS / folder / name
    if not path.exists():
        pytest.skip(f"no {folder}/{name} in {_RECORDINGS}; set NEUROSIM_RECORDINGS")
    return path


def _read(folder: str, name: str) -> Recording:
    return read_recording(_find(folder, name), load_sidecar(_HERE / "sidecars" / f"{folder}.toml"))


def test_every_sidecar_is_read() -> None:
    sidecars = [load_sidecar(path) for path in sorted((_HERE / "sidecars").glob("*.toml"))]
    assert len(sidecars) == 8
    assert all(sidecar.fs and sidecar.channels and sidecar.source for sidecar in sidecars)


def test_p3p4_plux() -> None:
    recording = _read("eeg_ec_eo_p3p4_plux", "eeg_sample_closed_open_eyes.h5")
    assert (recording.ch_names, recording.fs, recording.unit) == (("P3-P4",), 1000.0, "uV")
    assert recording.data.shape == (1, 242031)
    names = [event.description for event in recording.events]
    assert names == ["closed", "open"] * 4
    onsets = [event.onset_s for event in recording.events]
    assert onsets == pytest.approx([0.0, 57.9, 87.9, 118.0, 148.1, 178.8, 208.1, 238.6], abs=0.06)
    # microvolts: one step of the converter is 75 / 65536 uV, half of its range is 0
    steps = recording.data[0] / (75.0 / 65536.0) + 32768.0
    np.testing.assert_allclose(steps, np.rint(steps), atol=1e-6)
    assert recording.marker is not None
    assert np.median(recording.marker[:50_000]) == pytest.approx(22_000, rel=0.05)
    assert np.median(recording.marker[60_000:85_000]) == pytest.approx(53_960, rel=0.05)


def test_p3p4_alpha_is_stronger_with_eyes_closed() -> None:
    recording = _read("eeg_ec_eo_p3p4_plux", "eeg_sample_closed_open_eyes.h5")
    window = 2000
    windows = recording.data[0, : 120 * window].reshape(120, window)
    spectrum = np.abs(np.fft.rfft(windows * np.hanning(window))) ** 2 / (1000.0 * (np.hanning(window) ** 2).sum()) * 2
    alpha = spectrum[:, 16:25].mean(axis=1)  # 8 to 12 Hz in bins of 0.5 Hz
    assert recording.marker is not None
    marker = recording.marker[: 120 * window].reshape(120, window)
    closed, open_ = (marker < 40_000).all(axis=1), (marker >= 40_000).all(axis=1)
    # README: medians of 4.63 and 0.99 uV^2/Hz
    assert np.median(alpha[closed]) == pytest.approx(4.63, rel=0.2)
    assert np.median(alpha[open_]) == pytest.approx(0.99, rel=0.2)


def test_o1_openbci() -> None:
    name = "openBCI_raw_2014-10-04_18-55-41_O1_Alpha.txt.gz"
    recording = _read("eeg_o1_openbci_eeghacker", name)
    assert (recording.ch_names, recording.fs, recording.data.shape) == (("O1",), 250.0, (1, 31744))
    assert recording.data[0, :3].tolist() == [-107621.68, -107166.87, -106652.59]
    with gzip.open(_find("eeg_o1_openbci_eeghacker", name), "rt") as file:
        plain = [float(line.split(",")[2]) for line in file if not line.startswith("%")]
    assert recording.data[0].tolist() == plain


def test_o1_openbci_states_its_rate() -> None:
    path = _find("eeg_o1_openbci_eeghacker", "openBCI_raw_2014-10-04_18-55-41_O1_Alpha.txt.gz")
    recording = read_recording(path)
    assert (recording.fs, recording.data.shape) == (250.0, (10, 31744))
    assert recording.ch_names[2] == "ch2"


@pytest.mark.parametrize(
    ("name", "n_times", "first"),
    [
        ("OpenBCI-RAW-2015-01-24_12-13-06_eyesOpen_noCaffeine.txt.gz", 77785, [0.0, 103256.52]),
        ("OpenBCI-RAW-2015-01-24_12-25-42_eyesClosed_noCaffeine.txt.gz", 50662, [24959.99, 24958.38]),
    ],
)
def test_cz_pair(name: str, n_times: int, first: list[float]) -> None:
    recording = _read("eeg_cz_eo_ec_pair_eeghacker", name)
    assert (recording.ch_names, recording.data.shape) == (("Cz",), (1, n_times))
    assert recording.data[0, :2].tolist() == first
    assert n_times / recording.fs == pytest.approx(311 if "Open_" in name else 203, abs=0.5)


def test_openbci_gui() -> None:
    name = "OpenBCI_GUI-v6-blinks-jawClench-alpha.txt.gz"
    recording = _read("eeg_openbci_blink_jaw_alpha", name)
    assert recording.ch_names == ("Fp1", "Fp2", "C3", "C4", "P7", "P8", "O1", "O2")
    # 22495 lines, of which 5 are header lines
    assert recording.data.shape == (8, 22490)
    assert recording.data[:, 0].tolist() == [
        *(61379.36, 49492.89, -16597.06, -21309.75),
        *(6703.91, -3284.86, 7223.10, 1740.11),
    ]
    assert recording.data[:, -1].tolist()[-2:] == [-5887.83, -6470.99]
    assert not np.isnan(recording.data).any()
    # The last column is a time of day in text; two columns are called "Not Used".
    with pytest.raises(RecordingError, match=r"line 6, column 24 .*'12:00:53.329' is not a number"):
        read_recording(
            _find("eeg_openbci_blink_jaw_alpha", name),
            Sidecar.model_validate({"channels": [{"name": "t", "column": "Timestamp (Formatted)"}]}),
        )
    with pytest.raises(RecordingError, match=r"'Not Used' names more than one column; .* 12, 17"):
        read_recording(
            _find("eeg_openbci_blink_jaw_alpha", name),
            Sidecar.model_validate({"channels": [{"name": "x", "column": "Not Used"}]}),
        )


def test_uci_eye_state() -> None:
    recording = _read("eeg_uci_eye_state", "EEG_Eye_State.arff.gz")
    assert recording.data.shape == (14, 14980)
    assert 14980 / recording.fs == pytest.approx(117, abs=0.1)
    assert recording.data[[0, -1], 0] == pytest.approx([129.23, 193.85])
    assert len(recording.events) == 23 + 1  # 23 changes, and the state it begins in
    assert {event.description for event in recording.events} == {"open", "closed"}
    assert recording.marker is not None
    assert recording.marker.mean() == pytest.approx(0.45, abs=0.005)
    assert recording.events[0].description == "open"


def test_ecog_npy() -> None:
    recording = _read("ecog_pd_m1_beta", "exampledata.npy")
    assert (recording.ch_names, recording.fs, recording.data.shape) == (("M1",), 1000.0, (1, 88889))
    power = np.abs(np.fft.rfft(recording.data[0, :88000].reshape(44, 2000) * np.hanning(2000))) ** 2
    beta = power.mean(axis=0)[26:60]  # 13 to 30 Hz
    assert 13.0 + 0.5 * np.argmax(beta * np.arange(26, 60) ** 1.43) == pytest.approx(17.0, abs=1.0)
    assert recording.notes == ()


def test_emg_plux() -> None:
    recording = _read("emg_biceps_bursts_plux", "emg_bursts.h5")
    assert (recording.ch_names, recording.data.shape) == (("biceps",), (1, 28519))
    centred = recording.data[0] - recording.data[0].mean()
    rms = np.sqrt((centred[:28500].reshape(114, 250) ** 2).mean(axis=1))
    # README: 5.3 and 122.0 uV
    assert np.percentile(rms, 10) == pytest.approx(5.3, rel=0.25)
    assert np.percentile(rms, 90) == pytest.approx(122.0, rel=0.15)


def test_ecg_plux() -> None:
    recording = _read("ecg_rest_5min_1khz_plux", "ecg_5_min.h5")
    assert (recording.unit, recording.fs, recording.data.shape) == ("adc", 1000.0, (1, 300000))


def test_plux_without_sidecar_lists_the_datasets() -> None:
    path = _find("eeg_ec_eo_p3p4_plux", "eeg_sample_closed_open_eyes.h5")
    with pytest.raises(RecordingError, match=r"sidecar .*00:07:80:3B:46:58/raw/channel_1 \(242031, 1\)"):
        read_recording(path)


def test_edf_s001r02() -> None:
    path = _find("eeg_eegbci_S001R02", "S001R02.edf")
    recording = read_recording(path)
    assert (recording.fs, recording.unit, recording.data.shape) == (160.0, "uV", (64, 61 * 160))
    assert recording.ch_names[:4] == ("FC5", "FC3", "FC1", "FCz")
    assert recording.ch_names[-4:] == ("O1", "Oz", "O2", "Iz")
    assert [(event.onset_s, event.description) for event in recording.events] == [(0.0, "T0")]
    # The physical range of this file is its digital range, so its 16-bit words are microvolts.
    stored = np.frombuffer(path.read_bytes()[256 * 66 :], dtype="<i2").reshape(61, -1)
    np.testing.assert_allclose(recording.data[0], stored[:, :160].ravel(), atol=1e-6)


def test_edf_s001r02_is_at_rest_with_eyes_closed() -> None:
    recording = read_recording(_find("eeg_eegbci_S001R02", "S001R02.edf"))
    oz = recording.data[recording.ch_names.index("Oz"), :9600].reshape(15, 640)
    power = (np.abs(np.fft.rfft(oz * np.hanning(640))) ** 2).mean(axis=0)
    frequency = np.fft.rfftfreq(640, 1 / 160.0)
    band = (frequency >= 4) & (frequency <= 40)
    assert frequency[band][np.argmax(power[band])] == pytest.approx(10.0, abs=0.5)


def test_edf_cut_short(tmp_path: Path) -> None:
    whole = _find("eeg_eegbci_S001R02", "S001R02.edf").read_bytes()
    path = tmp_path / "cut.edf"
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(RecordingError, match=r"is cut short: 30\.\d of 61 records"):
        read_recording(path)


def test_eeglab() -> None:
    recording = read_recording(_find("eeg_eeglab_sample", "eeglab_data.set"))
    assert (recording.fs, recording.data.shape) == (128.0, (32, 30504))
    assert Counter(event.description for event in recording.events) == {"square": 80, "rt": 74}
    onsets = [event.onset_s for event in recording.events]
    assert onsets == sorted(onsets)
    # float32 microvolts, the channels of one time next to each other
    stored = np.fromfile(_find("eeg_eeglab_sample", "eeglab_data.fdt"), dtype="<f4")
    np.testing.assert_allclose(recording.data[:, :50], stored.reshape(-1, 32).T[:, :50], rtol=1e-5)


def test_eeglab_without_its_samples(tmp_path: Path) -> None:
    path = tmp_path / "eeglab_data.set"
    path.write_bytes(_find("eeg_eeglab_sample", "eeglab_data.set").read_bytes())
    with pytest.raises(RecordingError, match=r"eeglab_data\.fdt .*files that belong to it"):
        read_recording(path)
    whole = _find("eeg_eeglab_sample", "eeglab_data.fdt").read_bytes()
    (tmp_path / "eeglab_data.fdt").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(RecordingError, match="Incorrect number of samples"):
        read_recording(path)


def test_mit_bih_100() -> None:
    recording = read_recording(_find("ecg_mitdb_100", "100.hea"))
    ecg = recording.streams["ecg"]
    assert (ecg.fs, ecg.unit, ecg.ch_names, ecg.data.shape) == (360.0, "mV", ("ECG", "V5"), (2, 650_000))
    # Format 212: two samples of 12 bits in three bytes; 200 steps a mV around 1024, as the header says.
    stored = np.frombuffer(_find("ecg_mitdb_100", "100.dat").read_bytes(), np.uint8).reshape(-1, 3).astype(int)
    steps = np.stack([stored[:, 0] | (stored[:, 1] & 15) << 8, stored[:, 2] | (stored[:, 1] >> 4) << 8])
    np.testing.assert_allclose(ecg.data, (np.where(steps > 2047, steps - 4096, steps) - 1024) / 200.0, atol=1e-12)
    # README: the experts' beats
    told = Counter(event.description.split()[0] for event in recording.events)
    assert told == {"N": 2239, "A": 33, "+": 1, "V": 1}


def test_empatica_e4() -> None:
    path = _find("e4_temp_eda_bvp_msr2023", "TEMP.csv")
    streams = read_recording(path.parent).streams
    # README: range, mean and length of each
    for name, fs, low, high in (
        ("temperature", 4.0, 31.03, 32.49), ("skin_conductance", 4.0, 0.0, 1.55), ("ppg", 64.0, -1384.35, 1783.85),
        ("heart_rate", 1.0, 60.08, 121.63),
    ):  # fmt: skip
        x = streams[name].data[0]
        assert streams[name].fs == fs
        assert (np.nanmin(x), np.nanmax(x)) == (pytest.approx(low, abs=0.005), pytest.approx(high, abs=0.005))
        assert x.size / fs / 60.0 == pytest.approx(61.0, abs=0.1)
    assert np.mean(streams["temperature"].data) == pytest.approx(31.65, abs=0.005)
    rows = np.loadtxt(path.with_name("IBI.csv"), delimiter=",", skiprows=1)
    ibi = streams["ibi"].data[0]
    # At the first moment after each beat its interval is held.
    at = np.ceil(rows[:, 0] * 4.0).astype(int)
    last = np.append(at[1:] != at[:-1], True) & (at < ibi.size) & (at / 4.0 - rows[:, 0] <= 1.5 * rows[:, 1])
    np.testing.assert_array_equal(ibi[at[last]], rows[last, 1])


@pytest.mark.parametrize(
    ("name", "stream", "duration_s"),
    [("ecg", "ecg", 15), ("eda", "skin_conductance", 150), ("ppg", "ppg", 20), ("resp", "respiration", 60)],
)
def test_biosppy(name: str, stream: str, duration_s: int) -> None:
    path = _find("biosppy_ecg_resp_ppg_eda", f"{name}.txt.gz")
    recording = read_recording(path)
    found = recording.streams[stream]
    assert (found.fs, found.unit, found.data.shape[1]) == (1000.0, "adc", duration_s * 1000)
    np.testing.assert_array_equal(found.data[0], np.loadtxt(path))


def test_neurokit() -> None:
    path = _find("physio_nk_resting_8min", "bio_resting_8min_100hz.csv.gz")
    recording = read_recording(path, Sidecar(fs=100.0))
    named = {name: stream.ch_names for name, stream in recording.streams.items()}
    assert named == {"ecg": ("ECG",), "respiration": ("RESP",), "skin_conductance": ("EDA",), "other": ("PhotoSensor",)}
    # README: 4.6 to 14.9 uS
    eda = recording.streams["skin_conductance"]
    assert (eda.data.min(), eda.data.max()) == (pytest.approx(4.6, abs=0.05), pytest.approx(14.9, abs=0.05))
    assert recording.notes == ("respiration: RSP is called RESP here",)
