"""Read a recorded file of any kind into memory."""

from __future__ import annotations

import warnings
import zlib
from collections.abc import Callable
from pathlib import Path

from neurosim.core.errors import RecordingError
from neurosim.signals.recordings.arrays import read_npy
from neurosim.signals.recordings.columns import RecordedEvent, StoredFile
from neurosim.signals.recordings.edf import read_edf
from neurosim.signals.recordings.hdf5 import read_hdf5
from neurosim.signals.recordings.mne_files import read_with_mne
from neurosim.signals.recordings.recording import Recording, assemble
from neurosim.signals.recordings.sidecar import Sidecar
from neurosim.signals.recordings.tables import read_table

__all__ = ["RecordedEvent", "Recording", "read_recording", "readable_endings"]

_Reader = Callable[[Path, Sidecar], StoredFile]

_READERS: dict[_Reader, tuple[str, ...]] = {
    read_table: (".csv", ".tsv", ".txt", ".arff", ".csv.gz", ".tsv.gz", ".txt.gz", ".arff.gz"),
    read_hdf5: (".h5", ".hdf5"),
    read_npy: (".npy",),
    read_edf: (".edf", ".bdf"),
    read_with_mne: (
        *(
            ".gdf",
            ".fif",
            ".fif.gz",
            ".vhdr",
            ".ahdr",
            ".set",
            ".cnt",
            ".cdt",
            ".eeg",
            ".mff",
        ),
        *(".nxe", ".data", ".lay", ".nedf", ".dat", ".snirf", ".mat"),
    ),
}
_FOLDERS = (".mff",)  # recordings that are folders
_LIBRARY_ERRORS = (OSError, EOFError, ValueError, RuntimeError, KeyError, MemoryError, zlib.error)
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
    return tuple(ending for endings in _READERS.values() for ending in endings)


def read_recording(path: Path, sidecar: Sidecar | None = None) -> Recording:
    """Read a recorded file.

    Parameters
    ----------
    path
        The file; its ending tells the format.
    sidecar
        What the file does not say about itself, None for files that say it all.

    Returns
    -------
        The channels, marker and events of the stretch asked for.

    Raises
    ------
    RecordingError
        When the file is missing, damaged, of no known format, or not what the sidecar says.
    """
    path = Path(path)
    sidecar = Sidecar() if sidecar is None else sidecar
    try:
        reader = _find_reader(path)
        # What libraries warn of is kept as notes: as Python warnings it would not reach the user.
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            stored = reader(path, sidecar)
        return assemble(path, stored, sidecar, _notes(caught), header_is_sure=reader is not read_table)
    except RecordingError as error:
        raise RecordingError(error.problems, str(path)) from error.__cause__
    except _LIBRARY_ERRORS as error:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise RecordingError(f"cannot be read ({reason}); copy or export it again", str(path)) from error


def _find_reader(path: Path) -> _Reader:
    name = path.name.lower()
    if not path.exists():
        raise RecordingError("no such file")
    if path.is_dir() and not name.endswith(_FOLDERS):
        raise RecordingError("is a folder; name the recorded file in it")
    reader = next((reader for reader, endings in _READERS.items() if name.endswith(endings)), None)
    if reader is None:
        raise RecordingError(f"its ending is of no known format; readable: {' '.join(readable_endings())}")
    if path.stat().st_size == 0:
        raise RecordingError("is empty; copy or export it again")
    return reader


def _notes(caught: list[warnings.WarningMessage]) -> tuple[str, ...]:
    messages = [" ".join(str(w.message).split()) for w in caught if not issubclass(w.category, _FOR_PROGRAMMERS)]
    return tuple(message for message in messages if not any(noise in message for noise in _NOISE))
