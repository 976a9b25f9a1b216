"""The skin conductance of a palm: a slow tonic level, and a response whenever its sweat glands are called."""

from __future__ import annotations

import math

import numpy as np
from pydantic import model_validator

from neurosim.core.config import in_unit
from neurosim.core.noise import SESSION_STRIDE
from neurosim.core.spec import Float, Samples, SignalSpec, from_lanes
from neurosim.signals.body.organ import Given, Organ, OrganConfig
from neurosim.signals.body.span import STEP_HZ, Span, cuts, step_of

#: One in ten adults does not respond (Dawson et al. 2007): those below this standard normal deviate of the trait.
_NO_RESPONSE_BELOW = -1.2815515655446004


class SkinConductance(OrganConfig):
    """Parameters of the skin conductance of a group-average adult.

    The tonic level is 2 to 20 uS; responses of 0.1 to 1 uS come one to three times a minute at rest and much more
    often under stress; about one in ten people has none (Dawson et al. 2007, Boucsein 2012). A response is
    ``exp(-t / fall) - exp(-t / rise)``, scaled so that its height is its amplitude: with 2 and 0.75 s it peaks after
    1.2 s and is halved 2.2 s later. When subjects differ by less than people do, fewer of them do not respond.
    """

    fs: float = in_unit("Hz", 32.0, "sampling rate", ge=32, le=2048)
    scl_us: float = in_unit("uS", 6.0, "tonic level at rest", gt=0)
    habituation_per_min: float = in_unit("1/min", 0.02, "fall of the tonic level at the beginning of a session", ge=0)
    habituation_s: float = in_unit("s", 600.0, "time constant with which that fall ends", gt=0)
    responses_per_min: float = in_unit("1/min", 2.0, "rate of spontaneous responses at rest", ge=0, le=60)
    amplitude_us: float = in_unit("uS", 0.3, "median height of a response", gt=0)
    amplitude_spread: float = in_unit("ln", 0.6, "SD of the logarithm of the height", ge=0, le=3)
    fall_s: float = in_unit("s", 2.0, "slower time constant of a response", gt=0)
    rise_s: float = in_unit("s", 0.75, "faster time constant of a response", gt=0)
    startle_latency_s: float = in_unit("s", 1.8, "from something sudden to the response", ge=0, le=5)
    noise_us: float = in_unit("uS", 0.003, "SD of the sensor's noise", ge=0)

    @model_validator(mode="after")
    def _ordered(self) -> SkinConductance:
        if self.rise_s >= self.fall_s:
            raise ValueError(f"rise_s must be below fall_s = {self.fall_s:g} s, got {self.rise_s:g}")
        return self

    def prepare(self, given: Given) -> SkinConductanceOrgan:
        """Return the organ."""
        return SkinConductanceOrgan(self, given)


class SkinConductanceOrgan(Organ):
    """Makes the skin conductance, and its truth: the tonic level, and the responses.

    ``truth/scr`` is the height of a response [uS] at the sample that it begins at, else 0.

    Parameters
    ----------
    config
        The parameters.
    given
        Who it belongs to.
    """

    def __init__(self, config: SkinConductance, given: Given) -> None:
        self._config, self._n = config, given.n
        self._level = given.traits("scl", config.scl_us)
        self._median = given.traits("scr", config.amplitude_us)
        # In place, so that the traits that are reported say who does not respond.
        self._median[given.traits.deviates.get("scr", np.zeros(given.n)) < _NO_RESPONSE_BELOW] = 0.0
        peak_s = math.log(config.fall_s / config.rise_s) / (1.0 / config.rise_s - 1.0 / config.fall_s)
        peak = 1.0 / (math.exp(-peak_s / config.fall_s) - math.exp(-peak_s / config.rise_s))
        decays = (math.exp(-1.0 / (config.fs * tau_s)) for tau_s in (config.fall_s, config.rise_s))
        self._shape = (peak, *decays)
        self._drop = config.habituation_per_min * config.habituation_s / 60.0
        self._limits = given.noise("skin_conductance/responses")
        self._heights = given.noise("skin_conductance/heights")
        self._noise = given.noise("skin_conductance")
        spec = SignalSpec(config.fs, ("EDA",), "uS", given.batch_shape)
        super().__init__(dict.fromkeys(("skin_conductance", "truth/scl", "truth/scr"), spec), config.fs)

    def start(self, session: int, rest: Span) -> None:
        self._base = session * SESSION_STRIDE
        self._state = np.zeros((3, self._n))
        self._count = np.zeros(self._n, dtype=np.int64)
        self._hazard, self._restart = np.zeros((2, self._n))
        self._limit = self._limits.exponential(self._base)
        self._step_done = -1

    def generate(self, start: int, n_times: int, span: Span) -> dict[str, Samples]:
        from neurosim.core.kernels.skin import conduct

        config, shape = self._config, self.specs["skin_conductance"].batch_shape
        tonic, begun, out = np.empty((3, n_times, self._n))
        if n_times:
            step, edges = step_of(start, self.fs), cuts(start, n_times, self.fs)
            n_steps, begins = len(edges) - 1, step != self._step_done
            onsets = np.zeros((n_steps, self._n))
            self._respond(step + (not begins), onsets[not begins :], span)
            ln_tonic = np.ascontiguousarray(span["scl"][step - span.first : step - span.first + n_steps])
            noise = self._noise.normal(self._base + start, n_times)
            conduct(
                edges, begins, step, ln_tonic, self._level, self._drop, config.habituation_s * STEP_HZ,
                onsets, *self._shape, noise, config.noise_us, self._state, tonic, begun, out,
            )  # fmt: skip
            self._step_done = step + n_steps - 1
        made = {"skin_conductance": out, "truth/scl": tonic, "truth/scr": begun}
        return {name: from_lanes(lanes, shape, 1) for name, lanes in made.items()}

    def _respond(self, step: int, onsets: Float, span: Span) -> None:
        """Add the responses that begin at some steps ``(step, subject)`` [uS]."""
        from neurosim.core.kernels.state import fire

        n_steps = len(onsets)
        if not n_steps:
            return
        called = np.ascontiguousarray(span["scr_rate"][step - span.first : step - span.first + n_steps])
        rate = self._config.responses_per_min / 60.0 * np.exp(called)
        fired, lane = np.empty((2, n_steps * self._n), dtype=np.int64)
        limits = self._limits
        n = fire(
            rate, 1.0 / STEP_HZ, self._restart, self._hazard, self._limit, self._count,
            limits.key, limits.subjects, limits.channels, self._base, fired, lane,
        )  # fmt: skip
        fired, lane = fired[:n], lane[:n]
        height = np.exp(self._config.amplitude_spread * self._heights.normal_of(lane, self._base + step + fired))
        onsets[fired, lane] += height * self._median[lane]
        for event in span.of_kind("startle"):
            at = math.ceil((event.onset_s + self._config.startle_latency_s) * STEP_HZ) - step
            if 0 <= at < n_steps:
                who = slice(None) if event.subject is None else event.subject
                onsets[at, who] += (event.amplitude or 0.0) / self._config.amplitude_us * self._median[who]
