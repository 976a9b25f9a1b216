"""The simulated body: organs under one drive."""

from __future__ import annotations

from itertools import pairwise
from typing import Literal

from pydantic import Field

from neurosim.core.drive import Drive
from neurosim.core.errors import ConfigError
from neurosim.core.source import Source, SourceConfig
from neurosim.core.spec import Samples, concatenate
from neurosim.core.timeline import TickGrid
from neurosim.signals.body.organ import Organ
from neurosim.signals.eeg.eeg import EEG, EEGOrgan


class Body(SourceConfig):
    """A simulated body."""

    kind: Literal["body"] = "body"
    eeg: EEG = Field(default_factory=lambda: EEG(), description="the electroencephalogram")

    def prepare(self, grid: TickGrid, seed: int, subjects: tuple[int, ...], batch_shape: tuple[int, ...]) -> BodySource:
        """Return the body of these subjects.

        Raises
        ------
        ConfigError
            For sensors or rhythms that are not known.
        """
        try:
            organs = [EEGOrgan(self.eeg, seed, subjects, batch_shape)]
        except ConfigError as error:
            raise error.within("eeg") from error
        return BodySource(organs, grid)


class BodySource(Source):
    """Asks each organ for the samples of a tick.

    Parameters
    ----------
    organs
        Each with streams of its own.
    grid
        The ticks of the session.
    """

    def __init__(self, organs: list[EEGOrgan], grid: TickGrid) -> None:
        self._organs: list[Organ] = list(organs)
        self._session = 0
        super().__init__({name: spec for organ in organs for name, spec in organ.specs.items()}, grid)

    def generate(self, tick_index: int, drive: Drive) -> dict[str, Samples]:
        """Return the samples of a tick by stream."""
        streams: dict[str, Samples] = {}
        for organ in self._organs:
            first = self.grid.first_sample(tick_index, organ.fs)
            stop = self.grid.first_sample(tick_index + 1, organ.fs)
            piece = self.piece or max(stop - first, 1)
            cuts = [*range(first, stop, piece), stop] if stop > first else [first, stop]
            pieces = [organ.generate(a, b - a, drive) for a, b in pairwise(cuts)]
            streams |= {name: concatenate([p[name] for p in pieces]) for name in organ.specs}
        return streams

    def rest(self, duration_s: float) -> None:
        """Begin the next session, in a stationary state of its own."""
        self._session += 1
        for organ in self._organs:
            organ.start(self._session)
