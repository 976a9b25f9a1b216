"""Against what channels are measured: their average, the ears, or their neighbours."""

from __future__ import annotations

from typing import ClassVar, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from neurosim.core.errors import ConfigError, Problem
from neurosim.core.spec import Float, SignalSpec
from neurosim.core.stage import Stage, StageConfig
from neurosim.dsp.arithmetic import channel_index
from neurosim.dsp.cleaning.neighbours import distances, nearest
from neurosim.dsp.lanes import Stateless


class AverageReference(StageConfig):
    """Take the average of all channels away from each of them; needs many channels, spread over the head.

    A bad channel spoils all others: gate them.
    """

    kind: Literal["average_reference"] = "average_reference"
    mixes_channels: ClassVar[bool] = True
    exclude: tuple[str, ...] = Field((), description="channels that keep their reference, such as EOG")

    def prepare(self, spec: SignalSpec) -> Stage:
        """Look the channels up."""
        left_alone = [channel_index(spec, name, "exclude", i) for i, name in enumerate(self.exclude)]
        references = [c for c in range(spec.n_channels) if c not in left_alone]
        if not references:
            raise ConfigError([Problem(("exclude",), "leaves no channel to average")])
        return ReferenceStage(references, left_alone, spec)


class Reference(StageConfig):
    """Measure all channels against the mean of some, such as linked ears or mastoids.

    Examples
    --------
    >>> stage = Reference(ch_names=("A1", "A2")).prepare(SignalSpec(256.0, ("Cz", "A1", "A2"), "uV"))
    >>> stage.process(np.array([[10.0], [1.0], [3.0]])).ravel().tolist()
    [8.0, -1.0, 1.0]
    """

    kind: Literal["reference"] = "reference"
    mixes_channels: ClassVar[bool] = True
    ch_names: tuple[str, ...] = Field(min_length=1, description="channels whose mean is the new reference")

    @classmethod
    def examples(cls) -> list[Self]:
        """Return one channel of the laws' signal against the other."""
        return [cls(ch_names=("Pz",))]

    def prepare(self, spec: SignalSpec) -> Stage:
        """Look the channels up."""
        return ReferenceStage([channel_index(spec, n, "ch_names", i) for i, n in enumerate(self.ch_names)], [], spec)


class ReferenceStage(Stateless):
    """Takes the mean of some channels away.

    Parameters
    ----------
    references
        Channels whose mean it is.
    left_alone
        Channels that stay as they are.
    spec
        Of the output.
    """

    def __init__(self, references: list[int], left_alone: list[int], spec: SignalSpec) -> None:
        self._references = np.array(references)
        self._keeps = np.zeros(spec.n_channels, dtype=np.bool_)
        self._keeps[left_alone] = True
        super().__init__(spec)

    def run(self, x: Float, out: Float) -> None:
        from neurosim.core.kernels.spatial import rereference

        rereference(x, self.spec.n_channels, self._references, self._keeps, out)


class Laplacian(StageConfig):
    """Take the mean of its neighbours away from each channel, near ones counting more: what is under the electrode.

    Weights are proportional to 1/distance and add up to 1 (Hjorth 1975, "An on-line transformation of EEG scalp
    potentials into orthogonal source derivations", doi:10.1016/0013-4694(75)90056-5). At the rim of the montage
    neighbours lie on one side only; prefer channels inside.
    """

    kind: Literal["laplacian"] = "laplacian"
    mixes_channels: ClassVar[bool] = True
    n_neighbours: int = Field(4, ge=1, le=20, description="how many of the nearest channels")
    montage: str = Field("standard_1005", description="where channels are: a montage of MNE")
    neighbours: dict[str, tuple[str, ...]] = Field(
        {}, description="neighbours of channels by name, weighted alike; the others are then left as they are"
    )

    @classmethod
    def examples(cls) -> list[Self]:
        """Return one by the montage and one by name."""
        return [cls(), cls(neighbours={"Cz": ("Pz",)})]

    def prepare(self, spec: SignalSpec) -> Stage:
        """Find the neighbours."""
        if self.neighbours:
            return self._named(spec)
        if spec.n_channels < 2:
            raise ConfigError(f"needs neighbours, got {spec.ch_names[0]} alone")
        apart = distances(spec.ch_names, self.montage)
        others = np.array(nearest(apart, self.n_neighbours))
        near = 1.0 / np.take_along_axis(apart, others, axis=1)
        return SubtractOthers(others, near / near.sum(axis=1, keepdims=True), spec)

    def _named(self, spec: SignalSpec) -> Stage:
        most = max(map(len, self.neighbours.values()))
        others, weights = np.zeros((spec.n_channels, most), dtype=np.int64), np.zeros((spec.n_channels, most))
        for name, beside in self.neighbours.items():
            c = channel_index(spec, name, "neighbours")
            for k, other in enumerate(beside):
                others[c, k] = channel_index(spec, other, "neighbours", name, k)
                weights[c, k] = 1.0 / len(beside)
        return SubtractOthers(others, weights, spec)


class SubtractOthers(Stateless):
    """Takes weighted other channels away from each channel.

    Parameters
    ----------
    others
        Which ``(channel, k)``.
    weights
        How much of them ``(channel, k)``, or ``(subject, channel, k)`` where subjects differ.
    spec
        Of the output.

    Attributes
    ----------
    weights
        ``(subject, channel, k)``.
    """

    def __init__(self, others: NDArray[np.int64], weights: Float, spec: SignalSpec) -> None:
        self._others = others
        self.weights = np.broadcast_to(weights, (spec.n_subjects, *others.shape)).copy()
        super().__init__(spec)

    def run(self, x: Float, out: Float) -> None:
        from neurosim.core.kernels.spatial import subtract_others

        subtract_others(x, self._others, self.weights, out)
