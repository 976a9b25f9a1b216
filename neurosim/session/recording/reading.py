"""A session on disk, read back."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from neurosim.core.config import load_toml
from neurosim.core.dataset import FEEDBACK, Places, find_session
from neurosim.core.errors import UserError, did_you_mean
from neurosim.core.event import SessionEvent
from neurosim.core.spec import Samples, SignalSpec
from neurosim.core.step import Step, step_of
from neurosim.core.timeline import TickGrid
from neurosim.feedback.protocol import TrainingProtocol
from neurosim.session.commands import Logged, read_commands
from neurosim.session.recording.bdf_file import find_bdf, read_bdf
from neurosim.session.recording.raw import make_raw
from neurosim.session.recording.series import read_series, read_table, samples_of

if TYPE_CHECKING:
    import mne
    import pandas as pd


@dataclass(frozen=True)
class SessionFolder:
    """A session on disk.

    Attributes
    ----------
    path
        The folder that was asked for.
    places
        Where its files lie.
    protocol
        What was trained.
    facts
        What ``session.json`` says.
    features, events
        The tables: a row for each tick, with what a reveal has added; and what happened.
    commands
        What somebody did to the session, and in which tick.
    streams
        The specs of the recorded signals, truth included.
    """

    path: Path
    places: Places
    protocol: TrainingProtocol
    facts: dict[str, Any]
    features: pd.DataFrame
    events: pd.DataFrame
    commands: list[Logged]
    streams: dict[str, SignalSpec]

    @property
    def first_tick(self) -> int:
        """Number of the first tick that was recorded."""
        return round(float(self.facts.get("start_s", 0.0)) / self.protocol.update_interval_s)

    def samples(self, stream: str = "eeg") -> Samples:
        """Return the samples of a stream ``(channel, time)`` in its own unit; NaN where there was no number.

        Raises
        ------
        UserError
            When there is no such stream, or its file cannot be read.
        """
        if stream not in self.streams:
            raise UserError(f"no stream '{stream}'; {did_you_mean(stream, self.streams)}", str(self.path))
        stem = self.places.stem_of(stream)
        found = read_bdf(find_bdf(stem)).samples() if stream == "eeg" else samples_of(read_series(stem))
        # The last record of a file is filled up to its end.
        grid, first, fs = TickGrid(self.protocol.update_interval_s), self.first_tick, self.streams[stream].fs
        n_times = grid.first_sample(first + len(self.features), fs) - grid.first_sample(first, fs)
        return found[:, :n_times]

    def step(self, stream: str) -> Step:
        """Return the step that the samples of a stream were rounded to."""
        if stream != "eeg":
            return step_of(stream, self.streams[stream])
        found = read_bdf(find_bdf(self.places.stem_of(stream)))
        return Step(found.per_unit, found.form.limit)

    def to_raw(self, stream: str = "eeg") -> mne.io.RawArray:
        """Return a stream as MNE Raw, with the events as annotations; in SI units where MNE has a type for it."""
        return make_raw(stream, self.streams[stream], self.samples(stream), self.session_events())

    def session_events(self) -> list[SessionEvent]:
        """Return the events, from the start of the recording on."""
        columns = (self.events[name].tolist() for name in ("onset", "duration", "trial_type", "value"))
        return [SessionEvent(*row) for row in zip(*columns, strict=True)]


def read_session(path: str | Path) -> SessionFolder:
    """Read a session that neurosim recorded.

    Parameters
    ----------
    path
        The dataset, where it holds one session; else the session's folder in it, such as ``course/sub-01/ses-02``.

    Raises
    ------
    UserError
        When it is none, or holds several.
    """
    places = find_session(Path(path))
    facts = read_facts(places)
    revealed = places.results / "revealed.tsv"
    features = read_table(revealed) if revealed.is_file() else read_series(places.stem_of(FEEDBACK))
    events = read_table(places.file("events.tsv")).astype({"value": object}).fillna({"value": "n/a"})
    protocol = load_toml(places.recipe / "protocol.toml", TrainingProtocol)
    commands = read_commands(places.recipe / "commands.jsonl")
    streams = {
        name: SignalSpec(about["fs"], tuple(about["ch_names"]), about["unit"])
        for name, about in facts["streams"].items()
    }
    return SessionFolder(Path(path), places, protocol, facts, features, events, commands, streams)


def read_facts(places: Places) -> dict[str, Any]:
    """Read what is known of a session: ``session.json``.

    Raises
    ------
    UserError
        When it is not what neurosim writes.
    """
    try:
        facts: dict[str, Any] = json.loads(places.facts.read_text(encoding="utf-8"))
        _ = facts["status"], facts["streams"], facts["seed"]
    except (OSError, ValueError, KeyError, TypeError):
        raise UserError("cannot be read: it is not what neurosim writes", str(places.facts)) from None
    return facts
