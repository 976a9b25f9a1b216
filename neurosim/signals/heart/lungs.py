"""Breathing: the rhythm that the lungs follow, with sighs, or a pacer's."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from pydantic import Field

from neurosim.core.noise import SESSION_STRIDE
from neurosim.core.spec import Float
from neurosim.signals.body.organ import Given, InnerOrgan, InnerOrganConfig
from neurosim.signals.body.span import STEP_HZ, Span, steps_of

#: Share of the cycle that inspiration takes: 1 to 1.5.
INSPIRATION = 0.4


def _field(default: float, unit: str, description: str, **limits: Any) -> Any:
    return Field(default, description=description, json_schema_extra={"unit": unit}, **limits)


class Lungs(InnerOrganConfig):
    """Breathing of a resting adult: 12 to 18 breaths a minute, and a sigh every five minutes.

    By design, within the usual ranges. The lengths of breaths vary by a fifth, a little less than in recordings
    (docs/validation.md). A pacer takes rate and phase over; whoever follows one does not sigh. Breath
    at will goes in or out at once, from the volume that it finds, and stays there.
    """

    rate_per_min: float = _field(15.0, "1/min", "breaths a minute at rest", ge=4, le=60)
    unsteady: float = Field(0.28, ge=0, le=0.5, description="SD of the rate, as a share of it")
    unsteady_tau_s: float = _field(4.0, "s", "time constant of that", gt=0)
    paced_unsteady: float = Field(0.02, ge=0, le=0.5, description="the same while following a pacer")
    locking_hz: float = _field(0.3, "1/s", "how fast a pacer's phase is taken up", ge=0, le=5)
    depth_sd: float = _field(0.2, "ln", "spread of the depth from breath to breath", ge=0, le=1)
    sigh_per_min: float = _field(0.2, "1/min", "own sighs", ge=0, le=6)
    sigh_depth: float = Field(3.5, ge=1, le=6, description="depth of a sigh, in usual breaths")
    sigh_slowing: float = Field(0.6, gt=0, le=1, description="rate of breathing in a sigh, as a share of the usual")
    in_tau_s: float = _field(1.0, "s", "time constant of breathing in at will, until the lungs are full", gt=0)
    out_tau_s: float = _field(1.5, "s", "time constant of breathing out at will", gt=0)

    def prepare(self, given: Given) -> LungsOrgan:
        """Return the lungs."""
        return LungsOrgan(self, given)


class LungsOrgan(InnerOrgan):
    """Notes ``breath (step, 3, subject)`` in the span: phase [turns] and rate [Hz] at the step, depth of the breath.

    Phase 0 is the beginning of inspiration.

    Parameters
    ----------
    config
        The parameters.
    given
        Who they belong to.
    """

    def __init__(self, config: Lungs, given: Given) -> None:
        self._config, self._n = config, given.n
        self._own_hz = given.traits("breathing_rate_per_min", config.rate_per_min) / 60.0
        self._wandering = given.noise("lungs/rate")
        self._breaths = given.noise("lungs/breaths")
        self._initial = given.noise("lungs/initial")
        self._pole = math.exp(-1.0 / (STEP_HZ * config.unsteady_tau_s))
        self._parameters = np.array(
            [config.unsteady, config.paced_unsteady, config.locking_hz, config.depth_sd, config.sigh_per_min / 60.0,
             config.sigh_depth, config.sigh_slowing,
             *(1.0 - math.exp(-1.0 / (STEP_HZ * tau_s)) for tau_s in (config.in_tau_s, config.out_tau_s))]
        )  # fmt: skip

    def start(self, session: int, rest: Span) -> None:
        self._base = session * SESSION_STRIDE
        self._state = np.zeros((5, self._n))
        self._state[0] = self._initial.uniform(self._base)
        self._state[1] = 1.0
        self._wander = self._initial.normal(self._base + 4, 1)
        self._count = np.zeros(self._n, dtype=np.int64)
        self._before: Float | None = None
        rest.inner["breath_phase"] = self._state[0].copy()

    def advance(self, span: Span, first: int) -> None:
        new = first - span.first
        rows = np.empty((len(span.values) - new, 3, self._n))
        at = first
        for step, event in [*span.beginning(first, "sigh"), (span.first + len(span.values), None)]:
            self._breathe(span, at, step, rows[at - first : step - first])
            at = step
            if event is not None:
                self._state[3, slice(None) if event.subject is None else event.subject] = event.amplitude
        both = rows if self._before is None else np.concatenate([self._before[-1:], rows])
        span.inner["breath"] = self._before = both

    def _breathe(self, span: Span, first: int, stop: int, out: Float) -> None:
        if stop <= first:
            return
        from neurosim.core.kernels.filters import ar1
        from neurosim.core.kernels.heart import advance_breath

        noise = self._wandering.normal(self._base + first, stop - first)
        ar1(noise, self._pole, math.sqrt(1.0 - self._pole**2), self._wander)
        rows = slice(first - span.first, stop - span.first)
        names = ("breathing_shift", "breathing_rate", "breathing_depth", "breathing_pace", "breath")
        shift, offset, depth, pace, will = (np.ascontiguousarray(span[name][rows]) for name in names)
        breaths = self._breaths
        advance_breath(
            1.0 / STEP_HZ, self._own_hz, shift, offset, depth, pace, will, noise, breaths.key, breaths.subjects,
            breaths.channels, self._base, self._parameters, INSPIRATION, self._state, self._count, out,
        )  # fmt: skip


def lung_volume(span: Span, start: int, n_times: int, fs: float) -> tuple[Float, Float]:
    """Return the volume (1 at the top of a usual breath) and the phase [turns] at some samples ``(time, subject)``."""
    from neurosim.core.kernels.heart import draw_lungs

    breath: Float = span.inner["breath"]
    volume, phase = np.empty((2, n_times, breath.shape[2]))
    draw_lungs(start, fs, STEP_HZ, steps_of(start, n_times, fs), span.first, breath, INSPIRATION, volume, phase)
    return volume, phase
