"""The envelope of a band by one complex FIR filter, and what all stages share that estimate an envelope."""

from __future__ import annotations

import math
from typing import Literal, Self

import numpy as np
from pydantic import Field

from neurosim.core.errors import ConfigError, Problem
from neurosim.core.spec import SignalSpec
from neurosim.core.stage import Stage, StageConfig
from neurosim.dsp.design import check_band
from neurosim.dsp.envelopes.analytic import FIRMagnitude, finish, ideal_taps
from neurosim.dsp.envelopes.bound import Complex


class BandEnvelope(StageConfig):
    """What stages share that estimate the envelope of a band: a sine of amplitude A gives A."""

    low_hz: float = Field(gt=0, description="lower edge of the band", json_schema_extra={"unit": "Hz"})
    high_hz: float = Field(gt=0, description="upper edge of the band", json_schema_extra={"unit": "Hz"})
    center_hz: float | None = Field(
        None, gt=0, description="where a sine gives its amplitude and the delay is taken; the band's geometric mean "
        "if not given", json_schema_extra={"unit": "Hz"},
    )  # fmt: skip

    @classmethod
    def examples(cls) -> list[Self]:
        """Return an alpha band."""
        return [cls.model_validate({"low_hz": 8.0, "high_hz": 12.0})]

    def center(self) -> float:
        """Return the centre of the band [Hz]."""
        return math.sqrt(self.low_hz * self.high_hz) if self.center_hz is None else self.center_hz

    def check(self, spec: SignalSpec) -> None:
        """Refuse a band that does not fit itself or the stream.

        Raises
        ------
        ConfigError
            Naming the field.
        """
        check_band(self.low_hz, self.high_hz, spec.fs)
        if not self.low_hz <= self.center() <= self.high_hz:
            message = f"must lie in the band, {self.low_hz:g} to {self.high_hz:g} Hz, got {self.center():g}"
            raise ConfigError([Problem(("center_hz",), message)])
        if "^" in spec.unit or spec.unit.startswith("ln"):
            raise ConfigError(f"takes a signal, not a power or its logarithm ({spec.unit}); put it before them")


class LaggedEnvelope(BandEnvelope):
    """What stages share that aim at the envelope as it was a given time ago."""

    target_delay_s: float = Field(
        0.1, ge=-0.05, le=2, description="design lag: how long ago the envelope is estimated, negative to predict; "
        "longer is truer", json_schema_extra={"unit": "s"},
    )  # fmt: skip
    window_s: float = Field(
        1.5, gt=0, le=8, description="length of the filter", json_schema_extra={"unit": "s"}
    )  # fmt: skip

    @classmethod
    def examples(cls) -> list[Self]:
        """Return an alpha band now and a theta band a while ago."""
        return [
            cls.model_validate({"low_hz": 8.0, "high_hz": 12.0, "target_delay_s": 0.0}),
            cls.model_validate({"low_hz": 4.0, "high_hz": 8.0, "target_delay_s": 0.2, "window_s": 1.0}),
        ]

    def check(self, spec: SignalSpec) -> None:
        super().check(spec)
        problems = []
        if self.window_s < 2.0 / self.low_hz:
            message = f"must hold two periods of low_hz, {2.0 / self.low_hz:.3g} s, got {self.window_s:g}"
            problems.append(Problem(("window_s",), message))
        if self.target_delay_s > self.window_s / 2.0:
            message = f"must be at most half of window_s = {self.window_s:g} s, got {self.target_delay_s:g}"
            problems.append(Problem(("target_delay_s",), message))
        if problems:
            raise ConfigError(problems)

    def n_taps(self, fs: float) -> int:
        """Return the length of the filter in samples."""
        return round(self.window_s * fs)

    def unweighted_taps(self, fs: float) -> Complex:
        """Return the least-squares filter for a flat spectrum ``(tap,)``, that of the newest sample first."""
        lag_s = np.arange(self.n_taps(fs)) / fs - self.target_delay_s
        return finish(ideal_taps(self.low_hz, self.high_hz, lag_s, fs), self.center(), fs)


class FIREnvelope(LaggedEnvelope):
    """Complex FIR filter that comes nearest to the ideal one, delayed, at all frequencies alike.

    Ideal is what offline analysis does: a brick-wall band and the Hilbert transform. After Smetanin, Belinskaya,
    Lebedev and Ossadtchi (2020), "Digital filters for low-latency quantification of brain rhythms in real time",
    J. Neural Eng. 17, 046022, doi:10.1088/1741-2552/ab890f. `WeightedFIREnvelope` is the better one where there is a
    baseline.

    Examples
    --------
    >>> stage = FIREnvelope(low_hz=8, high_hz=12).prepare(SignalSpec(256.0, ("Oz",), "uV"))
    >>> t = np.arange(1024) / 256
    >>> first, second = np.split(10 * np.sin(2 * np.pi * 9.8 * t)[None], [1000], axis=1)
    >>> _ = stage.process(first)
    >>> float(stage.process(second)[0, -1].round(0)), f"{stage.spec.delay_s:.2f} s"
    (10.0, '0.11 s')
    """

    kind: Literal["fir_envelope"] = "fir_envelope"

    def prepare(self, spec: SignalSpec) -> Stage:
        """Design the filter for the stream's rate."""
        self.check(spec)
        return FIRMagnitude(self.unweighted_taps(spec.fs)[None], self.center(), spec)
