"""A recording in a BIDS dataset: what the tables beside it say of its channels and events, and its physiology."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from neurosim.core.errors import RecordingError
from neurosim.signals.recordings.bids_names import PHYSIO, belonging, parse_name, physio_of
from neurosim.signals.recordings.columns import RecordedEvent, StoredColumns, StoredFile
from neurosim.signals.recordings.kinds import convert, kind_of_name
from neurosim.signals.recordings.tables import decompress

#: What the types of channels.tsv are here; for others the name tells, and stimulus channels are left out.
_KINDS = {
    **dict.fromkeys(("EEG", "EOG", "HEOG", "VEOG", "ECOG", "SEEG", "DBS"), "eeg"),
    **{"ECG": "ecg", "EMG": "emg", "PPG": "ppg", "RESP": "respiration", "TEMP": "temperature"},
    **dict.fromkeys(("GSR", "EDA"), "skin_conductance"),
    **dict.fromkeys(("TRIG", "STIM", "SYSCLOCK"), "stim"),
}
_NOT_TOLD = ("", "n/a")


def read_bids(path: Path, read: Callable[[Path], StoredFile]) -> StoredFile:
    """Read a recording with the tables that describe it, by inheritance, and the physiology recorded with it.

    Parameters
    ----------
    path
        A file with a BIDS name.
    read
        Reads the file by itself.

    Raises
    ------
    RecordingError
        With file and line of what is wrong.
    """
    name = parse_name(path.name)
    assert name is not None
    stored = _physio(path) if name.suffix == PHYSIO else _described(path, read(path))
    for beside in physio_of(path):
        more = _physio(beside)
        stored = replace(stored, parts=(*stored.parts, *more.parts), notes=(*stored.notes, *more.notes))
    tables = belonging(path, "events", ".tsv")
    if not tables:
        return stored
    gaps = (event for event in stored.events if event.kind == "gap")  # no table need tell of them
    return replace(stored, events=(*_events(tables[0]), *gaps))


def _described(path: Path, stored: StoredFile) -> StoredFile:
    """Return the channels with the kinds and units of channels.tsv."""
    tables = belonging(path, "channels", ".tsv")
    if not tables:
        return stored
    table = tables[0]
    rows = {row["name"]: row for row in _rows(table, ("name", "type", "units"))}
    notes, parts, there = list(stored.notes), [], set[str]()
    for part in stored.parts:
        kinds, units = list(part.kinds), list(part.units)
        for i, name in enumerate(part.ch_names):
            row = rows.get(name) or rows.get(name.strip().rstrip("."))
            if row is None:
                continue
            there.add(row["name"])
            told = row["type"].upper()
            kinds[i] = _KINDS.get(told) or kind_of_name(name) or ("other" if told not in _NOT_TOLD else kinds[i])
            unit = row["units"]
            if unit.lower() in _NOT_TOLD:
                continue
            if not units[i]:
                units[i] = unit
            elif convert(unit, kinds[i]) != convert(units[i], kinds[i]) and not path.name.endswith((".vhdr", ".set")):
                notes.append(f"{table.name} has {unit} for {name}, the file {units[i]}; the file's was taken")
        parts.append(replace(part, kinds=tuple(kinds), units=tuple(units)))
    bad = [name for name, row in rows.items() if row.get("status", "").lower() == "bad" and name in there]
    notes += [f"{table.name} calls these channels bad: {', '.join(bad)}"] if bad else []
    missing = [name for name in rows if name not in there]
    notes += [f"{table.name} has channels that the file has not: {', '.join(missing[:12])}"] if missing else []
    return replace(stored, parts=tuple(parts), notes=tuple(notes))


def _events(table: Path) -> tuple[RecordedEvent, ...]:
    events = []
    for number, row in enumerate(_rows(table, ("onset", "duration")), start=2):
        if row["onset"].lower() in _NOT_TOLD:
            continue
        onset_s = _number(row["onset"], table, number, "onset")
        duration_s = (
            0.0 if row["duration"].lower() in _NOT_TOLD else _number(row["duration"], table, number, "duration")
        )
        text = next(
            (row[key] for key in ("trial_type", "event_type", "value") if row.get(key, "") not in _NOT_TOLD), ""
        )
        events.append(RecordedEvent(onset_s, text or "event", max(duration_s, 0.0)))
    return tuple(events)


def _physio(path: Path) -> StoredFile:
    """Read a table of samples without a header, whose columns the .json beside it names."""
    facts, told_by = _facts(path)
    names = facts.get("Columns")
    if not (isinstance(names, list) and names and all(isinstance(name, str) for name in names)):
        raise RecordingError(f"{told_by}: Columns must name the columns of {path.name}; add it")
    fs, start_s = (_fact(facts, key, told_by) for key in ("SamplingFrequency", "StartTime"))
    if not 0.0 < fs < math.inf:
        raise RecordingError(f"{told_by}: SamplingFrequency must be above 0 Hz, got {fs:g}")
    stored = path.read_bytes()
    text = (decompress(stored) if path.suffix.lower() == ".gz" else stored).decode("utf-8-sig", "replace")
    lines = [line for line in text.splitlines() if line.strip()]
    values = np.empty((len(names), len(lines)))
    for i, line in enumerate(lines):
        cells = line.split("\t")
        if len(cells) != len(names):
            raise RecordingError(
                f"{path.name}, line {i + 1}: {len(cells)} columns, {told_by} names {len(names)}; correct Columns there"
            )
        for row, cell in enumerate(cells):
            values[row, i] = np.nan if cell.strip().lower() in _NOT_TOLD else _number(cell, path, i + 1, names[row])
    units = tuple(_unit(facts.get(name)) for name in names)
    kinds = tuple("stim" if name.lower() == "trigger" else _cardiac(name) for name in names)
    return StoredFile((StoredColumns(values, tuple(names), fs, units, kinds, start_s),))


def _cardiac(name: str) -> str:
    # BIDS calls any signal of the pulse cardiac, an ECG or not; the name of the file's own tells more.
    return "ppg" if name.lower() == "cardiac" else kind_of_name(name)


def _unit(described: Any) -> str:
    unit = described.get("Units", "") if isinstance(described, dict) else ""
    return unit if isinstance(unit, str) and unit.lower() not in _NOT_TOLD else ""


def _facts(path: Path) -> tuple[Mapping[str, Any], str]:
    """Return what the .json files of a table say, the nearest first, and the name of the nearest."""
    files = belonging(path, PHYSIO, ".json")
    if not files:
        wanted = path.name.split(".")[0] + ".json"
        raise RecordingError(f"needs {wanted} beside it, with SamplingFrequency, StartTime and Columns")
    facts: dict[str, Any] = {}
    for file in files:
        try:
            read = json.loads(file.read_text(encoding="utf-8-sig"))
            if not isinstance(read, dict):
                raise ValueError("no object at its top")
        except (ValueError, RecursionError) as error:
            raise RecordingError(f"{file.name} is no JSON ({error}); correct it") from None
        facts = read | facts
    return facts, files[0].name


def _fact(facts: Mapping[str, Any], key: str, told_by: str) -> float:
    value = facts.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise RecordingError(f"{told_by}: {key} must be a number, got {value!r}")
    return float(value)


def _rows(table: Path, wanted: tuple[str, ...]) -> list[dict[str, str]]:
    """Return the rows of a table.

    Raises
    ------
    RecordingError
        When it lacks a column, or a line has too few cells or too many.
    """
    text = table.read_bytes().decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\r", "\n")
    lines = list(csv.reader(io.StringIO(text), delimiter="\t", quoting=csv.QUOTE_NONE))
    head = [cell.strip() for cell in lines[0]] if lines else []
    missing = [name for name in wanted if name not in head]
    if missing:
        raise RecordingError(
            f"{table.name}, line 1: no column '{missing[0]}'; it has {', '.join(head) or 'none'}: add it"
        )
    rows = []
    for number, cells in enumerate(lines[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(head):
            raise RecordingError(
                f"{table.name}, line {number}: {len(cells)} cells and not {len(head)}; correct the line"
            )
        rows.append({name: cell.strip() for name, cell in zip(head, cells, strict=True)})
    return rows


def _number(cell: str, table: Path, line: int, column: str) -> float:
    try:
        return float(cell)
    except ValueError:
        raise RecordingError(f"{table.name}, line {line}, {column}: '{cell[:30]}' is no number; correct it") from None
