"""A recording that somebody begins and ends while the session runs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from neurosim.core.event import SessionEvent
from neurosim.session.folder import FolderSink, make_folder
from neurosim.session.plan import Plan
from neurosim.session.session import Session
from neurosim.session.tick import Sink, Tick


class Recorder(Sink):
    """Writes the session to a folder from when it is asked to.

    Parameters
    ----------
    plan
        What the session is made of: protocol, seed, streams.
    sealed
        What the folder of a sealed session says of its seal; it is recorded without what is earned and shown.

    Attributes
    ----------
    folder
        Where it writes; None while it does not.
    kept
        The folders it has written, the newest last.
    """

    def __init__(self, plan: Plan, sealed: Mapping[str, str] | None = None) -> None:
        self.plan = plan
        self.folder: Path | None = None
        self.kept: list[Path] = []
        self._sealed = sealed
        self._sink: FolderSink | None = None

    def begin(self, session: Session, folder: Path) -> Path:
        """Record from the next tick on; to be called between two ticks.

        Raises
        ------
        OutputError
            When the folder is not new or empty, or cannot be written.
        """
        self.end()
        sink = FolderSink(make_folder(folder), self.plan, session, sealed=self._sealed)
        self._sink, self.folder = sink, folder
        self.kept.append(folder)
        return folder

    def end(self) -> Path | None:
        """Close the recording, and return its folder; to be called between two ticks."""
        sink, folder = self._sink, self.folder
        self._sink = self.folder = None
        if sink is not None:
            sink.close()
        return folder

    def write(self, tick: Tick) -> None:
        if self._sink is not None:
            self._sink.write(tick)

    def note(self, event: SessionEvent) -> None:
        if self._sink is not None:
            self._sink.note(event)

    def close(self) -> None:
        self.end()
