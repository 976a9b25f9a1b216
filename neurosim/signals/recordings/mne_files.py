"""Files that MNE reads: EDF, BDF, GDF, FIF, BrainVision, EEGLAB and others."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np

from neurosim.core.errors import RecordingError
from neurosim.signals.recordings.columns import StoredColumns, find_among, find_columns
from neurosim.signals.recordings.edf import check_edf
from neurosim.signals.recordings.sidecar import Sidecar

_VOLTAGES = {"eeg", "eog", "ecg", "emg", "ecog", "seeg", "dbs", "bio"}
_UV_PER_V = 1e6


def read_with_mne(path: Path, sidecar: Sidecar) -> StoredColumns:
    """Read the channels asked for; without any asked for, all that are voltages.

    Voltages come in microvolts, other channels in the unit MNE gives them. Trailing dots of names are left
    out ("Oz.." is "Oz").

    Raises
    ------
    RecordingError
        When MNE cannot read the file, it is cut short, or lacks a channel.
    """
    notes = check_edf(path) if path.suffix.lower() in (".edf", ".bdf") else ()
    raw = _load(path)
    types: list[str] = raw.get_channel_types()
    stored: list[str] = list(raw.ch_names)
    names = [name.strip().rstrip(".") or name for name in stored]

    def find(column: int | str) -> int:
        return stored.index(column) if column in stored else find_among(column, names, len(names))

    asked = find_columns(sidecar, find)
    marker_at = asked.pop() if sidecar.marker is not None else None
    ch_names = tuple(channel.name for channel in sidecar.channels)
    if not sidecar.channels:
        asked = [i for i, kind in enumerate(types) if kind in _VOLTAGES and i != marker_at]
        ch_names = tuple(names[i] for i in asked)
    if not asked:
        there = ", ".join(f"{name} ({kind})" for name, kind in zip(names[:12], types, strict=False))
        raise RecordingError(f"holds no EEG channels; name the wanted ones in a sidecar, of: {there}")

    picks = asked if marker_at is None else [*asked, marker_at]
    # An EDF channel without a unit of voltage is passed by MNE as if it were volts: its numbers are kept as
    # they are stored instead.
    units = getattr(raw, "_orig_units", {})
    steps = [_UV_PER_V if types[i] in _VOLTAGES and units.get(stored[i]) != "n/a" else 1.0 for i in picks]
    values = np.asarray(raw.get_data(picks=picks), dtype=np.float64) * np.array(steps)[:, np.newaxis]
    n_channels = len(asked)
    return StoredColumns(
        values=values[:n_channels],
        ch_names=ch_names,
        fs=float(raw.info["sfreq"]),
        marker=None if marker_at is None else values[n_channels],
        events=tuple(
            # MNE counts onsets from the start of the measurement, which may lie before the first sample.
            (float(onset - raw.first_time), str(description))
            for onset, description in zip(raw.annotations.onset, raw.annotations.description, strict=True)
        ),
        notes=notes,
    )


def _load(path: Path) -> Any:
    try:
        import mne  # type: ignore[import-untyped, unused-ignore]

        with warnings.catch_warnings():
            # MNE reads a FIF file as far as it goes and only warns that the rest is missing.
            warnings.filterwarnings("error", message="Invalid tag")
            return mne.io.read_raw(path, preload=True, verbose="WARNING")
    except Exception as error:  # the readers of MNE raise whatever a damaged file leads them to
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise RecordingError(
            f"cannot be read by MNE ({reason}); is it whole, with the files that belong to it next to it?",
            str(path),
        ) from error
