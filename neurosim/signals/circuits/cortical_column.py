"""A column of cortex whose populations make alpha by themselves (Jansen & Rit 1995)."""

from __future__ import annotations

import math
from typing import Self

import numpy as np
from pydantic import Field, model_validator

from neurosim.core.config import in_unit
from neurosim.core.spec import Float, Samples
from neurosim.signals.body.organ import Given, OrganConfig
from neurosim.signals.body.span import Span
from neurosim.signals.circuits.circuit import SETTLING, Circuit

_STEP_S = 5e-4
_HELD = 10  # steps for which a draw of the input is held: the 1995 paper leaves open how long
_SETTLE_S = 2.0


class CorticalColumn(OrganConfig):
    """Parameters of a column of pyramidal cells, excitatory and inhibitory interneurons.

    Jansen & Rit 1995, doi:10.1007/BF00199471. With an input between 120 and 320 pulses a second it makes alpha of
    about 10 Hz; with a constant input the oscillation is born near 90 and dies near 316 (Grimbert & Faugeras 2006,
    doi:10.1162/neco.2006.18.12.3052). Heun's rule in steps of 0.5 ms: Euler's with 1 ms goes on where the model
    stops. It stands beside the EEG, whose alpha is made otherwise, to show where a rhythm may come from. Magnetic
    pulses kick it by ``kick_per_s`` for 10 ms.
    """

    fs: float = in_unit("Hz", 200.0, "sampling rate; it must divide 200 Hz", gt=0, le=200)
    input_low_per_s: float = in_unit("1/s", 120.0, "least input from other columns", ge=0)
    input_high_per_s: float = in_unit("1/s", 320.0, "most input from other columns", ge=0)
    excitatory_mv: float = in_unit("mV", 3.25, "size of an excitatory postsynaptic potential, A", gt=0)
    inhibitory_mv: float = in_unit("mV", 22.0, "size of an inhibitory postsynaptic potential, B", gt=0)
    connectivity: float = Field(135.0, gt=0, description="contacts between the populations, C")
    kick_per_s: float = in_unit("1/s", 1500.0, "input that a magnetic pulse at the motor threshold adds", ge=0)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (200.0 / self.fs) % 1.0:
            raise ValueError(f"fs must divide 200 Hz (50, 100 or 200), got {self.fs:g}")
        if self.input_high_per_s < self.input_low_per_s:
            raise ValueError(f"input_high_per_s must not be below input_low_per_s = {self.input_low_per_s:g}")
        return self

    def prepare(self, given: Given) -> CorticalColumnOrgan:
        """Return the organ."""
        return CorticalColumnOrgan(self, given)


class CorticalColumnOrgan(Circuit):
    """Makes the potential of the pyramidal cells.

    Parameters
    ----------
    config
        The parameters.
    given
        Who it belongs to.
    """

    def __init__(self, config: CorticalColumn, given: Given) -> None:
        super().__init__(given, config.fs, {"column": ("column", "mV")}, _STEP_S)
        self._config, self._noise = config, given.noise("cortical_column")

    def _settle(self, session: int, rest: Span) -> None:
        self._state = np.zeros((6, self._n))
        self._run(SETTLING, round(_SETTLE_S * self.fs), np.zeros((1, self._n)))

    def generate(self, start: int, n_times: int, span: Span) -> dict[str, Samples]:
        kick = np.zeros((n_times, self._n))
        for event in span.of_kind("tms_pulse"):
            first = max(math.ceil(event.onset_s * self.fs) - start, 0)
            stop = min(math.ceil((event.onset_s + 0.01) * self.fs) - start, n_times)
            if first < stop:
                who = slice(None) if event.subject is None else event.subject
                kick[first:stop, who] += self._config.kick_per_s * (event.amplitude or 0.0)
        return self._given_out(self._run(start, n_times, kick))

    def _run(self, start: int, n_times: int, kick: Float) -> Float:
        from neurosim.core.kernels.column import run_column
        from neurosim.core.kernels.philox import uniforms

        config, per_sample = self._config, self._n_steps // _HELD
        low, high = config.input_low_per_s, config.input_high_per_s
        n = n_times * per_sample
        noise, lanes = self._noise, n * self._n
        draws, index = np.empty(lanes), np.repeat(self._base + start * per_sample + np.arange(n), self._n)
        uniforms(draws, noise.key, index, np.tile(noise.subjects, n), np.tile(noise.channels, n))
        held = np.repeat(low + (high - low) * draws.reshape(n, self._n), _HELD, axis=0)
        held += np.repeat(np.broadcast_to(kick, (n_times, self._n)), self._n_steps, axis=0)
        out = np.empty((n_times, self._n))
        run_column(
            held, config.excitatory_mv, config.inhibitory_mv, config.connectivity, _STEP_S, self._n_steps,
            self._state, out,
        )  # fmt: skip
        return out
