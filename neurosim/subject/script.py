"""An actor that does what a script says."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field

from neurosim.core.actor import Actor, ActorConfig
from neurosim.core.config import Config
from neurosim.core.drive import EVENTS, NEUTRAL, Drive, DriveEvent
from neurosim.core.errors import ConfigError, did_you_mean
from neurosim.core.feedback import Feedback
from neurosim.core.timeline import TickGrid


class ScriptStep(Config):
    """From a moment on, a drive; or at that moment, an event."""

    at_s: float = Field(ge=0, description="when", json_schema_extra={"unit": "s"})
    drive: dict[str, float] | None = Field(None, description="offsets of latents from now on; replaces the last ones")
    event: str | None = Field(None, description="something that happens once, such as blink")
    amplitude: float | None = Field(None, description="how strongly, in the event's own unit; typical if left out")
    duration_s: float | None = Field(
        None, gt=0, description="how long; typical if left out", json_schema_extra={"unit": "s"}
    )
    where: str = Field("", description="the channel, where there is a choice")


class Script(ActorConfig):
    """Does at fixed times what a list of steps says.

    Examples
    --------
    >>> script = Script(steps=[{"at_s": 10, "drive": {"eyes_closed": 1}}, {"at_s": 12, "event": "blink"}])
    >>> script.steps[1].event
    'blink'
    """

    kind: Literal["script"] = "script"
    steps: tuple[ScriptStep, ...] = Field(description="what to do and when, in any order")

    @classmethod
    def examples(cls) -> list[Self]:
        """Return one that closes the eyes and blinks."""
        closed = ScriptStep(at_s=0.2, drive={"eyes_closed": 1.0})
        return [cls(steps=(closed, ScriptStep(at_s=0.3, event="blink", amplitude=100.0)))]

    @property
    def events(self) -> frozenset[str]:
        return frozenset(step.event for step in self.steps if step.event is not None)

    def prepare(
        self, grid: TickGrid, seed: int, subjects: tuple[int, ...], batch_shape: tuple[int, ...]
    ) -> ScriptActor:
        """Check the names of latents and events, and return the actor."""
        for i, step in enumerate(self.steps):
            if step.event is not None and step.event not in EVENTS:
                raise ConfigError(f"unknown event '{step.event}'; {did_you_mean(step.event, EVENTS)}").within(
                    "steps", i, "event"
                )
            try:
                Drive(step.drive or {})
            except ConfigError as error:
                raise error.within("steps", i, "drive") from error
        return ScriptActor(self.steps, grid)


class ScriptActor(Actor):
    """See `Script`.

    Parameters
    ----------
    steps
        What to do and when.
    grid
        The ticks of the session.
    """

    def __init__(self, steps: tuple[ScriptStep, ...], grid: TickGrid) -> None:
        self._steps = sorted(steps, key=lambda step: step.at_s)
        self._grid = grid
        self._start()

    def _start(self) -> None:
        self._next = 0
        self._held = NEUTRAL

    def act(self, tick_index: int) -> Drive:
        events = []
        end_s = self._grid.start_s(tick_index + 1)
        while self._next < len(self._steps) and self._steps[self._next].at_s < end_s:
            step = self._steps[self._next]
            if step.drive is not None:
                self._held = Drive(dict(step.drive))
            if step.event is not None:
                events.append(DriveEvent(step.event, step.at_s, step.amplitude, step.duration_s, step.where))
            self._next += 1
        return Drive(self._held.offsets, tuple(events)) if events else self._held

    def observe(self, feedback: Feedback) -> None:
        """Do nothing: a script does not learn."""

    def rest(self, duration_s: float) -> None:
        self._start()
