"""A band as a complex signal: shifted to 0 Hz and low-passed, amplitude and phase of each sample."""

from __future__ import annotations

import numpy as np

from neurosim.core.spec import Float
from neurosim.dsp.envelopes.demodulation import butter_lowpass


class ComplexBand:
    """Complex demodulation of lanes: the middle of the band goes to 0 Hz, a Butterworth low-pass keeps the band.

    Parameters
    ----------
    low_hz, high_hz
        Edges, -3 dB.
    order
        Of the low-pass.
    fs
        Sampling rate [Hz].
    n_lanes
        How many lanes.

    Attributes
    ----------
    delay_s
        Of a slow modulation of a rhythm in the middle of the band [s].
    """

    def __init__(self, low_hz: float, high_hz: float, order: int, fs: float, n_lanes: int) -> None:
        sos, self.delay_s = butter_lowpass(order, (high_hz - low_hz) / 2.0, fs)
        self._sos = sos.copy()
        self._step = round((low_hz + high_hz) / 2.0 / fs * 2**32)  # a 32-bit phase: exact after any number of samples
        self._state = np.zeros((len(sos), 2, 2 * n_lanes))

    def __call__(self, x: Float, index: int) -> Float:
        """Return ``(time, 2 lane)``, real parts first, for ``(time, lane)`` from `index` on; a sine gives its size."""
        from neurosim.core.kernels.filters import demodulate, sosfilt

        both = np.empty((len(x), 2 * x.shape[1]))
        demodulate(x, self._step, index, both)
        sosfilt(both, self._sos, self._state, both)
        return both

    def turns(self, n_times: int, index: int) -> Float:
        """Return cosine and sine ``(time, 2)`` of the phase that was taken away, from `index` on."""
        word = (np.arange(index, index + n_times, dtype=np.int64) * self._step) & 0xFFFFFFFF
        phase = word * (2.0 * np.pi / 2.0**32)
        return np.column_stack([np.cos(phase), np.sin(phase)])
