"""From the samples of a tick to its features, and whether they can be trusted."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from neurosim.core.errors import ConfigError, Problem
from neurosim.core.spec import Bool, Samples, SignalSpec, Values
from neurosim.core.stage import Stage
from neurosim.feedback.protocol import Feature, Gate, TrainingProtocol
from neurosim.session.distrust import WhileInvalid
from neurosim.session.feature_path import FeaturePath
from neurosim.session.streams import OpenStream, choose_channels, find_stream


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
        problems: list[Problem] = []
        chosen: dict[tuple[int, str], list[int]] = {}
        for i, feature in enumerate(protocol.features):
            for name, source in feature.sources.items():
                try:
                    chosen[i, name] = choose_channels(source, find_stream(source.stream, streams))
                except ConfigError as error:
                    place = ("inputs", name) if feature.inputs else ()
                    problems += error.within("features", i, *place).problems
        for i, gate in enumerate(protocol.gates):
            try:
                find_stream(gate.stream, streams)
            except ConfigError as error:
                problems += error.within("gates", i).problems
        if problems:
            raise ConfigError(problems)
        self._streams = _open_streams(protocol, streams, chosen)
        self._paths: dict[str, FeaturePath] = {}
        for i, feature in enumerate(protocol.features):
            try:
                self._add_feature(feature, {name: chosen[i, name] for name in feature.sources})
            except ConfigError as error:
                problems += error.within("features", i).problems
        for i, gate in enumerate(protocol.gates):
            try:
                self._add_gate(gate)
            except ConfigError as error:
                problems += error.within("gates", i, "stage").problems
        if problems:
            raise ConfigError(problems)
        self._settle()
        self._batch = next(iter(self.specs.values())).batch_shape
        self.values: Values = np.zeros((*self._batch, len(protocol.features)))
        self._unknown: Bool = np.ones((math.prod(self._batch), len(self._paths)), dtype=np.bool_)
        self.cause_names = self._name_causes()
        self._no_causes: Bool = np.zeros((*self._batch, len(self.cause_names)), dtype=np.bool_)
        self.causes = self._no_causes
        self._invalid = WhileInvalid(protocol, self._batch)

    def _add_feature(self, feature: Feature, channels: Mapping[str, list[int]]) -> None:
        opened = {name: self._streams[source.stream] for name, source in feature.sources.items()}
        path = FeaturePath(feature, {name: stream.narrowed(channels[name]) for name, stream in opened.items()})
        for name, stream in opened.items():
            stream.add_tap(channels[name], path, name)
        self._paths[feature.name] = path

    def _add_gate(self, gate: Gate) -> None:
        stream = self._streams.get(gate.stream)
        if stream is None:
            raise ConfigError(f"no feature is made from the stream '{gate.stream}'")
        stream.add_gate(gate)

    @property
    def specs(self) -> dict[str, SignalSpec]:
        """The output of each feature by name; calibration may change the delay."""
        return {name: path.spec for name, path in self._paths.items()}

    def _settle(self) -> None:
        for stream in self._streams.values():
            stream.settle()

    def _name_causes(self) -> tuple[str, ...]:
        one = len(self._streams) == 1
        by_stream = {name: stream.cause_names() for name, stream in self._streams.items()}
        signal = [c if one else f"{c} ({name})" for name, causes in by_stream.items() for c in causes]
        return (*signal, *(f"no value yet: {name}" for name in self._paths))

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
                stream.process(x[..., start : start + piece])
        for i, path in enumerate(self._paths.values()):
            newest = path.take(self.piece)
            if newest is not None:
                self.values[..., i], self._unknown[:, i] = newest, path.unknown
        valid = np.logical_and.reduce([*(s.valid for s in self._streams.values()), ~self._unknown.any(axis=1)])
        self.causes = self._no_causes
        if not valid.all():
            found = [c for s in self._streams.values() for c in s.causes()]
            causes = np.concatenate([*found, self._unknown], axis=1)
            self.causes = causes.reshape(self._no_causes.shape)
        valid = valid.reshape(self._batch)
        return self._invalid.apply(self.values, valid), valid

    def stages_of(self, feature: str) -> list[Stage]:
        """Return the stages that make a feature: those of each input, and those behind the join."""
        return self._paths[feature].stages

    def restart(self) -> None:
        """Begin again at another place of the signal, with what the baseline has taught.

        Features have no value until there is one again, as at the start; each is then what it would be had the signal
        begun here.
        """
        for stream in self._streams.values():
            stream.restart()
        for path in self._paths.values():
            path.restart()
        self._unknown[:] = True

    def calibrate(self) -> None:
        """Fit what is calibrated to the baseline seen so far."""
        for path in self._paths.values():
            path.calibrate()
        for stream in self._streams.values():
            for gate in stream.gates:
                gate.stage.calibrate()
        self._settle()


def _open_streams(
    protocol: TrainingProtocol, streams: Mapping[str, SignalSpec], chosen: Mapping[tuple[int, str], list[int]]
) -> dict[str, OpenStream]:
    """Open the streams that features are made from, with the channels that features and gates look at."""
    wanted: dict[str, set[int]] = {}
    for i, feature in enumerate(protocol.features):
        for name, source in feature.sources.items():
            wanted.setdefault(source.stream, set()).update(chosen[i, name])
    for gate in protocol.gates:
        if gate.stream in wanted:
            names = streams[gate.stream].ch_names
            wanted[gate.stream] |= {names.index(c) for c in gate.also if c in names}
    return {name: OpenStream(streams[name], wanted[name]) for name in sorted(wanted)}
