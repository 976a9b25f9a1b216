"""A stream as it enters the pipeline: repaired, watched by gates, and handed to what is made from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from neurosim.core.chain import SETTLE, Chain
from neurosim.core.errors import ConfigError, Problem, did_you_mean
from neurosim.core.spec import Bool, Samples, SignalSpec, as_lanes, take_channels, time_first, time_last
from neurosim.core.stage import Stage, StageConfig
from neurosim.dsp.cleaning.entrance import CAUSES, Entrance
from neurosim.feedback.protocol import Gate, Input
from neurosim.session.feature_path import FeaturePath

#: Units of what tells by 1 or 0 whether a channel can be trusted.
_ONE_OR_NOTHING = ("valid", "1")


@dataclass
class _Tap:
    """The channels of a stream that an input of a feature is made from."""

    channels: list[int]
    path: FeaturePath
    source: str


@dataclass
class _GateTap:
    """A gate, and which of its channels have closed it in this tick ``(subject, channel)``."""

    channels: list[int]
    stage: Stage
    name: str
    closed: Bool


class OpenStream:
    """What is made from one stream.

    Parameters
    ----------
    spec
        Of the stream.
    wanted
        Its channels that are used.

    Attributes
    ----------
    valid
        For which subjects this tick's samples can be trusted.
    """

    def __init__(self, spec: SignalSpec, wanted: set[int]) -> None:
        self.used = sorted(wanted)
        self.spec = spec.replace(ch_names=tuple(spec.ch_names[c] for c in self.used))
        self.entrance = Entrance(self.spec)
        self.valid: Bool = np.ones(spec.n_subjects, np.bool_)
        self.taps: list[_Tap] = []
        self.gates: list[_GateTap] = []

    def narrowed(self, channels: list[int]) -> SignalSpec:
        """Return the spec with these channels, as the whole stream counts them."""
        return self.spec.of_channels([self.used.index(c) for c in channels])

    def add_tap(self, channels: list[int], path: FeaturePath, source: str) -> None:
        """Hand channels, as the whole stream counts them, to an input of a feature."""
        self.taps.append(_Tap([self.used.index(c) for c in channels], path, source))

    def add_gate(self, gate: Gate) -> None:
        """Let a gate watch the channels of the features, and those it names.

        Raises
        ------
        ConfigError
            When its stage does not fit.
        """
        watched = {c for tap in self.taps for c in tap.channels}
        watched |= {self.spec.ch_names.index(c) for c in gate.also if c in self.spec.ch_names}
        channels = sorted(watched)
        stage = gate.stage.prepare(self.spec.of_channels(channels))
        if stage.spec.unit not in _ONE_OR_NOTHING:
            raise ConfigError(
                f"is no gate: it gives {stage.spec.unit or 'numbers'}, and not 1 or 0; end it with a stage that does, "
                "such as peak_to_peak, muscle, trusted_beats or in_range"
            )
        closed = np.zeros((stage.spec.n_subjects, stage.spec.n_channels), dtype=np.bool_)
        self.gates.append(_GateTap(channels, stage, gate.name or _name_of(gate.stage), closed))

    def begin(self) -> None:
        """Forget what was wrong in the tick before."""
        if not self.valid.all():
            self.valid[:] = True
            self.entrance.found[:] = False
            for gate in self.gates:
                gate.closed[:] = False

    def settle(self) -> None:
        """Let bad samples be distrusted as long as what is made from the stream remembers them."""
        delays = [tap.path.spec.delay_s - self.spec.delay_s for tap in self.taps]
        self.entrance.settle_s = SETTLE * max(delays)

    def cause_names(self) -> list[str]:
        """Name what can be wrong, in the order of `causes`."""
        found = [f"{cause}: {channel}" for channel in self.spec.ch_names for cause in CAUSES]
        return found + [f"{g.name}: {channel}" for g in self.gates for channel in g.stage.spec.ch_names]

    def causes(self) -> list[Bool]:
        """Return what is wrong with this tick, each ``(subject, cause)``."""
        n = len(self.valid)
        return [self.entrance.found.reshape(n, -1), *(gate.closed for gate in self.gates)]

    def process(self, x: Samples) -> None:
        """Repair samples, ask the gates, and hand both to what is made from the stream."""
        from neurosim.core.kernels.trust import close

        repaired, channel_valid = self.entrance.process(take_channels(x, self.used))
        intact: Bool = np.asarray(channel_valid.all(axis=-2))
        valid = time_first(intact).reshape(x.shape[-1], -1).copy()
        for gate in self.gates:
            gate.stage.mark_valid(intact)
            found = gate.stage.process(take_channels(repaired, gate.channels))
            close(as_lanes(found), gate.stage.spec.n_channels, valid, gate.closed)
        self.valid &= valid.all(axis=0)
        trusted = time_last(valid.reshape(x.shape[-1], *self.spec.batch_shape))
        for tap in self.taps:
            tap.path.push(tap.source, take_channels(repaired, tap.channels), trusted)


def _name_of(stage: StageConfig) -> str:
    """Return what a gate is called: the kind of its last stage."""
    return _name_of(stage.stages[-1]) if isinstance(stage, Chain) and stage.stages else stage.kind


def find_stream(name: str, streams: Mapping[str, SignalSpec]) -> SignalSpec:
    """Return the spec of a stream.

    Raises
    ------
    ConfigError
        When the source has no such stream.
    """
    if name not in streams:
        real = [s for s in streams if not s.startswith("truth/")]
        raise ConfigError([Problem(("stream",), f"the source has no stream '{name}'; {did_you_mean(name, real)}")])
    return streams[name]


def choose_channels(source: Input, spec: SignalSpec) -> list[int]:
    """Return the channels of a stream that an input names; upper and lower case count as the same.

    Raises
    ------
    ConfigError
        When a channel that is needed is missing.
    """
    known = {name.lower(): i for i, name in enumerate(spec.ch_names)}
    found = [known.get(name.lower()) for name in source.channels]
    there = [c for c in found if c is not None]
    listed = ", ".join(spec.ch_names[:8]) + (" ..." if spec.n_channels > 8 else "")
    if source.choose == "first":
        if not there:
            # The likeliest is of the first choice; where none is near, the list before says what there is.
            near = did_you_mean(source.channels[0], spec.ch_names)
            remedy = f"{near} (or name one with --channel)" if near.startswith("did") else "name one with --channel"
            message = f"none of {', '.join(source.channels)} is in the signal ({listed}); {remedy}"
            raise ConfigError([Problem(("channels",), message)])
        return there[:1]
    missing = [
        Problem(("channels", i), f"'{name}' is not in the signal ({listed}); {did_you_mean(name, spec.ch_names)}")
        for i, (name, c) in enumerate(zip(source.channels, found, strict=True))
        if c is None
    ]
    if missing:
        raise ConfigError(missing)
    return there
