"""What the circuits have in common: streams of one channel, made on request, and a settled state to begin with."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping

import numpy as np

from neurosim.core.noise import SESSION_STRIDE
from neurosim.core.spec import Float, Samples, SignalSpec, from_lanes
from neurosim.signals.body.organ import Given, Organ
from neurosim.signals.body.span import Span

#: Noise of what was before the first sample of a session stands here, away from that of its samples.
SETTLING = SESSION_STRIDE // 2


class Circuit(Organ):
    """An organ of a few populations of neurons.

    Parameters
    ----------
    given
        Who it belongs to.
    fs
        Sampling rate [Hz].
    streams
        What it makes, in the order of `_given_out`: the name of the stream's only channel, and its unit.
    step_s
        Of its integration [s].
    """

    on_request = True

    def __init__(self, given: Given, fs: float, streams: Mapping[str, tuple[str, str]], step_s: float) -> None:
        specs = {name: SignalSpec(fs, (channel,), unit, given.batch_shape) for name, (channel, unit) in streams.items()}
        super().__init__(specs, fs)
        self._n, self._n_steps = given.n, round(1.0 / (fs * step_s))

    def start(self, session: int, rest: Span) -> None:
        self._base = session * SESSION_STRIDE
        self._settle(session, rest)

    @abstractmethod
    def _settle(self, session: int, rest: Span) -> None:
        """Begin in the stationary state of a body at rest."""

    def _rows(self, span: Span, quantity: str, start: int, n_times: int) -> Float:
        """Return a quantity at each of some samples, contiguous ``(n_times, subject)``."""
        return np.ascontiguousarray(span.rows(quantity, start, n_times, self.fs))

    def _given_out(self, *made: Float) -> dict[str, Samples]:
        """Return what was made ``(time, subject)``, a stream each."""
        return {
            name: from_lanes(x, spec.batch_shape, 1) for (name, spec), x in zip(self.specs.items(), made, strict=True)
        }
