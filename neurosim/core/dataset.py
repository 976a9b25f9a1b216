"""Where things lie in the BIDS dataset of a session or a course: names and places, nothing else.

The signals as they were recorded lie in ``sub-01/ses-01``; what only neurosim knows (the recipe of the session, the
truth of a simulated body) in ``sourcedata``; what was worked out afterwards (summary, report, reveal) in
``derivatives``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from neurosim.core.errors import ConfigError

#: The recording that holds a row for each tick: features, thresholds, feedback.
FEEDBACK = "feedback"
_FACTS = "session.json"


def label(text: str) -> str:
    """Return a text as BIDS allows it in a file's name: letters and digits.

    Examples
    --------
    >>> label("skin_conductance")
    'skinconductance'
    """
    return re.sub("[^0-9A-Za-z]", "", text) or "x"


@dataclass(frozen=True)
class Places:
    """The places of one session.

    Parameters
    ----------
    root
        Folder of the dataset.
    task
        Label of what was trained.
    subject, session
        Labels.
    """

    root: Path
    task: str
    subject: str = "01"
    session: str = "01"

    @property
    def folder(self) -> Path:
        """The session's folder in the dataset."""
        return self.root / f"sub-{self.subject}" / f"ses-{self.session}"

    @property
    def recipe(self) -> Path:
        """What the session is made of: protocol, subject, seed, commands."""
        return self.root / "sourcedata" / f"sub-{self.subject}" / f"ses-{self.session}"

    @property
    def truth(self) -> Path:
        """What the simulated body truly did."""
        return self.recipe / "truth"

    @property
    def results(self) -> Path:
        """What was worked out from the recording."""
        return self.root / "derivatives" / "neurosim" / f"sub-{self.subject}" / f"ses-{self.session}"

    @property
    def facts(self) -> Path:
        """Seed, source, versions, and how it ended."""
        return self.recipe / _FACTS

    @property
    def signals(self) -> Path:
        """Folder of the signals: ``eeg``, or ``beh`` where there is no EEG."""
        return self.folder / ("beh" if (self.folder / "beh").is_dir() else "eeg")

    def file(self, suffix: str, recording: str = "") -> Path:
        """Return a file of the session's signals, such as ``eeg.bdf`` or ``physio.json`` of a recording."""
        entity = f"recording-{recording}_" if recording else ""
        return self.signals / f"sub-{self.subject}_ses-{self.session}_task-{self.task}_{entity}{suffix}"

    def beside(self, suffix: str) -> Path:
        """Return a file about all signals of the session, whatever the task, such as ``space-x_electrodes.tsv``."""
        return self.signals / f"sub-{self.subject}_ses-{self.session}_{suffix}"

    def stem_of(self, stream: str) -> Path:
        """Return where a stream lies, without the ending of its file."""
        if stream == "eeg":
            return self.file("eeg")
        if stream.startswith("truth/"):
            return self.truth / f"{label(stream.removeprefix('truth/'))}"
        return self.file("stim" if stream in (FEEDBACK, "marker") else "physio", label(stream))


def find_sessions(root: Path) -> list[Places]:
    """Return the sessions of a dataset, in order."""
    found = []
    for facts in sorted(root.glob(f"sourcedata/sub-*/ses-*/{_FACTS}")):
        subject, session = (part.partition("-")[2] for part in facts.parts[-3:-1])
        places = Places(root, "", subject, session)
        tasks = [re.search(r"_task-([0-9A-Za-z]+)_", path.name) for path in sorted(places.signals.glob("*_task-*"))]
        found.append(Places(root, next((match[1] for match in tasks if match), ""), subject, session))
    return found


def find_session(folder: Path) -> Places:
    """Return the session in a folder: of a dataset with one session, or of one session of several.

    Raises
    ------
    ConfigError
        When there is none, or several.
    """
    found = find_sessions(folder)
    if len(found) > 1:
        raise ConfigError(f"holds {len(found)} sessions; name one of them, such as {found[-1].folder}", str(folder))
    if found:
        return found[0]
    for places in find_sessions(folder.parent.parent) if folder.name.startswith("ses-") else ():
        if places.folder.name == folder.name and places.folder.parent.name == folder.parent.name:
            return places
    raise ConfigError("is no session folder: there is no session that neurosim recorded in it", str(folder))
