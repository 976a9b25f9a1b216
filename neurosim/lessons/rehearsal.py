"""The scripted person who takes a lesson where there is nobody: presses keys, gives commands, looks for a strategy."""

from __future__ import annotations

import math
from collections import deque

from pydantic import Field

from neurosim.core.config import Config
from neurosim.lessons.doing import Doing, is_of_session
from neurosim.session.commands import Command, Point, Stroke
from neurosim.session.session import Session
from neurosim.session.tick import Tick
from neurosim.subject.person import Key

#: The strategy walker: so many directions, each for so long, of which the beginning does not count: feedback is late.
_DIRECTIONS, _TRY_S, _SETTLE_S, _ROUNDS = 8, 4.0, 1.5, 3


class KeyStroke(Config):
    """A key that is pressed, held and let go."""

    after_s: float = Field(ge=0, description="when, from the beginning of the step", json_schema_extra={"unit": "s"})
    key: Key = Field(description="which")
    for_s: float = Field(0.25, gt=0, description="how long it is held", json_schema_extra={"unit": "s"})


class Given(Config):
    """A command that is given."""

    after_s: float = Field(ge=0, description="when, from the beginning of the step", json_schema_extra={"unit": "s"})
    do: Doing = Field(description="the command")


class Rehearse(Config):
    """What a scripted person does in a step."""

    breathe_per_min: float | None = Field(
        None, gt=0, description="breathes by the space bar, as long in as out", json_schema_extra={"unit": "1/min"}
    )
    keys: tuple[KeyStroke, ...] = Field((), description="keys that are pressed")
    give: tuple[Given, ...] = Field((), description="commands that are given")
    walk: bool = Field(False, description="looks for the hidden strategy, by the feedback alone")


class Rehearsal:
    """Does in a step what its `Rehearse` says.

    Parameters
    ----------
    config
        What to do.
    session
        Where.
    """

    def __init__(self, config: Rehearse, session: Session) -> None:
        self._config, self._session = config, session
        self._start_s = session.time_s
        strokes = [(s.after_s, s.key, True) for s in config.keys]
        strokes += [(s.after_s + s.for_s, s.key, False) for s in config.keys]
        self._strokes = deque(sorted(strokes))
        self._given = deque(sorted(config.give, key=lambda given: given.after_s))
        self._breathing_in = False
        self._walker = Walker() if config.walk else None

    def act(self) -> None:
        """Do what is due before the next tick."""
        since_s = self._session.time_s - self._start_s
        while self._strokes and self._strokes[0][0] <= since_s:
            _, key, pressed = self._strokes.popleft()
            self._press(key, pressed)
        while self._given and self._given[0].after_s <= since_s:
            command = self._given.popleft().do
            if is_of_session(command):
                assert isinstance(command, Command)
                self._session.submit(command)
        if self._config.breathe_per_min:
            inhale = since_s * self._config.breathe_per_min / 60.0 % 1.0 < 0.5
            if inhale != self._breathing_in:
                self._breathing_in = inhale
                self._press("space", inhale)
        if self._walker is not None and (place := self._walker.go(since_s)) is not None:
            self._session.submit(Point(x=place[0], y=place[1]))

    def see(self, tick: Tick) -> None:
        """See what is shown."""
        if self._walker is not None:
            self._walker.see(tick.start_s - self._start_s, float(tick.feedback.shown))

    def end(self) -> None:
        """Let go of all keys."""
        if self._breathing_in:
            self._press("space", False)
        for _, key, pressed in self._strokes:
            if not pressed:
                self._press(key, False)

    def _press(self, key: Key, pressed: bool) -> None:
        self._session.submit(Stroke(key=key, pressed=pressed))


class Walker:
    """Finds a good direction by feedback alone.

    It tries every direction several times for a few seconds, and then goes where the mean of the directions points,
    each weighted by how much feedback there was: what a patient person would do. Of the truth it knows nothing.
    """

    def __init__(self) -> None:
        self._angles = [2.0 * math.pi * i / _DIRECTIONS for i in range(_DIRECTIONS)]
        self._sums, self._n = [0.0] * _DIRECTIONS, [0] * _DIRECTIONS
        self._at: int | None = None

    def go(self, since_s: float) -> tuple[float, float] | None:
        """Return where to put the point now; None where it is."""
        trial = int(since_s / _TRY_S)
        if trial == self._at or (self._at is not None and self._at >= _DIRECTIONS * _ROUNDS):
            return None
        self._at = trial
        if trial < _DIRECTIONS * _ROUNDS:
            # Opposite directions come one after the other, so that what drifts weighs on both.
            i = (trial % _DIRECTIONS) * 5 % _DIRECTIONS
            return math.cos(self._angles[i]), math.sin(self._angles[i])
        means = [total / max(n, 1) for total, n in zip(self._sums, self._n, strict=True)]
        x = sum(m * math.cos(a) for m, a in zip(means, self._angles, strict=True))
        y = sum(m * math.sin(a) for m, a in zip(means, self._angles, strict=True))
        length = math.hypot(x, y) or 1.0
        return x / length, y / length

    def see(self, since_s: float, shown: float) -> None:
        """Take what was shown at a moment."""
        trial, into_s = divmod(since_s, _TRY_S)
        if trial < _DIRECTIONS * _ROUNDS and into_s >= _SETTLE_S:
            i = (int(trial) % _DIRECTIONS) * 5 % _DIRECTIONS
            self._sums[i] += shown
            self._n[i] += 1
