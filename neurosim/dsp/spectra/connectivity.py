"""How two channels go together in a band: coherence, its imaginary part, phase locking."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar, Literal, Self

import numpy as np
from pydantic import Field

from neurosim.core.errors import ConfigError, Problem
from neurosim.core.spec import Float, SignalSpec
from neurosim.core.stage import Stage
from neurosim.dsp.arithmetic import channel_index
from neurosim.dsp.design import check_band
from neurosim.dsp.held import HeldStage, WindowedConfig, WindowMean
from neurosim.dsp.spectra.complex_band import ComplexBand

_TINY = 1e-24  # a power that counts as none


class PairInBand(WindowedConfig):
    """What stages share that compare two channels in a band, over a window.

    Both channels are demodulated; their product, one times the conjugate of the other, is averaged over the window.
    An estimate from few independent samples is too high (two unrelated signals have an expected coherence of 1/n);
    there are about ``window_s * (high_hz - low_hz)``. Electrode offsets belong taken away before (``dc_block``).
    """

    first: str = Field(description="one channel")
    second: str = Field(description="the other channel")
    low_hz: float = Field(gt=0, description="lower edge of the band, -3 dB", json_schema_extra={"unit": "Hz"})
    high_hz: float = Field(gt=0, description="upper edge of the band, -3 dB", json_schema_extra={"unit": "Hz"})
    order: int = Field(4, ge=1, le=6, description="order of the Butterworth low-pass behind the demodulation")

    #: Whether the product's phase counts alone, without its size.
    phase_only: ClassVar[bool] = False
    #: Name of the resulting channel.
    output: ClassVar[str]

    @classmethod
    def examples(cls) -> list[Self]:
        """Return the alpha band of the laws' signal."""
        return [cls.model_validate({"first": "Cz", "second": "Pz", "low_hz": 8.0, "high_hz": 12.0})]

    @abstractmethod
    def measure(self, re: Float, im: Float, first: Float, second: Float) -> Float:
        """Return the measure from the mean product and both channels' mean powers, each ``(update, subject)``."""

    def prepare(self, spec: SignalSpec) -> Stage:
        """Look the channels up and design the filter for the stream's rate."""
        pair = [channel_index(spec, getattr(self, field), field) for field in ("first", "second")]
        if pair[0] == pair[1]:
            raise ConfigError([Problem(("second",), f"must be another channel than first, got '{self.second}' twice")])
        check_band(self.low_hz, self.high_hz, spec.fs)
        if self.window_s * (self.high_hz - self.low_hz) < 2.0:
            least = 2.0 / (self.high_hz - self.low_hz)
            message = f"must be {least:.3g} s at least for a band this narrow, got {self.window_s:g}"
            raise ConfigError([Problem(("window_s",), message)])
        return PairStage(self, pair, spec)


class PairStage(HeldStage):
    """See `PairInBand`.

    Parameters
    ----------
    config
        Band, window and measure.
    pair
        Indices of the two channels.
    spec
        Of the input.
    """

    def __init__(self, config: PairInBand, pair: list[int], spec: SignalSpec) -> None:
        self._config, self._pair, self._input_spec = config, pair, spec
        delay_s = self._band().delay_s + config.window_delay_s(spec.fs)
        out = spec.replace(ch_names=(config.output,), unit="1", added_delay_s=delay_s)
        super().__init__(config.n_update(spec.fs), config.n_blocks(spec.fs), 0.0, out)

    def _band(self) -> ComplexBand:
        c, spec = self._config, self._input_spec
        return ComplexBand(c.low_hz, c.high_hz, c.order, spec.fs, 2 * spec.n_subjects)

    def reset(self) -> None:
        super().reset()
        self._demodulated = self._band()
        n_blocks = self._config.n_blocks(self._input_spec.fs)
        self._mean = WindowMean(self.n_update, n_blocks, 4 * self._input_spec.n_subjects)

    def estimate(self, x: Float, estimates: Float) -> None:
        from neurosim.core.kernels.blocks import cross_products

        n_channels = self._input_spec.n_channels
        pair = np.concatenate([x[:, channel::n_channels] for channel in self._pair], axis=1)
        z = self._demodulated(pair, self.index)
        products = np.empty_like(z)
        cross_products(z, self._config.phase_only, products)
        means = self._mean(products, self.index, len(estimates))
        n = self._input_spec.n_subjects
        estimates[:] = self._config.measure(*(means[:, i * n : (i + 1) * n] for i in range(4)))


class Coherence(PairInBand):
    """Magnitude-squared coherence, 0 to 1: the share of power that one channel's band has linearly in common.

    Channels that see the same source, or share a reference, are coherent without any connection; the imaginary part
    is not so deceived.

    Examples
    --------
    >>> stage = Coherence(first="F3", second="F4", low_hz=8, high_hz=12).prepare(SignalSpec(256.0, ("F3", "F4"), "uV"))
    >>> sine = np.sin(2 * np.pi * 10 * np.arange(1024) / 256)
    >>> _ = stage.process(np.array([sine, 3 * sine])[:, :1000])
    >>> stage.process(np.array([sine, 3 * sine])[:, 1000:])[0, -1].round(6).item()
    1.0
    """

    kind: Literal["coherence"] = "coherence"
    output: ClassVar[str] = "coherence"

    def measure(self, re: Float, im: Float, first: Float, second: Float) -> Float:
        squared: Float = (re * re + im * im) / np.maximum(first * second, _TINY)
        return squared


class ImaginaryCoherence(PairInBand):
    """Imaginary part of coherency, -1 to 1: what two channels have in common with a lag, which mixing cannot make.

    Positive where the first channel is ahead. Nolte et al. (2004), "Identifying true brain interaction from EEG data
    using the imaginary part of coherency", Clin. Neurophysiol. 115, 2292-2307, doi:10.1016/j.clinph.2004.04.029.
    """

    kind: Literal["imaginary_coherence"] = "imaginary_coherence"
    output: ClassVar[str] = "imaginary_coherence"

    def measure(self, re: Float, im: Float, first: Float, second: Float) -> Float:
        part: Float = im / np.sqrt(np.maximum(first * second, _TINY))
        return part


class PhaseLocking(PairInBand):
    """Phase-locking value, 0 to 1: how constant the phase between two channels is over the window.

    Lachaux, Rodriguez, Martinerie and Varela (1999), "Measuring phase synchrony in brain signals", Hum. Brain Mapp.
    8, 194-208, doi:10.1002/(SICI)1097-0193(1999)8:4<194::AID-HBM4>3.0.CO;2-C; over time instead of trials.
    """

    kind: Literal["phase_locking"] = "phase_locking"
    phase_only: ClassVar[bool] = True
    output: ClassVar[str] = "phase_locking"

    def measure(self, re: Float, im: Float, first: Float, second: Float) -> Float:
        length: Float = np.sqrt(re * re + im * im)
        return length
