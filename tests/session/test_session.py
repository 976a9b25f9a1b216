"""The loop: blocks, display delay, events, stopping, several sessions."""

from __future__ import annotations

import contextlib
import gc
import math
import os
import sys
import threading
from itertools import pairwise

import numpy as np
import pytest

from neurosim.core.actor import Actor
from neurosim.core.clock import SimulatedClock
from neurosim.core.drive import NEUTRAL, Drive
from neurosim.core.errors import ConfigError
from neurosim.core.feedback import Feedback
from neurosim.core.pace import PacedClock
from neurosim.core.timeline import TickGrid
from neurosim.feedback import Block, load_protocol
from neurosim.session import RealTimeClock, Session, SessionEvent, Sink, Tick, run, simulate, simulate_sessions
from neurosim.session.run import rehearse
from neurosim.signals import Body
from neurosim.subject import Script, Subject


class Watcher(Actor):
    """Does nothing and remembers what it saw."""

    def __init__(self) -> None:
        self.seen: list[Feedback] = []

    def act(self, tick_index: int) -> Drive:
        return NEUTRAL

    def observe(self, feedback: Feedback) -> None:
        self.seen.append(feedback)

    def rest(self, duration_s: float) -> None:
        pass


class Log(Sink):
    def __init__(self) -> None:
        self.ticks: list[Tick] = []
        self.notes: list[SessionEvent] = []
        self.closed = 0

    def write(self, tick: Tick) -> None:
        self.ticks.append(tick)

    def note(self, event: SessionEvent) -> None:
        self.notes.append(event)

    def close(self) -> None:
        self.closed += 1


def make_session(duration_s: float = 12.0, *actors: Actor, name: str = "alpha_up", **update: object) -> Session:
    protocol = load_protocol(name).fit(duration_s).model_copy(update=update)
    source = Body().prepare(TickGrid(protocol.update_interval_s), 1, (0,), ())
    source.select_all_beside(protocol.streams)
    return Session(protocol, source, actors)


def test_blocks_follow_each_other_without_a_gap() -> None:
    log = Log()
    session = make_session(40.0)
    assert run(session, sinks=[log])
    blocks = [e for tick in log.ticks for e in tick.events if e.kind == "block"]
    assert [e.text for e in blocks] == [b.name for b in session.protocol.blocks]
    for before, after in pairwise(blocks):
        assert before.onset_s + before.duration_s == pytest.approx(after.onset_s)
    assert blocks[-1].onset_s + blocks[-1].duration_s == pytest.approx(40.0)
    assert [tick.index for tick in log.ticks] == list(range(40 * 64))
    assert log.closed == 1


def test_what_is_shown_arrives_after_the_display_delay() -> None:
    watcher = Watcher()
    log = Log()
    run(make_session(20.0, watcher, display_delay_s=0.25), sinks=[log])
    shown = [float(tick.feedback.shown) for tick in log.ticks]
    seen = [float(feedback.shown) for feedback in watcher.seen]
    assert max(shown) == 1.0
    assert seen[16:] == shown[:-16]
    assert not any(seen[:16])


def test_feedback_is_shown_in_training_only() -> None:
    log = Log()
    run(make_session(40.0), sinks=[log])
    by_kind = {kind: [t for t in log.ticks if t.block.kind == kind] for kind in ("baseline", "transfer", "rest")}
    for ticks in by_kind.values():
        assert ticks
        assert not any(t.feedback.shown or t.feedback.reward for t in ticks)
    assert any(t.feedback.met for t in by_kind["transfer"])
    assert all(t.feedback.cue.block == t.block.kind for t in log.ticks)


def test_stopping_ends_at_the_border_of_a_tick_and_closes_every_sink() -> None:
    log = Log()
    session = make_session()
    assert not run(session, sinks=[log], stop=lambda: session.tick_index >= 100)
    assert len(log.ticks) == 100
    assert [e.kind for e in log.notes] == ["stop"]
    assert log.closed == 1


def test_an_exception_closes_the_sinks_and_is_noted() -> None:
    class Broken(Watcher):
        def act(self, tick_index: int) -> Drive:
            if tick_index == 10:
                raise ZeroDivisionError("boom")
            return NEUTRAL

    log = Log()
    with pytest.raises(ZeroDivisionError, match="boom"):
        run(make_session(12.0, Broken()), sinks=[log])
    assert len(log.ticks) == 10
    assert log.closed == 1
    assert log.notes[-1].kind == "error"


def test_what_was_there_is_not_looked_through_by_the_collector_while_it_runs() -> None:
    """A tick that has to wait until everything in the process was looked through is late, and the next ones too."""
    session = make_session()
    frozen: list[int] = []

    def stop() -> bool:
        frozen.append(gc.get_freeze_count())
        return len(frozen) > 2

    run(session, stop=stop)
    assert min(frozen) > 1000
    assert gc.get_freeze_count() == 0


class Policies(Log):
    """Asks what the system lets this thread do, and what it lets a thread that is started from it do."""

    def __init__(self) -> None:
        super().__init__()
        self.here: set[int] = set()
        self.started: set[int] = set()

    def write(self, tick: Tick) -> None:
        super().write(tick)
        self.here.add(_policy())
        thread = threading.Thread(target=lambda: self.started.add(_policy()))
        thread.start()
        thread.join()


def _policy() -> int:
    return os.sched_getscheduler(0) & ~os.SCHED_RESET_ON_FORK


def _may_go_first() -> bool:
    """Ask the system itself, in a thread that ends: a superuser in a container need not be allowed to."""
    granted: list[int] = []

    def ask() -> None:
        with contextlib.suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
            granted.append(_policy())

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    return granted == [os.SCHED_RR]


@pytest.mark.skipif(sys.platform != "linux", reason="asked for on Linux alone")
def test_ticks_that_have_a_moment_go_before_other_programs() -> None:
    """A thread that has just woken can otherwise wait 10 ms for a program that keeps a core busy (sched(7))."""
    if not _may_go_first():
        pytest.skip("this user is not allowed to (CAP_SYS_NICE, RLIMIT_RTPRIO)")
    timed, not_timed = Policies(), Policies()
    run(make_session(12.0), PacedClock(400.0), [timed])
    assert (timed.here, timed.started, _policy()) == ({os.SCHED_RR}, {os.SCHED_OTHER}, os.SCHED_OTHER)
    for clock in (SimulatedClock(), PacedClock(math.inf)):
        run(make_session(12.0), clock, [not_timed])
        assert (not_timed.here, _policy()) == ({os.SCHED_OTHER}, os.SCHED_OTHER)


@pytest.mark.skipif(sys.platform != "linux", reason="asked for on Linux alone")
def test_a_system_that_does_not_let_ticks_go_first_runs_them_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def refuse(_: int, policy: int, __: os.sched_param) -> None:
        asked.append(policy & ~os.SCHED_RESET_ON_FORK)
        raise PermissionError("Operation not permitted")

    monkeypatch.setattr(os, "sched_setscheduler", refuse)
    log = Log()
    assert run(make_session(12.0), PacedClock(400.0), [log])
    assert len(log.ticks) == 768
    assert asked == [os.SCHED_RR, os.SCHED_OTHER]


def test_a_rehearsal_leaves_no_trace_in_the_session() -> None:
    plain, rehearsed = Log(), Log()
    run(make_session(12.0, name="smr_up"), sinks=[plain])
    session = make_session(12.0, name="smr_up")
    rehearse(session)
    assert session.tick_index == 0
    run(session, sinks=[rehearsed])
    for a, b in zip(plain.ticks, rehearsed.ticks, strict=True):
        assert np.array_equal(a.features, b.features, equal_nan=True)
        assert np.array_equal(a.feedback.value, b.feedback.value, equal_nan=True)
        assert all(np.array_equal(x, b.samples[name], equal_nan=True) for name, x in a.samples.items())


def test_what_cannot_be_copied_is_not_rehearsed() -> None:
    class Locked(Watcher):
        def __init__(self) -> None:
            super().__init__()
            self.lock = threading.Lock()

    session = make_session(12.0, Locked())
    rehearse(session)
    assert session.tick_index == 0
    assert run(session)


def test_a_stall_of_the_clock_is_an_event_and_no_tick_is_lost() -> None:
    class Now:
        time_s = 0.0

        def __call__(self) -> float:
            return self.time_s

        def sleep(self, duration_s: float) -> None:
            self.time_s += duration_s

    now = Now()

    class Sleepy(Watcher):
        def act(self, tick_index: int) -> Drive:
            now.time_s += 3.0 if tick_index == 64 else 0.0
            return NEUTRAL

    log = Log()
    run(make_session(4.0, Sleepy()), RealTimeClock(now=now, sleep=now.sleep), [log])
    assert [tick.index for tick in log.ticks] == list(range(256))
    assert [e.kind for e in log.notes] == ["gap"]
    assert log.notes[0].duration_s == pytest.approx(3.0, abs=0.05)


def test_a_blink_is_not_trusted_and_earns_nothing() -> None:
    """A blink of 150 uV at the forehead, in the middle of training."""
    script = Script(steps=({"at_s": 20.0, "event": "blink", "amplitude": 150.0},))
    subject = Subject(name="blinker", title="blinks", actors=(script,))
    result = simulate("alpha_up", subject=subject, seed=2, duration_s=60.0)
    table = result.features.set_index("time_s")
    blinking = table[20.15:21.3]  # from its rise to the end of the hold
    assert not blinking.valid.any()
    assert not blinking.reward.any()
    assert table[18.0:19.9].valid.all()
    assert table[23.0:24.0].valid.all()
    assert [e.onset_s for e in result.events if e.kind == "blink"] == [20.0]


def test_sessions_have_noise_of_their_own_and_skill_carries_over() -> None:
    first, second = simulate_sessions("alpha_up", n_sessions=2, seed=3, duration_s=20.0)
    assert (second.seed, second.session) == (first.seed, 1)
    assert not np.allclose(first.samples(), second.samples())
    assert first.skill is not None
    assert second.skill is not None
    assert first.skill[0] != 0.0


def test_the_same_seed_gives_the_same_session() -> None:
    a, b = (simulate("smr_up", seed=4, duration_s=20.0) for _ in range(2))
    assert np.array_equal(a.samples(), b.samples())
    assert a.features.equals(b.features)
    assert not np.array_equal(a.samples(), simulate("smr_up", seed=5, duration_s=20.0).samples())


def test_no_seed_picks_one_and_tells_it() -> None:
    a = simulate("alpha_up", duration_s=6.0)
    assert np.array_equal(simulate("alpha_up", seed=a.seed, duration_s=6.0).samples(), a.samples())


def test_all_misfits_are_told_at_once() -> None:
    protocol = load_protocol("smr_up")
    wrong = [f.model_copy(update={"channels": ("Zz",)}) for f in protocol.features[:2]]
    bad = protocol.model_copy(update={"features": (*wrong, protocol.features[2])})
    with pytest.raises(ConfigError) as caught:
        Session(bad, Body().prepare(TickGrid(1 / 64), 1, (0,), ()))
    assert [str(p).split(":")[0] for p in caught.value.problems] == [
        "features[0].channels",
        "features[1].channels",
    ]


def test_a_session_can_have_any_blocks() -> None:
    blocks = (
        Block(name="look", kind="rest", duration_s=1, eyes="open"),
        Block(name="listen", kind="training", duration_s=30, eyes="closed"),
    )
    result = simulate(load_protocol("alpha_up").with_blocks(*blocks), seed=1)
    table = result.features
    assert table[table.block == "look"].reward.sum() == 0
    # The learner closes the eyes when told to: alpha power at O1 grows three- to sixfold (models.md row 7).
    closed = table[table.time_s > 6].alpha.median()
    open_ = simulate(load_protocol("alpha_up").with_blocks(blocks[1].model_copy(update={"eyes": "open"})), seed=1)
    amplitude = closed / open_.features[open_.features.time_s > 6].alpha.median()
    assert 2.0 < amplitude**2 < 8.0
