"""A stimulator: gives pulses all the time, in turns, or while the feedback asks for them."""

from __future__ import annotations

import math
from typing import Literal, Self

import numpy as np
from pydantic import Field, model_validator

from neurosim.core.actor import Actor, ActorConfig
from neurosim.core.drive import NEUTRAL, Drive
from neurosim.core.feedback import Feedback
from neurosim.core.spec import Float
from neurosim.core.timeline import TickGrid
from neurosim.modulation.pulses import Pulses


class Stimulator(ActorConfig):
    """Gives pulses at a site.

    Adaptive, it is a hand in the same loop as a trainee: it reads what a rule shows. It gives pulses while more than
    half of the feedback is shown, and none while the protocol gives no feedback (baseline, transfer, rest); a sham
    of the feedback is a sham of the stimulation. Otherwise it is on from ``start_s`` on, in turns if there are any.

    Examples
    --------
    >>> pulses = {"site": "stn", "current_ma": 2.5, "width_us": 60, "frequency_hz": 130}
    >>> Stimulator(pulses=pulses, mode="adaptive", ramp_s=0.25).pulses.charge_uc
    0.15
    """

    kind: Literal["stimulator"] = "stimulator"
    pulses: Pulses = Field(description="what it gives")
    mode: Literal["continuous", "adaptive"] = Field("continuous", description="all the time, or by the feedback")
    ramp_s: float = Field(0.25, ge=0, description="from nothing to the full current", json_schema_extra={"unit": "s"})
    start_s: float = Field(
        0.0, ge=0, description="when it is switched on, if it is not adaptive", json_schema_extra={"unit": "s"}
    )
    stop_s: float | None = Field(
        None, gt=0, description="when it is switched off, if it is not adaptive", json_schema_extra={"unit": "s"}
    )
    on_s: float | None = Field(None, gt=0, description="length of a turn", json_schema_extra={"unit": "s"})
    off_s: float = Field(0.0, ge=0, description="pause between two turns", json_schema_extra={"unit": "s"})

    @model_validator(mode="after")
    def _timed(self) -> Self:
        if self.mode == "adaptive" and (self.start_s or self.stop_s is not None or self.on_s is not None):
            raise ValueError("an adaptive stimulator follows the feedback: leave out start_s, stop_s and on_s")
        if self.on_s is None and self.off_s:
            raise ValueError("off_s is the pause between turns: say how long a turn is with on_s")
        if self.stop_s is not None and self.stop_s <= self.start_s:
            raise ValueError(f"stop_s must be after start_s = {self.start_s:g} s, got {self.stop_s:g}")
        return self

    @classmethod
    def examples(cls) -> list[Self]:
        """Return one that follows the feedback, and one that works in turns."""
        dbs = Pulses(site="stn", current_ma=2.5, width_us=60, frequency_hz=130)
        vns = Pulses(site="vagus", current_ma=1.5, width_us=250, frequency_hz=25)
        return [cls(pulses=dbs, mode="adaptive"), cls(pulses=vns, start_s=1.0, stop_s=9.0, on_s=2.0, off_s=1.5)]

    @property
    def duty(self) -> float:
        """Share of the time that it is on in turns; 1 without them."""
        return 1.0 if self.on_s is None else self.on_s / (self.on_s + self.off_s)

    def prepare(
        self, grid: TickGrid, seed: int, subjects: tuple[int, ...], batch_shape: tuple[int, ...]
    ) -> StimulatorActor:
        """Return the actor."""
        return StimulatorActor(self, grid, batch_shape)


class StimulatorActor(Actor):
    """See `Stimulator`.

    Parameters
    ----------
    config
        What it gives and when.
    grid
        The ticks of the session.
    batch_shape
        ``()`` or ``(n,)``.

    Attributes
    ----------
    level
        Where each current stands ``(*batch,)``, from 0 to 1.
    """

    def __init__(self, config: Stimulator, grid: TickGrid, batch_shape: tuple[int, ...]) -> None:
        self._config, self._grid, self._shape = config, grid, batch_shape
        tick_s = grid.start_s(1)
        self._most = math.inf if config.ramp_s <= tick_s else tick_s / config.ramp_s
        site = config.pulses.site
        self._names = tuple(f"{site}_{what}" for what in ("ma", "us", "hz"))
        self._start()

    def _start(self) -> None:
        self.level = np.zeros(self._shape)
        self._asked: Float = np.zeros(self._shape)

    def act(self, tick_index: int) -> Drive:
        goal = self._asked if self._config.mode == "adaptive" else float(self._on(self._grid.start_s(tick_index)))
        self.level = np.clip(goal, self.level - self._most, self.level + self._most)
        if not self.level.any():
            return NEUTRAL
        pulses = self._config.pulses
        settings = (pulses.current_ma * self.level, pulses.width_us, pulses.frequency_hz)
        on = np.where(self.level > 0.0, 1.0, 0.0)
        current, width, hertz = settings
        return Drive(dict(zip(self._names, (current, width * on, hertz * on), strict=True)))

    def _on(self, time_s: float) -> bool:
        config = self._config
        if time_s < config.start_s or (config.stop_s is not None and time_s >= config.stop_s):
            return False
        return config.on_s is None or (time_s - config.start_s) % (config.on_s + config.off_s) < config.on_s

    def observe(self, feedback: Feedback) -> None:
        self._asked = (feedback.shown > 0.5).astype(np.float64)

    def rest(self, duration_s: float) -> None:
        self._start()
