"""The spectrum of the last seconds, and its aperiodic part."""

from __future__ import annotations

import math
from abc import abstractmethod

import numpy as np
from pydantic import Field

from neurosim.core.errors import ConfigError, Problem
from neurosim.core.spec import Float, SignalSpec
from neurosim.dsp.held import HeldStage, WindowedConfig


class SpectralFit(WindowedConfig):
    """What stages share that look at the last seconds' spectrum and the line that its 1/f part makes, log over log.

    Welch's spectrum: Hann segments, half overlapping, over a window that moves on in steps. The line is fitted to
    the bins from `fit_low_hz` to `fit_high_hz` except the band that is asked about, by Tukey's biweight, so that
    other rhythms count little.
    """

    low_hz: float = Field(gt=0, description="lower edge of the band", json_schema_extra={"unit": "Hz"})
    high_hz: float = Field(gt=0, description="upper edge of the band", json_schema_extra={"unit": "Hz"})
    fit_low_hz: float = Field(2.0, gt=0, description="from where the 1/f part is fitted",
                              json_schema_extra={"unit": "Hz"})  # fmt: skip
    fit_high_hz: float = Field(40.0, gt=0, description="up to where the 1/f part is fitted",
                               json_schema_extra={"unit": "Hz"})  # fmt: skip
    window_s: float = Field(8.0, gt=0, le=120, description="length of the window", json_schema_extra={"unit": "s"})
    segment_s: float = Field(2.0, gt=0, le=20, description="length of a segment; bins are 1/segment_s apart",
                             json_schema_extra={"unit": "s"})  # fmt: skip
    update_s: float = Field(
        1 / 4, gt=0, le=10, description="time from one estimate to the next; held in between",
        json_schema_extra={"unit": "s"},
    )  # fmt: skip

    def check(self, spec: SignalSpec) -> None:
        """Refuse what does not fit itself or the stream.

        Raises
        ------
        ConfigError
            With everything that is wrong.
        """
        problems = []
        if self.fit_high_hz >= spec.fs / 2:
            message = f"must be below fs/2 = {spec.fs / 2:g} Hz, got {self.fit_high_hz:g}"
            problems.append(Problem(("fit_high_hz",), message))
        if not self.fit_low_hz <= self.low_hz < self.high_hz <= self.fit_high_hz:
            message = f"must lie between fit_low_hz = {self.fit_low_hz:g} and high_hz, got {self.low_hz:g}"
            if self.low_hz >= self.fit_low_hz and self.low_hz < self.high_hz:
                message = f"must be at most fit_high_hz = {self.fit_high_hz:g}, got {self.high_hz:g}"
                problems.append(Problem(("high_hz",), message))
            else:
                problems.append(Problem(("low_hz",), message))
        if self.segment_s > self.window_s:
            message = f"must be at most window_s = {self.window_s:g} s, got {self.segment_s:g}"
            problems.append(Problem(("segment_s",), message))
        if self.segment_s * self.fit_low_hz < 2.0:
            message = f"must hold two periods of fit_low_hz, {2.0 / self.fit_low_hz:.3g} s, got {self.segment_s:g}"
            problems.append(Problem(("segment_s",), message))
        if not problems and self.segment_s * (self.fit_high_hz - self.fit_low_hz - self.high_hz + self.low_hz) < 8.0:
            message = "must leave more of the spectrum outside the band, for the 1/f part to be fitted to"
            problems.append(Problem(("fit_high_hz",), message))
        if not problems and self.segment_s * (self.high_hz - self.low_hz) < 2.0:
            message = f"must be longer for a band this narrow, {2.0 / (self.high_hz - self.low_hz):.3g} s at least"
            problems.append(Problem(("segment_s",), message))
        if problems:
            raise ConfigError(problems)
        if "^" in spec.unit or spec.unit.startswith("ln"):
            raise ConfigError(f"takes a signal, not a power or its logarithm ({spec.unit}); put it before them")


class SpectralFitStage(HeldStage):
    """Keeps Welch's spectrum of the last seconds for each lane, and fits the aperiodic line at each update.

    Parameters
    ----------
    config
        Bands, window and segments.
    first
        What is held before the first segment is full.
    spec
        Of the output, but for the delay.

    Attributes
    ----------
    first, last
        The band's bins, the second one past its end.
    low_hz, step_hz
        Frequency of bin 0, and from bin to bin.
    x
        Natural logarithm of the bins' frequencies.
    bias
        What to add to a line through logarithms to have that of the mean: the logarithm of an average of few is low.
    """

    def __init__(self, config: SpectralFit, first: float, spec: SignalSpec) -> None:
        fs, n_update = spec.fs, config.n_update(spec.fs)
        n = self._n = round(config.segment_s * fs)
        self._hop = max(1, round(n / 2 / n_update))
        self._n_segments = 1 + int((config.window_s * fs - n) / (self._hop * n_update) + 1e-9)
        at = np.arange(n)
        taper = 0.5 - 0.5 * np.cos(2.0 * np.pi * at / n)
        self._taper = taper * math.sqrt(2.0 / (fs * np.sum(taper**2)))  # the squared transform is a one-sided density
        every = at[: n // 2] * fs / n
        bins = np.flatnonzero((every >= config.fit_low_hz - 1e-9) & (every <= config.fit_high_hz + 1e-9))
        self._from, self._to = int(bins[0]), int(bins[-1]) + 1
        frequency = every[self._from : self._to]
        self.step_hz, self.low_hz = fs / n, float(frequency[0])
        inside = np.flatnonzero((frequency >= config.low_hz - 1e-9) & (frequency <= config.high_hz + 1e-9))
        self.first, self.last = int(inside[0]), int(inside[-1]) + 1
        self.x = np.log(frequency)
        # A Hann window smears a rhythm at the band's edge over one bin more.
        margin = 1.5 * self.step_hz
        self._used = ((frequency < config.low_hz - margin) | (frequency > config.high_hz + margin)).astype(np.float64)
        self.bias = _log_bias(self._taper, self._hop * n_update, self._n_segments)
        age = float(np.sum(taper * (n - 1 - at)) / np.sum(taper))
        delay = age + (n_update - 1) / 2.0 + (self._n_segments - 1) / 2.0 * self._hop * n_update
        n_window = math.ceil(n / n_update) + (self._n_segments - 1) * self._hop
        super().__init__(n_update, n_window, first, spec.replace(added_delay_s=delay / fs))

    def reset(self) -> None:
        super().reset()
        n_lanes = self.spec.n_lanes
        self._end = self._n
        self._history = np.zeros((n_lanes, 2 * self._n))
        self._ring = np.zeros(((self._n_segments - 1) * self._hop + 1, n_lanes, self._to - self._from))

    @abstractmethod
    def measure(self, psd: Float, logs: Float, lines: Float, out: Float) -> None:
        """Fill ``out (lane,)`` from spectra, their logarithms ``(lane, bin)`` and lines ``(lane, 2)``."""

    def estimate(self, x: Float, estimates: Float) -> None:
        from neurosim.core.kernels.blocks import keep
        from neurosim.core.kernels.lines import fit_lines

        start = 0
        for i in range(len(estimates)):
            update = self.index // self.n_update + i
            stop = (update + 1) * self.n_update - self.index
            self._end = keep(x[start:stop], self._history, self._n, self._end)
            start = stop
            psd = self._add_segment(update)
            if psd is None:
                estimates[i] = self._first
                continue
            logs, lines = np.empty_like(psd), np.empty((len(psd), 2))
            fit_lines(psd, self.x, self._used, logs, lines)
            self.measure(psd, logs, lines, estimates[i])
        self._end = keep(x[start:], self._history, self._n, self._end)

    def _add_segment(self, update: int) -> Float | None:
        """Return the mean density ``(lane, bin)`` with the segment that ends now; None before one is full."""
        segment = self._history[:, self._end - self._n : self._end] * self._taper
        transform = np.fft.rfft(segment, axis=-1)[:, self._from : self._to]
        self._ring[update % len(self._ring)] = transform.real**2 + transform.imag**2
        n_full = ((update + 1) * self.n_update - self._n) // (self._hop * self.n_update) + 1
        n_segments = min(n_full, self._n_segments)
        if n_segments < 1:
            return None
        total: Float = self._ring[update % len(self._ring)].copy()
        for j in range(1, n_segments):
            total += self._ring[(update - j * self._hop) % len(self._ring)]
        total /= n_segments
        return total


def _log_bias(taper: Float, hop: int, n_segments: int) -> float:
    """Return the mean logarithm of an average of periodograms below the logarithm of its mean.

    ln(m) - digamma(m) of m independent ones; Welch (1967, doi:10.1109/TAU.1967.1161901) says how many overlapping
    ones are worth.
    """
    from scipy.special import digamma

    n, total = len(taper), 1.0
    for j in range(1, n_segments):
        late = j * hop
        overlap = float(np.sum(taper[late:] * taper[: n - late]) / np.sum(taper**2)) if late < n else 0.0
        total += 2.0 * (1.0 - j / n_segments) * overlap**2
    independent = n_segments / total
    return math.log(independent) - float(digamma(independent))
