"""Rhythm apart from the 1/f background: power above it, and how steep it is."""

from __future__ import annotations

from typing import ClassVar, Literal, Self

import numpy as np
from pydantic import Field

from neurosim.core.spec import Float, SignalSpec
from neurosim.core.stage import Stage
from neurosim.dsp.spectra.sliding_spectrum import SpectralFit, SpectralFitStage


class AperiodicAdjustedPower(SpectralFit):
    """Power of a band above the 1/f background, in the input's unit squared; negative where the band lies below it.

    A change of the background alone leaves it where it is, other than plain band power (Donoghue et al. 2020,
    "Parameterizing neural power spectra into periodic and aperiodic components", Nat. Neurosci. 23, 1655-1665,
    doi:10.1038/s41593-020-00744-x). The background is a straight line, log power over log frequency, without a knee.

    Examples
    --------
    >>> stage = AperiodicAdjustedPower(low_hz=8, high_hz=12).prepare(SignalSpec(256.0, ("Oz",), "uV"))
    >>> noise = np.random.default_rng(1).normal(size=2560)
    >>> x = (noise + 10 * np.sin(2 * np.pi * 10 * np.arange(2560) / 256))[None]
    >>> float(stage.process(x)[0, -1].round(-1)), stage.spec.unit
    (50.0, 'uV^2')
    """

    kind: Literal["aperiodic_adjusted_power"] = "aperiodic_adjusted_power"

    @classmethod
    def examples(cls) -> list[Self]:
        """Return an alpha band."""
        return [cls(low_hz=8.0, high_hz=12.0, window_s=4.0)]

    def prepare(self, spec: SignalSpec) -> Stage:
        """Set up the window for the stream's rate."""
        self.check(spec)
        return _ExcessStage(self, 0.0, spec.replace(unit=f"{spec.unit}^2"))


class _ExcessStage(SpectralFitStage):
    """See `AperiodicAdjustedPower`."""

    def measure(self, psd: Float, logs: Float, lines: Float, out: Float) -> None:
        from neurosim.core.kernels.lines import excess_power

        excess_power(psd, self.x, lines, self.bias, self.first, self.last, self.step_hz, out)


class AperiodicExponent(SpectralFit):
    """Exponent of the 1/f background, power being proportional to 1/f^exponent; 0 before the first segment is full."""

    kind: Literal["aperiodic_exponent"] = "aperiodic_exponent"
    delay_is_latency: ClassVar[bool] = True
    low_hz: float = Field(7.0, gt=0, description="lower edge of a band to leave out",
                          json_schema_extra={"unit": "Hz"})  # fmt: skip
    high_hz: float = Field(14.0, gt=0, description="upper edge of a band to leave out",
                           json_schema_extra={"unit": "Hz"})  # fmt: skip

    @classmethod
    def examples(cls) -> list[Self]:
        """Return one with a window short enough for the laws."""
        return [cls(window_s=4.0)]

    def prepare(self, spec: SignalSpec) -> Stage:
        """Set up the window for the stream's rate."""
        self.check(spec)
        return _ExponentStage(self, 0.0, spec.replace(unit="1"))


class _ExponentStage(SpectralFitStage):
    """See `AperiodicExponent`."""

    def measure(self, psd: Float, logs: Float, lines: Float, out: Float) -> None:
        np.negative(lines[:, 1], out=out)
