"""The truth about the circulation: blood pressure and the time between beats."""

from __future__ import annotations

import numpy as np

from neurosim.core.spec import Float, Samples, SignalSpec, from_lanes
from neurosim.signals.body.organ import Given, Organ, OrganConfig
from neurosim.signals.body.span import STEP_HZ, Span


class Circulation(OrganConfig):
    """What no sensor of a trainer shows: pressures, and the heart's own period."""

    def prepare(self, given: Given) -> CirculationOrgan:
        """Return the organ."""
        return CirculationOrgan(given)


class CirculationOrgan(Organ):
    """Makes ``truth/blood_pressure`` [mmHg] and ``truth/ibi`` [s], held from beat to beat, 32 times a second.

    Parameters
    ----------
    given
        Who it belongs to.
    """

    needs_heart = True

    def __init__(self, given: Given) -> None:
        self._n = given.n
        super().__init__(
            {
                "truth/blood_pressure": SignalSpec(STEP_HZ, ("systolic", "diastolic"), "mmHg", given.batch_shape),
                "truth/ibi": SignalSpec(STEP_HZ, ("ibi",), "s", given.batch_shape),
            },
            STEP_HZ,
        )

    def start(self, session: int, rest: Span) -> None:
        """Nothing to remember."""

    def generate(self, start: int, n_times: int, span: Span) -> dict[str, Samples]:
        from neurosim.core.kernels import heart as k

        shape = self.specs["truth/ibi"].batch_shape
        raised = span.rows("pressure", start, n_times, STEP_HZ)
        columns = [self._held(column, start, n_times, span) for column in (k.SYSTOLIC, k.DIASTOLIC, k.PLANNED)]
        pressure = np.stack([columns[0] + raised, columns[1] + 0.5 * raised], axis=-1).reshape(n_times, 2 * self._n)
        return {
            "truth/blood_pressure": from_lanes(pressure, shape, 2),
            "truth/ibi": from_lanes(columns[2], shape, 1),
        }

    def _held(self, column: int, start: int, n_times: int, span: Span) -> Float:
        from neurosim.core.kernels.heart import hold_beats

        beats, out = span.inner["beats"], np.empty((n_times, self._n))
        hold_beats(start, STEP_HZ, beats.ring, beats.count, column, out)
        return out
