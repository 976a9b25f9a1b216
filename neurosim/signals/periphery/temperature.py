"""The temperature of a finger: warmth that the blood brings and the air takes."""

from __future__ import annotations

import math

import numpy as np
from pydantic import Field

from neurosim.core.config import in_unit
from neurosim.core.noise import SESSION_STRIDE
from neurosim.core.spec import Float, Samples, SignalSpec, from_lanes
from neurosim.signals.body.organ import Given, Organ, OrganConfig
from neurosim.signals.body.span import Span


class Temperature(OrganConfig):
    """Parameters of the finger temperature of a group-average adult.

    ``dT/dt = k (r (core - T) - (T - ambient))``: the flow of blood r brings warmth from the core, the air takes it.
    ``r = r0 exp(-gain (tone - 0.5))`` falls with the tone of the vessels of the skin, which has lags of its own, so
    that T rests at ``(ambient + r core) / (1 + r)`` and gets there with a time constant of ``1 / (k (1 + r))``. The
    parameters are chosen so that fingers are 24 to 35 degC warm and 29.5 at rest, and warm by 0.1 to 0.5 degC
    a minute in a session of relaxation.
    """

    fs: float = in_unit("Hz", 4.0, "sampling rate", gt=0, le=32)
    ambient_c: float = in_unit("degC", 23.0, "temperature of the room", ge=-40, le=60)
    core_c: float = in_unit("degC", 36.0, "temperature of the blood", ge=25, le=45)
    exchange_per_min: float = in_unit("1/min", 1.0 / 12.0, "k, heat that the air takes", gt=0, le=10)
    blood_flow: float = Field(1.0, gt=0, description="r0, flow at rest in units of k")
    vasomotor_gain: float = Field(6.0, ge=0, le=50, description="fall of ln r for a unit of the vessels' tone")
    sensor_s: float = in_unit("s", 5.0, "time constant of the sensor on the finger", gt=0)
    air_s: float = in_unit("s", 20.0, "time constant of the sensor in the air", gt=0)
    wander_c: float = in_unit("degC", 0.03, "SD of slow noise", ge=0)
    wander_s: float = in_unit("s", 10.0, "its time constant", gt=0)
    noise_c: float = in_unit("degC", 0.01, "SD of the sensor's white noise", ge=0)

    def prepare(self, given: Given) -> TemperatureOrgan:
        """Return the organ."""
        return TemperatureOrgan(self, given)


class TemperatureOrgan(Organ):
    """Makes the temperature that a sensor shows, and its truth: that of the skin.

    Parameters
    ----------
    config
        The parameters.
    given
        Who it belongs to.
    """

    def __init__(self, config: Temperature, given: Given) -> None:
        self._config, self._n = config, given.n
        self._flow = given.traits("blood_flow", config.blood_flow)
        wander = math.exp(-1.0 / (config.fs * config.wander_s))
        self._parameters = (
            config.vasomotor_gain,
            config.exchange_per_min / (60.0 * config.fs),
            config.core_c,
            config.ambient_c,
            math.exp(-1.0 / (config.fs * config.sensor_s)),
            math.exp(-1.0 / (config.fs * config.air_s)),
            wander,
            config.wander_c * math.sqrt(1.0 - wander**2),
        )
        self._noise = given.noise("temperature", ("wander", "sensor"))
        self._initial = given.noise("temperature/initial")
        spec = SignalSpec(config.fs, ("finger",), "degC", given.batch_shape)
        super().__init__({"temperature": spec, "truth/skin_temperature": spec}, config.fs)

    def start(self, session: int, rest: Span) -> None:
        self._base = session * SESSION_STRIDE
        flow = self._flow * np.exp(-self._config.vasomotor_gain * (rest["vasomotor_tone"][0] - 0.5))
        balance = (self._config.ambient_c + flow * self._config.core_c) / (1.0 + flow)
        wander = self._config.wander_c * self._initial.normal(self._base, 1)[0]
        self._state = np.stack([balance, balance, wander])

    def generate(self, start: int, n_times: int, span: Span) -> dict[str, Samples]:
        from neurosim.core.kernels.skin import warm

        tone = span.rows("vasomotor_tone", start, n_times, self.fs)
        noise = self._noise.normal(self._base + start, n_times)
        skin, shown = np.empty((2, n_times, self._n))
        loose = self._loose(start, n_times, span)
        warm(tone, loose, self._flow, *self._parameters, noise, self._config.noise_c, self._state, skin, shown)
        shape = self.specs["temperature"].batch_shape
        return {"temperature": from_lanes(shown, shape, 1), "truth/skin_temperature": from_lanes(skin, shape, 1)}

    def _loose(self, start: int, n_times: int, span: Span) -> Float:
        loose = np.zeros((n_times, self._n))
        times = np.arange(start, start + n_times) / self.fs
        for event in span.of_kind("detached_thermistor"):
            on = (times >= event.onset_s) & (times < event.onset_s + (event.duration_s or 0.0))
            loose[on, slice(None) if event.subject is None else event.subject] = 1.0
        return loose
