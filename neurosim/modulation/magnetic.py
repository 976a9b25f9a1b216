"""A magnetic coil over the hand area: single pulses, trains and theta bursts, with what they leave behind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Self, TypeAlias

import numpy as np
from pydantic import Field, model_validator

from neurosim.core.actor import Actor, ActorConfig
from neurosim.core.config import Config
from neurosim.core.drive import Drive, DriveEvent
from neurosim.core.errors import did_you_mean
from neurosim.core.feedback import Feedback
from neurosim.core.spec import Float
from neurosim.core.timeline import TickGrid
from neurosim.modulation.lasting import BuildUp, Lasting
from neurosim.modulation.plasticity import Plasticity, Synapse

#: By hand off, or as its train says.
CoilSwitch: TypeAlias = Literal["program", "off"]


class Train(Config):
    """Pulses in bursts, bursts in trains, trains with pauses.

    Examples
    --------
    >>> Train(n_pulses=6, rate_hz=5, burst=3).times_s()
    (0.0, 0.02, 0.04, 0.2, 0.22, 0.24)
    """

    n_pulses: int = Field(ge=1, le=20000, description="how many pulses in all")
    rate_hz: float = Field(gt=0, le=50, description="pulses a second, or bursts", json_schema_extra={"unit": "Hz"})
    burst: int = Field(1, ge=1, le=10, description="pulses in a burst")
    burst_hz: float = Field(50.0, gt=0, le=100, description="pulses a second in it", json_schema_extra={"unit": "Hz"})
    on_s: float | None = Field(None, gt=0, description="length of a train", json_schema_extra={"unit": "s"})
    off_s: float = Field(0.0, ge=0, description="pause between trains", json_schema_extra={"unit": "s"})

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.burst > 1 and (self.burst - 1) / self.burst_hz >= 1.0 / self.rate_hz:
            raise ValueError(f"a burst of {self.burst} pulses at {self.burst_hz:g} Hz is longer than 1/rate_hz")
        if self.on_s is not None and self.on_s * self.rate_hz < 1.0:
            raise ValueError(f"on_s must hold a pulse: at least {1.0 / self.rate_hz:g} s, got {self.on_s:g}")
        return self

    def times_s(self) -> tuple[float, ...]:
        """Return when each pulse comes, from the first on [s]."""
        k = np.arange(self.n_pulses)
        place, within = k // self.burst, (k % self.burst) / self.burst_hz
        train = np.zeros_like(k, dtype=float)
        if self.on_s is not None:
            per_train = round(self.on_s * self.rate_hz)
            train, place = (place // per_train) * (self.on_s + self.off_s), place % per_train
        return tuple(np.round(train + place / self.rate_hz + within, 6).tolist())


#: Protocols by the names that are in use (Huang et al. 2005, doi:10.1016/j.neuron.2004.12.033; Blumberger et al. 2018).
TRAINS: dict[str, Train] = {
    "single": Train(n_pulses=60, rate_hz=0.2),
    "1hz": Train(n_pulses=900, rate_hz=1.0),
    "5hz": Train(n_pulses=1500, rate_hz=5.0, on_s=5.0, off_s=25.0),
    "10hz": Train(n_pulses=3000, rate_hz=10.0, on_s=4.0, off_s=26.0),
    "itbs": Train(n_pulses=600, rate_hz=5.0, burst=3, on_s=2.0, off_s=8.0),
    "ctbs": Train(n_pulses=600, rate_hz=5.0, burst=3),
    "ctbs300": Train(n_pulses=300, rate_hz=5.0, burst=3),
}


class Coil(ActorConfig):
    """Gives magnetic pulses to the hand area of the left motor cortex.

    Every pulse is an event that the EEG answers with an evoked potential and, above the threshold, the hand with a
    twitch. What trains leave behind is a change of ``cortical_excitability`` that wears off; it is
    that of the published intensities, whatever is set. A sham coil clicks and
    does nothing.

    Examples
    --------
    >>> Coil(train="itbs").train.n_pulses
    600
    """

    kind: Literal["coil"] = "coil"
    train: Train = Field(TRAINS["single"], description="when pulses come: a table, or one of " + ", ".join(TRAINS))
    intensity: float = Field(1.2, ge=0, le=2, description="of a pulse, in resting motor thresholds")
    start_s: float = Field(0.0, ge=0, description="when the first pulse comes", json_schema_extra={"unit": "s"})
    sham: bool = Field(False, description="whether the coil is a sham: it clicks, and stimulates nothing")
    lasting: Lasting | None = Field(None, description="what a course does; its days are counted in sessions, one a day")
    plasticity: Plasticity = Field(default_factory=Plasticity, description="what trains leave behind")

    @model_validator(mode="before")
    @classmethod
    def _by_name(cls, data: object) -> object:
        if isinstance(data, dict) and isinstance(name := data.get("train"), str):
            if name not in TRAINS:
                raise ValueError(f"no train '{name}'; {did_you_mean(name, TRAINS)}")
            return {**data, "train": TRAINS[name]}
        return data

    @classmethod
    def examples(cls) -> list[Self]:
        """Return one that gives theta bursts."""
        return [cls(train=TRAINS["itbs"], start_s=0.5, lasting=Lasting.example())]

    @property
    def events(self) -> frozenset[str]:
        return frozenset({"tms_pulse"})

    @property
    def readings(self) -> dict[str, str]:
        return {"coil_pulses": "1", "coil_intensity": "motor thresholds", "coil_aftereffect": "%"}

    def prepare(self, grid: TickGrid, seed: int, subjects: tuple[int, ...], batch_shape: tuple[int, ...]) -> CoilActor:
        """Return the actor."""
        return CoilActor(self, grid, BuildUp.of(self.lasting, seed, "coil", subjects, batch_shape))


class CoilActor(Actor):
    """See `Coil`.

    Parameters
    ----------
    config
        What it gives and when.
    grid
        The ticks of the session.
    lasts
        What a course does.

    Attributes
    ----------
    config
        What it gives and when: as described, until somebody sets it.
    switch
        Whether somebody has switched it off by hand.
    synapse
        What the pulses have done so far.
    """

    def __init__(self, config: Coil, grid: TickGrid, lasts: BuildUp) -> None:
        self._described, self._grid, self._lasts = config, grid, lasts
        self._times = tuple(config.start_s + t for t in config.train.times_s())
        self.synapse = Synapse(config.plasticity)
        self._start()

    def _start(self) -> None:
        self.config = self._described
        self.switch: CoilSwitch = "program"
        self._asked = 0  # pulses by hand
        self._next, self._now_s, self._given = 0, 0.0, 0

    def set(self, intensity: float | None = None, switch: CoilSwitch | None = None) -> None:
        """Give pulses of another intensity from now on, and be switched by hand, until the session ends.

        What its train would have given while it is off is left out, and not made up for.
        """
        if intensity is not None:
            self.config = self.config.model_copy(update={"intensity": intensity})
        self.switch = switch or self.switch

    def pulse(self) -> None:
        """Give a pulse at the beginning of the next tick, whatever the train says."""
        self._asked += 1

    def act(self, tick_index: int) -> Drive:
        start_s, end_s = self._grid.start_s(tick_index), self._grid.start_s(tick_index + 1)
        change = self.synapse.change  # what earlier pulses left: a drive is constant within a tick
        times = self._due(start_s, end_s)
        for t in times:
            self._pass(max(t, start_s))
            if not self.config.sham:
                self.synapse.pulse()
        self._pass(end_s)
        self._given = len(times)
        if self.config.sham:
            return Drive()
        if self._given:  # a session is a day's treatment; one that is cut short counts for what it gave
            self._lasts.go_on(1.0, 86400.0 * self._given / len(self._times))
        events = [DriveEvent("tms_pulse", t, self.config.intensity) for t in times]
        drive = Drive({"cortical_excitability": float(np.log1p(change))} if change else {}, tuple(events))
        return drive + self._lasts.drive()

    def _due(self, start_s: float, end_s: float) -> tuple[float, ...]:
        """Return when the pulses of a tick come [s]: those that were asked for by hand first."""
        first = self._next
        while self._next < len(self._times) and self._times[self._next] < end_s:
            self._next += 1
        by_hand, self._asked = (start_s,) * self._asked, 0
        return by_hand + (self._times[first : self._next] if self.switch == "program" else ())

    def read(self) -> tuple[float, float, float]:
        lasting = 0.0 if self.config.sham else 100.0 * self.synapse.change
        return float(self._given), self.config.intensity * (self._given > 0), lasting

    def _pass(self, until_s: float) -> None:
        if until_s > self._now_s:
            self.synapse.pass_time(until_s - self._now_s)
            self._now_s = until_s

    def observe(self, feedback: Feedback) -> None:
        """Do nothing: a coil follows its train."""

    def rest(self, duration_s: float) -> None:
        self.synapse.pass_time(duration_s)
        self._start()

    def memory(self) -> dict[str, Float]:
        level = self._lasts.level
        return {"coil": np.tile(self.synapse.state(), (len(level), 1)), "coil/course": level}

    def recall(self, memory: Mapping[str, Float]) -> None:
        self.synapse.recall(memory["coil"][0])  # the same in everybody
        self._lasts.level = memory["coil/course"].copy()
