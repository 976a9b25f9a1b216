"""The truth about the body: its state, and the artifacts in its signals."""

from __future__ import annotations

import numpy as np

from neurosim.core.spec import Samples, SignalSpec, from_lanes
from neurosim.signals.body.events import ARTIFACTS
from neurosim.signals.body.organ import Given, Organ
from neurosim.signals.body.span import STEP_HZ, Span


class StateTruth(Organ):
    """Stream ``truth/state``: every latent and what it moves, 32 times a second, in the units of the tables.

    Parameters
    ----------
    given
        Who it belongs to.
    quantities
        Names, in order.
    """

    def __init__(self, given: Given, quantities: tuple[str, ...]) -> None:
        super().__init__({"truth/state": SignalSpec(STEP_HZ, quantities, "1", given.batch_shape)}, STEP_HZ)

    def start(self, session: int, rest: Span) -> None:
        """Nothing to remember."""

    def generate(self, start: int, n_times: int, span: Span) -> dict[str, Samples]:
        spec = self.specs["truth/state"]
        rows = span.values[start - span.first : start - span.first + n_times]
        lanes = np.ascontiguousarray(rows.transpose(0, 2, 1)).reshape(n_times, spec.n_lanes)
        return {"truth/state": from_lanes(lanes, spec.batch_shape, spec.n_channels)}


class ArtifactTruth(Organ):
    """Stream ``truth/artifacts``: a channel for each kind, 1 while it disturbs a signal, else 0.

    Parameters
    ----------
    given
        Who it belongs to.
    """

    def __init__(self, given: Given) -> None:
        self._n = given.n
        super().__init__({"truth/artifacts": SignalSpec(STEP_HZ, ARTIFACTS, "1", given.batch_shape)}, STEP_HZ)

    def start(self, session: int, rest: Span) -> None:
        """Nothing to remember."""

    def generate(self, start: int, n_times: int, span: Span) -> dict[str, Samples]:
        spec = self.specs["truth/artifacts"]
        flags = np.zeros((n_times, self._n, spec.n_channels))
        times = np.arange(start, start + n_times) / STEP_HZ
        for event in span.of_kind(*ARTIFACTS):
            end_s = event.onset_s + (event.duration_s or 0.0)
            on = (times >= event.onset_s) & (times < end_s)
            who = slice(None) if event.subject is None else event.subject
            flags[on, who, ARTIFACTS.index(event.kind)] = 1.0
        lanes = flags.reshape(n_times, spec.n_lanes)
        return {"truth/artifacts": from_lanes(lanes, spec.batch_shape, spec.n_channels)}
