"""A causal step of a pipeline: samples in, samples out.

A `StageConfig` is a value (it compares, nests, serialises); ``prepare(spec)`` makes the `Stage` that runs.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Annotated, ClassVar, TypeAlias

from pydantic import SerializeAsAny

from neurosim.core.config import KindConfig, of_kind
from neurosim.core.spec import Bool, Samples, SignalSpec

#: A stretch of samples ``(*batch, channel, time)`` and which of them can be trusted ``(*batch, time)``.
Baseline: TypeAlias = tuple[Samples, Bool]


class Stage(ABC):
    """Something that turns a stream into another, chunk by chunk.

    Any partition of the input into chunks, those of no sample included, gives bit-identical output, and
    each lane's output depends on that lane's input alone.

    Parameters
    ----------
    spec
        The meaning of the OUTPUT, the delay included.
    """

    def __init__(self, spec: SignalSpec) -> None:
        self.spec = spec

    @abstractmethod
    def process(self, x: Samples) -> Samples:
        """Return the output for the next chunk ``(*batch, channel, time)``."""

    @abstractmethod
    def reset(self) -> None:
        """Return to the state before the first sample."""

    def calibrate(self) -> Baseline | None:
        """Fit to the baseline seen so far; stages that are not calibrated do nothing.

        Returns
        -------
        Baseline | None
            The output over the baseline as the fitted stage gives it, None where it is what came out before.
            ``spec.delay_s`` may have changed.
        """
        return None

    def mark_valid(self, valid: Bool) -> None:
        """Take note which of the next chunk's samples can be trusted ``(*batch, time)``."""

    def beside(self, other: Stage) -> Stage | None:
        """Return one stage that does what this one and another do to the same input, in their initial state.

        Its output is bit-identical to theirs, first this one's channels and then the other's. None where there is no
        such stage, or none that is faster.
        """
        return None


class StageConfig(KindConfig):
    """The description of a stage; `kind` is its name in files."""

    category: ClassVar[str] = "stage"

    #: Whether ``spec.delay_s`` is a median latency, from an event to its report, and not the delay of a slow
    #: modulation: of stages that wait for events.
    delay_is_latency: ClassVar[bool] = False

    #: Whether a channel's output depends on the others although it keeps its name: of re-references.
    mixes_channels: ClassVar[bool] = False

    @abstractmethod
    def prepare(self, spec: SignalSpec) -> Stage:
        """Return the stage for an input stream.

        Raises
        ------
        ConfigError
            When the description does not fit the stream, with the place of each misfit.
        """


#: A stage of any kind, as a field of another model: looked up by its `kind` in the registry.
AnyStage = Annotated[SerializeAsAny[StageConfig], of_kind(StageConfig)]
