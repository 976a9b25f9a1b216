"""The end of a recording, proper or after the fact: tables compressed, events in order, checksums over everything."""

from __future__ import annotations

import csv
import hashlib
from pathlib import Path

from neurosim.core.dataset import Places
from neurosim.session.recording.series import compress, read_sidecar
from neurosim.session.recording.sidecars import as_json, write_text


def finish(places: Places, length_s: float) -> None:
    """Compress what is still plain, sort the events, and say how long the recording is [s]."""
    for plain in plain_tables(places):
        compress(plain)
    _finish_events(places.file("events.tsv"), length_s)
    stem = places.stem_of("eeg")
    if (sidecar := stem.with_name(f"{stem.name}.json")).is_file():
        write_text(sidecar, as_json(read_sidecar(stem) | {"RecordingDuration": length_s}))


def plain_tables(places: Places) -> list[Path]:
    """Return the tables of signals and ticks that are not compressed yet."""
    series = [*places.signals.glob("*_physio.tsv"), *places.signals.glob("*_stim.tsv")]
    return sorted([*series, *places.truth.glob("*.tsv")])


def _finish_events(path: Path, length_s: float) -> None:
    """Put the events in order, and let none last longer than the recording."""
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
    for row in rows:
        onset_s, duration_s = float(row[0]), float(row[1])
        row[1] = f"{min(duration_s, max(0.0, length_s - onset_s)):.6f}"
    rows.sort(key=lambda row: float(row[0]))
    fresh = path.with_suffix(".new")  # killed now, the events are those from before
    write_text(fresh, "".join("\t".join(row) + "\n" for row in (header, *rows)))
    fresh.replace(path)


def write_checksums(places: Places) -> None:
    """Write the SHA-256 of every file of the session, as ``sha256sum --check`` reads it in the dataset's folder."""
    path = places.recipe / "checksums.sha256"
    lines = []
    for file in sorted([*places.folder.rglob("*"), *places.recipe.rglob("*")]):
        if file.is_file() and file != path:
            with file.open("rb") as opened:
                found = hashlib.file_digest(opened, "sha256").hexdigest()
            lines.append(f"{found}  {file.relative_to(places.root).as_posix()}\n")
    write_text(path, "".join(lines))
