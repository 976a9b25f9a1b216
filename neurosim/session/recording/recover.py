"""A recording that was not closed, made whole: the process was killed, or the disk was full."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from neurosim.core.config import load_toml
from neurosim.core.dataset import FEEDBACK, Places, find_session, find_sessions
from neurosim.core.errors import OutputError, UserError
from neurosim.feedback.protocol import TrainingProtocol
from neurosim.session.recording.bdf_file import read_bdf
from neurosim.session.recording.close import finish, plain_tables, write_checksums
from neurosim.session.recording.reading import read_facts
from neurosim.session.recording.series import find_table, read_series
from neurosim.session.recording.sidecars import as_json, write_text


@dataclass(frozen=True)
class Recovered:
    """A session that was not closed, and now is whole.

    Parameters
    ----------
    places
        Where it lies.
    duration_s
        How much of it was recorded [s].
    """

    places: Places
    duration_s: float


def recover(folder: str | Path) -> list[Recovered]:
    """Make a valid dataset of what a recording left behind; nothing that was written whole is lost.

    Parameters
    ----------
    folder
        The dataset, or one session in it. Nobody may be recording into it.

    Returns
    -------
    list of Recovered
        The sessions that had not been closed; empty where there was nothing to do.

    Raises
    ------
    UserError
        When it is no recording, was stopped before its first second, or cannot be written.
    """
    path = Path(folder)
    there = find_sessions(path) or [find_session(path)]
    return [_recover(places) for places in there if read_facts(places)["status"] == "running"]


def _recover(places: Places) -> Recovered:
    stem = places.stem_of(FEEDBACK)
    if not places.task or find_table(stem) is None or not (events := places.file("events.tsv")).is_file():
        raise UserError("was stopped before anything was recorded; there is nothing to recover", str(places.folder))
    try:
        for text in (*plain_tables(places), events, places.recipe / "commands.jsonl"):
            _cut_line(text)
        for path in (*places.signals.glob("*_eeg.bdf"), *places.signals.glob("*_eeg.edf")):
            read_bdf(path).recover()
        protocol = load_toml(places.recipe / "protocol.toml", TrainingProtocol)
        duration_s = len(read_series(stem)) * protocol.update_interval_s
        finish(places, duration_s)
        facts = read_facts(places) | {"status": "recovered", "duration_s": duration_s}
        write_text(places.facts, as_json(facts))
        write_checksums(places)
    except OSError as error:
        raise OutputError(f"cannot be written: {error.strerror}", str(places.root)) from None
    return Recovered(places, duration_s)


def _cut_line(path: Path) -> None:
    """Take a last line away that was not written to its end."""
    with path.open("r+b") as file:
        end = file.seek(0, os.SEEK_END)
        at = end
        while at:
            begin = max(0, at - 4096)
            file.seek(begin)
            found = file.read(at - begin).rfind(b"\n")
            if found >= 0:
                at = begin + found + 1
                break
            at = begin
        if at < end:
            file.truncate(at)
