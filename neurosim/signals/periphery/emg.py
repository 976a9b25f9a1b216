"""The surface EMG of forehead and shoulder: a tension that follows its nerve, times noise of a muscle's spectrum."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from pydantic import Field, field_validator

from neurosim.core.errors import ConfigError, did_you_mean
from neurosim.core.noise import SESSION_STRIDE
from neurosim.core.spec import Float, Samples, SignalSpec, from_lanes
from neurosim.signals.body.organ import Given, Organ, OrganConfig
from neurosim.signals.body.span import STEP_HZ, Span, cuts, step_of
from neurosim.signals.periphery.heart_in_emg import add_heartbeats
from neurosim.signals.periphery.muscles import MUSCLES, Muscle, Tension, muscle_filter

_LEVELS = 256  # of fatigue, so that the median frequency moves in steps of 0.1 Hz
_WARM_UP = 18.0  # time constants of the slowest pole, twice: what was before is below the last bit


class EMG(OrganConfig):
    """Parameters of the surface EMG of a group-average adult.

    Its power spectral density is that of Stulen & De Luca 1981: ``f_h^4 f^2 / ((f^2 + f_l^2) (f^2 + f_h^2)^2)``. At
    rest the rms is 1.5 to 8 uV at the forehead and 1 to 5 uV at the shoulder. Fatigue F follows the contraction u,
    ``dF/dt = u (1 - F) / tired - (1 - u) F / rested``, and slows the spectrum.
    """

    fs: float = Field(1000.0, ge=500, le=8192, description="sampling rate", json_schema_extra={"unit": "Hz"})
    muscles: dict[str, Muscle] = Field(
        default_factory=lambda: {
            "frontalis": Muscle(rest_uv=2.5, max_uv=150.0),
            "trapezius": Muscle(rest_uv=2.0, max_uv=400.0),
        },
        min_length=1,
        description="one channel each: frontalis, trapezius",
    )
    low_hz: float = Field(60.0, gt=0, description="f_l of the spectrum", json_schema_extra={"unit": "Hz"})
    high_hz: float = Field(120.0, gt=0, description="f_h of the spectrum", json_schema_extra={"unit": "Hz"})
    lag_s: float = Field(
        0.06, ge=0.01, le=1, description="delay of the tension, two equal lags", json_schema_extra={"unit": "s"}
    )
    slowing: float = Field(0.25, ge=0, le=0.9, description="share of its frequencies that a tired muscle loses")
    tired_s: float = Field(
        60.0, ge=1, description="time constant of tiring at full contraction", json_schema_extra={"unit": "s"}
    )
    rested_s: float = Field(120.0, ge=1, description="time constant of recovery", json_schema_extra={"unit": "s"})

    @field_validator("muscles")
    @classmethod
    def _known(cls, muscles: dict[str, Muscle]) -> dict[str, Muscle]:
        for name in muscles:
            if name not in MUSCLES:
                raise ValueError(f"unknown muscle '{name}'; {did_you_mean(name, MUSCLES)}")
        return muscles

    def prepare(self, given: Given) -> EMGOrgan:
        """Return the organ.

        Raises
        ------
        ConfigError
            When the sampling rate is too low for the spectrum.
        """
        return EMGOrgan(self, given)

    def truth(self, given: Given) -> EMGTruth:
        """Return the organ of the true rms."""
        return EMGTruth(self, given)


@lru_cache(maxsize=32)
def _designs(low_hz: float, high_hz: float, most: float, fs: float) -> Float:
    """Return the filters of the levels of fatigue ``(5, level)``, which nobody may change."""
    designs = []
    for slowing in np.linspace(0.0, most, _LEVELS + 1):
        poles, zeros, gain = muscle_filter((1 - slowing) * low_hz, (1 - slowing) * high_hz, fs)
        designs.append([*poles[:2], *zeros[1:], gain])
    return np.ascontiguousarray(np.array(designs).T)


class EMGOrgan(Organ):
    """Makes the EMG.

    Parameters
    ----------
    config
        The parameters.
    given
        Who it belongs to.
    """

    def __init__(self, config: EMG, given: Given) -> None:
        if config.high_hz > config.fs / 4.0:
            message = f"must be at most fs/4 = {config.fs / 4:g} Hz, got {config.high_hz:g}"
            raise ConfigError(message).within("high_hz")
        self.needs_heart = "trapezius" in config.muscles  # whose electrodes lie near it
        self._tension = Tension(config.muscles, given)
        self._n = given.n
        self._lag = _decay(config.lag_s, config.fs)
        self._rise, self._fall = 1.0 / (STEP_HZ * config.tired_s), 1.0 / (STEP_HZ * config.rested_s)
        self._designs = _designs(config.low_hz, config.high_hz, config.slowing, config.fs)
        self._n_warm_up = math.ceil(_WARM_UP * config.fs / (math.pi * config.low_hz))
        self._noise = given.noise("emg", self._tension.muscles)
        self._warm_up = given.noise("emg/warm-up", self._tension.muscles)
        spec = SignalSpec(config.fs, self._tension.muscles, "uV", given.batch_shape)
        super().__init__({"emg": spec}, config.fs)

    def start(self, session: int, rest: Span) -> None:
        from neurosim.core.kernels.filters import pole_zero

        self._base = session * SESSION_STRIDE
        n_lanes = self._tension.n_lanes
        self._state = np.tile(self._tension(0, 1, rest)[0], (2, 1))
        self._fatigue, self._level = np.zeros(n_lanes), np.zeros(n_lanes, dtype=np.int64)
        low, high, a, b, gain = self._designs[:, 0]
        self._poles = np.repeat([[low], [high], [high]], n_lanes, axis=1)
        self._zeros = np.repeat([[1.0], [a], [b]], n_lanes, axis=1)
        self._gain = np.full(n_lanes, gain)
        self._filtered = np.zeros((3, n_lanes))
        warm_up = self._warm_up.normal(self._base, self._n_warm_up)
        pole_zero(warm_up, self._poles, self._zeros, self._filtered)
        self._step_done = -1

    def generate(self, start: int, n_times: int, span: Span) -> dict[str, Samples]:
        from neurosim.core.kernels.muscle import electromyogram

        spec = self.specs["emg"]
        out = np.empty((n_times, self._n, spec.n_channels))
        if n_times:
            step, edges = step_of(start, self.fs), cuts(start, n_times, self.fs)
            target, effort = self._tension(step, len(edges) - 1, span)
            white = self._noise.normal(self._base + start, n_times)
            electromyogram(
                white, edges, step != self._step_done, target, effort, *self._lag, self._rise, self._fall,
                self._designs, self._state, self._fatigue, self._level, self._poles, self._zeros, self._filtered,
                self._gain, out,
            )  # fmt: skip
            self._step_done = step + len(edges) - 2
            if "trapezius" in spec.ch_names:
                add_heartbeats(out[:, :, spec.ch_names.index("trapezius")], start, self.fs, span)
        return {"emg": from_lanes(out.reshape(n_times, spec.n_lanes), spec.batch_shape, spec.n_channels)}


class EMGTruth(Organ):
    """Stream ``truth/emg_rms``: the true rms of each muscle [uV], 32 times a second.

    It is what an rms over a window estimates, without the heart's artefact.

    Parameters
    ----------
    config
        The parameters of the EMG.
    given
        Who it belongs to.
    """

    def __init__(self, config: EMG, given: Given) -> None:
        self._tension = Tension(config.muscles, given)
        self._n = given.n
        self._lag = _decay(config.lag_s, STEP_HZ)
        spec = SignalSpec(STEP_HZ, self._tension.muscles, "uV", given.batch_shape)
        super().__init__({"truth/emg_rms": spec}, STEP_HZ)

    def start(self, session: int, rest: Span) -> None:
        self._state = np.tile(self._tension(0, 1, rest)[0], (2, 1))

    def generate(self, start: int, n_times: int, span: Span) -> dict[str, Samples]:
        from neurosim.core.kernels.muscle import lag

        spec = self.specs["truth/emg_rms"]
        rms = np.empty((n_times, self._tension.n_lanes))
        lag(self._tension(start, n_times, span)[0], *self._lag, self._state, rms)
        n_muscles = rms.shape[1] // self._n
        by_subject = rms.reshape(n_times, n_muscles, self._n).swapaxes(1, 2).reshape(n_times, spec.n_lanes)
        return {"truth/emg_rms": from_lanes(by_subject, spec.batch_shape, spec.n_channels)}


def _decay(lag_s: float, rate_hz: float) -> tuple[float, float]:
    ratio = 1.0 / (rate_hz * 0.5 * lag_s)
    return math.exp(-ratio), ratio
