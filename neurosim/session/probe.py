"""What a stage inside a running pipeline gives, from a copy that goes on beside it."""

from __future__ import annotations

import copy
from bisect import bisect_right
from collections.abc import Callable

from neurosim.core.chain import ChainStage
from neurosim.core.spec import Samples, SignalSpec
from neurosim.core.stage import Stage
from neurosim.session.pipeline import Pipeline
from neurosim.session.session import Session
from neurosim.session.tick import Sink, Tick


def listed_stages(pipeline: Pipeline, feature: str) -> list[Stage]:
    """Return the single stages that make a feature: those of each input, then those behind the join."""
    chains = pipeline.stages_of(feature)
    return [each for chain in chains for each in (chain.stages if isinstance(chain, ChainStage) else [chain])]


class Probe(Sink):
    """Watches the output of a stage while a session runs.

    A copy of the pipeline goes on exactly as the session's own does, so nothing in the session is touched.
    It is made, and joins the sinks, between two ticks.

    Parameters
    ----------
    session
        The session.
    feature, stage
        Which stage, by its place in `listed_stages`.
    take
        Gets the output of each chunk ``(*batch, channel, time)``.

    Attributes
    ----------
    spec
        Of the output.
    """

    def __init__(self, session: Session, feature: str, stage: int, take: Callable[[Samples], None]) -> None:
        self._pipeline = copy.deepcopy(session.pipeline)
        watched = listed_stages(self._pipeline, feature)[stage]
        self.spec: SignalSpec = watched.spec
        process = watched.process

        def tapped(x: Samples) -> Samples:
            out = process(x)
            if self._listening:
                take(out)
            return out

        vars(watched)["process"] = tapped  # of the copy alone
        self._listening = True
        self._blocks, self._ends = session.protocol.blocks, session.schedule.ends
        self._block = bisect_right(self._ends, session.tick_index - 1)

    def write(self, tick: Tick) -> None:
        block = bisect_right(self._ends, tick.index)
        if block != self._block:
            if self._blocks[self._block].kind == "baseline":
                self._listening = False  # what stands behind a fitted stage sees the baseline anew
                self._pipeline.calibrate()
                self._listening = True
            self._block = block
        self._pipeline.process(tick.samples)
