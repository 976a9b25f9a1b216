"""A focus of the cortex that goes into seizures: the Epileptor, with an excitability that wanders."""

from __future__ import annotations

import math

import numpy as np
from pydantic import Field

from neurosim.core.config import in_unit
from neurosim.core.spec import Float, Samples
from neurosim.signals.body.organ import Given, OrganConfig
from neurosim.signals.body.span import Span
from neurosim.signals.circuits.circuit import SETTLING, Circuit

_STEP = 0.02
_N_STEPS = 50  # a unit of the model's time a sample
_SDS = (0.025, 0.025, 0.25, 0.25)
_TAU0, _TAU2 = 2857.0, 10.0
#: Where it begins, between two seizures; what was before the first sample has worn off after `_SETTLE` samples.
_BETWEEN = (-1.6, -12.0, 3.4, -0.8, 0.0, -0.16)
_SETTLE = 2000


class EpilepticFocus(OrganConfig):
    """Parameters of an epileptic focus.

    The Epileptor of Jirsa et al. 2014, doi:10.1093/brain/awu133, with noise. A unit of its time is a sample, so that
    at 250 Hz a seizure lasts some seconds and comes every half minute or so in the preset: **time is pressed
    together**, minutes of the model stand for weeks of a patient. With a fixed excitability x0 the seizures stop
    at a cliff near -2.1, so that no therapy could halve them; here x0 wanders around ``x0 + excitability`` (a latent)
    with an SD of 0.2 and a time constant of 5000 units, which is by design.
    """

    fs: float = in_unit("Hz", 250.0, "sampling rate, and units of the model's time in a second", ge=32, le=1000)
    x0: float = Field(-3.0, ge=-6, le=0, description="excitability of a healthy cortex; -2.1 has seizures")
    wandering: float = Field(0.2, ge=0, le=1, description="SD of the excitability")
    wandering_units: float = Field(5000.0, gt=0, description="its time constant, in units of the model's time")
    uv_per_unit: float = in_unit("uV", 200.0, "potential for a unit of the model", gt=0)

    def prepare(self, given: Given) -> EpilepticFocusOrgan:
        """Return the organ."""
        return EpilepticFocusOrgan(self, given)


class EpilepticFocusOrgan(Circuit):
    """Makes the potential beside a focus (``ieeg``), and its truth: the excitability x0.

    Parameters
    ----------
    config
        The parameters.
    given
        Who it belongs to.
    """

    def __init__(self, config: EpilepticFocus, given: Given) -> None:
        streams = {"ieeg": ("focus", "uV"), "truth/x0": ("focus", "1")}
        super().__init__(given, config.fs, streams, 1.0 / (config.fs * _N_STEPS))
        self._config = config
        pole = math.exp(-1.0 / config.wandering_units)
        spread = config.wandering * math.sqrt(1.0 - pole**2)
        self._parameters = (pole, spread, np.array(_SDS), _TAU0, _TAU2, _STEP, _N_STEPS)
        self._noise = given.noise("epileptic_focus", ("x1", "y1", "x2", "y2"))
        self._slow, self._initial = given.noise("epileptic_focus/x0"), given.noise("epileptic_focus/initial")

    def _settle(self, session: int, rest: Span) -> None:
        wander = self._config.wandering * self._initial.normal(self._base, 1)[0]
        self._state = np.stack([*(np.full(self._n, x) for x in _BETWEEN), wander])
        self._run(SETTLING, 0, np.tile(rest["excitability"][0], (_SETTLE, 1)))

    def generate(self, start: int, n_times: int, span: Span) -> dict[str, Samples]:
        potential, x0 = self._run(0, start, self._rows(span, "excitability", start, n_times))
        potential *= self._config.uv_per_unit
        return self._given_out(potential, x0)

    def _run(self, offset: int, start: int, excitability: Float) -> tuple[Float, Float]:
        """Return the potential and x0 ``(time, subject)`` from a sample on, with the noise of a stretch of its own."""
        from neurosim.core.kernels.epileptor import run_epileptor

        n = len(excitability)
        noise = self._noise.normal(self._base + (offset + start) * _N_STEPS, n * _N_STEPS)
        slow = self._slow.normal(self._base + offset + start, n)
        potential, x0 = np.empty((2, n, self._n))
        run_epileptor(self._config.x0 + excitability, noise, slow, *self._parameters, self._state, potential, x0)
        return potential, x0
