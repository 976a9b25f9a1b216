"""Where samples come from: a simulated body, a recording, later an amplifier or a network stream."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping
from typing import Annotated, ClassVar

from pydantic import SerializeAsAny

from neurosim.core.config import KindConfig, of_kind
from neurosim.core.drive import Drive
from neurosim.core.errors import ConfigError
from neurosim.core.event import SessionEvent
from neurosim.core.spec import Samples, SignalSpec
from neurosim.core.step import BDF, Format, Step, step_of
from neurosim.core.timeline import TickGrid


class Source(ABC):
    """Gives the samples of each tick.

    Parameters
    ----------
    specs
        The streams by name; truth is in streams named ``truth/...``.
    grid
        The ticks of the session.

    Attributes
    ----------
    piece
        Largest number of samples to make at once inside a tick; None for the whole tick. It changes
        nothing in the samples (law 1 holds it to that).
    notes
        What the user should know about the samples, a sentence each.
    form
        What the EEG is recorded in, if it is recorded.
    answers
        Whether the drive changes the samples; a recording or a device plays on whatever is done.
    live
        Whether samples come when they come: `generate` waits for them, and no clock holds the loop back.
    """

    answers: ClassVar[bool] = True
    live: ClassVar[bool] = False

    def __init__(self, specs: Mapping[str, SignalSpec], grid: TickGrid) -> None:
        self.specs = dict(specs)
        self.grid = grid
        self.piece: int | None = None
        self.notes: tuple[str, ...] = ()
        self.form: Format = BDF

    @abstractmethod
    def generate(self, tick_index: int, drive: Drive) -> dict[str, Samples]:
        """Return the samples of a tick by stream; ticks are asked for in order, from 0."""

    @abstractmethod
    def rest(self, duration_s: float) -> None:
        """Let the time between two sessions pass [s]; the next tick is 0 again."""

    def select_all_beside(self, streams: Collection[str]) -> None:
        """Make these streams and everything usual, but nothing that would end the session well before these do."""

    def select(self, streams: Collection[str], events: Collection[str] = ()) -> None:
        """Make only what these streams need, from the start of a session on; `specs` then says what is left.

        What is left is the same to the bit. A source that has its streams anyway may leave them all.

        Parameters
        ----------
        streams
            Names of streams.
        events
            The kinds of events that actors may bring about.
        """

    def step(self, stream: str) -> Step:
        """Return what the samples of a stream are rounded to where they are recorded."""
        return step_of(stream, self.specs[stream], form=self.form)

    def events(self) -> tuple[SessionEvent, ...]:
        """Return what the source itself has to tell of the last tick: a recording's annotations, a body's artifacts."""
        return ()

    @property
    def length_s(self) -> float | None:
        """How long what it plays is [s], where one can go to another place of it; None where that cannot be."""
        return None

    def place_s(self, tick_index: int) -> float:
        """Return the place that a tick is played from [s]."""
        return self.grid.start_s(tick_index)

    def seek(self, tick_index: int, to_s: float) -> None:
        """Play on from another place: the tick `tick_index` begins at the last tick border up to `to_s`.

        Ticks are counted on, and asked for in order, as before.

        Raises
        ------
        ConfigError
            Where there is no such place.
        """
        raise ConfigError("only in a recording can one go to another place")

    @property
    def n_ticks(self) -> int | None:
        """Number of ticks that the source can give; None when there is no end."""
        return None


class SourceConfig(KindConfig):
    """The description of a source; `kind` is its name in files."""

    category: ClassVar[str] = "source"

    @property
    def label(self) -> str:
        """What the records of a session call it."""
        return self.kind

    @abstractmethod
    def prepare(self, grid: TickGrid, seed: int, subjects: tuple[int, ...], batch_shape: tuple[int, ...]) -> Source:
        """Return the source.

        Parameters
        ----------
        grid
            The ticks of the session.
        seed
            Root of all noise.
        subjects
            The address of each subject; one for a live session.
        batch_shape
            ``()`` for one live subject, ``(n,)`` for n.
        """


#: A source of any kind, as a field of another model.
AnySource = Annotated[SerializeAsAny[SourceConfig], of_kind(SourceConfig)]
