"""The respiration belt."""

from __future__ import annotations

from pydantic import Field

from neurosim.core.noise import SESSION_STRIDE
from neurosim.core.spec import Samples, SignalSpec, from_lanes
from neurosim.signals.body.organ import Given, Organ, OrganConfig
from neurosim.signals.body.span import Span
from neurosim.signals.heart.lungs import lung_volume


class Respiration(OrganConfig):
    """The volume of the lungs above the resting one, as a calibrated belt shows it."""

    fs: float = Field(32.0, ge=32, le=1024, description="sampling rate", json_schema_extra={"unit": "Hz"})
    tidal_l: float = Field(0.5, gt=0, le=4, description="volume of a usual breath", json_schema_extra={"unit": "L"})
    noise_l: float = Field(0.003, ge=0, description="rms of the belt's noise", json_schema_extra={"unit": "L"})

    def prepare(self, given: Given) -> RespirationOrgan:
        """Return the organ."""
        return RespirationOrgan(self, given)


class RespirationOrgan(Organ):
    """Makes ``respiration`` [L] and ``truth/breathing_phase`` [turns]: 0 where inspiration begins.

    Parameters
    ----------
    config
        The parameters.
    given
        Who it belongs to.
    """

    needs_heart = True

    def __init__(self, config: Respiration, given: Given) -> None:
        self._config, self._noise = config, given.noise("respiration")
        super().__init__(
            {
                "respiration": SignalSpec(config.fs, ("RESP",), "L", given.batch_shape),
                "truth/breathing_phase": SignalSpec(config.fs, ("phase",), "turns", given.batch_shape),
            },
            config.fs,
        )

    def start(self, session: int, rest: Span) -> None:
        self._base = session * SESSION_STRIDE

    def generate(self, start: int, n_times: int, span: Span) -> dict[str, Samples]:
        config = self._config
        volume, phase = lung_volume(span, start, n_times, self.fs)
        belt = config.tidal_l * volume + config.noise_l * self._noise.normal(self._base + start, n_times)
        shape = self.specs["respiration"].batch_shape
        return {"respiration": from_lanes(belt, shape, 1), "truth/breathing_phase": from_lanes(phase, shape, 1)}
