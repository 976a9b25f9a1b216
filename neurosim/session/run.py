"""Run a session to its end, by a clock, watched by sinks."""

from __future__ import annotations

import contextlib
import copy
import gc
from collections.abc import Callable, Sequence

from neurosim.core.clock import Clock, SimulatedClock
from neurosim.core.errors import OutputError
from neurosim.core.event import SessionEvent
from neurosim.core.urgency import Urgency
from neurosim.session.session import Session
from neurosim.session.tick import Sink


def run(
    session: Session,
    clock: Clock | None = None,
    sinks: Sequence[Sink] = (),
    stop: Callable[[], bool] = lambda: False,
) -> bool:
    """Step a session until it is finished, or `stop` says so at the border of a tick.

    Every sink is closed however the session ends; what was recorded is kept. A tick is written when its
    last sample is due.

    Parameters
    ----------
    session
        The session; it may have run already.
    clock
        As fast as it goes by default.
    sinks
        Who watches.
    stop
        Asked before each tick.

    Returns
    -------
    bool
        Whether the session ran to its end.

    Raises
    ------
    OutputError
        When a sink cannot write; the others have been closed properly.
    """
    clock = SimulatedClock() if clock is None else clock
    failed: Exception | None = None
    urgency = Urgency()
    # The collector of garbage looks through all that there is, which takes the time of several ticks; what is there now
    # need not be looked through while the session runs.
    gc.freeze()
    try:
        while not session.finished:
            if stop():
                for event in session.open_events():
                    _note(sinks, event)
                _note(sinks, SessionEvent(session.time_s, 0.0, "stop", "ended by the user"))
                break
            urgency.when(clock.paced or session.source.live)
            gap_s = clock.wait(session.grid.start_s(session.tick_index + 1))
            if gap_s:
                _note(sinks, SessionEvent(session.time_s, gap_s, "gap", "the computer stood still"))
            tick = session.step()
            for sink in sinks:
                sink.write(tick)
        for event in session.open_events():
            _note(sinks, event)
    except OutputError as error:
        failed = error
    except BaseException as error:
        _note(sinks, SessionEvent(session.time_s, 0.0, "error", f"{type(error).__name__}: {error}"))
        _close(sinks)
        raise
    finally:
        gc.unfreeze()
        urgency.when(False)
    failed = _close(sinks) or failed
    if failed is not None:
        raise failed
    return session.finished


def rehearse(session: Session) -> None:
    """Make a tick of a copy of a session, so that the first that is due has all that it needs loaded.

    Otherwise it takes as long as several, and those are late. What comes live or cannot be copied is left alone.
    """
    if not session.source.live:
        with contextlib.suppress(TypeError):  # an actor of the user's that holds a file or a lock
            copy.deepcopy(session).step()


def _note(sinks: Sequence[Sink], event: SessionEvent) -> None:
    for sink in sinks:
        sink.note(event)


def _close(sinks: Sequence[Sink]) -> OutputError | None:
    failed = None
    for sink in sinks:
        try:
            sink.close()
        except OutputError as error:
            failed = error
    return failed
