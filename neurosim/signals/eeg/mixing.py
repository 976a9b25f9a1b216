"""How cortical sources and the background reach the sensors of the 10-20 system."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from neurosim.core.errors import ConfigError, Problem, did_you_mean
from neurosim.core.spec import Float

#: The 19 sensors of the 10-20 system (Jasper 1958), with today's names.
SENSORS_1020 = (
    "Fp1", "Fp2", "F7", "F3", "Fz", "F4", "F8", "T7", "C3", "Cz", "C4", "T8", "P7", "P3", "Pz", "P4", "P8", "O1", "O2",
)  # fmt: skip


#: Share of a blink at the sensors: 1 at the forehead, falling off backwards.
_BLINK_FRONT_M = 0.095
_BLINK_FALL_M, _BLINK_FALL_POWER = 0.0232, 0.64  # so that F3 has 0.35, C3 0.1 and O1 0.02


@dataclass(frozen=True, slots=True)
class SphereMixing:
    """Forward model of a few radial dipoles in MNE's sphere, made by ``tools/make_sphere_mixing.py``.

    Attributes
    ----------
    sensors
        Sensor names.
    positions_m
        Sensor positions from the centre of the sphere ``(sensor, 3)`` [m]; y points to the nose.
    sources
        Source names; ``alpha_left`` and ``alpha_right`` belong to the rhythm ``alpha``.
    gain
        ``(sensor, source)``, 1 at each source's strongest sensor.
    """

    sensors: tuple[str, ...]
    positions_m: Float
    sources: tuple[str, ...]
    gain: Float

    def rows(self, ch_names: tuple[str, ...]) -> list[int]:
        """Return where the sensors stand in the table.

        Raises
        ------
        ConfigError
            For sensors that are not in it.
        """
        known = {name.lower(): i for i, name in enumerate(self.sensors)}
        problems = [
            Problem(("ch_names", i), f"unknown sensor '{name}'; {did_you_mean(name, self.sensors)}")
            for i, name in enumerate(ch_names)
            if name.lower() not in known
        ]
        if problems:
            raise ConfigError(problems)
        return [known[name.lower()] for name in ch_names]

    def rhythm_columns(self, rhythm: str) -> list[int]:
        """Return the sources of a rhythm."""
        return [i for i, name in enumerate(self.sources) if name.partition("_")[0] == rhythm]

    def rhythm_gain(self, rhythm: str, ch_names: tuple[str, ...]) -> Float:
        """Return ``(channel, source)``, scaled so that the rhythm's rms is 1 at its strongest 10-20 sensor."""
        columns = self.rhythm_columns(rhythm)
        reference = self.gain[self.rows(SENSORS_1020)][:, columns]
        strongest = np.sqrt((reference**2).sum(axis=1)).max()
        gain: Float = self.gain[self.rows(ch_names)][:, columns] / strongest
        return gain

    def background(self, ch_names: tuple[str, ...], length_m: float) -> Float:
        """Return a square root ``(channel, channel)`` of the correlation ``exp(-distance / length)``."""
        at = self.positions_m[self.rows(ch_names)]
        distance = np.linalg.norm(at[:, None] - at[None], axis=-1)
        return np.linalg.cholesky(np.exp(-distance / length_m))

    def blink_gain(self, ch_names: tuple[str, ...]) -> Float:
        """Return the share of a blink at each sensor ``(channel,)``; about 0.35 at F3 and 0.02 at O1."""
        behind = np.clip(_BLINK_FRONT_M - self.positions_m[self.rows(ch_names), 1], 0.0, None)
        return np.exp(-((behind / _BLINK_FALL_M) ** _BLINK_FALL_POWER))


@cache
def sphere_mixing() -> SphereMixing:
    """Read the table that ships with the package."""
    text = (files("neurosim.signals.eeg") / "data" / "sphere_mixing.csv").read_text(encoding="utf-8")
    header, *rows = csv.reader(text.splitlines())
    numbers = np.array([[float(cell) for cell in row[1:]] for row in rows])
    return SphereMixing(
        sensors=tuple(row[0] for row in rows),
        positions_m=numbers[:, :3],
        sources=tuple(header[4:]),
        gain=numbers[:, 3:],
    )
