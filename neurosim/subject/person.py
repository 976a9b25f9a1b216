"""A person at the keyboard, who breathes and tenses muscles of the simulated body by hand."""

from __future__ import annotations

from collections import deque
from typing import Literal, Self

from pydantic import Field

from neurosim.core.actor import Actor, ActorConfig
from neurosim.core.config import Config
from neurosim.core.drive import Drive
from neurosim.core.feedback import Feedback
from neurosim.core.timeline import TickGrid

Key = Literal["space", "up", "down", "left", "right", "e"]

#: What full tension adds to the contraction, and full relaxation to the logarithm of what the muscle keeps by itself;
#: and what full attention adds to its resting value.
_CONTRACTION, _RELAXATION, _ATTENTION = 0.2, -0.75, 0.4


class KeyEvent(Config):
    """A key goes down or up; it takes effect at the next tick that begins."""

    at_s: float = Field(ge=0, description="when, from the start of the session", json_schema_extra={"unit": "s"})
    key: Key = Field(description="space, up, down, left, right or e")
    pressed: bool = Field(True, description="down, or up again")
    session: int = Field(1, ge=1, description="in which session of a course")


class Person(ActorConfig):
    """Moves the body by keys: live, or as recorded.

    Space held breathes in, let go breathes out; left alone for a while, the body breathes by itself. The arrows up and
    down tense and relax a muscle as long as they are held, right and left raise and lower attention; E closes the
    eyes and opens them. A live session is repeated by a person whose keys are its log.

    Examples
    --------
    >>> person = Person(keys=[{"at_s": 1, "key": "space"}, {"at_s": 3, "key": "space", "pressed": False}])
    >>> actor = person.prepare(TickGrid(0.5), 0, (0,), ())
    >>> [float(actor.act(k)["breath"]) for k in range(8)]
    [0.0, 0.0, 1.0, 1.0, 1.0, 1.0, -1.0, -1.0]
    """

    kind: Literal["person"] = "person"
    keys: tuple[KeyEvent, ...] = Field((), description="keys that were recorded, in any order")
    muscle: Literal["frontalis", "trapezius"] = Field("frontalis", description="what the arrows up and down tense")
    full_s: float = Field(
        2.0, gt=0, description="how long an arrow is held for all of its effect", json_schema_extra={"unit": "s"}
    )
    own_breath_s: float = Field(
        12.0, gt=0, description="time without the space bar after which the body breathes by itself",
        json_schema_extra={"unit": "s"},
    )  # fmt: skip

    @classmethod
    def examples(cls) -> list[Self]:
        """Return one who presses every key."""
        names: tuple[Key, ...] = ("space", "up", "right", "e", "down", "left")
        pressed = [KeyEvent(at_s=0.3 * i, key=name) for i, name in enumerate(names)]
        released = [KeyEvent(at_s=3.0 + 0.3 * i, key=name, pressed=False) for i, name in enumerate(names)]
        return [cls(keys=(*pressed, *released), full_s=1.0, own_breath_s=2.0)]

    def prepare(
        self, grid: TickGrid, seed: int, subjects: tuple[int, ...], batch_shape: tuple[int, ...]
    ) -> PersonActor:
        """Return the actor; everyone in a batch is moved alike."""
        return PersonActor(self, grid)


class PersonActor(Actor):
    """See `Person`.

    Parameters
    ----------
    config
        Recorded keys, and how the body follows.
    grid
        The ticks of the session.

    Attributes
    ----------
    log
        Every key that took effect, with the time of its tick: the `keys` of a person who does the same again.
    """

    def __init__(self, config: Person, grid: TickGrid) -> None:
        self._config, self._grid = config, grid
        self._step = grid.start_s(1) / config.full_s
        self._live: deque[tuple[Key, bool]] = deque()  # filled by another thread; appending and taking are atomic
        self.log: list[KeyEvent] = []
        self._session = 1
        self._start()

    def _start(self) -> None:
        mine = [event for event in self._config.keys if event.session == self._session]
        self._recorded = deque(sorted(mine, key=lambda event: event.at_s))
        self._held: set[Key] = set()
        self._tension, self._attention, self._closed = 0.0, 0.0, False
        self._last_breath_s = -self._config.own_breath_s

    def press(self, key: Key) -> None:
        """Note that a key went down; it takes effect at the next tick. From any thread."""
        self._live.append((key, True))

    def release(self, key: Key) -> None:
        """Note that a key went up; it takes effect at the next tick. From any thread."""
        self._live.append((key, False))

    def _take(self, key: Key, pressed: bool, at_s: float) -> None:
        if (key in self._held) == pressed:  # a keyboard that repeats
            return
        (self._held.add if pressed else self._held.discard)(key)
        self.log.append(KeyEvent(at_s=at_s, key=key, pressed=pressed, session=self._session))
        if key == "space":
            self._last_breath_s = at_s
        if key == "e" and pressed:
            self._closed = not self._closed

    def _moved(self, level: float, up: Key, down: Key) -> float:
        toward = (up in self._held) - (down in self._held)
        return min(max(level + toward * self._step, -1.0), 1.0)

    def act(self, tick_index: int) -> Drive:
        now_s = self._grid.start_s(tick_index)
        while self._recorded and self._recorded[0].at_s <= now_s:
            event = self._recorded.popleft()
            self._take(event.key, event.pressed, now_s)
        while self._live:
            self._take(*self._live.popleft(), now_s)
        self._tension = self._moved(self._tension, "up", "down")
        self._attention = self._moved(self._attention, "right", "left")
        breathing = "space" in self._held or now_s - self._last_breath_s < self._config.own_breath_s
        return Drive(
            {
                "breath": (1.0 if "space" in self._held else -1.0) if breathing else 0.0,
                self._config.muscle: _CONTRACTION * max(self._tension, 0.0),
                f"{self._config.muscle}_tension": _RELAXATION * max(-self._tension, 0.0),
                "attention": _ATTENTION * self._attention,
                "eyes_closed": float(self._closed),
            }
        )

    def observe(self, feedback: Feedback) -> None:
        """Do nothing: the person sees the screen."""

    def rest(self, duration_s: float) -> None:
        self._session += 1
        self._start()
