"""A part of the body that makes signals."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from neurosim.core.config import Config
from neurosim.core.noise import AddressedNoise
from neurosim.core.spec import Float, Samples, SignalSpec
from neurosim.signals.body.span import Span
from neurosim.signals.body.traits import Traits


@dataclass(frozen=True)
class Given:
    """Who the organs belong to.

    Parameters
    ----------
    seed
        Root of all noise.
    subjects
        The address of each subject.
    batch_shape
        ``()`` or ``(n,)``.
    traits
        In what the subjects differ from each other.
    mains_hz
        Frequency of the power line where they live.
    age_years
        Average age of their group.
    """

    seed: int
    subjects: Sequence[int]
    batch_shape: tuple[int, ...] = ()
    traits: Traits = field(default_factory=lambda: Traits(1))
    mains_hz: float = 50.0
    age_years: float = 30.0

    @property
    def n(self) -> int:
        """How many subjects."""
        return len(self.subjects)

    @property
    def ages(self) -> Float:
        """Age of each ``(subject,)`` [years]."""
        return self.traits("age_years", self.age_years)

    def noise(self, component: str, channels: Sequence[str] = ("",)) -> AddressedNoise:
        """Return noise whose lanes are ``(channel, subject)``."""
        return AddressedNoise(self.seed, component, self.subjects, channels, channel_major=True)


class InnerOrgan(ABC):
    """A part of the body that makes no signal itself; organs that do look at it in the span."""

    @abstractmethod
    def start(self, session: int, rest: Span) -> None:
        """Begin a session in the stationary state; the parameters are those of `Organ.start`."""

    @abstractmethod
    def advance(self, span: Span, first: int) -> None:
        """Go on through the steps of a span from ``first`` on, and note in the span what there is to see."""


class Organ(ABC):
    """Makes one or more streams of one sampling rate, any number of samples at a time.

    Parameters
    ----------
    specs
        The streams by name, truth included.
    fs
        Their sampling rate [Hz].
    """

    #: Whether it looks at the breath and the beats of a span.
    needs_heart: bool = False
    #: Whether it is left out of "all signals": made only where a protocol or somebody names one of its streams.
    on_request: ClassVar[bool] = False

    def __init__(self, specs: Mapping[str, SignalSpec], fs: float) -> None:
        self.specs = dict(specs)
        self.fs = fs

    @abstractmethod
    def start(self, session: int, rest: Span) -> None:
        """Begin a session in the stationary state; each session has noise of its own.

        Parameters
        ----------
        session
            Number of the session, from 0.
        rest
            The body at its first step.
        """

    @abstractmethod
    def generate(self, start: int, n_times: int, span: Span) -> dict[str, Samples]:
        """Return samples ``start .. start + n_times`` of each stream; asked for in order, any cut gives the same."""


class OrganConfig(Config):
    """The parameters of an organ."""

    @abstractmethod
    def prepare(self, given: Given) -> Organ:
        """Return the organ.

        Raises
        ------
        ConfigError
            For parameters that do not fit each other.
        """

    def truth(self, given: Given) -> Organ | None:
        """Return a further organ that tells the truth about it at a rate of its own; None when there is none."""
        return None


class InnerOrganConfig(Config):
    """The parameters of an inner organ."""

    @abstractmethod
    def prepare(self, given: Given) -> InnerOrgan:
        """Return the inner organ."""
