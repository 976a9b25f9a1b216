"""How strong a band is right now."""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import Field

from neurosim.core.errors import ConfigError
from neurosim.core.spec import Float, SignalSpec
from neurosim.core.stage import Stage
from neurosim.dsp.design import butter_bandpass, check_band, one_pole_delay_s, one_pole_gain
from neurosim.dsp.filters import Band
from neurosim.dsp.lanes import LaneStage


class _SmoothedBand(Band):
    tau_s: float = Field(0.25, gt=0, description="time constant of the smoothing", json_schema_extra={"unit": "s"})

    def _measured(self, spec: SignalSpec, unit: str) -> SignalSpec:
        check_band(self.low_hz, self.high_hz, spec.fs)
        delay_s = butter_bandpass(self.order, self.low_hz, self.high_hz, spec.fs)[1]
        return spec.replace(unit=unit, added_delay_s=delay_s + one_pole_delay_s(self.tau_s, spec.fs))


class BandPower(_SmoothedBand):
    """Band-pass, square, smooth: the running mean square of a band, in the input's unit squared.

    Examples
    --------
    >>> import numpy as np
    >>> t = np.arange(2560) / 256
    >>> stage = BandPower(low_hz=8, high_hz=12).prepare(SignalSpec(256.0, ("Oz",), "uV"))
    >>> first, second = np.split(10 * np.sin(2 * np.pi * 10 * t)[None], [1000], axis=1)
    >>> _ = stage.process(first)
    >>> float(stage.process(second)[0, -1].round(-1)), stage.spec.unit
    (50.0, 'uV^2')
    """

    kind: Literal["band_power"] = "band_power"

    def prepare(self, spec: SignalSpec) -> Stage:
        """Design the filter for the stream's rate."""
        if "^" in spec.unit or spec.unit.startswith("ln"):
            raise ConfigError(f"takes a signal, not a power or its logarithm ({spec.unit}); put it before them")
        return BandPowerStage(self, self._measured(spec, f"{spec.unit}^2"), root=False)


class Envelope(_SmoothedBand):
    """The amplitude of a band: the square root of twice its running mean square.

    A sine of amplitude A has an envelope of A.
    """

    kind: Literal["envelope"] = "envelope"

    def prepare(self, spec: SignalSpec) -> Stage:
        """Design the filter for the stream's rate."""
        return BandPowerStage(self, self._measured(spec, spec.unit), root=True)


class BandPowerStage(LaneStage):
    """See `BandPower` and `Envelope`.

    Parameters
    ----------
    band
        Edges, order and time constant.
    spec
        Of the output.
    root
        Whether to give the amplitude instead of the power.
    """

    def __init__(self, band: _SmoothedBand, spec: SignalSpec, *, root: bool) -> None:
        self._sos = butter_bandpass(band.order, band.low_hz, band.high_hz, spec.fs)[0].copy()
        self._gain = one_pole_gain(band.tau_s, spec.fs)
        self._root = root
        super().__init__(spec)

    def reset(self) -> None:
        self._state = np.zeros((len(self._sos), 2, self.spec.n_lanes))
        self._mean_square = np.zeros(self.spec.n_lanes)

    def run(self, x: Float, out: Float) -> None:
        from neurosim.core.kernels.filters import band_power

        band_power(x, self._sos, self._state, self._gain, self._mean_square, out)
        if self._root:
            np.multiply(out, 2.0, out=out)
            np.sqrt(out, out=out)
