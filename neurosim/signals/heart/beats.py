"""The beat-to-beat loop: heart period, blood pressure and breathing keep each other going."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from neurosim.core.noise import SESSION_STRIDE
from neurosim.core.spec import Float
from neurosim.signals.body.organ import Given, InnerOrgan, InnerOrganConfig
from neurosim.signals.body.span import STEP_HZ, Span
from neurosim.signals.heart.lungs import INSPIRATION

_N_SLOTS = 64
_WARM_UP_STEPS = 60 * int(STEP_HZ)
#: Breaths a minute at which a heart with the lags of the model swings most; lags are scaled to a person's own.
_RESONANCE_PER_MIN = 5.5


def _field(default: float, unit: str, description: str, **limits: Any) -> Any:
    return Field(default, description=description, json_schema_extra={"unit": unit}, **limits)


class Heart(InnerOrganConfig):
    """A heart in the loop of DeBoer et al. 1987, with lags in seconds and fitted to resting adults.

    The systolic pressure rises with the time the heart had to fill; in diastole it falls through a Windkessel. The
    baroreflex lengthens the next period at once through the vagus and after 1.6 to 4.8 s through the sympathetic
    nerves, and lets vessels give way. That delay makes the loop resonate near 0.1 Hz (Vaschillo et al. 2002).
    Breathing pulls at the pressure, and quickens the heart in inspiration (rate and volume swing nearly in phase, as
    in Vaschillo et al. 2002). Sizes are fitted together to the
    short-term norms of Nunan et al. 2010: period 926 ms, SDNN 50 ms, RMSSD 42 ms, LF 519 and HF 657 ms^2.
    """

    period_ms: float = _field(926.0, "ms", "mean time between beats at rest", ge=350, le=1800)
    vagal_ms_per_mmhg: float = _field(5.24, "ms/mmHg", "baroreflex at once", ge=0, le=30)
    sympathetic_ms_per_mmhg: float = _field(8.81, "ms/mmHg", "baroreflex after its lags", ge=0, le=30)
    resistance_ms_per_mmhg: float = _field(16.9, "ms/mmHg", "baroreflex on the vessels", ge=0, le=60)
    breathing_mmhg: float = _field(2.56, "mmHg", "pull of breathing at the pressure", ge=0, le=20)
    rsa_ms: float = _field(42.4, "ms", "respiratory arrhythmia, for slow breathing", ge=0, le=200)
    rsa_phase_rad: float = _field(-0.94, "rad", "its lag behind breathing")
    rsa_corner_hz: float = _field(0.28, "Hz", "breathing above which it fades", gt=0)
    breathing_lead_turns: float = _field(
        0.18, "turns", "how far that pull is ahead of the volume, so that rate and volume swing together", ge=-1, le=1
    )
    period_noise_ms: float = _field(6.5, "ms", "SD from beat to beat", ge=0, le=100)
    pressure_noise_mmhg: float = _field(1.22, "mmHg", "SD from beat to beat", ge=0, le=20)
    vessel_noise_ms: float = _field(43.9, "ms", "SD of the vessels' wandering, which makes Mayer waves", ge=0)
    vessel_tau_s: float = _field(1.5, "s", "time constant of that", gt=0)
    slow_noise_ms: float = _field(32.8, "ms", "SD of very slow wandering of the period", ge=0)
    slow_tau_s: float = _field(20.0, "s", "time constant of that", gt=0)
    lag_scale: float = Field(1.0, gt=0, le=3, description="of the reflex's lags; longer ones resonate slower")
    transit_s: float = _field(0.22, "s", "time of the pulse to the finger at 120 mmHg", gt=0.1, lt=0.6)

    def prepare(self, given: Given) -> HeartOrgan:
        """Return the heart."""
        return HeartOrgan(self, given)


@dataclass
class Beats:
    """The last beats of each subject.

    Attributes
    ----------
    ring
        ``(column, slot, subject)``, columns as in `neurosim.core.kernels.heart`.
    count
        How many beats each heart has beaten ``(subject,)``; number c stands in slot ``c % n_slots``.
    """

    ring: Float
    count: NDArray[np.int64]


class HeartOrgan(InnerOrgan):
    """Notes `Beats` as ``beats`` in the span.

    Parameters
    ----------
    config
        The parameters.
    given
        Who it belongs to.
    """

    def __init__(self, config: Heart, given: Given) -> None:
        self._config, self._n = config, given.n
        one = np.ones(given.n)
        reflex, noise = given.traits("baroreflex", 1.0), given.traits("heart_noise", 1.0)
        resonance = given.traits("resonance_per_min", _RESONANCE_PER_MIN)
        # By design: respiratory arrhythmia falls by a fifth in ten years.
        rsa = given.traits("rsa", 1.0) * np.exp(-0.02 * (given.ages - 30.0))
        self._parameters = np.stack(
            [
                given.traits("heart_period_ms", config.period_ms),
                config.vagal_ms_per_mmhg * reflex,
                config.sympathetic_ms_per_mmhg * reflex,
                config.resistance_ms_per_mmhg * reflex,
                config.breathing_mmhg * one,
                config.rsa_ms * rsa,
                config.period_noise_ms * noise,
                config.pressure_noise_mmhg * noise,
                config.lag_scale * _RESONANCE_PER_MIN / resonance,
                config.rsa_phase_rad / (2.0 * math.pi) * one,
                config.rsa_corner_hz * one,
            ]
        )
        # Filling [mmHg/ms] and swing of what the reflex feels [mmHg] are DeBoer's; then by design: from onset to peak
        # of a ventricular beat [s], its pulse, share of an R wave that breathing takes, transit time [s].
        self._constants = np.array([0.016, 18.0, 0.08, 0.35, 0.03, config.transit_s, config.breathing_lead_turns])
        self._poles = np.exp(-1.0 / (STEP_HZ * np.array([config.slow_tau_s, config.vessel_tau_s])))
        self._sds = np.stack([config.slow_noise_ms * noise, config.vessel_noise_ms * noise])
        self._beat_noise = given.noise("heart/beats")
        self._step_noise = given.noise("heart/steps", ("period", "vessels"))
        self._warm_up_noise = given.noise("heart/warm-up", ("period", "vessels"))
        self._initial = given.noise("heart/initial", ("period", "vessels"))

    def start(self, session: int, rest: Span) -> None:
        from neurosim.core.kernels import heart as k

        n = self._n
        self._base = session * SESSION_STRIDE
        self._ring = np.zeros((k.N_COLUMNS, _N_SLOTS, n))
        ring = self._ring[:, 0]
        begin_s = -_WARM_UP_STEPS / STEP_HZ
        ring[k.TIME], ring[k.PLANNED], ring[k.LOST_FROM] = begin_s, 1.0, np.inf
        ring[k.SYSTOLIC] = ring[k.FELT] = 120.0
        ring[k.DIASTOLIC], ring[k.QRS], ring[k.NEXT_QRS], ring[k.PULSE] = 75.0, 1.0, 1.0, 1.0
        ring[k.TRANSIT], ring[k.SEEN_FROM] = self._config.transit_s, begin_s
        self._count = np.ones(n, dtype=np.int64)
        self._due = begin_s + self._initial.uniform(self._base)[:n] * 0.001 * self._parameters[k.PERIOD]
        self._resistance = np.full(n, 1425.0)
        self._wander = self._initial.normal(self._base + 4, 1).reshape(2, n).copy()
        self._premature, self._missed = np.full((2, n), np.inf)
        self._missed_size = np.zeros(n)
        # Let the loop swing in for a minute, in the state of rest and with usual breaths.
        steps = np.arange(-_WARM_UP_STEPS, 0)
        breath = np.empty((_WARM_UP_STEPS, 3, n))
        phase = rest.inner["breath_phase"] + steps[:, None] / STEP_HZ * 0.25
        breath[:, 0], breath[:, 1], breath[:, 2] = phase - np.floor(phase), 0.25, 1.0
        at_rest = {name: np.repeat(rest[name], _WARM_UP_STEPS, axis=0) for name in _LOOKED_AT}
        self._beat(-_WARM_UP_STEPS, at_rest, breath, self._warm_up_noise.normal(self._base, _WARM_UP_STEPS))

    def advance(self, span: Span, first: int) -> None:
        stop = span.first + len(span.values)
        at = first
        for step, event in [*span.beginning(first, "ectopic_beat", "missed_beat"), (stop, None)]:
            if step > at:
                rows = slice(at - span.first, step - span.first)
                looked_at = {name: np.ascontiguousarray(span[name][rows]) for name in _LOOKED_AT}
                noise = self._step_noise.normal(self._base + at, step - at)
                self._beat(at, looked_at, span.inner["breath"][rows], noise)
            at = step
            if event is not None:
                who = slice(None) if event.subject is None else event.subject
                if event.kind == "ectopic_beat":
                    self._premature[who] = event.onset_s
                else:
                    self._missed[who], self._missed_size[who] = event.onset_s, event.amplitude
        span.inner["beats"] = Beats(self._ring, self._count)

    def _beat(self, first: int, state: dict[str, Float], breath: Float, noise: Float) -> None:
        from neurosim.core.kernels.filters import ar1
        from neurosim.core.kernels.heart import advance_beats

        wander = []
        for i, pole in enumerate(self._poles.tolist()):
            row = np.ascontiguousarray(noise[:, i * self._n : (i + 1) * self._n])
            ar1(row, pole, math.sqrt(1.0 - pole**2), self._wander[i : i + 1])
            wander.append(row * self._sds[i])
        beats = self._beat_noise
        advance_beats(
            first, 1.0 / STEP_HZ, self._parameters, self._constants, state["heart_period"], state["rsa"],
            state["pressure"], state["pulse"], breath, wander[0], wander[1], self._premature, self._missed,
            self._missed_size, beats.key, beats.subjects, beats.channels, self._base, INSPIRATION, self._due,
            self._resistance, self._ring, self._count,
        )  # fmt: skip


#: What of the state a heart looks at.
_LOOKED_AT = ("heart_period", "rsa", "pressure", "pulse")
