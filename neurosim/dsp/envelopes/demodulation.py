"""Envelopes by recursive filters: complex demodulation, and band-pass, rectify and smooth."""

from __future__ import annotations

import math
from functools import cache
from typing import Literal

import numpy as np
from pydantic import Field

from neurosim.core.errors import ConfigError, Problem
from neurosim.core.spec import Float, SignalSpec
from neurosim.core.stage import Stage
from neurosim.dsp.design import butter_bandpass
from neurosim.dsp.envelopes.fir import BandEnvelope
from neurosim.dsp.lanes import LaneStage


@cache
def butter_lowpass(order: int, cutoff_hz: float, fs: float) -> tuple[Float, float]:
    """Design a Butterworth low-pass.

    Returns
    -------
    sos : (section, 6)
        As `scipy.signal.butter`.
    delay_s
        Its group delay at 0 Hz [s].
    """
    from scipy import signal

    sos = np.ascontiguousarray(signal.butter(order, cutoff_hz, fs=fs, output="sos"))
    # Of a section b0 + b1/z + b2/z^2 over 1 + a1/z + a2/z^2 at z = 1: the centres of gravity's difference.
    b, a = sos[:, :3], sos[:, 3:]
    delay = np.sum(b @ [0, 1, 2] / b.sum(axis=1) - a @ [0, 1, 2] / a.sum(axis=1))
    sos.setflags(write=False)
    return sos, float(delay) / fs


class _SmoothedEnvelope(BandEnvelope):
    cutoff_hz: float | None = Field(
        None, gt=0, description="low-pass of the smoothing, -3 dB; half the width of the band if not given",
        json_schema_extra={"unit": "Hz"},
    )  # fmt: skip
    order: int = Field(2, ge=1, le=6, description="order of each Butterworth filter's prototype, as SciPy counts")

    def check(self, spec: SignalSpec) -> None:
        super().check(spec)
        if self.cutoff() >= spec.fs / 2:
            message = f"must be below fs/2 = {spec.fs / 2:g} Hz, got {self.cutoff():g}"
            raise ConfigError([Problem(("cutoff_hz",), message)])

    def cutoff(self) -> float:
        """Return the corner of the smoothing [Hz]."""
        return (self.high_hz - self.low_hz) / 2.0 if self.cutoff_hz is None else self.cutoff_hz


class DemodulatedEnvelope(_SmoothedEnvelope):
    """Complex demodulation: shift the centre of the band to 0 Hz, low-pass, take the magnitude.

    Examples
    --------
    >>> stage = DemodulatedEnvelope(low_hz=8, high_hz=12).prepare(SignalSpec(256.0, ("Oz",), "uV"))
    >>> t = np.arange(2560) / 256
    >>> float(stage.process(10 * np.sin(2 * np.pi * 9.8 * t)[None])[0, -1].round(0)), f"{stage.spec.delay_s:.2f} s"
    (10.0, '0.11 s')
    """

    kind: Literal["demodulated_envelope"] = "demodulated_envelope"

    def prepare(self, spec: SignalSpec) -> Stage:
        """Design the low-pass for the stream's rate."""
        self.check(spec)
        sos, delay_s = butter_lowpass(self.order, self.cutoff(), spec.fs)
        return Demodulator(sos, self.center() / spec.fs, spec.replace(added_delay_s=delay_s))


class Demodulator(LaneStage):
    """See `DemodulatedEnvelope`.

    Parameters
    ----------
    sos
        Of the low-pass.
    turns
        Frequency that is shifted to 0 [turns per sample].
    spec
        Of the output.
    """

    def __init__(self, sos: Float, turns: float, spec: SignalSpec) -> None:
        self._sos = sos.copy()
        self._step = round(turns * 2**32)  # the phase is a 32-bit word: exact after any number of samples
        super().__init__(spec)

    def reset(self) -> None:
        self._index = 0
        self._state = np.zeros((len(self._sos), 2, 2 * self.spec.n_lanes))

    def run(self, x: Float, out: Float) -> None:
        from neurosim.core.kernels.filters import demodulate, sosfilt

        n = x.shape[1]
        both = np.empty((len(x), 2 * n))
        demodulate(x, self._step, self._index, both)
        sosfilt(both, self._sos, self._state, both)
        np.multiply(both, both, out=both)
        np.sqrt(np.add(both[:, :n], both[:, n:], out=out), out=out)
        self._index += len(x)


class RectifiedEnvelope(_SmoothedEnvelope):
    """Butterworth band-pass, absolute value, Butterworth low-pass: what most programs do.

    The mean of a rectified sine is 2/pi of its amplitude; the output is scaled for that.

    Examples
    --------
    >>> stage = RectifiedEnvelope(low_hz=8, high_hz=12).prepare(SignalSpec(256.0, ("Oz",), "uV"))
    >>> t = np.arange(2560) / 256
    >>> float(stage.process(10 * np.sin(2 * np.pi * 9.8 * t)[None])[0, -1].round(0)), f"{stage.spec.delay_s:.2f} s"
    (10.0, '0.23 s')
    """

    kind: Literal["rectified_envelope"] = "rectified_envelope"

    def prepare(self, spec: SignalSpec) -> Stage:
        """Design both filters for the stream's rate."""
        self.check(spec)
        sos, bandpass_s = butter_bandpass(self.order, self.low_hz, self.high_hz, spec.fs)
        smoothing, smoothing_s = butter_lowpass(self.order, self.cutoff(), spec.fs)
        return Rectifier(sos, smoothing, spec.replace(added_delay_s=bandpass_s + smoothing_s))


class Rectifier(LaneStage):
    """See `RectifiedEnvelope`.

    Parameters
    ----------
    sos, smoothing
        Sections of the band-pass and of the low-pass.
    spec
        Of the output.
    """

    def __init__(self, sos: Float, smoothing: Float, spec: SignalSpec) -> None:
        self._sos, self._smoothing = sos.copy(), smoothing.copy()
        super().__init__(spec)

    def reset(self) -> None:
        self._state = np.zeros((len(self._sos), 2, self.spec.n_lanes))
        self._smoothed = np.zeros((len(self._smoothing), 2, self.spec.n_lanes))

    def run(self, x: Float, out: Float) -> None:
        from neurosim.core.kernels.filters import sosfilt

        sosfilt(x, self._sos, self._state, out)
        np.abs(out, out=out)
        sosfilt(out, self._smoothing, self._smoothed, out)
        np.multiply(out, math.pi / 2.0, out=out)
        np.maximum(out, 0.0, out=out)  # a low-pass of order 2 and more swings below 0 behind a spike
