"""A session on disk: a BIDS dataset, written as it goes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import numpy as np
import tomli_w

from neurosim.core.config import Config
from neurosim.core.dataset import FEEDBACK, Places, label
from neurosim.core.errors import OutputError
from neurosim.core.event import SessionEvent
from neurosim.session.assessment import Finding
from neurosim.session.commands import Logged
from neurosim.session.distrust import Stretches, reasons
from neurosim.session.recording import sidecars
from neurosim.session.recording.bdf import BdfWriter
from neurosim.session.recording.close import finish, write_checksums
from neurosim.session.recording.electrodes import write_electrodes
from neurosim.session.recording.series import SeriesWriter, TableWriter
from neurosim.session.tick import Sink, Tick
from neurosim.signals.body.body import Body

if TYPE_CHECKING:
    from neurosim.session.plan import Plan
    from neurosim.session.session import Session

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
    """Writes protocol and facts at once, events as they happen, everything else every second.

    The EEG goes into BDF+ or EDF+, record by record; features and feedback and all other signals into tables, which are
    compressed at the end. `neurosim.core.dataset.Places` says where each file lies.

    Parameters
    ----------
    root
        Folder of the dataset: new, empty, or one that has other sessions.
    plan
        What the session is made of.
    session
        The session, between two ticks; what was done to it before is there in its whole log.
    number
        Its number in the course, from 0.
    sealed
        What the facts say of the seal of a sealed session; what is earned and shown is then left out, as the arm is not
        to be known yet.

    Raises
    ------
    OutputError
        When the session is there already, or something cannot be written; what was written until then is kept.
    """

    def __init__(
        self, root: Path, plan: Plan, session: Session, number: int = 0, sealed: Mapping[str, str] | None = None
    ) -> None:
        protocol = plan.protocol
        self.places = Places(root, label(protocol.name), f"{plan.subjects[0] + 1:02d}", f"{number + 1:02d}")
        self._sealed = sealed is not None
        self._start_s = session.time_s  # onsets count from here, the ticks of commands from the session's start
        self._facts = plan.facts(number) | dict(sealed or {}) | ({"start_s": self._start_s} if self._start_s else {})
        self._causes = session.pipeline.cause_names
        self._interval_s = protocol.update_interval_s
        self._n_ticks = 0
        self._time_s = self._flushed_s = 0.0
        self._broken = False
        self._files: list[TextIO] = []
        self._tables: list[TableWriter] = []
        self._series: dict[str, BdfWriter | SeriesWriter] = {}
        self._eeg: BdfWriter | None = None
        self._clipped = Stretches("clipped", ("",))
        self._guard(lambda: self._open_all(plan, session))

    def _open_all(self, plan: Plan, session: Session) -> None:
        places, protocol, streams = self.places, plan.protocol, plan.source.specs
        for there in (places.folder, places.recipe):
            if there.exists():
                raise OutputError("exists already; nothing is overwritten", str(there))
        signals = places.folder / ("eeg" if "eeg" in streams else "beh")
        for folder in (signals, places.truth, places.results):
            folder.mkdir(parents=True, exist_ok=True)
        sidecars.write_dataset(places.root, protocol.title, self._facts["versions"]["neurosim"])
        sidecars.add_participant(places.root, places.subject, self._facts["age_years"])
        sidecars.write_text(places.recipe / "protocol.toml", as_toml(protocol))
        if plan.recipe is not None:
            sidecars.write_text(places.recipe / "subject.toml", as_toml(plan.recipe))
        self._write_facts("running")
        conditions = session.rule.condition_names
        earned = [] if self._sealed else [*(f"holding_{c}" for c in conditions), "joint", "met", "reward", "shown"]
        features = session.pipeline.specs
        columns = ["onset", "block", *features, *(f"threshold_{c}" for c in conditions)]
        columns += ["valid", *earned, "why_invalid"]
        sidecars.write_sidecars(places, protocol, streams, features, columns, self._facts)
        if plan.person is not None and isinstance(body := plan.person.body, Body) and "eeg" in streams:
            write_electrodes(places, body.eeg.montage, streams["eeg"].ch_names)
        self._commands = self._open(places.recipe / "commands.jsonl")
        self._commands.writelines(logged.as_json() + "\n" for logged in session.command_log)
        self._events = self._open(places.file("events.tsv"))
        self._events.write("onset\tduration\ttrial_type\tvalue\n")
        self._events.flush()
        self._features = TableWriter(places.stem_of(FEEDBACK), columns)
        self._tables.append(self._features)
        for name, spec in streams.items():
            stem = places.stem_of(name)
            if name == "eeg":
                form, step = plan.source.form, plan.source.step(name)
                self._eeg = BdfWriter(stem.with_name(stem.name + form.ending), spec, step, form)
                self._series[name] = self._eeg
                largest = f"{form.limit / step.per_unit:g} {spec.unit}"
                self._clipped = Stretches("clipped", (f"the EEG is at ±{largest}, the end of what its file holds",))
            else:
                self._series[name] = series = SeriesWriter(stem, spec)
                self._tables.append(series)
        if session.tick_index:  # the block that is under way would otherwise be told by no event
            block = int(np.searchsorted(session.schedule.ends, session.tick_index - 1, side="right"))
            self._append_event(session.schedule.entry(block))

    def _guard(self, action: Callable[[], None]) -> None:
        """Turn a failing disk into one clear line; afterwards nothing more is written."""
        if self._broken:
            return
        try:
            action()
        except OSError as error:
            self._broken = True
            kept = f"what was recorded until {max(self._flushed_s, 0.0):.0f} s is kept"
            raise OutputError(f"cannot be written: {error.strerror}; {kept}", str(self.places.root)) from None

    def _write_facts(self, status: str) -> None:
        facts = {**self._facts, "status": status, "duration_s": self._time_s}
        sidecars.write_text(self.places.facts, sidecars.as_json(facts))

    def _open(self, path: Path) -> TextIO:
        file = path.open("x", encoding="utf-8", newline="\n")
        self._files.append(file)
        return file

    def write(self, tick: Tick) -> None:
        def append() -> None:
            self._features.write("\t".join(self._row(tick)) + "\n")
            for name, writer in self._series.items():
                writer.append(tick.samples[name])
            for command in tick.commands:
                self._commands.write(Logged(tick.index, command).as_json() + "\n")
            clipped = self._eeg is not None and self._eeg.clipped
            for event in (*tick.events, *self._clipped.update(tick.start_s, np.array([clipped]))):
                self._append_event(event)
            self._n_ticks += 1
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
        if self._eeg is not None:
            self._eeg.mark(SessionEvent(onset_s, event.duration_s, event.kind, event.text))

    def _flush(self) -> None:
        for file in self._files:
            file.flush()
        for table in self._tables:
            table.flush()
        self._flushed_s = self._time_s

    def note(self, event: SessionEvent) -> None:
        self._guard(lambda: self._append_event(event))

    def close(self) -> None:
        def close_all() -> None:
            for event in self._clipped.end(self._start_s + self._n_ticks * self._interval_s):
                self._append_event(event)
            self._flush()
            self._close_files()
            finish(self.places, self._n_ticks * self._interval_s)
            self._write_facts("closed")
            write_checksums(self.places)

        try:
            self._guard(close_all)
        finally:
            with suppress(OSError):  # closing flushes; on a full disk that fails again, and the first has been told
                self._close_files()

    def _close_files(self) -> None:
        closers: list[Callable[[], None]] = [file.close for file in self._files]
        closers += [table.close for table in self._tables]
        closers += [] if self._eeg is None else [self._eeg.close]
        failed: OSError | None = None
        for close in closers:
            try:
                close()
            except OSError as error:
                failed = error
        if failed is not None:
            raise failed


def _number(x: Any) -> str:
    """Write a number so that it reads back to the bit: a rule that is run again decides the same."""
    number = float(x)
    if np.isnan(number):
        return "n/a"
    return repr(number).removesuffix(".0")
