"""Complex FIR filters whose output's magnitude is the envelope of a band."""

from __future__ import annotations

import numpy as np

from neurosim.core.spec import Float, SignalSpec
from neurosim.dsp.envelopes.bound import Complex
from neurosim.dsp.lanes import LaneStage


def ideal_taps(low_hz: float, high_hz: float, lag_s: Float, fs: float) -> Complex:
    """Return the impulse response of the ideal filter (brick-wall band, Hilbert) at some times ``lag_s``.

    Cut off, it is the least-squares FIR filter for a flat spectrum.
    """
    width_hz, middle_hz = high_hz - low_hz, (low_hz + high_hz) / 2.0
    taps: Complex = 2.0 * width_hz / fs * np.sinc(width_hz * lag_s) * np.exp(2j * np.pi * middle_hz * lag_s)
    return taps


def of_sine(taps: Complex, frequency_hz: float, fs: float) -> tuple[float, float]:
    """Return the mean magnitude for a sine of amplitude 1, and how late it is when that is slowly modulated [s].

    The sine is exp(i w t) and exp(-i w t), half each. What the filter lets through of the second makes the output run
    round an ellipse; that shifts the mean, and the delay towards that of the second (Euler's theorem, since the mean
    magnitude is homogeneous in the two).
    """
    n = np.arange(len(taps))
    turn = np.exp(-2j * np.pi * frequency_hz / fs * n)
    parts, late = np.empty(2), np.empty(2)
    for i, wave in enumerate((turn, turn.conj())):
        whole = np.sum(taps * wave)
        parts[i] = abs(whole) / 2.0
        late[i] = np.real(np.sum(n * taps * wave) / whole) if whole else 0.0
    phase = np.exp(2j * np.pi * (np.arange(256) + 0.5) / 256)
    ellipse = parts[0] * phase + parts[1] * phase.conj()
    magnitude = np.abs(ellipse)
    gain = float(np.mean(magnitude))
    if not gain > 0.0:
        return 0.0, 0.0
    direction = ellipse / np.maximum(magnitude, 1e-300)
    shares = [np.mean(parts[i] * np.real(direction * p.conj())) / gain for i, p in enumerate((phase, phase.conj()))]
    return gain, float(np.dot(shares, late)) / fs


def finish(taps: Complex, center_hz: float, fs: float) -> Complex:
    """Take the response at 0 Hz away and scale so that a sine in the centre of the band gives its amplitude.

    Electrode offsets are thousands of times larger than rhythms; what is left of one here is rounding.
    """
    taps = taps - np.mean(taps)
    return taps / of_sine(taps, center_hz, fs)[0]


class FIRMagnitude(LaneStage):
    """The magnitude of a complex FIR filter's output.

    Parameters
    ----------
    taps
        ``(lane, tap)``, or ``(1, tap)`` for all lanes alike; that of the newest sample first.
    center_hz
        Where the delay is taken, of the slowest lane [Hz].
    spec
        Of the input.
    """

    def __init__(self, taps: Complex, center_hz: float, spec: SignalSpec) -> None:
        oldest_first = taps[:, ::-1]
        self._real, self._imag = (np.ascontiguousarray(part) for part in (oldest_first.real, oldest_first.imag))
        delay_s = max(of_sine(lane, center_hz, spec.fs)[1] for lane in taps)
        super().__init__(spec.replace(added_delay_s=delay_s))

    def reset(self) -> None:
        from neurosim.core.kernels.fir import BLOCK

        self._end = self._real.shape[1]
        self._history = np.zeros((self.spec.n_lanes, 2 * self._end + BLOCK))
        self._powers = np.empty(BLOCK)

    def run(self, x: Float, out: Float) -> None:
        from neurosim.core.kernels.fir import fir_magnitude

        self._end = fir_magnitude(x, self._real, self._imag, self._history, self._end, self._powers, out)
