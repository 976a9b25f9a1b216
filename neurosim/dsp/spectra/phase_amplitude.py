"""Phase-amplitude coupling: how far a fast rhythm's amplitude follows the phase of a slow one in the same channel."""

from __future__ import annotations

from typing import ClassVar, Literal, Self

import numpy as np
from pydantic import Field

from neurosim.core.errors import ConfigError, Problem
from neurosim.core.spec import Float, SignalSpec
from neurosim.core.stage import Stage
from neurosim.dsp.design import check_band
from neurosim.dsp.held import HeldStage, WindowedConfig, WindowMean
from neurosim.dsp.spectra.complex_band import ComplexBand

_N_BINS = 18  # of 20 degrees, as Tort et al. (2010)


class PhaseAmplitudeCoupling(WindowedConfig):
    """Coupling of a fast rhythm's amplitude to a slow rhythm's phase over a window, for each channel.

    ``vector_length``: the normalised mean vector length, 0 to 1, ``|mean(a exp(i phase))| / sqrt(mean(a^2))``
    (Ozkurt and Schnitzler 2011, doi:10.1016/j.jneumeth.2011.08.014, after Canolty et al. 2006,
    doi:10.1126/science.1128115). ``modulation_index``: the distance of the amplitude's histogram over 18 phase bins
    from uniform, 0 to 1 (Tort et al. 2010, doi:10.1152/jn.00106.2010). Both are above 0 without any coupling, the
    more so the shorter the window: compare with the own baseline. The amplitude's filter must be wide enough to let
    the slow rhythm's modulation through, or there is none to be seen (Aru et al. 2015,
    doi:10.1016/j.conb.2014.08.002).
    """

    kind: Literal["phase_amplitude"] = "phase_amplitude"
    delay_is_latency: ClassVar[bool] = True
    phase_low_hz: float = Field(4.0, gt=0, description="lower edge of the slow band", json_schema_extra={"unit": "Hz"})
    phase_high_hz: float = Field(8.0, gt=0, description="upper edge of the slow band", json_schema_extra={"unit": "Hz"})
    amplitude_low_hz: float = Field(
        30.0, gt=0, description="lower edge of the fast band", json_schema_extra={"unit": "Hz"}
    )
    amplitude_high_hz: float = Field(
        60.0, gt=0, description="upper edge of the fast band; at least 2 phase_high_hz above the lower one",
        json_schema_extra={"unit": "Hz"},
    )  # fmt: skip
    measure: Literal["vector_length", "modulation_index"] = Field("vector_length", description="how it is measured")
    order: int = Field(4, ge=1, le=6, description="order of the Butterworth low-passes behind the demodulation")
    window_s: float = Field(10.0, gt=0, le=120, description="length of the window", json_schema_extra={"unit": "s"})
    update_s: float = Field(
        1 / 4, gt=0, le=10, description="time from one estimate to the next; held in between",
        json_schema_extra={"unit": "s"},
    )  # fmt: skip

    @classmethod
    def examples(cls) -> list[Self]:
        """Return both measures, over a window that is short for the laws' sake."""
        return [cls(window_s=2.0), cls(window_s=2.0, measure="modulation_index")]

    def prepare(self, spec: SignalSpec) -> Stage:
        """Design the filters for the stream's rate."""
        problems: list[Problem] = []
        for name in ("phase", "amplitude"):
            try:
                check_band(getattr(self, f"{name}_low_hz"), getattr(self, f"{name}_high_hz"), spec.fs)
            except ConfigError as error:
                problems += [Problem((f"{name}_{p.loc[0]}",), p.message) for p in error.problems]
        least_hz = self.amplitude_low_hz + 2.0 * self.phase_high_hz
        if self.amplitude_high_hz < least_hz:
            message = f"must be {least_hz:g} Hz at least, for the amplitude to follow {self.phase_high_hz:g} Hz"
            problems.append(Problem(("amplitude_high_hz",), f"{message}, got {self.amplitude_high_hz:g}"))
        if self.window_s * self.phase_low_hz < 2.0:
            message = f"must hold two periods of phase_low_hz, {2.0 / self.phase_low_hz:.3g} s, got {self.window_s:g}"
            problems.append(Problem(("window_s",), message))
        if problems:
            raise ConfigError(problems)
        return CouplingStage(self, spec)


class CouplingStage(HeldStage):
    """See `PhaseAmplitudeCoupling`.

    Parameters
    ----------
    config
        Bands, window and measure.
    spec
        Of the input.
    """

    def __init__(self, config: PhaseAmplitudeCoupling, spec: SignalSpec) -> None:
        self._config = config
        angles = 2.0 * np.pi * np.arange(1, _N_BINS) / _N_BINS - np.pi
        x, y = np.cos(angles), np.sin(angles)
        size = np.abs(x) + np.abs(y)
        self._edges = np.where(y >= 0.0, 1.0 - x / size, x / size - 1.0)  # see `phase_histogram`
        slow, _ = self._bands(spec)
        out = spec.replace(unit="1", added_delay_s=slow.delay_s + config.window_delay_s(spec.fs))
        super().__init__(config.n_update(spec.fs), config.n_blocks(spec.fs), 0.0, out)

    def _bands(self, spec: SignalSpec) -> tuple[ComplexBand, ComplexBand]:
        c = self._config
        slow = ComplexBand(c.phase_low_hz, c.phase_high_hz, c.order, spec.fs, spec.n_lanes)
        fast = ComplexBand(c.amplitude_low_hz, c.amplitude_high_hz, c.order, spec.fs, spec.n_lanes)
        return slow, fast

    def reset(self) -> None:
        super().reset()
        n, fs = self.spec.n_lanes, self.spec.fs
        self._slow, self._fast = self._bands(self.spec)
        # The wider filter is the faster one: its output waits, so that amplitude and phase are of the same time.
        self._late = np.zeros((max(0, round((self._slow.delay_s - self._fast.delay_s) * fs)) + 1, n))
        n_columns = 3 if self._config.measure == "vector_length" else 2 * _N_BINS
        self._mean = WindowMean(self.n_update, self._config.n_blocks(fs), n_columns * n)

    def estimate(self, x: Float, estimates: Float) -> None:
        from neurosim.core.kernels.blocks import amplitude_at_phase, modulation_index, phase_histogram

        n = x.shape[1]
        slow, fast = self._slow(x, self.index), self._fast(x, self.index)
        vectors = np.empty((len(x), 3 * n))
        amplitude_at_phase(slow, fast, self._slow.turns(len(x), self.index), self.index, self._late, vectors)
        if self._config.measure == "vector_length":
            means = self._mean(vectors, self.index, len(estimates))
            re, im, square = means[:, :n], means[:, n : 2 * n], means[:, 2 * n :]
            estimates[:] = np.sqrt((re * re + im * im) / np.maximum(square, 1e-24))
        else:
            histogram = np.empty((len(x), 2 * _N_BINS * n))
            phase_histogram(vectors, self._edges, histogram)
            modulation_index(self._mean(histogram, self.index, len(estimates)), _N_BINS, estimates)
