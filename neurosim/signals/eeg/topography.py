"""Where on the head artifacts show: the gain of each sensor, by its direction from the middle of the head."""

from __future__ import annotations

import numpy as np

from neurosim.core.errors import ConfigError
from neurosim.core.spec import Float
from neurosim.signals.eeg.mixing import SENSORS_1020, SphereMixing, unit

_HEAD_M = 0.095
#: A blink falls off backwards, so that F3 has 0.35 of it, C3 0.1 and O1 0.02.
_BLINK_FRONT, _BLINK_FALL, _BLINK_POWER = 0.945, 0.19, 0.56
#: Lengths over which the fields of a muscle and of an eye fall to a third, by design.
_MUSCLE_M, _EYE_M = 0.045, 0.06
#: Left and down, where the heart lies.
_HEART = np.array([-1.0, 0.0, -0.4])


class Scalp:
    """The sensors of an EEG, and the share that they have of each field.

    Parameters
    ----------
    mixing
        Where the sensors of the montage are.
    ch_names
        Those that are used.

    Attributes
    ----------
    blink
        Share of a blink ``(channel,)``: 1 at the forehead.
    gaze
        Share of eyes that turn to the right ``(channel,)``: 1 at F8, -1 at F7, since an eye is positive in front.
    jaw, forehead
        Share of the left and the right muscle ``(muscle, channel)``: 1 at T7 and T8, or Fp1 and Fp2.
    heart
        Share of the heart's field ``(channel,)``: 1 at its strongest 10-20 sensor, low on the left. Its source is so
        far away that it changes evenly over the head.
    """

    def __init__(self, mixing: SphereMixing, ch_names: tuple[str, ...]) -> None:
        self.mixing, self.ch_names, self._rows = mixing, ch_names, mixing.rows(ch_names)
        at = unit(mixing.positions(ch_names))
        behind = np.clip(_BLINK_FRONT - at[:, 1], 0.0, None)
        self.blink: Float = np.exp(-((behind / _BLINK_FALL) ** _BLINK_POWER))
        f7, f8 = mixing.directions(("F7", "F8"))
        self.gaze: Float = (_falling(at, f8, _EYE_M) - _falling(at, f7, _EYE_M)) / (1.0 - _falling(f8, f7, _EYE_M))
        self.jaw: Float = np.stack([_falling(at, place, _MUSCLE_M) for place in mixing.directions(("T7", "T8"))])
        self.forehead: Float = np.stack([_falling(at, place, _MUSCLE_M) for place in mixing.directions(("Fp1", "Fp2"))])
        self.heart: Float = _along_heart(at) / np.abs(_along_heart(mixing.directions(SENSORS_1020))).max()

    def find(self, sensor: str) -> int | None:
        """Return the channel of a sensor of the montage; None if it is not used.

        Raises
        ------
        ConfigError
            For a sensor that the montage does not have.
        """
        row = self.mixing.row_of.get(sensor.lower())
        if row is None:
            raise ConfigError(f"an event has no place: {self.mixing.not_there(sensor)}")
        return self._rows.index(row) if row in self._rows else None


def _falling(at: Float, place: Float, length_m: float) -> Float:
    """Return ``exp(-distance / length)`` of directions ``(..., 3)`` from a place."""
    gain: Float = np.exp(-_HEAD_M * np.linalg.norm(at - place, axis=-1) / length_m)
    return gain


def _along_heart(at: Float) -> Float:
    along: Float = at[:, 0] * _HEART[0] + at[:, 2] * _HEART[2]
    return along
