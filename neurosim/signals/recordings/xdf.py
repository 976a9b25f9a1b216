"""XDF files of the Lab Streaming Layer: several streams, each with its own clock, brought to one time."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from neurosim.core.errors import RecordingError
from neurosim.core.spec import Float
from neurosim.signals.recordings.columns import RecordedEvent, StoredColumns, StoredFile
from neurosim.signals.recordings.extras import need
from neurosim.signals.recordings.gaps import lay_out, pauses
from neurosim.signals.recordings.kinds import kind_of_name
from neurosim.signals.recordings.xdf_chunks import check_chunks

#: A device's measured rate is taken for its nominal one when they differ by less.
_SAME_RATE = 1e-4
_MARKERS = ("markers", "marker", "events", "stim", "annotations")


def read_xdf(path: Path) -> StoredFile:
    """Read all streams.

    Each stream stays at its own rate; clock offsets and jitter are taken out (pyxdf), gaps become NaN, and time 0 is
    the first sample of any stream of samples. Streams of texts or without a rate become events.

    Raises
    ------
    RecordingError
        When it is cut short or damaged, or holds no samples.
    """
    check_chunks(path)
    pyxdf = need("pyxdf", "XDF files")
    logger = logging.getLogger("pyxdf.pyxdf")
    before, logger.disabled = logger.disabled, True  # it tells on stderr what is told here
    try:
        streams, _ = pyxdf.load_xdf(str(path), verbose=None)
    except Exception as error:  # pyxdf raises whatever a damaged file leads it to
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise RecordingError(f"cannot be read by pyxdf ({reason}); copy it again") from error
    finally:
        logger.disabled = before
    regular = [s for s in streams if _is_signal(s)]
    if not regular:
        raise RecordingError("holds no stream of samples with a rate; record one beside the markers")
    zero_s = min(float(stream["time_stamps"][0]) for stream in regular)
    notes: list[str] = []
    events = [event for stream in streams if not _is_signal(stream) for event in _events(stream, zero_s)]
    parts = [_part(stream, zero_s, notes, events) for stream in regular]
    return StoredFile(tuple(parts), events=tuple(events), notes=tuple(notes))


def _is_signal(stream: Any) -> bool:
    info = stream["info"]
    return (
        float(info["nominal_srate"][0]) > 0.0
        and info["channel_format"][0] != "string"
        and len(stream["time_stamps"]) > 1
    )


def _one(tree: Any, *keys: str) -> str:
    """Return a text of a stream's description, "" where it is not there."""
    for key in keys:
        entry = tree.get(key) if isinstance(tree, dict) else None
        tree = entry[0] if isinstance(entry, list) and entry else None
    return tree.strip() if isinstance(tree, str) else ""


def _part(stream: Any, zero_s: float, notes: list[str], events: list[RecordedEvent]) -> StoredColumns:
    info, values = stream["info"], np.asarray(stream["time_series"], dtype=np.float64).T
    name, n_channels = _one(info, "name") or f"stream {info['stream_id']}", len(values)
    described = (info.get("desc") or [None])[0] or {}
    channels = ((described.get("channels") or [None])[0] or {}).get("channel", [])
    channels = channels if len(channels) == n_channels else [{}] * n_channels
    labels = [_one(channel, "label") or f"{name}_{i}" for i, channel in enumerate(channels)]
    of_stream = _one(info, "type")
    types = [_one(channel, "type") or of_stream for channel in channels]
    kinds = [_kind(label, kind) for label, kind in zip(labels, types, strict=True)]
    units = [_one(channel, "unit") for channel in channels]
    fs, measured = float(info["nominal_srate"][0]), float(info["effective_srate"] or 0.0)
    if np.isfinite(measured) and measured > 0.0 and abs(measured / fs - 1.0) > _SAME_RATE:
        notes.append(f"{name}: {fs:g} Hz is what it says, {measured:.6g} Hz what its time stamps tell, which was taken")
        fs = measured
    stamps = np.asarray(stream["time_stamps"], dtype=np.float64)
    start_s, values, gaps = _on_grid(name, stamps, values, fs, info["segments"], notes)
    events += [replace(g, onset_s=g.onset_s + start_s - zero_s, description=f"{name}: {g.description}") for g in gaps]
    return StoredColumns(values, tuple(labels), fs, tuple(units), tuple(kinds), start_s - zero_s)


def _kind(label: str, stated: str) -> str:
    if stated.lower() in _MARKERS:
        return "stim"
    return kind_of_name(stated) if kind_of_name(stated) != "eeg" else kind_of_name(label) or "eeg"


def _on_grid(
    name: str, stamps: Float, values: Float, fs: float, segments: Any, notes: list[str]
) -> tuple[float, Float, list[RecordedEvent]]:
    """Return when the first sample was taken [s], the samples with NaN where the stream paused, and where it did."""
    if not np.isfinite(stamps).all():
        raise RecordingError(f"stream '{name}' has time stamps that are no numbers; leave it out of the file")
    pieces = [(int(first), int(last) + 1) for first, last in segments] or [(0, len(stamps))]
    begins_s = [float(stamps[first]) for first, _ in pieces]
    laid, gaps = lay_out(f"stream '{name}'", values, pieces, begins_s, fs)
    if gaps:
        notes.append(f"{name}: {pauses(gaps)}")
    return begins_s[0], laid, gaps


def _events(stream: Any, zero_s: float) -> list[RecordedEvent]:
    return [
        RecordedEvent(float(stamp) - zero_s, " ".join(_written(value) for value in np.atleast_1d(sample)))
        for stamp, sample in zip(stream["time_stamps"], stream["time_series"], strict=False)
    ]


def _written(value: Any) -> str:
    return str(value) if isinstance(value, str) else f"{value:g}"
