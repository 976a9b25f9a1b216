"""Where the time goes between a body and the feedback: the delay of each stage, as it says and as it is measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from neurosim.core.chain import Chain
from neurosim.core.join import Join
from neurosim.core.spec import SignalSpec
from neurosim.core.stage import StageConfig
from neurosim.core.timeline import TickGrid
from neurosim.feedback.protocol import Feature, TrainingProtocol
from neurosim.session.schedule import Schedule
from neurosim.session.streams import choose_channels, find_stream
from neurosim.testing.delay import measure_delay, measured_hold_s, usual_carrier_hz, waits_for_events


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
class Way:
    """The way of an input of a feature from the body to the join.

    Attributes
    ----------
    name
        Of the input; a feature of a single stream has none.
    stream, channels
        Where it is measured.
    steps
        Its stages, first to last; where several inputs are joined, the last is the mean wait for the join.
    """

    name: str
    stream: str
    channels: tuple[str, ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Budget:
    """The way of a feature from the body to the feedback.

    Attributes
    ----------
    feature
        What is measured.
    inputs
        Where it comes from.
    carrier_hz
        What was modulated to measure the stages behind the inputs; 0 for a slow sine.
    steps
        The stages of the feature, first to last.
    tick_s
        Mean wait for the end of a tick: half of it [s].
    display_s
        From the rule to the eye or ear [s].
    """

    feature: str
    inputs: tuple[Way, ...]
    carrier_hz: float
    steps: tuple[Step, ...]
    tick_s: float
    display_s: float

    @property
    def said_s(self) -> float:
        """What the slowest input and the stages say, and the wait and the display [s]."""
        return self._all_together([[step.said_s for step in steps] for steps in self._steps()])

    @property
    def measured_s(self) -> float:
        """The same as measured; NaN when a stage cannot be [s]."""
        return self._all_together([[step.measured_s for step in steps] for steps in self._steps()])

    def _steps(self) -> list[tuple[Step, ...]]:
        return [*(way.steps for way in self.inputs), self.steps]

    def _all_together(self, delays_s: list[list[float]]) -> float:
        *inputs, behind = map(sum, delays_s)
        return float(np.max(inputs)) + behind + self.tick_s + self.display_s


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
    known = Schedule(protocol.blocks, TickGrid(protocol.update_interval_s)).tell_trials(streams)
    return [_budget(feature, protocol, known) for feature in protocol.features]


def _budget(feature: Feature, protocol: TrainingProtocol, streams: Mapping[str, SignalSpec]) -> Budget:
    ways, specs = [], {}
    for name, source in feature.sources.items():
        whole = find_stream(source.stream, streams)
        channels = tuple(whole.ch_names[i] for i in choose_channels(source, whole))
        steps, specs[name] = _steps(source.stages, SignalSpec(whole.fs, channels, whole.unit, trials_s=whole.trials_s))
        ways.append(Way(name, source.stream, channels, steps))
    join = Join(specs, feature.rate_of)
    if len(ways) > 1:
        held = measured_hold_s(join, specs)
        ways = [replace(w, steps=(*w.steps, Step("join", join.hold_s[w.name], held[w.name]))) for w in ways]
    spec = SignalSpec(join.spec.fs, join.spec.ch_names, join.spec.unit, trials_s=join.spec.trials_s)
    carrier_hz = usual_carrier_hz(Chain(stages=feature.stages), spec.fs) or 0.0
    return Budget(feature.name, tuple(ways), carrier_hz, _steps(feature.stages, spec)[0],
                  protocol.update_interval_s / 2.0, protocol.display_delay_s)  # fmt: skip


def _steps(stages: tuple[StageConfig, ...], spec: SignalSpec) -> tuple[tuple[Step, ...], SignalSpec]:
    """Return what each of the stages behind a stream adds to the delay, and the spec of what they give."""
    carrier_hz = usual_carrier_hz(Chain(stages=stages), spec.fs) or 0.0
    said, measured, steps = 0.0, 0.0, []
    for n, config in enumerate(stages, start=1):
        # The test signal is the same in all channels: a re-reference, which adds no delay, would leave nothing of it.
        behind = Chain(stages=tuple(each for each in stages[:n] if not each.mixes_channels))
        if waits_for_events(behind):
            delay_s, total = np.nan, behind.prepare(spec).spec.delay_s
        else:
            delays, total = measure_delay(behind, carrier_hz, spec)
            delay_s = _longest(delays)
        steps.append(Step(config.kind, total - said, delay_s - measured))
        said, measured = total, delay_s
    return tuple(steps), Chain(stages=stages).prepare(spec).spec


def _longest(delays_s: np.ndarray) -> float:
    return float(np.nanmax(delays_s)) if np.isfinite(delays_s).any() else np.nan
