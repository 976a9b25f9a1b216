"""A stimulator: gives pulses all the time, in turns, or while the feedback asks for them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Literal, Self, TypeAlias

import numpy as np
from pydantic import Field, model_validator

from neurosim.core.actor import Actor, ActorConfig
from neurosim.core.drive import Drive, Offsets
from neurosim.core.feedback import Feedback
from neurosim.core.spec import Float
from neurosim.core.timeline import TickGrid
from neurosim.modulation.lasting import BuildUp, Lasting
from neurosim.modulation.pulses import Pulses

#: By hand on or off, or as its description says.
Switch: TypeAlias = Literal["program", "on", "off"]


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
    reaches: Offsets = Field({}, description="offset of each latent while all fibres of the nerve are driven")
    lasting: Lasting | None = Field(None, description="what it does in weeks; an implant goes on between sessions")
    rheobase_ma: float = Field(
        0.5,
        gt=0,
        description="current that half of these fibres need at a very long pulse",
        json_schema_extra={"unit": "mA"},
    )
    chronaxie_us: float = Field(200.0, gt=0, description="of these fibres", json_schema_extra={"unit": "us"})

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
        turns = {"start_s": 1.0, "stop_s": 9.0, "on_s": 2.0, "off_s": 1.5}
        slow = {"reaches": {"vagal_tone": 0.1}, "lasting": Lasting.example()}
        return [cls(pulses=dbs, mode="adaptive"), cls(pulses=vns, **turns, **slow)]

    @property
    def readings(self) -> dict[str, str]:
        site = self.pulses.site
        return {f"{site}_current": "mA", f"{site}_width": "us", f"{site}_frequency": "Hz"}

    @property
    def duty(self) -> float:
        """Share of the time that it is on in turns; 1 without them."""
        return 1.0 if self.on_s is None else self.on_s / (self.on_s + self.off_s)

    @property
    def recruitment(self) -> float:
        """Share of the fibres that a pulse of the full current excites."""
        threshold = self.rheobase_ma * (1.0 + self.chronaxie_us / self.pulses.width_us)
        return 1.0 / (1.0 + math.exp(-(self.pulses.current_ma / threshold - 1.0) / 0.15))

    def prepare(
        self, grid: TickGrid, seed: int, subjects: tuple[int, ...], batch_shape: tuple[int, ...]
    ) -> StimulatorActor:
        """Return the actor."""
        lasts = BuildUp.of(self.lasting, seed, f"stimulator/{self.pulses.site}", subjects, batch_shape)
        return StimulatorActor(self, grid, lasts, batch_shape)


class StimulatorActor(Actor):
    """See `Stimulator`.

    Parameters
    ----------
    config
        What it gives and when.
    grid
        The ticks of the session.
    lasts
        What it does beyond its own minutes.
    batch_shape
        ``()`` or ``(n,)``.

    Attributes
    ----------
    config
        What it gives now: as described, until somebody sets it.
    switch
        Whether somebody has switched it by hand.
    level
        Where each current stands ``(*batch,)``, from 0 to 1.
    """

    def __init__(self, config: Stimulator, grid: TickGrid, lasts: BuildUp, batch_shape: tuple[int, ...]) -> None:
        self._described, self._grid, self._shape, self._lasts = config, grid, batch_shape, lasts
        tick_s = grid.start_s(1)
        self._most = math.inf if config.ramp_s <= tick_s else tick_s / config.ramp_s
        self._names = tuple(f"{config.pulses.site}_{what}" for what in ("ma", "us", "hz"))
        self._start()

    def _start(self) -> None:
        self.config = self._described
        self.switch: Switch = "program"
        self._recruitment = self.config.recruitment
        self.level = np.zeros(self._shape)
        self._asked: Float = np.zeros(self._shape)

    def set(self, pulses: Pulses, switch: Switch | None = None) -> None:
        """Give other pulses from now on, and be switched by hand, until the session ends; the switch ramps."""
        self.config = self.config.model_copy(update={"pulses": pulses})
        self._recruitment = self.config.recruitment
        self.switch = switch or self.switch

    def act(self, tick_index: int) -> Drive:
        config = self.config
        goal = self._goal(self._grid.start_s(tick_index))
        self.level = np.clip(goal, self.level - self._most, self.level + self._most)
        drive = Drive()
        if self.level.any():
            drive = Drive(dict(zip(self._names, self.read(), strict=True)))
            drive += Drive({name: most * self._recruitment * self.level for name, most in config.reaches.items()})
        return drive + self._lasts.drive()

    def _goal(self, time_s: float) -> Float | float:
        if self.switch != "program":
            return float(self.switch == "on")
        return self._asked if self.config.mode == "adaptive" else float(self._on(time_s))

    def read(self) -> tuple[Float, Float, Float]:
        on, pulses = (self.level > 0.0).astype(np.float64), self.config.pulses
        return pulses.current_ma * self.level, pulses.width_us * on, pulses.frequency_hz * on

    def _on(self, time_s: float) -> bool:
        config = self.config
        if time_s < config.start_s or (config.stop_s is not None and time_s >= config.stop_s):
            return False
        return config.on_s is None or (time_s - config.start_s) % (config.on_s + config.off_s) < config.on_s

    def observe(self, feedback: Feedback) -> None:
        self._asked = (feedback.shown > 0.5).astype(np.float64)

    def rest(self, duration_s: float) -> None:
        self._lasts.go_on(self._described.recruitment, duration_s)
        self._start()

    def memory(self) -> dict[str, Float]:
        return {f"stimulator/{self._described.pulses.site}": self._lasts.level}

    def recall(self, memory: Mapping[str, Float]) -> None:
        self._lasts.level = memory[f"stimulator/{self._described.pulses.site}"].copy()
