"""Files that MNE reads: GDF, FIF, BrainVision, EEGLAB, CNT and others."""

from __future__ import annotations

import re
import warnings
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any

import numpy as np

from neurosim.core.errors import RecordingError
from neurosim.signals.recordings.columns import RecordedEvent, StoredColumns, StoredFile
from neurosim.signals.recordings.folders import check_inside
from neurosim.signals.recordings.hdf5 import check_self_contained
from neurosim.signals.recordings.kinds import kind_of_name
from neurosim.signals.recordings.mne_headers import check_header
from neurosim.signals.recordings.tables import decompress

_UV_PER_V = 1e6
#: What MNE's types of channels are here; "" where the name may tell more.
_KINDS = {
    **dict.fromkeys(("eeg", "bio"), ""),
    **dict.fromkeys(("eog", "ecog", "seeg", "dbs"), "eeg"),
    **{"ecg": "ecg", "emg": "emg", "resp": "respiration", "temperature": "temperature", "gsr": "skin_conductance"},
}
_VOLTAGES = {"eeg", "bio", "eog", "ecog", "seeg", "dbs", "ecg", "emg"}
_NAMES_FILES = {".vhdr": ("DataFile", "MarkerFile"), ".ahdr": ("DataFile", "MarkerFile"), ".lay": ("File",)}
#: A tag of a FIF file that names another one (kind 118, FIFF_REF_FILE_NAME, a text), up to its text.
_FIF_NAME = re.compile(rb"\0\0\0\x76\0\0\0\x0a(.{4}).{4}", re.DOTALL)
#: Most values that a byte of a file can hold; a compressed one holds more.
_VALUES_A_BYTE, _VALUES_A_COMPRESSED_BYTE = 8, 8 * 1032


def read_with_mne(path: Path) -> StoredFile:
    """Read all channels: voltages in microvolts, others in the unit MNE gives them.

    Raises
    ------
    RecordingError
        When MNE cannot read the file, it is cut short, or names files elsewhere.
    """
    check_header(path)
    _check_named_files(path)
    raw, values = _load(path)
    types: list[str] = raw.get_channel_types()
    names: list[str] = list(raw.ch_names)
    units = getattr(raw, "_orig_units", {})
    found, kinds = [], []
    for row, (name, kind) in enumerate(zip(names, types, strict=True)):
        # A channel without a unit of voltage is passed by MNE as if it were volts: its numbers are kept as they are.
        if kind in _VOLTAGES:
            in_volts = units.get(name) != "n/a"
            if in_volts:
                values[row] *= _UV_PER_V
            found.append("uV" if in_volts else "")
        else:
            found.append({"temperature": "degC", "gsr": "S"}.get(kind, ""))
        kinds.append(_KINDS.get(kind, (kind_of_name(name) or kind) if kind == "misc" else kind))
    stored = StoredColumns(values, tuple(names), float(raw.info["sfreq"]), tuple(found), tuple(kinds))
    events = tuple(
        # MNE counts onsets from the start of the measurement, which may lie before the first sample.
        RecordedEvent(float(onset - raw.first_time), str(description), float(duration))
        for onset, description, duration in zip(
            raw.annotations.onset, raw.annotations.description, raw.annotations.duration, strict=True
        )
    )
    return StoredFile((stored,), events=events)


def _check_named_files(path: Path) -> None:
    """Look at the files that a header names, before MNE opens them."""
    if path.name.lower().endswith((".fif", ".fif.gz")):
        _check_next_parts(path)
    if path.suffix.lower() in (".set", ".mat", ".snirf") and path.is_file():
        with path.open("rb") as file:
            hdf5 = b"\x89HDF" in (file.read(4), file.seek(512) and file.read(4))  # MATLAB's own header comes before
        if hdf5:
            check_self_contained(path)
    keys = _NAMES_FILES.get(path.suffix.lower())
    if keys is None:
        return
    with path.open("rb") as file:
        lines = file.read(1 << 20).decode("latin-1").splitlines()
    for number, line in enumerate(lines, start=1):
        key, _, name = line.partition("=")
        if key.strip().lower() in [wanted.lower() for wanted in keys]:
            check_inside(path.parent, name.strip().replace("$b", path.stem), f"line {number}, {key.strip()}")


def _check_next_parts(path: Path) -> None:
    """Look at the names of further parts in a FIF file, wherever in it they stand."""
    if path.suffix.lower() == ".gz":
        return _check_names_in(path, decompress(path.read_bytes()))
    with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as stored:
        return _check_names_in(path, stored)


def _check_names_in(path: Path, stored: bytes | mmap) -> None:
    for tag in _FIF_NAME.finditer(stored):
        length = int.from_bytes(tag[1], "big")
        name = stored[tag.end() : tag.end() + length] if length < 4096 else b""
        check_inside(path.parent, name.decode("latin-1"), f"byte {tag.start()}")


def _load(path: Path) -> tuple[Any, Any]:
    """Return what MNE knows of a file, and its values ``(channel, time)``."""
    try:
        import mne  # type: ignore[import-untyped, unused-ignore]

        with warnings.catch_warnings():
            # MNE reads a FIF file as far as it goes and only warns that the rest is missing.
            warnings.filterwarnings("error", message="Invalid tag")
            raw = mne.io.read_raw(path, preload=False, verbose="WARNING")
            _check_size(path, raw)
            return raw, np.asarray(raw.get_data(), dtype=np.float64)
    except RecordingError:
        raise
    except Exception as error:  # the readers of MNE raise whatever a damaged file leads them to
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise RecordingError(
            f"cannot be read by MNE ({reason}); is it whole, with the files that belong to it next to it?",
            str(path),
        ) from error


def _check_size(path: Path, raw: Any) -> None:
    """Look whether the files that belong to a recording lie with it, and can hold what the header says."""
    n_bytes = 0
    for name in filter(None, raw.filenames):
        other = Path(name)
        if other != path:
            check_inside(path.parent, str(other.absolute()), "its header")
        n_bytes += sum(f.stat().st_size for f in other.rglob("*")) if other.is_dir() else other.stat().st_size
    most = _VALUES_A_COMPRESSED_BYTE if path.suffix.lower() == ".gz" else _VALUES_A_BYTE
    if raw.n_times * len(raw.ch_names) > most * n_bytes:
        raise RecordingError(
            f"says that it holds {raw.n_times} samples of {len(raw.ch_names)} channels, in {n_bytes} bytes; "
            "the header is wrong: export it again"
        )
