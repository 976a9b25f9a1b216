"""Envelopes from sliding windows: one FFT, or Welch's average of several. What most software shows."""

from __future__ import annotations

from abc import abstractmethod
from typing import Literal

import numpy as np
from pydantic import Field

from neurosim.core.errors import ConfigError, Problem
from neurosim.core.spec import Float, SignalSpec
from neurosim.core.stage import Stage
from neurosim.dsp.envelopes.fir import BandEnvelope
from neurosim.dsp.lanes import LaneStage


class _WindowedEnvelope(BandEnvelope):
    update_s: float = Field(
        1 / 16, gt=0, le=10, description="time from one estimate to the next; held in between",
        json_schema_extra={"unit": "s"},
    )  # fmt: skip

    @abstractmethod
    def _segment(self) -> tuple[str, float]:
        """Return the name and length of what is Fourier transformed [s]."""

    def n_update(self, fs: float) -> int:
        """Return the samples from one estimate to the next."""
        return max(1, round(self.update_s * fs))

    def bins(self, fs: float) -> Float:
        """Return the frequencies of a segment's Fourier transform that lie in the band [Hz]."""
        n = round(self._segment()[1] * fs)
        every = np.arange(n // 2 + 1) * fs / max(n, 1)
        return every[(every >= self.low_hz) & (every <= self.high_hz)]

    def check(self, spec: SignalSpec) -> None:
        super().check(spec)
        name, length_s = self._segment()
        if length_s * self.low_hz < 2.0:
            message = f"must hold two periods of low_hz, {2.0 / self.low_hz:.3g} s, got {length_s:g}"
            raise ConfigError([Problem((name,), message)])
        if not self.bins(spec.fs).size:
            message = f"must be longer for a band this narrow, {1.0 / (self.high_hz - self.low_hz):.3g} s at least"
            raise ConfigError([Problem((name,), message)])


class FFTEnvelope(_WindowedEnvelope):
    """Amplitude of a band by the FFT of the last second: Hann window, power of the band's bins added up.

    A window looks back half its length. It is here because the field uses it: the other kinds are faster.

    Examples
    --------
    >>> stage = FFTEnvelope(low_hz=8, high_hz=12).prepare(SignalSpec(256.0, ("Oz",), "uV"))
    >>> t = np.arange(512) / 256
    >>> float(stage.process(10 * np.sin(2 * np.pi * 9.8 * t)[None])[0, -1].round(1)), f"{stage.spec.delay_s:.2f} s"
    (10.0, '0.53 s')
    """

    kind: Literal["fft_envelope"] = "fft_envelope"
    window_s: float = Field(1.0, gt=0, le=10, description="length of the window", json_schema_extra={"unit": "s"})

    def _segment(self) -> tuple[str, float]:
        return "window_s", self.window_s

    def prepare(self, spec: SignalSpec) -> Stage:
        """Set up the window for the stream's rate."""
        self.check(spec)
        return BandPeriodogram(round(self.window_s * spec.fs), self.bins(spec.fs), self.n_update(spec.fs), 1, 1, spec)


class WelchEnvelope(_WindowedEnvelope):
    """Amplitude of a band by Welch's method (1967): mean power of overlapping segments of a sliding window."""

    kind: Literal["welch_envelope"] = "welch_envelope"
    window_s: float = Field(2.0, gt=0, le=60, description="length of the window", json_schema_extra={"unit": "s"})
    segment_s: float = Field(1.0, gt=0, le=10, description="length of a segment, Hann; they overlap by about half",
                             json_schema_extra={"unit": "s"})  # fmt: skip

    def _segment(self) -> tuple[str, float]:
        return "segment_s", self.segment_s

    def check(self, spec: SignalSpec) -> None:
        super().check(spec)
        if self.segment_s > self.window_s:
            message = f"must be at most window_s = {self.window_s:g} s, got {self.segment_s:g}"
            raise ConfigError([Problem(("segment_s",), message)])

    def prepare(self, spec: SignalSpec) -> Stage:
        """Set up the segments for the stream's rate; they begin a whole number of updates apart."""
        self.check(spec)
        n_update, n = self.n_update(spec.fs), round(self.segment_s * spec.fs)
        hop = max(1, round(n / 2 / n_update))
        n_segments = 1 + int((self.window_s * spec.fs - n) / (hop * n_update) + 1e-9)
        return BandPeriodogram(n, self.bins(spec.fs), n_update, hop, n_segments, spec)


class BandPeriodogram(LaneStage):
    """See `FFTEnvelope` and `WelchEnvelope`.

    Parameters
    ----------
    n
        Samples in a segment.
    bins_hz
        The frequencies whose power is added up.
    n_update
        Samples from one estimate to the next, on absolute indices.
    hop
        Updates from one segment to the next.
    n_segments
        How many the mean is taken over.
    spec
        Of the input.
    """

    def __init__(self, n: int, bins_hz: Float, n_update: int, hop: int, n_segments: int, spec: SignalSpec) -> None:
        at = np.arange(n)
        taper = 0.5 - 0.5 * np.cos(2.0 * np.pi * at / n)
        # Scaled so that the power of all bins of a sine of amplitude A is A^2 (Parseval).
        bank = taper * np.sqrt(4.0 / (n * np.sum(taper**2)))
        turns = np.multiply.outer(bins_hz / spec.fs, at)
        self._real, self._imag = bank * np.cos(2.0 * np.pi * turns), bank * np.sin(2.0 * np.pi * turns)
        self._n_update, self._hop, self._n_ring = n_update, hop, (n_segments - 1) * hop + 1
        age = float(np.sum(taper * (n - 1 - at)) / np.sum(taper))
        delay = age + (n_update - 1) / 2.0 + (n_segments - 1) / 2.0 * hop * n_update
        super().__init__(spec.replace(added_delay_s=delay / spec.fs))

    def reset(self) -> None:
        self._index, self._end = 0, self._real.shape[1]
        self._history = np.zeros((self.spec.n_lanes, 2 * self._end))
        self._powers = np.zeros((self._n_ring, self.spec.n_lanes))
        self._latest = np.zeros(self.spec.n_lanes)

    def run(self, x: Float, out: Float) -> None:
        from neurosim.core.kernels.fir import band_periodogram

        self._end = band_periodogram(x, self._real, self._imag, self._n_update, self._hop, self._index,
                                     self._history, self._end, self._powers, self._latest, out)  # fmt: skip
        np.sqrt(out, out=out)
        self._index += len(x)
