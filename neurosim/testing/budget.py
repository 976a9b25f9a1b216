"""Where the time goes between a body and the feedback: the delay of each stage, as it says and as it is measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from neurosim.core.chain import Chain
from neurosim.core.spec import SignalSpec
from neurosim.core.stage import waits_for_events
from neurosim.feedback.protocol import Feature, TrainingProtocol
from neurosim.session.pipeline import choose_channels
from neurosim.testing.delay import measure_delay, usual_carrier_hz


@dataclass(frozen=True)
class Step:
    """What one stage adds to the delay of a feature.

    Attributes
    ----------
    kind
        Of the stage.
    said_s
        By its `spec.delay_s`; of a stage that waits for events the median latency [s].
    measured_s
        Of a slow modulation; NaN where a stage has no output that follows one, or waits for events [s].
    """

    kind: str
    said_s: float
    measured_s: float


@dataclass(frozen=True)
class Budget:
    """The way of a feature from the body to the feedback.

    Attributes
    ----------
    feature, stream, channels
        What is measured, and where.
    carrier_hz
        What was modulated to measure it; 0 for a slow sine.
    steps
        The stages, first to last.
    tick_s
        Mean wait for the end of a tick: half of it [s].
    display_s
        From the rule to the eye or ear [s].
    """

    feature: str
    stream: str
    channels: tuple[str, ...]
    carrier_hz: float
    steps: tuple[Step, ...]
    tick_s: float
    display_s: float

    @property
    def said_s(self) -> float:
        """What the stages say, and the wait and the display [s]."""
        return sum(step.said_s for step in self.steps) + self.tick_s + self.display_s

    @property
    def measured_s(self) -> float:
        """The same as measured; NaN when a stage cannot be [s]."""
        return sum(step.measured_s for step in self.steps) + self.tick_s + self.display_s


def delay_budgets(protocol: TrainingProtocol, streams: Mapping[str, SignalSpec]) -> list[Budget]:
    """Return the delay budget of each feature of a protocol.

    Stages that are calibrated are so on the signal of the measurement, not on a person's baseline.

    Parameters
    ----------
    protocol
        What is measured.
    streams
        The streams of the source.

    Raises
    ------
    ConfigError
        For a channel or a stage that does not fit.
    """
    return [_budget(feature, protocol, streams[feature.stream]) for feature in protocol.features]


def _budget(feature: Feature, protocol: TrainingProtocol, spec: SignalSpec) -> Budget:
    names = tuple(spec.ch_names[i] for i in choose_channels(feature, spec))
    single = SignalSpec(spec.fs, names, spec.unit)
    carrier_hz = usual_carrier_hz(Chain(stages=feature.stages), spec.fs) or 0.0
    said, measured, steps = 0.0, 0.0, []
    for n, config in enumerate(feature.stages, start=1):
        behind = Chain(stages=feature.stages[:n])
        if waits_for_events(behind):
            delay_s, total = np.nan, behind.prepare(single).spec.delay_s
        else:
            delays, total = measure_delay(behind, carrier_hz, single)
            delay_s = _longest(delays)
        steps.append(Step(config.kind, total - said, delay_s - measured))
        said, measured = total, delay_s
    return Budget(feature.name, feature.stream, names, carrier_hz, tuple(steps), protocol.update_interval_s / 2.0,
                  protocol.display_delay_s)  # fmt: skip


def _longest(delays_s: np.ndarray) -> float:
    return float(np.nanmax(delays_s)) if np.isfinite(delays_s).any() else np.nan
