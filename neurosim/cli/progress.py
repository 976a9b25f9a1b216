"""How far a session is that runs faster than anyone could watch."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from neurosim.cli.console import make_console
from neurosim.session.session import Session
from neurosim.session.tick import Sink, Tick

_EVERY = 64  # ticks; the loop has better things to do


class ProgressView(Sink):
    """A bar that goes away when the session ends.

    Parameters
    ----------
    session
        The session that is watched.
    console
        Where to draw.
    where
        What comes before the name of the block.
    """

    def __init__(self, session: Session, console: Console, where: str = "") -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
        self._progress = Progress(*columns, TimeRemainingColumn(), console=console, transient=True)
        self._task = self._progress.add_task(session.protocol.name, total=session.n_ticks)
        self._started, self._where = False, where

    def write(self, tick: Tick) -> None:
        if not self._started:
            self._started = True
            self._progress.start()
        if tick.index % _EVERY == 0:
            self._progress.update(self._task, completed=tick.index, description=self._where + tick.block.name)

    def close(self) -> None:
        self._progress.stop()


def watched(what: str) -> Callable[[Session, int], Sequence[Sink]]:
    """Return a function of each of several sessions, and its number from 0, that shows them where stderr is seen."""

    def watch(session: Session, number: int) -> Sequence[Sink]:
        seen = sys.stderr.isatty()
        return [ProgressView(session, make_console(stderr=True), f"{what} {number + 1}, ")] if seen else []

    return watch
