"""A causal step of a pipeline: samples in, samples out.

A `StageConfig` is a value (it compares, nests, serialises); ``prepare(spec)`` makes the `Stage` that runs.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar, TypeAlias, overload

import numpy as np
from pydantic import SerializeAsAny

from neurosim.core.config import Config, KindConfig, of_kind
from neurosim.core.errors import Loc
from neurosim.core.spec import Bool, Float, Samples, SignalSpec, time_last

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

    Attributes
    ----------
    known
        Where the newest chunk's output is a value ``(*batch, time)``, and not what stands in while there is none yet;
        None for everywhere. What stands behind must not learn from the rest, and no feedback is given for it.
    """

    known: Bool | None = None

    def __init__(self, spec: SignalSpec) -> None:
        self.spec = spec

    @abstractmethod
    def process(self, x: Samples) -> Samples:
        """Return the output for the next chunk ``(*batch, channel, time)``."""

    @abstractmethod
    def reset(self) -> None:
        """Return to the state before the first sample."""

    def restart(self) -> None:
        """Begin again at another place of the signal: what the baseline has taught stays, all other memory goes."""
        self.reset()

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

    def tell_unknown(self, unknown: Bool) -> None:
        """Set `known` by where there is no value yet ``(time, lane)``, lanes in (subject, channel) order."""
        self.known = None
        if unknown.any():
            known = ~unknown.reshape(len(unknown), self.spec.n_subjects, -1).any(axis=2)
            self.known = time_last(known.reshape(len(unknown), *self.spec.batch_shape))

    def stand_in(self, out: Float) -> None:
        """Put 0 where lanes ``(time, lane)`` have no value yet, which is NaN, and set `known`."""
        unknown = np.isnan(out)
        self.tell_unknown(unknown)
        out[unknown] = 0.0


@overload
def both(one: Bool, other: Bool | None) -> Bool: ...
@overload
def both(one: Bool | None, other: Bool | None) -> Bool | None: ...
def both(one: Bool | None, other: Bool | None) -> Bool | None:
    """Return where two masks are both true; None stands for one that is true everywhere."""
    if one is None or other is None:
        return other if one is None else one
    joined: Bool = one & other
    return joined


def known_of(stage: Stage, out: Samples) -> Bool:
    """Return where a stage's newest output ``(*batch, channel, time)`` is a value ``(*batch, time)``."""
    return both(np.ones((*out.shape[:-2], out.shape[-1]), dtype=np.bool_), stage.known)


@dataclass(frozen=True)
class BaselineNeed:
    """What a stage needs to be fitted.

    Parameters
    ----------
    least_s
        Trusted baseline [s].
    otherwise
        What happens without it, in words, where that is legitimate; empty where it is not.
    """

    least_s: float
    otherwise: str = ""


class StageConfig(KindConfig):
    """The description of a stage; `kind` is its name in files."""

    category: ClassVar[str] = "stage"

    #: Whether ``spec.delay_s`` is a median latency and not the delay of a slow modulation. Of stages that wait for
    #: events: from the event to its report. Of a statistic of a window: from a step of what it measures to half of
    #: the statistic's change, wherever in an update or a beat the step falls; the mean of the ways up and down. What
    #: does not know the direction of time sees a step up that is x seconds inside the window as it sees one down that
    #: has x seconds left: as late as it is one way, so early it is the other, and the mean is half the window, however
    #: little the statistic is proportional to its change.
    delay_is_latency: ClassVar[bool] = False

    #: Whether a channel's output depends on the others although it keeps its name: of re-references.
    mixes_channels: ClassVar[bool] = False

    def baseline_need(self) -> BaselineNeed | None:
        """Return the baseline that the stage is fitted to, those inside it aside; None for one that is not fitted."""
        return None

    def first_value_s(self) -> float:
        """Return how much signal the stage takes at least before it has a value, those inside it included [s]."""
        return 0.0

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


def stages_inside(value: object) -> Iterator[tuple[Loc, StageConfig]]:
    """Go through the stages that a description, or a collection in one, holds, with their places.

    Those inside the stages it finds are left to the caller.
    """
    parts: Iterator[tuple[str | int, object]] = iter(())
    if isinstance(value, Config):
        parts = iter(value)
    elif isinstance(value, Mapping):
        parts = iter(value.items())
    elif isinstance(value, tuple):
        parts = iter(enumerate(value))
    for key, each in parts:
        if isinstance(each, StageConfig):
            yield (key,), each
        else:
            yield from (((key, *loc), stage) for loc, stage in stages_inside(each))


def waits_for_events(config: StageConfig) -> bool:
    """Return whether a stage's delay is a median latency, because its own is or that of a stage inside it."""
    return config.delay_is_latency or any(waits_for_events(stage) for _, stage in stages_inside(config))
