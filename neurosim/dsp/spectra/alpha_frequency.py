"""Individual alpha frequency, online."""

from __future__ import annotations

from typing import ClassVar, Literal, Self

from pydantic import Field

from neurosim.core.spec import Float, SignalSpec
from neurosim.core.stage import Stage
from neurosim.dsp.spectra.sliding_spectrum import SpectralFit, SpectralFitStage


class AlphaFrequency(SpectralFit):
    """Individual alpha frequency [Hz]: where the last seconds' spectrum stands out of the 1/f background.

    ``peak`` is the highest point, ``centre`` the centre of gravity of the hump around it, as far as it is above the
    background (Klimesch 1999, doi:10.1016/S0165-0173(98)00056-3; both compared in Corcoran et al. 2018,
    doi:10.1111/psyp.13064). Where there is
    no rhythm both are a matter of chance. The middle of the range before the first segment is full.
    """

    kind: Literal["alpha_frequency"] = "alpha_frequency"
    delay_is_latency: ClassVar[bool] = True
    low_hz: float = Field(7.0, gt=0, description="from where it is looked for", json_schema_extra={"unit": "Hz"})
    high_hz: float = Field(13.0, gt=0, description="up to where it is looked for", json_schema_extra={"unit": "Hz"})
    fit_high_hz: float = Field(30.0, gt=0, description="up to where the 1/f part is fitted",
                               json_schema_extra={"unit": "Hz"})  # fmt: skip
    window_s: float = Field(16.0, gt=0, le=120, description="length of the window", json_schema_extra={"unit": "s"})
    measure: Literal["peak", "centre"] = Field("peak", description="highest point or centre of gravity")

    @classmethod
    def examples(cls) -> list[Self]:
        """Return both measures, over a window that is short for the laws' sake."""
        return [cls(window_s=4.0), cls(window_s=4.0, measure="centre")]

    def prepare(self, spec: SignalSpec) -> Stage:
        """Set up the window for the stream's rate."""
        self.check(spec)
        kind = _PeakStage if self.measure == "peak" else _CentreStage
        return kind(self, (self.low_hz + self.high_hz) / 2.0, spec.replace(unit="Hz"))


class _PeakStage(SpectralFitStage):
    """See `AlphaFrequency`."""

    def measure(self, psd: Float, logs: Float, lines: Float, out: Float) -> None:
        from neurosim.core.kernels.lines import peak_frequency

        peak_frequency(logs, self.x, lines, self.first, self.last, self.low_hz, self.step_hz, out)


class _CentreStage(SpectralFitStage):
    """See `AlphaFrequency`."""

    def measure(self, psd: Float, logs: Float, lines: Float, out: Float) -> None:
        from neurosim.core.kernels.lines import centre_frequency

        centre_frequency(psd, logs, self.x, lines, self.bias, self.first, self.last, self.low_hz, self.step_hz, out)
