"""How cortical sources and the background reach the sensors."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files

import numpy as np

from neurosim.core.errors import ConfigError, Problem, did_you_mean
from neurosim.core.spec import Float

#: The 19 sensors of the 10-20 system (Jasper 1958), with today's names.
SENSORS_1020 = (
    "Fp1", "Fp2", "F7", "F3", "Fz", "F4", "F8", "T7", "C3", "Cz", "C4", "T8", "P7", "P3", "Pz", "P4", "P8", "O1", "O2",
)  # fmt: skip

#: The montage whose table ships with the package: MNE's head with the sensors of the 10-05 system.
STANDARD = "standard_1005"
#: The centre of its sphere in MNE's head coordinates [m]; its table has the sensors from there.
_STANDARD_CENTRE_M = (-0.0009, 0.0146, 0.0408)
#: Share of the background that a sensor has for itself. T3 and T7 are two names of one place.
_OWN_SHARE = 1e-6


def unit(vectors: Float) -> Float:
    """Return vectors ``(..., 3)`` of length 1."""
    units: Float = vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
    return units


@dataclass(frozen=True)
class SphereMixing:
    """Forward model of a few radial dipoles in MNE's sphere; `neurosim.signals.eeg.forward` makes it.

    Attributes
    ----------
    sensors
        Sensor names.
    positions_m
        Sensor positions from the centre of the sphere ``(sensor, 3)`` [m]; x points to the right, y to the nose.
    sources
        Source names; ``alpha_left``, ``alpha_right`` and ``alpha_middle`` belong to the rhythm ``alpha``.
    gain
        ``(sensor, source)``, so that each rhythm's rms is 1 at its strongest 10-20 sensor.
    centre_m
        The centre of the sphere, from between the ears (MNE's head coordinates) ``(3,)`` [m].
    """

    sensors: tuple[str, ...]
    positions_m: Float
    sources: tuple[str, ...]
    gain: Float
    centre_m: Float

    @cached_property
    def row_of(self) -> dict[str, int]:
        """Where each sensor stands, by its name in lower case."""
        return {name.lower(): i for i, name in enumerate(self.sensors)}

    def rows(self, ch_names: Sequence[str]) -> list[int]:
        """Return where the sensors stand in the table.

        Raises
        ------
        ConfigError
            For sensors that are not in it.
        """
        known = self.row_of
        wrong = [i for i, name in enumerate(ch_names) if name.lower() not in known]
        if len(wrong) == len(ch_names) > 1:  # another system of names; one line says it
            raise ConfigError([Problem(("ch_names",), f"none is in the montage; {self.not_there(ch_names[0])}")])
        if wrong:
            raise ConfigError([Problem(("ch_names", i), self.not_there(ch_names[i])) for i in wrong])
        return [known[name.lower()] for name in ch_names]

    def not_there(self, name: str) -> str:
        """Say that a sensor is not in the table, and what is."""
        near = did_you_mean(name, self.sensors)
        if near.startswith("known"):
            near = f"the {len(self.sensors)} known are {', '.join(self.sensors[:8])} ... {self.sensors[-1]}"
        return f"unknown sensor '{name}'; {near}"

    def positions(self, ch_names: Sequence[str]) -> Float:
        """Return where the sensors are ``(channel, 3)`` [m]."""
        at: Float = self.positions_m[self.rows(ch_names)]
        return at

    def directions(self, names: Sequence[str]) -> Float:
        """Return unit vectors to places named as in the 10-05 system ``(place, 3)``.

        They are the montage's own sensors when it knows the 10-20 system. Otherwise those of the standard head: the
        ``C3`` of a cap that counts through its rings (BioSemi's 128) is another place.
        """
        own = self if all(name.lower() in self.row_of for name in SENSORS_1020) else sphere_mixing()
        heads = [own if name.lower() in own.row_of else sphere_mixing() for name in names]
        return unit(np.array([head.positions((name,))[0] for head, name in zip(heads, names, strict=True)]))

    def rhythm_columns(self, rhythm: str) -> list[int]:
        """Return the sources of a rhythm."""
        return [i for i, name in enumerate(self.sources) if name.partition("_")[0] == rhythm]

    def rhythm_gain(self, rhythm: str, ch_names: Sequence[str]) -> Float:
        """Return ``(channel, source)``, scaled so that the rhythm's rms is 1 at its strongest 10-20 sensor."""
        gain: Float = self.gain[self.rows(ch_names)][:, self.rhythm_columns(rhythm)]
        return gain

    def background(self, ch_names: Sequence[str], length_m: float) -> Float:
        """Return a square root ``(channel, channel)`` of the correlation ``exp(-distance / length)``."""
        at = self.positions(ch_names)
        distance = np.linalg.norm(at[:, None] - at[None], axis=-1)
        correlation = (1.0 - _OWN_SHARE) * np.exp(-distance / length_m) + _OWN_SHARE * np.eye(len(at))
        return np.linalg.cholesky(correlation)


@cache
def sphere_mixing(montage: str = STANDARD) -> SphereMixing:
    """Return the forward model of a montage: the table that ships with the package, or computed by MNE.

    Raises
    ------
    ConfigError
        For a montage that MNE does not know.
    """
    if montage != STANDARD:
        from neurosim.signals.eeg.forward import compute_mixing

        return compute_mixing(montage)
    text = (files("neurosim.signals.eeg") / "data" / "sphere_mixing.csv").read_text(encoding="utf-8")
    header, *rows = csv.reader(text.splitlines())
    numbers = np.array([[float(cell) for cell in row[1:]] for row in rows])
    return SphereMixing(
        sensors=tuple(row[0] for row in rows),
        positions_m=numbers[:, :3],
        sources=tuple(header[4:]),
        gain=numbers[:, 3:],
        centre_m=np.array(_STANDARD_CENTRE_M),
    )
