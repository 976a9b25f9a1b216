"""A part of the body that makes signals."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping

from neurosim.core.drive import Drive
from neurosim.core.spec import Samples, SignalSpec


class Organ(ABC):
    """Makes one or more streams of one sampling rate, any number of samples at a time.

    Parameters
    ----------
    specs
        The streams by name, truth included.
    fs
        Their sampling rate [Hz].
    """

    def __init__(self, specs: Mapping[str, SignalSpec], fs: float) -> None:
        self.specs = dict(specs)
        self.fs = fs

    @abstractmethod
    def start(self, session: int) -> None:
        """Begin a session in the stationary state; each session has noise of its own."""

    @abstractmethod
    def generate(self, start: int, n_times: int, drive: Drive) -> dict[str, Samples]:
        """Return samples ``start .. start + n_times`` of each stream; asked for in order, any cut gives the same."""
