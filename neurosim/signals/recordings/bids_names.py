"""Names in a BIDS dataset: which files belong to a recording, by the entities in their names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from neurosim.core.errors import RecordingError

#: What the name of a recording ends in, before the ending of its format.
SIGNALS = ("eeg", "ieeg", "emg", "meg", "nirs")
PHYSIO = "physio"
_ENDINGS = (".edf", ".bdf", ".vhdr", ".set", ".fif", ".snirf")
_PHYSIO_ENDINGS = (".tsv.gz", ".tsv")
_NAME = re.compile(r"((?:[a-zA-Z]+-[a-zA-Z0-9+]+_)+)([a-zA-Z]+)((?:\.[a-zA-Z0-9]+)+)")
_DEEPEST = 4  # folders between a file and its dataset: derivatives, subject, session, kind of data
_N_LISTED = 8


@dataclass(frozen=True)
class BidsName:
    """The name of a file in a dataset.

    Parameters
    ----------
    entities
        ``sub-01``, ``task-rest`` and so on.
    suffix
        What the file holds, such as ``eeg``.
    ending
        From the first dot on, in small letters.
    """

    entities: frozenset[str]
    suffix: str
    ending: str


def parse_name(name: str) -> BidsName | None:
    """Read a name such as ``sub-01_task-rest_eeg.edf``; None for names of another form."""
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    return BidsName(frozenset(match[1].strip("_").split("_")), match[2], match[3].lower())


def is_recording(path: Path) -> bool:
    """Return whether a file is a recording by its name: of a subject, with samples."""
    name = parse_name(path.name)
    if name is None or not any(entity.startswith("sub-") for entity in name.entities):
        return False
    signal = name.suffix in SIGNALS and name.ending in _ENDINGS
    return signal or (name.suffix == PHYSIO and name.ending in _PHYSIO_ENDINGS)


def is_dataset(path: Path) -> bool:
    """Return whether a folder is a dataset, or lies in one."""
    return path.is_dir() and (path.name.startswith(("sub-", "ses-")) or (path / "dataset_description.json").is_file())


def only_recording(folder: Path) -> Path:
    """Return the recording of a dataset that holds one; physiology beside EEG is no further one.

    Raises
    ------
    RecordingError
        When there is none, or several, which it names.
    """
    found = sorted(path for path in folder.rglob("sub-*") if is_recording(path) and "sourcedata" not in path.parts)
    signals = [path for path in found if (name := parse_name(path.name)) is not None and name.suffix != PHYSIO]
    found = signals or found
    if not found:
        raise RecordingError("is a dataset without recordings that can be read; name the file itself")
    if len(found) > 1:
        listed = ", ".join(str(path.relative_to(folder)) for path in found[:_N_LISTED])
        more = f" and {len(found) - _N_LISTED} more" if len(found) > _N_LISTED else ""
        raise RecordingError(f"is a dataset of {len(found)} recordings; name one of them: {listed}{more}")
    return found[0]


def belonging(path: Path, suffix: str, ending: str) -> list[Path]:
    """Return the files that describe a recording, the nearest first: its own, or one for many by inheritance.

    Such a file lies in the folder of the recording or one above it, up to the dataset's, and its name has no entity
    that the recording does not have.
    """
    name = parse_name(path.name)
    if name is None:
        return []
    found = []
    for folder in _folders(path):
        fitting = [
            (len(other.entities), file)
            for file in sorted(folder.glob(f"*_{suffix}{ending}"))
            if (other := parse_name(file.name)) is not None and other.entities <= name.entities
        ]
        found += [file for _, file in sorted(fitting, key=lambda pair: -pair[0])[:1]]
        alone = folder / f"{suffix}{ending}"
        found += [alone] if alone.is_file() else []
    return found


def physio_of(path: Path) -> list[Path]:
    """Return the physiology that was recorded together with a recording: the same entities, and its own label."""
    name = parse_name(path.name)
    if name is None or name.suffix == PHYSIO:
        return []
    return [
        file
        for file in sorted(path.parent.glob(f"sub-*_{PHYSIO}.tsv*"))
        if (other := parse_name(file.name)) is not None
        and other.ending in _PHYSIO_ENDINGS
        and {e for e in other.entities if not e.startswith("recording-")} == name.entities
    ]


def _folders(path: Path) -> list[Path]:
    """Return the folder of a file and those above, up to the dataset's; only its own where there is no dataset."""
    above = [path.parent, *path.parent.parents][: _DEEPEST + 1]
    at = next((i for i, folder in enumerate(above) if (folder / "dataset_description.json").is_file()), 0)
    return above[: at + 1]
