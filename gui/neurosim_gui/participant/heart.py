"""The heart's wave: its rate from beat to beat, out of the ECG, as the pacer shows it."""

from __future__ import annotations

import numpy as np

from neurosim.core.spec import Float, SignalSpec
from neurosim.dsp import ECGBeats, HeartRate
from neurosim_gui.rings import History, Ring

_SHOWN_S, _PER_S = 20.0, 8
#: The smallest swing that fills the picture [1/min], and what smooths the steps from beat to beat [s].
_LEAST_SWING, _SMOOTH_S = 12.0, 2.5


class HeartWave:
    """Follows the ECG by the same stages that a protocol has.

    Parameters
    ----------
    stream, spec
        The ECG.
    """

    def __init__(self, stream: str, spec: SignalSpec) -> None:
        self._stream = stream
        self._beats = ECGBeats().prepare(spec)
        self._rate = HeartRate().prepare(self._beats.spec)
        self._every = max(1, round(spec.fs / _PER_S))
        self._seen = 0
        self._kept = Ring(1, round(_SHOWN_S * _PER_S))
        weights = np.hanning(round(_SMOOTH_S * _PER_S) + 2)[1:-1]
        self._weights = weights / weights.sum()

    def update(self, history: History) -> Float:
        """Take what is new, and return the wave of the last seconds, 0 to 1; empty until there is one."""
        ring = history.streams[self._stream]
        with history.lock:
            start, x = ring.read(self._seen)
        self._seen = start + x.shape[1]
        if x.shape[1]:
            rate = self._rate.process(self._beats.process(x))
            self._kept.extend(rate[:1, -start % self._every :: self._every])
        rates = self._kept.newest(self._kept.capacity)[0]
        rates = rates[np.isfinite(rates)]
        if rates.size < 2 * self._weights.size:
            return np.zeros(0)
        wave = np.convolve(rates, self._weights, "valid")
        middle, swing = 0.5 * (wave.max() + wave.min()), max(float(np.ptp(wave)), _LEAST_SWING)
        found: Float = np.clip(0.5 + (wave - middle) / swing, 0.0, 1.0)
        return found
