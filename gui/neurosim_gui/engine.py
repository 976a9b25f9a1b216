"""Runs a session in a thread of its own; it knows no Qt, and the window polls it."""

from __future__ import annotations

import copy
import math
import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeAlias

from neurosim.core.errors import ConfigError, UserError
from neurosim.core.pace import PacedClock

if TYPE_CHECKING:
    from neurosim.session.minutes import Minutes
    from neurosim.session.plan import Plan
    from neurosim.session.recorder import Recorder
    from neurosim.session.session import Session
    from neurosim.session.tick import Sink
    from neurosim.session.twin import Past
    from neurosim_gui.rings import History

#: While it is paused, the engine looks so often for what is asked of it [s].
_LOOK_S = 0.02


class Status(Enum):
    """Where a session stands."""

    PREPARING = "preparing"
    RUNNING = "running"
    FINISHED = "finished"
    STOPPED = "stopped"
    FAILED = "failed"


@dataclass(frozen=True)
class Failure:
    """Why a session ended early: one line with the remedy, and the stage where it is known."""

    line: str
    expected: bool


@dataclass(frozen=True)
class Snapshot:
    """A session between two ticks, with everything that watches it: what goes on from here goes on as it did.

    Parameters
    ----------
    session
        The session.
    plan
        What it is made of; None where it cannot be recorded.
    history, participant
        What is drawn of it; the same one where it is not sealed.
    past, minutes
        As the engine has them.
    """

    session: Session
    plan: Plan | None
    history: History
    participant: History
    past: Past
    minutes: Minutes


#: Makes the session and the sinks that record it; called in the engine's thread, for it may take a second.
Prepare: TypeAlias = "Callable[[], tuple[Session, Sequence[Sink]]]"


class Engine:
    """One running session.

    Parameters
    ----------
    prepare
        Makes the session; it is called in the engine's thread.
    clock
        Playing or paused, and how fast.
    to_tick
        The session goes so far as fast as it can before the clock has anything to say.
    resume
        What to go on from, instead of a session that is prepared; it may be gone on from again.

    Attributes
    ----------
    status, failure
        Where the session stands, and why it failed.
    session
        The session, once it is prepared. Only the engine's thread steps or copies it.
    history
        What the window draws, once the session is prepared.
    participant
        What the participant's window draws, and nobody else's: in a sealed session only it has what is shown.
    recorder
        Writes the session to a folder, where there is one.
    past
        What the rule has seen, for branches under another rule.
    sealed
        Whether nobody may see what is earned and shown.
    minutes
        Mean, standard deviation and change of each minute or trial.
    sinks
        Who watches besides; changed only between ticks.
    shown
        Ticks that have a moment wait for it. Who shows the session clears it before the start, and sets it when all
        that shows it stands: making that takes as long as many ticks.
    """

    def __init__(
        self,
        prepare: Prepare | None = None,
        clock: PacedClock | None = None,
        *,
        to_tick: int = 0,
        resume: Snapshot | None = None,
    ) -> None:
        self._prepare, self._to_tick, self._resume = prepare, to_tick, resume
        self._done = 0
        self.clock = clock or PacedClock()
        self.status = Status.PREPARING
        self.failure: Failure | None = None
        self.session: Session | None = None
        self.history: History | None = None
        self.participant: History | None = None
        self.recorder: Recorder | None = None
        self.sealed = False
        self.past: Past
        self.minutes: Minutes
        self.sinks: list[Sink] = []
        self.shown = threading.Event()
        self.shown.set()
        self._requests: queue.SimpleQueue[tuple[Callable[[Session], Any], queue.SimpleQueue[Any]]] = queue.SimpleQueue()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="neurosim-engine", daemon=True)

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def close(self, timeout_s: float = 10.0) -> None:
        """End the session at the border of a tick, with everything recorded kept."""
        self._stop.set()
        self.clock.close()
        if self._thread.is_alive():
            self._thread.join(timeout_s)

    def between_ticks(self, action: Callable[[Session], Any]) -> queue.SimpleQueue[Any]:
        """Let the engine's thread do something with the session before its next tick.

        Returns
        -------
        queue.SimpleQueue
            Gets what the action returned, or the exception that it raised.
        """
        answer: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._requests.put((action, answer))
        return answer

    def branch(self) -> queue.SimpleQueue[Any]:
        """Ask for a copy of the session that goes on exactly as it does."""
        return self.between_ticks(copy.deepcopy)

    def follow(self, sink: Sink) -> None:
        """Let a sink watch from the next tick on; for actions between ticks."""
        self.sinks.append(sink)

    def unfollow(self, sink: Sink) -> None:
        """Let a sink that follows watch no longer; for actions between ticks."""
        self.sinks.remove(sink)

    def take_snapshot(self, session: Session) -> Snapshot:
        """Return a copy of everything, for an action between ticks.

        Raises
        ------
        ConfigError
            When the session is sealed: a copy could be gone on from with what it is not to tell.
        """
        if self.sealed:
            raise ConfigError("a sealed session has no scenes")
        assert self.history is not None
        assert self.participant is not None
        plan = None if self.recorder is None else self.recorder.plan
        watching = session, self.history, self.participant, self.past, self.minutes
        with self.history.lock:
            session, history, participant, past, minutes = copy.deepcopy(watching)
        return Snapshot(session, plan, history, participant, past, minutes)

    @property
    def prepared_share(self) -> float:
        """How much of the way to where the clock begins is done, 0 to 1."""
        return self._done / self._to_tick if self._to_tick else 0.0

    def _run(self) -> None:
        # Loaded here, in the engine's thread, while the first frame is seen.
        from neurosim.session.run import rehearse, run

        try:
            session, watching = self._resumed(self._resume) if self._resume is not None else self._prepared()
            while session.tick_index < self._to_tick and not session.finished and not self._stop.is_set():
                tick = session.step()
                for sink in watching:
                    sink.write(tick)
                self._done = session.tick_index
            if self.clock.paced and not session.finished:
                rehearse(session)
            self.session = session  # only now: whoever gives commands gives them to what is live
            self.status = Status.RUNNING
            finished = run(session, self.clock, watching, self._between)
            self.status = Status.FINISHED if finished else Status.STOPPED
        except UserError as error:
            self._fail(str(error), expected=True)
        except Exception as error:  # shown in the window with the place; what was recorded has been closed by run()
            self._fail(f"{type(error).__name__}: {error}", expected=False)

    def _prepared(self) -> tuple[Session, list[Sink]]:
        """Return a session before its first tick, and who watches it."""
        from neurosim.session.minutes import Minutes
        from neurosim.session.recorder import Recorder
        from neurosim.session.sealing.veil import DrawnSham, Veil
        from neurosim.session.tick import Relay
        from neurosim.session.twin import Past
        from neurosim_gui.rings import History

        assert self._prepare is not None
        session, sinks = self._prepare()
        if session.source.live:
            self.clock.set_speed(math.inf)  # the samples set the pace
        self.sealed = isinstance(session.sham, DrawnSham)
        self.recorder = next((sink for sink in sinks if isinstance(sink, Recorder)), None)
        shown = {n: s for n, s in session.source.specs.items() if not s.batch_shape}
        names, conditions = tuple(session.pipeline.specs), session.rule.condition_names
        interval_s = session.protocol.update_interval_s
        history = self.participant = History(shown, names, conditions, interval_s)
        self.past, self.minutes = Past(), Minutes()
        watching: list[Sink] = [history, self.past, self.minutes, Relay(self.sinks)]
        if self.sealed:
            self.participant = History({}, names, conditions, interval_s)
            watching = [*map(Veil, watching), self.participant]
        self.history = history
        return session, [*watching, *sinks]

    def _resumed(self, kept: Snapshot) -> tuple[Session, list[Sink]]:
        """Return a session as it was kept, and who watches it."""
        from neurosim.session.recorder import Recorder
        from neurosim.session.tick import Relay

        watching = kept.session, kept.history, kept.participant, kept.past, kept.minutes
        session, self.history, self.participant, self.past, self.minutes = copy.deepcopy(watching)
        self.recorder = None if kept.plan is None else Recorder(kept.plan)
        sinks: list[Sink] = [self.history, self.past, self.minutes, Relay(self.sinks)]
        return session, sinks if self.recorder is None else [*sinks, self.recorder]

    def _between(self) -> bool:
        while True:
            self._serve()
            if self._stop.is_set():
                return True
            if self.clock.paced and not self.shown.is_set():
                self.shown.wait(_LOOK_S)
            elif not self.clock.held(_LOOK_S):
                return self._stop.is_set()

    def _serve(self) -> None:
        while not self._requests.empty():
            action, answer = self._requests.get()
            assert self.session is not None
            try:
                answer.put(action(self.session))
            except Exception as error:  # goes to whoever asked
                answer.put(error)

    def _fail(self, line: str, *, expected: bool) -> None:
        self.failure = Failure(line, expected)
        self.status = Status.FAILED
