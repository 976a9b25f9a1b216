"""A session as a folder: written as it goes, readable with pandas and MNE."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, TextIO

import numpy as np
import tomli_w

from neurosim.core.config import Config
from neurosim.core.errors import OutputError
from neurosim.core.event import SessionEvent
from neurosim.core.spec import SignalSpec
from neurosim.feedback.protocol import TrainingProtocol
from neurosim.session.assessment import Finding
from neurosim.session.brainvision import BrainVisionWriter
from neurosim.session.commands import Logged
from neurosim.session.distrust import reasons
from neurosim.session.tick import Sink, Tick

_FLUSH_S = 1.0


def make_folder(path: Path) -> Path:
    """Make a new folder for a session.

    Raises
    ------
    OutputError
        When it exists and is not empty, or cannot be made.
    """
    try:
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            raise OutputError("exists already; name another folder with --out, nothing is overwritten", str(path))
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"cannot be made: {error.strerror}; name another folder with --out", str(path)) from None
    return path


def as_toml(config: Config) -> str:
    """Write a model as TOML that reads back into the same model."""
    text: str = tomli_w.dumps(config.model_dump(mode="json", exclude_none=True))
    return text


def write_finding(path: Path, finding: Finding) -> None:
    """Write what an assessment found out as ``assessment.tsv`` into a folder, which is made if need be.

    Raises
    ------
    OutputError
        When it cannot be written.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
        (path / "assessment.tsv").write_text(finding.as_tsv(), encoding="utf-8", newline="\n")
    except OSError as error:
        raise OutputError(f"cannot be written: {error.strerror}", str(path / "assessment.tsv")) from None


class FolderSink(Sink):
    """Writes protocol and facts at once, events as they happen, features every tick, signals every tick.

    Files: ``protocol.toml``, ``session.json``, ``events.tsv``, ``features.tsv``, ``commands.jsonl`` (one command of the
    log a line), and each stream as a BrainVision file (``eeg.vhdr``, ``truth_eeg_envelope.vhdr``).

    Parameters
    ----------
    path
        An empty or new folder.
    protocol
        What is trained.
    streams
        The specs of the source's streams, without a batch axis.
    features, conditions, causes
        Names, in order; causes are what can make a tick invalid.
    facts
        What else is to be known: seed, source, versions.
    sealed
        Whether what is earned and shown is left out: the arm is not to be known yet.
    start_s
        Where in the session it begins [s]; onsets count from here, the ticks of commands from the session's start.
    commands
        What was done to the session before, so that its whole log is there.

    Raises
    ------
    OutputError
        When the folder exists, or something cannot be written; what was written until then is kept.
    """

    def __init__(
        self,
        path: Path,
        protocol: TrainingProtocol,
        streams: Mapping[str, SignalSpec],
        features: tuple[str, ...],
        conditions: tuple[str, ...],
        causes: tuple[str, ...],
        facts: Mapping[str, Any],
        *,
        sealed: bool = False,
        start_s: float = 0.0,
        commands: Sequence[Logged] = (),
    ) -> None:
        self.path = make_folder(path)
        self._facts = dict(facts) | ({"start_s": start_s} if start_s else {})
        self._start_s = start_s
        self._sealed = sealed
        self._causes = causes
        self._time_s = 0.0
        self._flushed_s = 0.0
        self._broken = False
        self._files: list[TextIO] = []
        self._signals: dict[str, BrainVisionWriter] = {}

        def open_all() -> None:
            self._write_text("protocol.toml", as_toml(protocol))
            self._write_facts("running")
            self._commands = self._open("commands.jsonl")
            self._commands.writelines(logged.as_json() + "\n" for logged in commands)
            self._events = self._open_table("events.tsv", ["onset", "duration", "trial_type", "value"])
            earned = [] if sealed else [*(f"holding_{c}" for c in conditions), "joint", "met", "reward", "shown"]
            columns = ["onset", "block", *features, *(f"threshold_{c}" for c in conditions)]
            self._features = self._open_table("features.tsv", [*columns, "valid", *earned, "why_invalid"])
            for name, spec in streams.items():
                self._signals[name] = BrainVisionWriter(self.path / name.replace("/", "_"), spec)

        self._guard(open_all)

    def _guard(self, action: Callable[[], None]) -> None:
        """Turn a failing disk into one clear line; afterwards nothing more is written."""
        if self._broken:
            return
        try:
            action()
        except OSError as error:
            self._broken = True
            kept = f"what was recorded until {max(self._flushed_s, 0.0):.0f} s is kept"
            raise OutputError(f"cannot be written: {error.strerror}; {kept}", str(self.path)) from None

    def _write_text(self, name: str, text: str) -> None:
        (self.path / name).write_text(text, encoding="utf-8", newline="\n")

    def _write_facts(self, status: str) -> None:
        facts = {**self._facts, "status": status, "duration_s": self._time_s}
        self._write_text("session.json", json.dumps(facts, indent=2, ensure_ascii=False) + "\n")

    def _open(self, name: str) -> TextIO:
        file = (self.path / name).open("w", encoding="utf-8", newline="\n")
        self._files.append(file)
        return file

    def _open_table(self, name: str, columns: list[str]) -> TextIO:
        table = self._open(name)
        table.write("\t".join(columns) + "\n")
        table.flush()
        return table

    def write(self, tick: Tick) -> None:
        def append() -> None:
            self._features.write("\t".join(self._row(tick)) + "\n")
            for name, writer in self._signals.items():
                writer.append(tick.samples[name])
            for command in tick.commands:
                self._commands.write(Logged(tick.index, command).as_json() + "\n")
            for event in tick.events:
                self._append_event(event)
            self._time_s = tick.start_s - self._start_s
            if self._time_s - self._flushed_s >= _FLUSH_S:
                self._flush()

        self._guard(append)

    def _row(self, tick: Tick) -> list[str]:
        feedback = tick.feedback
        measured = (*tick.features, *tick.thresholds, feedback.valid)
        cells = [f"{tick.start_s - self._start_s:.6f}", tick.block.name, *map(_number, measured)]
        if not self._sealed:
            earned = (*feedback.holding, feedback.joint, feedback.met, feedback.reward, feedback.shown)
            cells += map(_number, earned)
        cells.append("n/a" if feedback.valid else reasons(tick.causes[None], self._causes)[0] or "n/a")
        return cells

    def _append_event(self, event: SessionEvent) -> None:
        text = event.text.replace("\t", " ").replace("\n", " ") or "n/a"
        onset_s = event.onset_s - self._start_s
        self._events.write(f"{onset_s:.6f}\t{event.duration_s:.6f}\t{event.kind}\t{text}\n")
        self._events.flush()
        for writer in self._signals.values():
            writer.mark(onset_s, f"{event.kind}: {text}")

    def _flush(self) -> None:
        for table in self._files:
            table.flush()
        for writer in self._signals.values():
            writer.flush()
        self._flushed_s = self._time_s

    def note(self, event: SessionEvent) -> None:
        self._guard(lambda: self._append_event(event))

    def close(self) -> None:
        def finish() -> None:
            self._flush()
            self._write_facts("closed")

        try:
            self._guard(finish)
        finally:
            for writer in self._signals.values():
                _close_quietly(writer.close)
            for table in self._files:
                _close_quietly(table.close)


def _number(x: Any) -> str:
    """Write a number so that it reads back to the bit: a rule that is run again decides the same."""
    number = float(x)
    if np.isnan(number):
        return "n/a"
    return repr(number).removesuffix(".0")


def _close_quietly(close: Callable[[], None]) -> None:
    # Closing flushes; on a full disk that fails again, and the first failure has been told.
    with suppress(OSError):
        close()
