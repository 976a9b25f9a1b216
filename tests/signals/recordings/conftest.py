"""Files of every kind, written by hand or by other libraries, with the numbers that are in them."""

from __future__ import annotations

import gzip
import json
import struct
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

Float = NDArray[np.float64]
Built = tuple[Path, list[Path]]
"""What to read, and every file that belongs to it."""

RNG = np.random.default_rng(11)
FS = 100


def write_edf(
    path: Path, channels: Sequence[tuple[str, str, NDArray[np.signedinteger[Any]]]], n_records: int = 4,
    claimed: int | None = None, subtype: str = "",
) -> Path:  # fmt: skip
    """Write an EDF or BDF file of records of a second; each channel is a label, a unit and steps of 0.1 of it."""
    n, width = len(channels), 3 if path.suffix == ".bdf" else 2

    def each(values: Sequence[object], width: int) -> bytes:
        return b"".join(str(value).ljust(width).encode("latin-1") for value in values)

    header = b"\xffBIOSEMI" if width == 3 else each(["0"], 8)
    header += each(["X", "X"], 80) + b"01.01.2001.00.00" + each([256 * (n + 1)], 8) + each([subtype], 44)
    header += each([n_records if claimed is None else claimed, 1], 8) + each([n], 4)
    header += each([label for label, _, _ in channels], 16) + each([""] * n, 80) + each([u for _, u, _ in channels], 8)
    header += each([-3276.8] * n, 8) + each([3276.7] * n, 8) + each([-32768] * n, 8) + each([32767] * n, 8)
    header += each([""] * n, 80) + each([x.size // n_records for _, _, x in channels], 8) + each([""] * n, 32)
    stored = [
        x.astype("<i4").view(np.uint8).reshape(n_records, -1, 4)[:, :, :width].reshape(n_records, -1)
        for _, _, x in channels
    ]
    records = np.concatenate(stored, axis=1).tobytes()
    path.write_bytes(header + records)
    return path


def text_steps(texts: Sequence[bytes], width: int = 2, n_bytes: int = 60) -> NDArray[np.int64]:
    """Return what a channel of texts holds, a text a record, as the steps that `write_edf` takes."""
    stored = np.frombuffer(b"".join(text.ljust(n_bytes, b"\0") for text in texts), np.uint8).reshape(-1, width)
    return np.asarray((stored.astype(np.int64) << (8 * np.arange(width))).sum(axis=1))


def gdf(folder: Path) -> Path:
    """Write a GDF 2.20 file of 4 s (Schloegl, arXiv:cs/0608052): EEG in uV, ECG in mV, two events.

    Steps are 0.1 uV and 0.001 mV.
    """
    eeg, ecg = RNG.integers(-3000, 3000, (2, 4 * FS)).astype("<i2")
    channels, low, high = 2, -32768.0, 32767.0
    header = b"GDF 2.20" + bytes(176) + struct.pack("<H", channels + 1) + bytes(50)
    header += struct.pack("<qIIHH", 4, 1, 1, channels, 0)
    header += b"Oz".ljust(16) + b"ECG".ljust(16) + bytes(channels * 86) + struct.pack("<2H", 4275, 4274)
    header += struct.pack("<2d", low / 10, low / 1000) + struct.pack("<2d", high / 10, high / 1000)
    header += struct.pack("<4d", low, low, high, high) + bytes(channels * (68 + 12))
    header += struct.pack("<4I", FS, FS, 3, 3) + bytes(channels * 32)  # samples a record; 16-bit integers
    # Positions count from 1: cue 769 at 1.5 s for half a second, and 770 at 3 s.
    events = (
        struct.pack("<B", 3)
        + (2).to_bytes(3, "little")
        + struct.pack("<f2I2H2H2I", FS, 151, 301, 769, 770, 0, 0, 50, 1)
    )
    records = np.stack([eeg.reshape(4, FS), ecg.reshape(4, FS)], axis=1).tobytes()
    (folder / "a.gdf").write_bytes(header + records + events)
    return folder / "a.gdf"


def cnt(folder: Path) -> Path:
    """Write a Neuroscan CNT file of 4 s (the SETUP, ELECTLOC and TEEG structures of paulbourke.net/dataformats/eeg).

    Two channels of 16 bits with a baseline of 7 steps; a step is sensitivity * calibration / 204.8 uV.
    """
    n, n_times = 2, 4 * FS
    data_at, table_at = 900 + 75 * n, 900 + 75 * n + 2 * n * n_times
    header = bytearray(900)
    header[:12] = b"Version 3.0\0"
    header[225:247] = b"01/02/26\0\0" + b"01:02:03\0\0\0\0"
    struct.pack_into("<H", header, 370, n)
    struct.pack_into("<H", header, 376, FS)
    struct.pack_into("<i", header, 864, n_times)
    struct.pack_into("<i", header, 886, table_at)
    for name, calibration in ((b"Oz", 1.0), (b"Cz", 2.0)):
        channel = bytearray(75)
        channel[: len(name)] = name
        struct.pack_into("<ff", channel, 19, *((0.0, 0.9) if name == b"Oz" else (0.0, 0.1)))
        struct.pack_into("<h", channel, 47, 7)
        struct.pack_into("<f", channel, 59, 20.48)
        struct.pack_into("<f", channel, 71, calibration)
        header += channel
    steps = RNG.integers(-3000, 3000, (n_times, n)).astype("<i2")
    # An event stands behind its sample: code 3 at 1.5 s, code 4 at 3 s.
    events = b"".join(struct.pack("<HBBi", code, 0, 0, data_at + 2 * n * (at + 1)) for code, at in ((3, 150), (4, 300)))
    table = struct.pack("<Bii", 1, len(events), 0) + events
    (folder / "a.cnt").write_bytes(bytes(header) + steps.tobytes() + table)
    return folder / "a.cnt"


def chunk(tag: int, content: bytes) -> bytes:
    """Return a chunk of an XDF file (github.com/sccn/xdf, Specifications)."""
    return b"\x04" + struct.pack("<I", len(content) + 2) + struct.pack("<H", tag) + content


def xdf_stream(
    number: int, name: str, kind: str, fs: float, channels: Sequence[tuple[str, str, str]], stamps: Float, values: Any,
    clock_offset_s: float = 0.0,
) -> bytes:  # fmt: skip
    """Return the chunks of a stream whose clock is so far behind that of the recorder; texts where values are str."""
    form = "string" if isinstance(values[0], str) else "double64"
    described = "".join(
        f"<channel><label>{label}</label><type>{type_}</type><unit>{unit}</unit></channel>"
        for label, type_, unit in channels
    )
    xml = (
        f"<?xml version='1.0'?><info><name>{name}</name><type>{kind}</type><channel_count>{len(channels) or 1}"
        f"</channel_count><nominal_srate>{fs}</nominal_srate><channel_format>{form}</channel_format>"
        f"<desc><channels>{described}</channels></desc></info>"
    )
    head = struct.pack("<I", number)
    out = chunk(2, head + xml.encode())
    for first in range(0, len(stamps), 50):
        part = range(first, min(first + 50, len(stamps)))
        body = head + b"\x04" + struct.pack("<I", len(part))
        for i in part:
            body += b"\x08" + struct.pack("<d", stamps[i])
            if form == "string":
                text = values[i].encode()
                body += b"\x01" + bytes([len(text)]) + text
            else:
                body += np.asarray(values[i], dtype="<f8").tobytes()
        out += chunk(3, body)
    for at in (stamps[0], stamps[-1]):
        out += chunk(4, head + struct.pack("<dd", at + clock_offset_s, clock_offset_s))
    return out + chunk(6, head + b"<?xml version='1.0'?><info></info>")


def xdf_file(path: Path, *streams: bytes) -> Path:
    """Write an XDF file."""
    path.write_bytes(
        b"XDF:" + chunk(1, b"<?xml version='1.0'?><info><version>1.0</version></info>") + b"".join(streams)
    )
    return path


def empatica_folder(folder: Path) -> Path:
    """Write a minute of a wrist band, whose heart rate begins 10 s later, as the real ones do."""
    folder.mkdir(exist_ok=True)
    start = 1.6e9
    for name, fs, begin, values in (
        ("EDA", 4.0, start, 2.0 + 0.1 * np.sin(np.arange(240) / 20)),
        ("TEMP", 4.0, start, 31.0 + np.arange(240) / 500),
        ("BVP", 64.0, start, 50 * np.sin(2 * np.pi * 1.2 * np.arange(3840) / 64)),
        ("HR", 1.0, start + 10, np.full(50, 72.0)),
    ):
        rows = "".join(f"{value:.6f}\n" for value in values)
        (folder / f"{name}.csv").write_text(f"{begin:.6f}\n{fs:.6f}\n{rows}", encoding="utf-8")
    acc = "".join(f"{x},0,64\n" for x in range(-64, 64))
    (folder / "ACC.csv").write_text(f"{start:f},{start:f},{start:f}\n32.0,32.0,32.0\n{acc}", encoding="utf-8")
    (folder / "IBI.csv").write_text(f"{start:f}, IBI\n2.0,0.8\n2.8,0.8\n3.5,0.7\n10.0,0.9\n", encoding="utf-8")
    (folder / "tags.csv").write_text(f"{start + 30:.2f}\n", encoding="utf-8")
    return folder


def wfdb_record(folder: Path, name: str = "r") -> Path:
    """Write a record of format 16: an ECG at 200 Hz beside breathing at 100 Hz, two samples a frame."""
    ecg, resp = RNG.integers(-1000, 1000, 800), RNG.integers(-500, 500, 400)
    frames = np.column_stack([ecg.reshape(400, 2), resp[:, None]]).astype("<i2")
    (folder / f"{name}.dat").write_bytes(frames.tobytes())
    lines = f"{name} 2 100 400\n{name}.dat 16x2 200/mV 16 0 {ecg[0]} 0 0 MLII\n"
    lines += f"{name}.dat 16 100/L 16 0 {resp[0]} 0 0 RESP\n"
    (folder / f"{name}.hea").write_text(lines, encoding="ascii")
    # Two annotations (type, frames since the last in 10 bits): N (1) after 150, V (5) after 100 more; then the end.
    words = [(1 << 10) | 150, (5 << 10) | 100, 0]
    (folder / f"{name}.atr").write_bytes(struct.pack("<3H", *words))
    return folder / f"{name}.hea"


def bids_dataset(root: Path) -> Path:
    """Write a dataset with an EEG in EDF, tables in three places, and physiology that begins 2 s earlier."""
    folder = root / "sub-01" / "eeg"
    folder.mkdir(parents=True)
    (root / "dataset_description.json").write_text('{"Name": "x", "BIDSVersion": "1.9.0"}', encoding="utf-8")
    steps = RNG.integers(-300, 300, (3, 4 * FS)).astype(np.int16)
    write_edf(
        folder / "sub-01_task-rest_eeg.edf", [("A1x", "uV", steps[0]), ("A2x", "uV", steps[1]), ("TR", "", steps[2])]
    )
    (root / "task-rest_channels.tsv").write_text(
        "name\ttype\tunits\tstatus\nA1x\tEEG\tuV\tgood\nA2x\tECG\tuV\tbad\nTR\tTRIG\tn/a\tn/a\n", encoding="utf-8"
    )
    (folder / "sub-01_task-rest_events.tsv").write_text(
        "onset\tduration\ttrial_type\n1.5\t0.5\tclosed\n3.0\tn/a\topen\n", encoding="utf-8"
    )
    facts = {"SamplingFrequency": 50.0, "StartTime": -2.0, "Columns": ["cardiac", "respiratory", "trigger"]}
    (folder / "sub-01_task-rest_physio.json").write_text(json.dumps(facts), encoding="utf-8")
    rows = "".join(f"{i}\t{-i}\t0\n" for i in range(300))
    (folder / "sub-01_task-rest_physio.tsv.gz").write_bytes(gzip.compress(rows.encode()))
    return root


def brainvision(folder: Path, data: str = "a.eeg", marker: str = "a.vmrk") -> Path:
    """Write a BrainVision recording of two channels at 100 Hz, whose header names these files."""
    (folder / "a.eeg").write_bytes(RNG.normal(size=(400, 2)).astype("<f4").tobytes())
    (folder / "a.vmrk").write_text(
        f"Brain Vision Data Exchange Marker File, Version 1.0\n[Common Infos]\nCodepage=UTF-8\nDataFile={data}\n"
        "[Marker Infos]\nMk1=Stimulus,S  3,51,1,0\n", encoding="utf-8",
    )  # fmt: skip
    (folder / "a.vhdr").write_text(
        f"Brain Vision Data Exchange Header File Version 1.0\n[Common Infos]\nCodepage=UTF-8\nDataFile={data}\n"
        f"MarkerFile={marker}\nDataFormat=BINARY\nDataOrientation=MULTIPLEXED\nNumberOfChannels=2\n"
        "SamplingInterval=10000\n[Binary Infos]\nBinaryFormat=IEEE_FLOAT_32\n[Channel Infos]\n"
        "Ch1=Oz,,1,µV\nCh2=Cz,,1,µV\n", encoding="utf-8",
    )  # fmt: skip
    return folder / "a.vhdr"


def eeglab(folder: Path, data: str = "a.fdt", n_times: int = 400) -> Path:
    """Write an EEGLAB set whose samples lie in a file of this name."""
    from scipy.io import savemat  # type: ignore[import-untyped, unused-ignore]

    (folder / "a.fdt").write_bytes(RNG.normal(size=(400, 2)).astype("<f4").tobytes())
    labels = np.zeros(2, dtype=[("labels", object)])
    labels["labels"] = ["Oz", "Cz"]
    eeg = {"setname": "a", "nbchan": 2.0, "pnts": float(n_times), "trials": 1.0, "srate": 100.0, "xmin": 0.0,
           "xmax": 3.99, "data": data, "datfile": data, "chanlocs": labels, "event": np.zeros((0, 0)), "epoch": [],
           "icawinv": [], "icasphere": [], "icaweights": [], "ref": "common", "filename": "a.set"}  # fmt: skip
    savemat(folder / "a.set", {"EEG": eeg}, appendmat=False)
    return folder / "a.set"


def _fif(folder: Path) -> Built:
    import mne  # type: ignore[import-untyped, unused-ignore]

    raw = mne.io.RawArray(
        RNG.normal(size=(2, 400)) * 1e-5, mne.create_info(["Oz", "Cz"], 100.0, "eeg"), verbose="ERROR"
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        raw.save(folder / "a.fif", overwrite=True, verbose="ERROR")
    return folder / "a.fif", [folder / "a.fif"]


def _npy(folder: Path) -> Built:
    np.save(folder / "a.npy", RNG.normal(size=(2, 400)))
    return folder / "a.npy", [folder / "a.npy"]


def _hdf5(folder: Path) -> Built:
    import h5py  # type: ignore[import-untyped, unused-ignore]

    with h5py.File(folder / "a.h5", "w") as file:
        file["x"] = RNG.normal(size=(400, 2))
    return folder / "a.h5", [folder / "a.h5"]


def _text(folder: Path) -> Built:
    np.savetxt(folder / "a.csv", RNG.normal(size=(400, 2)), header="Oz,Cz", comments="", delimiter=",")
    return folder / "a.csv", [folder / "a.csv"]


def _edf(folder: Path) -> Built:
    slow, fast = (RNG.integers(-300, 300, 4 * n).astype(np.int16) for n in (1, FS))
    texts = np.tile(np.frombuffer(b"+0\x14\x14\0+1\x14closed\x14\0".ljust(80, b"\0"), "<i2"), 4)
    path = write_edf(folder / "a.edf", [("Oz", "uV", fast), ("Temp", "degC", slow), ("EDF Annotations", "", texts)])
    return path, [path]


def _bdf_with_gaps(folder: Path) -> Built:
    texts = [b"+%d\x14\x14\0" % begin_s for begin_s in (0, 1, 5, 6)]
    eeg, status = RNG.integers(-300, 300, 4 * FS), np.repeat(np.arange(8), FS // 2)
    channels = [("Oz", "uV", eeg), ("Status", "", status), ("BDF Annotations", "", text_steps(texts, 3))]
    path = write_edf(folder / "a.bdf", channels, subtype="BDF+D")
    return path, [path]


def _gdf(folder: Path) -> Built:
    return gdf(folder), [folder / "a.gdf"]


def _cnt(folder: Path) -> Built:
    return cnt(folder), [folder / "a.cnt"]


def _xdf(folder: Path) -> Built:
    stamps = 5.0 + np.arange(200) / 100
    eeg = xdf_stream(1, "amp", "EEG", 100.0, [("Oz", "EEG", "uV")], stamps, RNG.normal(size=(200, 1)))
    path = xdf_file(folder / "a.xdf", eeg, xdf_stream(2, "m", "Markers", 0.0, [], np.array([5.5, 6.0]), ["a", "b"]))
    return path, [path]


def _wfdb(folder: Path) -> Built:
    path = wfdb_record(folder)
    return path, [path, path.with_suffix(".dat"), path.with_suffix(".atr")]


def _empatica(folder: Path) -> Built:
    made = empatica_folder(folder / "e4")
    return made, sorted(made.iterdir())


def _bids(folder: Path) -> Built:
    made = bids_dataset(folder / "set")
    return made, sorted(path for path in made.rglob("*") if path.is_file())


def _brainvision(folder: Path) -> Built:
    return brainvision(folder), [folder / "a.vhdr", folder / "a.vmrk", folder / "a.eeg"]


def _eeglab(folder: Path) -> Built:
    return eeglab(folder), [folder / "a.set", folder / "a.fdt"]


BUILDERS: dict[str, Callable[[Path], Built]] = {
    "edf": _edf, "bdf": _bdf_with_gaps, "gdf": _gdf, "cnt": _cnt, "xdf": _xdf, "wfdb": _wfdb, "empatica": _empatica,
    "bids": _bids, "brainvision": _brainvision, "eeglab": _eeglab, "fif": _fif, "npy": _npy, "hdf5": _hdf5,
    "text": _text,
}  # fmt: skip


@pytest.fixture
def files() -> Any:
    """Return this module: with `--import-mode=importlib` tests do not import each other."""
    import sys

    return sys.modules[__name__]
