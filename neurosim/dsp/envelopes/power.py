"""How strong a band is right now."""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import Field

from neurosim.core.errors import ConfigError
from neurosim.core.spec import Samples, SignalSpec, as_lanes, from_lanes
from neurosim.core.stage import Stage
from neurosim.dsp.design import butter_bandpass, check_band, one_pole_delay_s, one_pole_gain
from neurosim.dsp.filters import Band


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
        return BandPowerStage([self], self._measured(spec, f"{spec.unit}^2"), root=False)


class Envelope(_SmoothedBand):
    """The amplitude of a band: the square root of twice its running mean square.

    A sine of amplitude A has an envelope of A.
    """

    kind: Literal["envelope"] = "envelope"

    def prepare(self, spec: SignalSpec) -> Stage:
        """Design the filter for the stream's rate."""
        return BandPowerStage([self], self._measured(spec, spec.unit), root=True)


class BandPowerStage(Stage):
    """See `BandPower` and `Envelope`; here of one band or of several, whose channels stand band by band.

    Parameters
    ----------
    bands
        Edges, order and time constant of each; the order is the same.
    spec
        Of the output.
    root
        Whether to give the amplitude instead of the power.
    """

    def __init__(self, bands: list[_SmoothedBand], spec: SignalSpec, *, root: bool) -> None:
        self._bands, self._root = bands, root
        self._sos = np.stack([butter_bandpass(band.order, band.low_hz, band.high_hz, spec.fs)[0] for band in bands])
        self._gains = np.array([one_pole_gain(band.tau_s, spec.fs) for band in bands])
        super().__init__(spec)
        self.reset()

    def reset(self) -> None:
        n_lanes = self.spec.n_lanes // len(self._bands)
        self._state = np.zeros((*self._sos.shape[:2], 2, n_lanes))
        self._mean_square = np.zeros((len(self._bands), n_lanes))

    def process(self, x: Samples) -> Samples:
        from neurosim.core.kernels.filters import band_powers

        lanes = as_lanes(x)
        powers = np.empty((len(lanes), *self._mean_square.shape))
        band_powers(lanes, self._sos, self._state, self._gains, self._mean_square, powers)
        if self._root:
            np.multiply(powers, 2.0, out=powers)
            np.sqrt(powers, out=powers)
        n_times, n_bands, n_lanes = powers.shape
        if n_bands > 1 and self.spec.batch_shape:  # band by band within each subject
            by_band = powers.reshape(n_times, n_bands, *self.spec.batch_shape, self.spec.n_channels // n_bands)
            powers = np.ascontiguousarray(np.moveaxis(by_band, 1, -2))
        return from_lanes(powers.reshape(n_times, n_bands * n_lanes), self.spec.batch_shape, self.spec.n_channels)

    def beside(self, other: Stage) -> Stage | None:
        if not isinstance(other, BandPowerStage) or self._likeness() != other._likeness():
            return None
        later_s = max(0.0, other.spec.delay_s - self.spec.delay_s)
        both = self.spec.replace(ch_names=self.spec.ch_names + other.spec.ch_names, added_delay_s=later_s)
        return BandPowerStage(self._bands + other._bands, both, root=self._root)

    def _likeness(self) -> tuple[object, ...]:
        return self._root, self._sos.shape[1:], self.spec.batch_shape
