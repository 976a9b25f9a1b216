"""Leads through a lesson while its session runs: gives commands, waits, measures, fills numbers into texts, checks."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from neurosim.core.config import Config
from neurosim.lessons.doing import is_of_session
from neurosim.lessons.lesson import Choice, Lesson, Step
from neurosim.lessons.quantity import Meter, Quantity
from neurosim.lessons.rehearsal import Rehearsal
from neurosim.lessons.table import find_table
from neurosim.session.commands import Command
from neurosim.session.recorder import Recorder
from neurosim.session.session import Session
from neurosim.session.tick import Sink, Tick

_TRACE_S = 0.25


class _Unknown:
    """A number that was not measured."""

    def __format__(self, spec: str) -> str:
        return "?"


@dataclass
class Taken:
    """What came of a step.

    Parameters
    ----------
    step
        The step.
    text
        What was told, with its numbers.
    seconds
        How long its session ran [s].
    met
        Whether what it waited for came.
    answer, right
        What was chosen, if it asked, and whether that is right.
    numbers, units
        What it remembered, and what that is measured in.
    failures
        What was not as expected, in words.
    hands
        How many in the room were for each choice; empty where nobody counted.
    """

    step: Step
    text: str
    seconds: float = 0.0
    met: bool = False
    answer: Choice | None = None
    right: bool = False
    numbers: dict[str, float] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    hands: tuple[int, ...] = ()


class LessonRunner(Sink):
    """One taking of a lesson; it watches the session as a sink, and is asked from another thread what to say.

    Parameters
    ----------
    lesson
        The lesson.
    signals
        Streams that the session makes besides; ``"all"`` for a window.

    Attributes
    ----------
    session
        The session of the step; None while a new one has to be prepared.
    number
        Of the step, from 0.
    taken
        What came of the steps so far, the present one last.
    numbers
        Everything that was remembered.
    trace
        The trained feature four times a second, over all sessions: time [s], value, number of the step.
    wanted
        Commands of the window that the steps have given, for whoever has a window.
    """

    def __init__(self, lesson: Lesson, signals: Sequence[str] = ()) -> None:
        self.lesson, self._signals = lesson, tuple(signals)
        self.session: Session | None = None
        self.number = 0
        self.numbers: dict[str, float] = {}
        self.trace: list[tuple[float, float, int]] = []
        self.wanted: list[Config] = []
        self.taken: list[Taken] = []
        self._lock = threading.RLock()
        self._say()

    @property
    def step(self) -> Step:
        """The step."""
        return self.lesson.step[self.number]

    @property
    def last(self) -> bool:
        """Whether no step comes after this one."""
        return self.number == len(self.lesson.step) - 1

    @property
    def ready(self) -> bool:
        """Whether the step is over: what it waits for has come or will not any more, and its question is answered."""
        return (self.step.until is None or self._waited) and (
            self.taken[-1].answer is not None or not self.step.question
        )

    @property
    def _waited(self) -> bool:
        """Whether a wait is over; numbers are those of the wait, however long somebody looks on afterwards."""
        until, now = self.step.until, self.taken[-1]
        return until is not None and (now.met or now.seconds >= until.ends_s - 1e-9)

    @property
    def hint(self) -> str:
        """What helps, if it is time for it."""
        now = self.taken[-1]
        return self.fill(self.step.hint) if not now.met and now.seconds >= self.step.hint_after_s else ""

    @property
    def failures(self) -> list[str]:
        """Everything that was not as expected, with the name of its step."""
        return [f"{taken.step.name}: {failure}" for taken in self.taken for failure in taken.failures]

    def fill(self, text: str) -> str:
        """Return a text with what has been remembered in it."""
        known: dict[str, object] = {f"drawn_{i + 1}": c.title for i, c in enumerate(self.lesson.order)}
        for step in self.lesson.step:
            known |= {remember.name: _Unknown() for remember in step.remember}
        known |= {name: value for name, value in self.numbers.items() if math.isfinite(value)}
        return text.format(**known).strip()

    def prepare(self) -> tuple[Session, list[Sink]]:
        """Prepare the session of the step, and give the step's commands; it is watched by what is returned.

        One of these can record it.

        Raises
        ------
        UserError
            For everything that does not fit.
        """
        plan = self.lesson.setting(self.number).plan(*self._signals)
        session = plan.session()
        with self._lock:
            self.session = session
            self._do()
        return session, [self, Recorder(plan)]

    def answer(self, number: int) -> str:
        """Choose an answer; returns what is said to it."""
        choice = self.step.choice[number]
        with self._lock:
            if self.taken[-1].answer is None:  # the first one counts: it was the prediction
                self.taken[-1].answer = choice
                self.taken[-1].right = self.lesson.is_right(self.number, choice)
        return self.fill(choice.reply)

    def advance(self) -> None:
        """Go on to the next step; `session` is None afterwards if that needs another one."""
        with self._lock:
            self.finish()
            if self.last:
                return
            self.number += 1
            self._say()
            if self.step.begin is not None or self.step.drawn is not None:
                self.session = None
            if self.session is not None:  # else it is done when the session is prepared
                self._do()

    def finish(self) -> None:
        """Measure what the step is to remember, and check what it expects; does it once."""
        now = self.taken[-1]
        with self._lock:
            if now.numbers or now.failures:
                return
            for remember in self.step.remember:
                if remember.column:
                    value = find_table(self.lesson.table).value(remember.column, remember.where)
                else:
                    value = self._meters[remember.name].statistic(remember.statistic) if self._meters else math.nan
                now.numbers[remember.name] = value * remember.scale
                now.units[remember.name] = remember.unit if self.session is None else remember.number_unit(self.session)
            self.numbers |= now.numbers
            now.failures = [text for e in self.step.expect if (text := e.failure(self.numbers))]

    def write(self, tick: Tick) -> None:
        with self._lock:
            if not self._begun or tick.index < self._first:
                return
            now = self.taken[-1]
            if not self._waited:
                for meter in self._meters.values():
                    meter.write(tick)
            now.seconds += self._tick_s
            at_s = sum(taken.seconds for taken in self.taken)
            if tick.feedback.valid and (not self.trace or at_s - self.trace[-1][0] >= _TRACE_S - 1e-9):
                self.trace.append((at_s, float(tick.feedback.value), self.number))
            now.met = now.met or self._comes(tick, now.seconds)

    def _say(self) -> None:
        self.taken.append(Taken(self.step, self.fill(self.step.text)))
        self._meters: dict[str, Meter] = {}
        self._begun, self._held_s = False, 0.0

    def _do(self) -> None:
        assert self.session is not None
        step, session = self.step, self.session
        self._tick_s, self._first = session.protocol.update_interval_s, session.tick_index
        looks = [r for r in step.remember if not r.column]
        self._meters = {r.name: Meter(r, session, r.over_s) for r in looks}
        if step.until is not None and step.until.named:
            self._meters["until"] = Meter(_quantity(step.until), session, self._tick_s)
        self._begun = True
        for doing in step.do:
            if is_of_session(doing):
                assert isinstance(doing, Command)
                session.submit(doing)
            else:
                self.wanted.append(doing)

    def _comes(self, tick: Tick, seconds: float) -> bool:
        until = self.step.until
        if until is None:
            return False
        if until.after_s is not None:
            return seconds >= until.after_s - 1e-9
        if until.command:
            return any(command.command == until.command for command in tick.commands)
        x, unit = self._meters["until"].newest, self.numbers.get(until.times, 1.0)
        there = x is not None and (until.above is None or x > until.above * unit)
        there = there and x is not None and (until.below is None or x < until.below * unit)
        self._held_s = self._held_s + self._tick_s if there else 0.0
        return there and self._held_s >= until.for_s - 1e-9


def _quantity(config: Quantity) -> Quantity:
    return Quantity(feature=config.feature, stream=config.stream, channel=config.channel, of=config.of)


def rehearse(lesson: Lesson, told: Callable[[Taken], None] = lambda taken: None) -> LessonRunner:
    """Take a lesson without a window, with a scripted person who answers right; returns what came of it.

    Parameters
    ----------
    lesson
        The lesson.
    told
        Called with each step when it is over.

    Raises
    ------
    UserError
        When the session does not have what a step looks at.
    """
    runner = LessonRunner(lesson)
    while True:
        if runner.session is None:
            runner.prepare()
        session = runner.session
        assert session is not None
        rehearsal = Rehearsal(runner.step.rehearse, session)
        if runner.step.choice:
            right = [lesson.is_right(runner.number, choice) for choice in runner.step.choice]
            runner.answer(right.index(True))
        while not runner.ready and not session.finished:
            rehearsal.act()
            tick = session.step()
            rehearsal.see(tick)
            runner.write(tick)
        rehearsal.end()
        taken, last = runner.taken[-1], runner.last
        runner.finish()
        if runner.step.until is not None and not taken.met:
            taken.failures.append("what it waits for did not come")
        told(taken)
        if last:
            return runner
        runner.advance()
