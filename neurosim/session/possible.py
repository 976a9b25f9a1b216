"""What an envelope can be worth at its delay: known when the baseline has ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from neurosim.core.actor import Actor
from neurosim.core.calibrated import Calibrating
from neurosim.core.chain import single_stages
from neurosim.core.source import Source
from neurosim.dsp.envelopes.weighted_fir import CalibratedEnvelope, CalibratedFIRMagnitude
from neurosim.feedback.protocol import TrainingProtocol
from neurosim.session.session import Session


@dataclass(frozen=True)
class Possible:
    """How well a feature's envelope can follow what offline analysis will find.

    Attributes
    ----------
    feature, kind
        The feature, and the stage in it.
    low_hz, high_hz
        The band [Hz].
    target_delay_s
        The design lag [s].
    baseline_s
        Length of the baseline [s].
    reach
        Correlation with the offline envelope that the stage reaches on Gaussian signals with the baseline's
        spectrum, one number a channel and subject; NaN where there was too little of it.
    bound
        That which no causal filter surpasses on them.
    """

    feature: str
    kind: str
    low_hz: float
    high_hz: float
    target_delay_s: float
    baseline_s: float
    reach: tuple[float, ...]
    bound: tuple[float, ...]


def possible_envelopes(protocol: TrainingProtocol, source: Source, actors: Sequence[Actor] = ()) -> list[Possible]:
    """Run a session to the end of its first baseline, and say what is possible for each envelope fitted to it.

    Nothing is run where there is no such envelope, or no baseline.

    Raises
    ------
    ConfigError
        When the protocol does not fit the source.
    """
    kinds = [block.kind for block in protocol.blocks]
    n_blocks = kinds.index("baseline") + 1 if "baseline" in kinds else 0
    session = Session(protocol.with_blocks(*protocol.blocks[: n_blocks or 1]), source, actors)
    fitted = [
        (feature.name, stage, stage.config)
        for feature in protocol.features
        for made_by in session.pipeline.stages_of(feature.name)
        for stage in single_stages(made_by)
        if isinstance(stage, Calibrating) and isinstance(stage.config, CalibratedEnvelope)
    ]
    if not (fitted and n_blocks):
        return []
    while not session.finished:
        session.step()
    session.pipeline.calibrate()
    found = []
    for feature, stage, c in fitted:
        if isinstance(stage.stage, CalibratedFIRMagnitude):
            reach, bound = tuple(stage.stage.reach.tolist()), tuple(stage.stage.bound.tolist())
            found.append(Possible(feature, c.kind, c.low_hz, c.high_hz, c.target_delay_s,
                                  protocol.blocks[n_blocks - 1].duration_s, reach, bound))  # fmt: skip
    return found
