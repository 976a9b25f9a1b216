"""From the samples of a tick to its features, and whether they can be trusted."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from neurosim.core.chain import SETTLE, Chain
from neurosim.core.errors import ConfigError, Problem, did_you_mean
from neurosim.core.spec import Bool, Samples, SignalSpec, Values, as_lanes, take_channels, time_first, time_last
from neurosim.core.stage import Stage, StageConfig
from neurosim.dsp.cleaning.entrance import CAUSES, Entrance
from neurosim.feedback.protocol import Feature, Gate, TrainingProtocol
from neurosim.session.distrust import WhileInvalid


@dataclass
class _Tap:
    """A stage behind some channels of a stream's entrance."""

    channels: list[int]
    stage: Stage

    def process(self, x: Samples) -> Samples:
        return self.stage.process(take_channels(x, self.channels))


@dataclass
class _GateTap(_Tap):
    """A gate, and which of its channels have closed it in this tick ``(subject, channel)``."""

    name: str
    closed: Bool


@dataclass
class _Stream:
    """What is made from one stream; `valid` says for which subjects this tick's samples can be trusted."""

    spec: SignalSpec
    used: list[int]
    entrance: Entrance
    valid: Bool
    features: dict[int, _Tap] = field(default_factory=dict)
    gates: list[_GateTap] = field(default_factory=list)

    def begin(self) -> None:
        """Forget what was wrong in the tick before."""
        if not self.valid.all():
            self.valid[:] = True
            self.entrance.found[:] = False
            for gate in self.gates:
                gate.closed[:] = False

    def settle(self) -> None:
        """Let bad samples be distrusted as long as what is made from the stream remembers them."""
        delays = [tap.stage.spec.delay_s - self.spec.delay_s for tap in self.features.values()]
        self.entrance.settle_s = SETTLE * max(delays)

    def cause_names(self) -> list[str]:
        """Name what can be wrong, in the order of `causes`."""
        found = [f"{cause}: {channel}" for channel in self.spec.ch_names for cause in CAUSES]
        return found + [f"{g.name}: {channel}" for g in self.gates for channel in g.stage.spec.ch_names]

    def causes(self) -> list[Bool]:
        """Return what is wrong with this tick, each ``(subject, cause)``."""
        n = len(self.valid)
        return [self.entrance.found.reshape(n, -1), *(gate.closed for gate in self.gates)]


class Pipeline:
    """The features and gates of a protocol, on the streams of a source.

    Parameters
    ----------
    protocol
        Says what is measured.
    streams
        The specs of the source's streams.
    piece
        Largest number of samples processed at once; None for what a tick brings. It changes nothing in the
        features (law 1 holds it to that).

    Attributes
    ----------
    specs
        The output of each feature by name; calibration may change the delay.
    cause_names
        What can make a tick invalid: ``"flat: Oz"``, ``"peak_to_peak: Fp1"``, and last for each feature
        ``"no value yet: alpha"``.
    causes
        Which of them did, in the newest tick ``(*batch, cause)``.

    Raises
    ------
    ConfigError
        With everything that does not fit.
    """

    def __init__(self, protocol: TrainingProtocol, streams: Mapping[str, SignalSpec], piece: int | None = None) -> None:
        self.piece = piece
        self._streams: dict[str, _Stream] = {}
        self.specs: dict[str, SignalSpec] = {}
        self._names = [feature.name for feature in protocol.features]
        problems: list[Problem] = []
        chosen: dict[int, list[int]] = {}
        for i, feature in enumerate(protocol.features):
            try:
                spec = _stream_spec(feature.stream, streams)
                chosen[i] = choose_channels(feature, spec)
            except ConfigError as error:
                problems += error.within("features", i).problems
        for i, gate in enumerate(protocol.gates):
            try:
                _stream_spec(gate.stream, streams)
            except ConfigError as error:
                problems += error.within("gates", i).problems
        if problems:
            raise ConfigError(problems)
        for name in sorted({f.stream for f in protocol.features}):
            self._open(name, streams[name], protocol, chosen)
        for i, feature in enumerate(protocol.features):
            try:
                self._add_feature(i, feature, chosen[i])
            except ConfigError as error:
                problems += error.within("features", i).problems
        for i, gate in enumerate(protocol.gates):
            try:
                self._add_gate(gate)
            except ConfigError as error:
                problems += error.within("gates", i, "stage").problems
        if problems:
            raise ConfigError(problems)
        for stream in self._streams.values():
            stream.settle()
        self._batch = next(iter(self.specs.values())).batch_shape
        self.values: Values = np.zeros((*self._batch, len(protocol.features)))
        self._unknown: Bool = np.ones((math.prod(self._batch), len(self._names)), dtype=np.bool_)
        self.cause_names = self._name_causes()
        self._no_causes: Bool = np.zeros((*self._batch, len(self.cause_names)), dtype=np.bool_)
        self.causes = self._no_causes
        self._invalid = WhileInvalid(protocol, self._batch)

    def _open(self, name: str, spec: SignalSpec, protocol: TrainingProtocol, chosen: Mapping[int, list[int]]) -> None:
        wanted = {c for i, f in enumerate(protocol.features) if f.stream == name for c in chosen[i]}
        for gate in protocol.gates:
            if gate.stream == name:
                wanted |= {spec.ch_names.index(c) for c in gate.also if c in spec.ch_names}
        used = sorted(wanted)
        narrow = spec.replace(ch_names=tuple(spec.ch_names[c] for c in used))
        self._streams[name] = _Stream(narrow, used, Entrance(narrow), np.ones(spec.n_subjects, np.bool_))

    def _add_feature(self, i: int, feature: Feature, channels: list[int]) -> None:
        stream = self._streams[feature.stream]
        names = tuple(stream.spec.ch_names[stream.used.index(c)] for c in channels)
        stage = Chain(stages=feature.stages).prepare(stream.spec.replace(ch_names=names))
        if stage.spec.n_channels != 1:
            message = f"must end with one channel, ends with {stage.spec.n_channels}; add a mean, pick or ratio stage"
            raise ConfigError([Problem(("stages",), message)])
        stream.features[i] = _Tap([stream.used.index(c) for c in channels], stage)
        self.specs[feature.name] = stage.spec

    def _add_gate(self, gate: Gate) -> None:
        stream = self._streams.get(gate.stream)
        if stream is None:
            raise ConfigError(f"no feature is made from the stream '{gate.stream}'")
        watched = {c for tap in stream.features.values() for c in tap.channels}
        watched |= {stream.spec.ch_names.index(c) for c in gate.also if c in stream.spec.ch_names}
        channels = sorted(watched)
        names = tuple(stream.spec.ch_names[c] for c in channels)
        stage = gate.stage.prepare(stream.spec.replace(ch_names=names))
        closed = np.zeros((stage.spec.n_subjects, stage.spec.n_channels), dtype=np.bool_)
        stream.gates.append(_GateTap(channels, stage, gate.name or _name_of(gate.stage), closed))

    def _name_causes(self) -> tuple[str, ...]:
        one = len(self._streams) == 1
        by_stream = {name: stream.cause_names() for name, stream in self._streams.items()}
        signal = [c if one else f"{c} ({name})" for name, causes in by_stream.items() for c in causes]
        return (*signal, *(f"no value yet: {name}" for name in self._names))

    def process(self, samples: Mapping[str, Samples]) -> tuple[Values, Bool]:
        """Return the features at the end of a tick, and whether they can be trusted; `causes` says why not.

        Parameters
        ----------
        samples
            The samples of the tick by stream; streams that no feature uses are passed over.

        Returns
        -------
        features : (*batch, feature)
        valid : (*batch,)
        """
        for name, stream in self._streams.items():
            x = samples[name]
            n_times = x.shape[-1]
            if n_times:
                stream.begin()
            piece = self.piece or max(n_times, 1)
            for start in range(0, n_times, piece):
                self._process_piece(stream, x[..., start : start + piece])
        valid = np.logical_and.reduce([*(s.valid for s in self._streams.values()), ~self._unknown.any(axis=1)])
        self.causes = self._no_causes
        if not valid.all():
            found = [c for s in self._streams.values() for c in s.causes()]
            causes = np.concatenate([*found, self._unknown], axis=1)
            self.causes = causes.reshape(self._no_causes.shape)
        valid = valid.reshape(self._batch)
        return self._invalid.apply(self.values, valid), valid

    def _process_piece(self, stream: _Stream, x: Samples) -> None:
        from neurosim.core.kernels.trust import close

        repaired, channel_valid = stream.entrance.process(take_channels(x, stream.used))
        intact: Bool = np.asarray(channel_valid.all(axis=-2))
        valid = time_first(intact).reshape(x.shape[-1], -1).copy()
        for gate in stream.gates:
            gate.stage.mark_valid(intact)
            close(as_lanes(gate.process(repaired)), gate.stage.spec.n_channels, valid, gate.closed)
        stream.valid &= valid.all(axis=0)
        trusted = time_last(valid.reshape(x.shape[-1], *self._batch))
        for i, tap in stream.features.items():
            tap.stage.mark_valid(trusted)
            out = tap.process(repaired)
            if out.shape[-1]:
                self.values[..., i] = out[..., 0, -1]
                known = tap.stage.known
                self._unknown[:, i] = False if known is None else ~known[..., -1].reshape(-1)

    def stage_of(self, feature: str) -> Stage:
        """Return what makes a feature, all its stages as one."""
        index = self._names.index(feature)
        return next(s.features[index].stage for s in self._streams.values() if index in s.features)

    def calibrate(self) -> None:
        """Fit what is calibrated to the baseline seen so far."""
        for stream in self._streams.values():
            for tap in (*stream.features.values(), *stream.gates):
                tap.stage.calibrate()
            for i, tap in stream.features.items():
                self.specs[self._names[i]] = tap.stage.spec
            stream.settle()


def _name_of(stage: StageConfig) -> str:
    """Return what a gate is called: the kind of its last stage."""
    return _name_of(stage.stages[-1]) if isinstance(stage, Chain) and stage.stages else stage.kind


def _stream_spec(name: str, streams: Mapping[str, SignalSpec]) -> SignalSpec:
    if name not in streams:
        real = [s for s in streams if not s.startswith("truth/")]
        raise ConfigError([Problem(("stream",), f"the source has no stream '{name}'; {did_you_mean(name, real)}")])
    return streams[name]


def choose_channels(feature: Feature, spec: SignalSpec) -> list[int]:
    """Return the channels of a stream that a feature is made from; upper and lower case count as the same.

    Raises
    ------
    ConfigError
        When a channel that is needed is missing.
    """
    known = {name.lower(): i for i, name in enumerate(spec.ch_names)}
    found = [known.get(name.lower()) for name in feature.channels]
    there = [c for c in found if c is not None]
    listed = ", ".join(spec.ch_names[:8]) + (" ..." if spec.n_channels > 8 else "")
    if feature.choose == "first":
        if not there:
            message = f"none of {', '.join(feature.channels)} is in the signal ({listed}); name one with --channel"
            raise ConfigError([Problem(("channels",), message)])
        return there[:1]
    missing = [
        Problem(("channels", i), f"'{name}' is not in the signal ({listed}); {did_you_mean(name, spec.ch_names)}")
        for i, (name, c) in enumerate(zip(feature.channels, found, strict=True))
        if c is None
    ]
    if missing:
        raise ConfigError(missing)
    return there
