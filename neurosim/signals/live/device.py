"""What gives samples while time passes: an LSL inlet, an amplifier."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np

from neurosim.core.spec import Float
from neurosim.signals.live.units import scale_to


@dataclass(frozen=True)
class Channel:
    """What a device says of one of its channels.

    Parameters
    ----------
    name, kind
        Its name, and the stream it belongs to: ``eeg``, ``ecg``.
    unit
        As the device says it; empty where it does not.
    """

    name: str
    kind: str
    unit: str = ""


class Device(ABC):
    """Gives rows of samples with the time of each.

    Parameters
    ----------
    name
        What messages call it.
    fs
        Sampling rate as it says itself [Hz].
    channels
        Of each column of the rows.
    """

    def __init__(self, name: str, fs: float, channels: tuple[Channel, ...]) -> None:
        self.name, self.fs, self.channels = name, fs, channels

    @abstractmethod
    def pull(self, n_most: int, timeout_s: float) -> tuple[Float, Float]:
        """Return what has come, ``(time, channel)`` in the device's units, and the time of each sample [s].

        It returns as soon as there are `n_most` samples, and no later than the time-out; nothing that has come is lost
        when it is more. The arrays are the caller's to keep.
        """

    @abstractmethod
    def now(self) -> float:
        """Return the time on the clock of the samples [s]."""

    @abstractmethod
    def flush(self) -> None:
        """Forget what has come and was not asked for."""

    def events(self) -> list[tuple[float, str]]:
        """Return what else has come since the last call: when, on the clock of the samples [s], and what."""
        return []

    def why_silent(self) -> str:
        """Say what may be the matter when nothing comes, with the remedy."""
        return "is it switched on, and near enough?"


@dataclass(frozen=True)
class Group:
    """The channels of a device that make one stream of the session.

    Parameters
    ----------
    stream
        Name of the stream.
    columns
        Of the device's rows.
    ch_names, unit
        As the session calls them.
    scale
        What each channel is multiplied by to have the unit.
    notes
        What a user should know of what had to be assumed.
    """

    stream: str
    columns: tuple[int, ...]
    ch_names: tuple[str, ...]
    unit: str
    scale: Float
    notes: tuple[str, ...] = ()


#: The unit of each stream as the rest of the program has it.
_UNITS = {"eeg": "uV", "eog": "uV", "emg": "uV", "ecg": "mV", "skin_conductance": "uS", "temperature": "degC"}


def group_channels(device: Device) -> list[Group]:
    """Return the streams that the channels of a device make, in the order in which they come."""
    columns: dict[str, list[int]] = {}
    for i, channel in enumerate(device.channels):
        columns.setdefault(channel.kind, []).append(i)
    return [_group(stream, device.channels, chosen) for stream, chosen in columns.items()]


def _group(stream: str, channels: tuple[Channel, ...], columns: list[int]) -> Group:
    names, notes, scale = list[str](), list[str](), np.ones(len(columns))
    unit = _UNITS.get(stream) or channels[columns[0]].unit or "a.u."
    for i, column in enumerate(columns):
        channel = channels[column]
        name, number = channel.name, 1
        while name in names:  # two of the same name could not be told apart
            number += 1
            name = f"{channel.name}-{number}"
        names.append(name)
        factor = scale_to(unit, channel.unit)
        if factor is None:
            told = f"in '{channel.unit}'" if channel.unit else "in no unit"
            notes.append(f"{stream} {name} comes {told}; taken as {unit}")
        else:
            scale[i] = factor
    if len(notes) > 2:
        notes = [notes[0], f"and {len(notes) - 1} more channels"]
    return Group(stream, tuple(columns), tuple(names), unit, scale, tuple(notes))
