"""The feedback as a tone, where a device and the optional package ``sounddevice`` exist."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from neurosim.core.errors import UserError
from neurosim.core.spec import Float

_FS = 44_100.0
#: It starts quiet; the pitch rises by an octave from nothing to all.
QUIET, _LOW_HZ = 0.08, 220.0
#: How fast loudness and pitch follow [s]: no clicks, and nothing sudden.
_FOLLOW_S = 0.15


class Tone:
    """Makes a tone whose loudness and pitch follow the level; phase and loudness never jump.

    Parameters
    ----------
    volume
        Largest amplitude, 0 to 1.
    """

    def __init__(self, volume: float = QUIET) -> None:
        self.volume = volume
        self.level = 0.0
        self._now, self._turns = 0.0, 0.0

    def next(self, n: int) -> Float:
        """Return the next samples ``(n,)``."""
        fade = np.exp(-np.arange(1, n + 1) / (_FOLLOW_S * _FS))
        levels = self.level + (self._now - self.level) * fade
        turns = self._turns + np.cumsum(_LOW_HZ * 2.0**levels) / _FS
        self._now, self._turns = float(levels[-1]), float(turns[-1] % 1.0)
        wave: Float = self.volume * levels * np.sin(2.0 * math.pi * turns)
        return wave


class Sound:
    """Plays a tone from the moment it is made until it is closed.

    Raises
    ------
    UserError
        Where the package or a device is missing: with the remedy.
    """

    def __init__(self) -> None:
        self.tone = Tone()
        try:
            import sounddevice
        except (ImportError, OSError) as error:  # the package, or the system's PortAudio
            message = (
                'there is no sound: install neurosim with its extra "sound", and PortAudio on Linux (libportaudio2)'
            )
            raise UserError(message) from error
        try:
            self._stream = sounddevice.OutputStream(samplerate=_FS, channels=1, callback=self._fill)
            self._stream.start()
        except Exception as error:  # what the package raises where there is no device
            raise UserError(f"there is no sound: {error}") from error

    def _fill(self, out: Any, n: int, *_: Any) -> None:
        out[:, 0] = self.tone.next(n)

    def close(self) -> None:
        """Stop."""
        self._stream.stop()
        self._stream.close()
