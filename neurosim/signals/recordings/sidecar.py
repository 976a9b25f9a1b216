"""What a recorded file does not say about itself: a small TOML file next to it.

Value in `unit` = (stored value - `offset`) * `scale`. For files that tell the unit of a channel the stored value is in
that unit (in microvolts for what MNE reads). What can be converted to the unit of the body's stream is (EEG and EMG uV,
ECG mV, temperature degC, skin conductance uS).
"""

from __future__ import annotations

from itertools import combinations
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationInfo, field_validator

from neurosim.core.config import Config, load_toml
from neurosim.core.errors import Loc, did_you_mean
from neurosim.signals.recordings.kinds import KINDS

Column = int | str
"""Where a channel is: a 0-based column number, or a name (text, MNE) or dataset path (HDF5)."""


def _check_column(value: Any) -> Any:
    # Checked before the union of types is, whose own errors come two for each mistake.
    if isinstance(value, bool) or not isinstance(value, int | str) or value == "":
        raise ValueError("must be a column number, counted from 0, or the name of a column")
    if isinstance(value, int) and value < 0:
        raise ValueError(f"column numbers count from 0, got {value}")
    return value


def _check_scale(value: float | None) -> float | None:
    if value == 0.0:
        raise ValueError("must not be 0: every sample would be 0")
    return value


def _check_stream(value: str | None) -> str | None:
    if value is not None and value not in KINDS:
        raise ValueError(f"unknown stream '{value}'; {did_you_mean(value, KINDS)}")
    return value


class ChannelColumn(Config):
    """One channel and where it is in the file."""

    name: str = Field(min_length=1)
    """Name of the channel, in the 10-20 system for EEG."""

    column: Column
    """0-based column number; or name of the column (text), dataset path or its end (HDF5), channel (MNE)."""

    scale: float | None = Field(default=None, json_schema_extra={"unit": "unit/step"})
    """In place of the sidecar's `scale`."""

    offset: float | None = Field(default=None, json_schema_extra={"unit": "step"})
    """In place of the sidecar's `offset`."""

    unit: str | None = Field(default=None, min_length=1)
    """In place of the sidecar's `unit`."""

    stream: str | None = None
    """In place of the sidecar's `stream`."""

    _column = field_validator("column", mode="before")(_check_column)
    _scale = field_validator("scale")(_check_scale)
    _stream = field_validator("stream")(_check_stream)


class MarkerColumn(Config):
    """A column that says what the person did."""

    column: Column
    """0-based column number; or name of the column (text), dataset path or its end (HDF5), channel (MNE)."""

    states: dict[str, tuple[float, float]] = Field(default={}, json_schema_extra={"unit": "step"})
    """Name of each state and the range [low, high) of stored values that means it."""

    _column = field_validator("column", mode="before")(_check_column)

    @field_validator("states")
    @classmethod
    def _check_states(cls, states: dict[str, tuple[float, float]]) -> dict[str, tuple[float, float]]:
        for name, (low, high) in states.items():
            if not low < high:
                raise ValueError(f"'{name}' must be [low, high) with low < high, got [{low:g}, {high:g}]")
        for (a, (a_low, a_high)), (b, (b_low, b_high)) in combinations(states.items(), 2):
            if a_low < b_high and b_low < a_high:
                raise ValueError(f"'{a}' and '{b}' overlap; keep their ranges apart (high is not in it)")
        return states


class Sidecar(Config):
    """How to read one recorded file."""

    description: str = ""
    """What was recorded."""

    source: str = ""
    """Where the recording comes from, and its licence."""

    fs: float | None = Field(default=None, gt=0, json_schema_extra={"unit": "Hz"})
    """Sampling rate; files that say it themselves need none, and it must agree with those MNE reads."""

    unit: str | None = Field(default=None, min_length=1)
    """Unit of the channels after `scale` and `offset`; that of the file, or else the usual one, if absent."""

    stream: str | None = None
    """What the channels record: eeg, ecg, respiration, ...; told by their names and units if absent."""

    scale: float = Field(default=1.0, json_schema_extra={"unit": "unit/step"})
    """How much of `unit` one stored step is."""

    offset: float = Field(default=0.0, json_schema_extra={"unit": "step"})
    """The stored value that means 0 of `unit`."""

    delimiter: str | None = None
    """What is between the columns of a text file: one character or "whitespace"; found if absent."""

    dataset: str | None = Field(default=None, min_length=1)
    """Path of the 2-D HDF5 dataset in which the column numbers count."""

    start_s: float = Field(default=0.0, ge=0, json_schema_extra={"unit": "s"})
    """Where the wanted stretch begins."""

    stop_s: float | None = Field(default=None, gt=0, json_schema_extra={"unit": "s"})
    """Where the wanted stretch ends (not in it); the end of the file if absent."""

    channels: tuple[ChannelColumn, ...] = ()
    """The wanted channels in order; all of the file's if there are none."""

    marker: MarkerColumn | None = None
    """The column that says what the person did."""

    _scale = field_validator("scale")(_check_scale)
    _stream = field_validator("stream")(_check_stream)

    @field_validator("delimiter")
    @classmethod
    def _check_delimiter(cls, delimiter: str | None) -> str | None:
        if delimiter is None or delimiter == "whitespace":
            return delimiter
        if len(delimiter) != 1 or delimiter.isalnum() or delimiter in '+-."\r\n':
            raise ValueError(f'must be one character of no number, or "whitespace", got {delimiter!r}')
        return delimiter

    @field_validator("stop_s")
    @classmethod
    def _check_stop(cls, stop_s: float | None, info: ValidationInfo) -> float | None:
        start_s = info.data.get("start_s", 0.0)
        if stop_s is not None and stop_s <= start_s:
            raise ValueError(f"must be after start_s = {start_s:g}, got {stop_s:g}")
        return stop_s

    @field_validator("channels")
    @classmethod
    def _check_names(cls, channels: tuple[ChannelColumn, ...]) -> tuple[ChannelColumn, ...]:
        names = [channel.name for channel in channels]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"'{twice[0]}' names {names.count(twice[0])} channels; give each its own name")
        return channels

    def asked(self) -> tuple[tuple[Loc, Column], ...]:
        """Return place in the sidecar and column of every channel, then of the marker if there is one."""
        asked: list[tuple[Loc, Column]] = [
            (("channels", i, "column"), channel.column) for i, channel in enumerate(self.channels)
        ]
        if self.marker is not None:
            asked.append((("marker", "column"), self.marker.column))
        return tuple(asked)


def load_sidecar(path: Path) -> Sidecar:
    """Read a sidecar.

    Parameters
    ----------
    path
        A TOML file.

    Raises
    ------
    ConfigError
        With everything that is wrong in it, each with its place and the remedy.
    """
    return load_toml(path, Sidecar)
