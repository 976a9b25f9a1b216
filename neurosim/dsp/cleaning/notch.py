"""Mains hum out of the signal."""

from __future__ import annotations

from functools import cache
from typing import Literal

import numpy as np
from pydantic import Field

from neurosim.core.errors import ConfigError, Problem
from neurosim.core.spec import Float, SignalSpec
from neurosim.core.stage import Stage, StageConfig
from neurosim.dsp.filters import SOSFilter


class Notch(StageConfig):
    """Second-order notches at the mains frequency and its harmonics below fs/2.

    What lies a few bandwidths away passes as it is, and no later: at 10 Hz the delay is below 0.2 ms.

    Examples
    --------
    >>> stage = Notch(mains_hz=50).prepare(SignalSpec(256.0, ("Oz",), "uV"))
    >>> hum = 30 * np.sin(2 * np.pi * 50 * np.arange(1024) / 256)[None]
    >>> _ = stage.process(hum[:, :500])
    >>> float(abs(stage.process(hum[:, 500:])).max().round(3))
    0.0
    """

    kind: Literal["notch"] = "notch"
    mains_hz: float = Field(50.0, gt=0, description="frequency of the mains: 50, in the Americas 60",
                            json_schema_extra={"unit": "Hz"})  # fmt: skip
    n_harmonics: int = Field(2, ge=1, le=20, description="multiples of it that are taken away, itself included")
    bandwidth_hz: float = Field(2.0, gt=0, le=20, description="width of each notch at -3 dB",
                                json_schema_extra={"unit": "Hz"})  # fmt: skip

    def prepare(self, spec: SignalSpec) -> Stage:
        """Design the notches for the stream's rate."""
        if self.mains_hz >= spec.fs / 2:
            message = f"must be below fs/2 = {spec.fs / 2:g} Hz, got {self.mains_hz:g}"
            raise ConfigError([Problem(("mains_hz",), message)])
        return SOSFilter(notches(self.mains_hz, self.n_harmonics, self.bandwidth_hz, spec.fs), spec)


@cache
def notches(mains_hz: float, n_harmonics: int, bandwidth_hz: float, fs: float) -> Float:
    """Design the notches ``(section, 6)``, as `scipy.signal.iirnotch`."""
    from scipy import signal

    centres = [i * mains_hz for i in range(1, n_harmonics + 1) if i * mains_hz < fs / 2]
    sos = np.array([np.concatenate(signal.iirnotch(hz, hz / bandwidth_hz, fs=fs)) for hz in centres])
    sos.setflags(write=False)
    return sos
