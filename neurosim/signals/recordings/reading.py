"""Read a recorded file of any kind into memory."""

from __future__ import annotations

import warnings
import zlib
from collections.abc import Callable
from pathlib import Path

from neurosim.core.errors import RecordingError
from neurosim.signals.recordings.arrays import read_npy
from neurosim.signals.recordings.bids import read_bids
from neurosim.signals.recordings.bids_names import is_dataset, is_recording, only_recording
from neurosim.signals.recordings.columns import RecordedEvent, StoredFile, choose
from neurosim.signals.recordings.edf import read_edf
from neurosim.signals.recordings.empatica import is_empatica, read_empatica
from neurosim.signals.recordings.hdf5 import read_hdf5
from neurosim.signals.recordings.mne_files import read_with_mne
from neurosim.signals.recordings.recording import Recording, assemble
from neurosim.signals.recordings.sidecar import Sidecar
from neurosim.signals.recordings.tables import read_table
from neurosim.signals.recordings.wfdb_files import read_wfdb
from neurosim.signals.recordings.xdf import read_xdf

__all__ = ["RecordedEvent", "Recording", "read_recording", "readable_endings"]

_ReadColumns = Callable[[Path, Sidecar], StoredFile]
_ReadAll = Callable[[Path], StoredFile]

#: Of columns that a sidecar tells about.
_OF_COLUMNS: dict[_ReadColumns, tuple[str, ...]] = {
    read_table: (".csv", ".tsv", ".txt", ".arff", ".csv.gz", ".tsv.gz", ".txt.gz", ".arff.gz"),
    read_hdf5: (".h5", ".hdf5"),
    read_npy: (".npy",),
}
#: Of files that tell what their channels are.
_OF_CHANNELS: dict[_ReadAll, tuple[str, ...]] = {
    read_edf: (".edf", ".bdf"),
    read_xdf: (".xdf",),
    read_wfdb: (".hea",),
    read_with_mne: (
        *(".gdf", ".fif", ".fif.gz", ".vhdr", ".ahdr", ".set", ".cnt", ".cdt", ".eeg", ".mff"),
        *(".nxe", ".data", ".lay", ".nedf", ".dat", ".snirf", ".mat"),
    ),
}
_FOLDERS = (".mff",)  # recordings that are folders
_LIBRARY_ERRORS = (OSError, EOFError, ValueError, TypeError, RuntimeError, LookupError, MemoryError, zlib.error)
_NOISE = ("naming convention", "additional header parsing", "cutoff", "filters.", "patient information")
_FOR_PROGRAMMERS = (
    DeprecationWarning,
    PendingDeprecationWarning,
    FutureWarning,
    ImportWarning,
    ResourceWarning,
)


def readable_endings() -> tuple[str, ...]:
    """Return the endings of the files that can be read."""
    return tuple(ending for endings in (*_OF_COLUMNS.values(), *_OF_CHANNELS.values()) for ending in endings)


def read_recording(path: Path, sidecar: Sidecar | None = None) -> Recording:
    """Read a recorded file.

    Parameters
    ----------
    path
        The file; its ending tells the format. Or the folder of an Empatica wrist band, or of a BIDS dataset with one
        recording.
    sidecar
        What the file does not say about itself, None for files that say it all.

    Returns
    -------
        The streams and events of the stretch asked for.

    Raises
    ------
    RecordingError
        When the file is missing, damaged, of no known format, or not what the sidecar says.
    """
    path = Path(path)
    sidecar = Sidecar() if sidecar is None else sidecar
    try:
        # What libraries warn of is kept as notes: as Python warnings it would not reach the user.
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            stored, header_is_sure = _read(path, sidecar)
        return assemble(path, stored, sidecar, _notes(caught), header_is_sure=header_is_sure)
    except RecordingError as error:
        raise RecordingError(error.problems, str(path)) from error.__cause__
    except _LIBRARY_ERRORS as error:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise RecordingError(f"cannot be read ({reason}); copy or export it again", str(path)) from error


def _read(path: Path, sidecar: Sidecar) -> tuple[StoredFile, bool]:
    """Return what is in a file, and whether its sampling rate is sure."""
    if not path.exists():
        raise RecordingError("no such file")
    if is_empatica(path):
        return choose(read_empatica(path), sidecar), True
    if is_dataset(path):
        path = only_recording(path)
    if is_recording(path):
        return choose(read_bids(path, _read_channels), sidecar), True
    name = path.name.lower()
    if path.is_dir() and not name.endswith(_FOLDERS):
        raise RecordingError("is a folder; name the recorded file in it")
    columns = next((reader for reader, endings in _OF_COLUMNS.items() if name.endswith(endings)), None)
    if columns is not None:
        _check_there(path)
        return columns(path, sidecar), columns is not read_table
    return choose(_read_channels(path), sidecar), True


def _read_channels(path: Path) -> StoredFile:
    name = path.name.lower()
    if name.endswith(".dat") and path.with_suffix(".hea").is_file():
        path = path.with_suffix(".hea")  # the samples of a WFDB record
        name = path.name.lower()
    reader = next((reader for reader, endings in _OF_CHANNELS.items() if name.endswith(endings)), None)
    if reader is None:
        raise RecordingError(f"its ending is of no known format; readable: {' '.join(readable_endings())}")
    _check_there(path)
    return reader(path)


def _check_there(path: Path) -> None:
    if path.stat().st_size == 0:
        raise RecordingError("is empty; copy or export it again")


def _notes(caught: list[warnings.WarningMessage]) -> tuple[str, ...]:
    messages = [" ".join(str(w.message).split()) for w in caught if not issubclass(w.category, _FOR_PROGRAMMERS)]
    return tuple(message for message in messages if not any(noise in message for noise in _NOISE))
