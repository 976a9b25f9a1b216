"""A drug as an actor: doses on a schedule, what the body does to them, and what they do to the body."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from neurosim.core.actor import Actor, ActorConfig
from neurosim.core.config import of_name
from neurosim.core.drive import Drive
from neurosim.core.feedback import Feedback
from neurosim.core.noise import AddressedNoise
from neurosim.core.spec import Float
from neurosim.core.timeline import TickGrid
from neurosim.modulation.medicine import Medicine
from neurosim.modulation.pharmacokinetics import Compartments

_HOUR_S = 3600.0
_LONGEST_STEP_H = 6.0  # within which induction may be taken as constant


class Drug(ActorConfig):
    """Takes doses of a medicine from ``start_h`` on; what is in the body goes on through the rest between sessions.

    Examples
    --------
    >>> Drug(medicine="methylphenidate", dose_mg=20).medicine.title[:15]
    'Methylphenidate'
    """

    kind: Literal["drug"] = "drug"
    medicine: Annotated[Medicine, of_name("drug", Medicine)] = Field(description="its name, or a table")
    dose_mg: float | None = Field(None, gt=0, description="of each dose; the usual one if left out",
                                  json_schema_extra={"unit": "mg"})  # fmt: skip
    interval_h: float | None = Field(
        None, gt=0, description="from dose to dose; the usual one if left out", json_schema_extra={"unit": "h"}
    )
    n_doses: int | None = Field(None, ge=1, description="how many; without end if left out")
    start_h: float = Field(0.0, ge=0, description="when the first one is taken", json_schema_extra={"unit": "h"})
    before_h: float = Field(
        0.0, ge=0, description="how long it has been taken before the first session", json_schema_extra={"unit": "h"}
    )
    hours_per_s: float = Field(
        1.0 / _HOUR_S, gt=0, le=24, description="hours of the drug that pass in a second of the session: 1/3600 is "
        "real time, 1/60 shows an hour in a minute"
    )  # fmt: skip
    weight_kg: float = Field(70.0, gt=0, le=300, description="of the body", json_schema_extra={"unit": "kg"})
    spread: float = Field(0.0, ge=0, le=2, description="SD of ln clearance between people; 0.3 is usual")

    @model_validator(mode="after")
    def _begins_once(self) -> Self:
        if self.before_h and self.start_h:
            raise ValueError("before_h says that it is taken already: leave out start_h")
        return self

    @classmethod
    def examples(cls) -> list[Self]:
        """Return one that shows a day in some seconds, in people who differ."""
        return [cls(medicine=Medicine.example(), hours_per_s=3.0, interval_h=8, spread=0.3, start_h=1.0)]

    def pressed(self, start_s: float, length_s: float) -> Self:
        """Return the same from its first dose on, in hours so short that the effect builds up in a stretch of time.

        Parameters
        ----------
        start_s
            When the first dose is taken, in the session [s].
        length_s
            How long there is for eight doses and for five half-lives of what comes slowest [s].
        """
        medicine = self.medicine
        slow_h = 24.0 * medicine.slow_days if medicine.slow_effects else 0.0
        slowest_h = max(medicine.kinetics.half_life_h, medicine.effect_half_life_h, math.log(2.0) * slow_h)
        span_h = max(8.0 * (self.interval_h or medicine.usual_interval_h), 5.0 * slowest_h)
        hours_per_s = min(24.0, span_h / length_s)
        times = {"hours_per_s": hours_per_s, "start_h": hours_per_s * start_s, "before_h": 0.0}
        return self.model_copy(update=times)

    @property
    def readings(self) -> dict[str, str]:
        name = self.medicine.name
        return {f"{name}_blood": "mg/l", f"{name}_effect": "of the usual"}

    def prepare(self, grid: TickGrid, seed: int, subjects: tuple[int, ...], batch_shape: tuple[int, ...]) -> DrugActor:
        """Return the actor, after what was taken before."""
        noise = AddressedNoise(seed, f"drug/{self.medicine.name}", subjects)
        return DrugActor(self, grid, np.exp(self.spread * noise.normal(0, 1)[0]), batch_shape)


class DrugActor(Actor):
    """See `Drug`.

    Parameters
    ----------
    config
        What is taken and when.
    grid
        The ticks of the session.
    clearance
        How fast each subject eliminates it, in units of the group average ``(subject,)``.
    batch_shape
        ``()`` or ``(n,)``.

    Attributes
    ----------
    compartments
        Where the drug is.
    """

    def __init__(self, config: Drug, grid: TickGrid, clearance: Float, batch_shape: tuple[int, ...]) -> None:
        medicine = config.medicine
        self._config, self._medicine, self._shape = config, medicine, batch_shape
        self._dose_mg = config.dose_mg or medicine.usual_dose_mg
        self._interval_h = config.interval_h or medicine.usual_interval_h
        self._tick_h = grid.start_s(1) * config.hours_per_s
        effect_per_h = math.log(2.0) / medicine.effect_half_life_h
        self.compartments = Compartments(medicine.kinetics, config.weight_kg, clearance, effect_per_h)
        self._usual = medicine.usual_mg_per_l_at_70_kg
        self._slow = np.zeros(len(clearance))
        self._by_hand_h: tuple[float, ...] = ()
        self._now_h, self._next_h, self._taken = -config.before_h, config.start_h - config.before_h, 0
        self._pass(config.before_h)

    @property
    def config(self) -> Drug:
        """What is taken and when."""
        return self._config

    @property
    def now_h(self) -> float:
        """Time since the beginning of its first session [h]."""
        return self._now_h

    @property
    def taken_h(self) -> Float:
        """When each dose so far was taken, on the same clock ``(dose,)`` [h]: those of the schedule, those by hand."""
        first_h = self._config.start_h - self._config.before_h
        planned = first_h + self._interval_h * np.arange(self._taken, dtype=np.float64)
        return np.concatenate([planned, self._by_hand_h])

    @property
    def dose_mg(self) -> float:
        """A dose of the schedule [mg]."""
        return self._dose_mg

    def take(self, dose_mg: float) -> None:
        """Take a dose now, besides those of the schedule [mg]."""
        self.compartments.take(dose_mg)
        self._by_hand_h += (self._now_h,)

    @property
    def concentration_mg_per_l(self) -> Float:
        """Concentration in the blood ``(*batch,)`` [mg/l]."""
        return self.compartments.blood_mg_per_l.reshape(self._shape)

    @property
    def strength(self) -> Float:
        """Effect of each subject as a share of the usual one ``(subject,)``."""
        share = self.compartments.effect_mg_per_l / self._usual
        half = self._medicine.half_effect
        strength: Float = share * (1.0 + half) / (half + share)
        return strength

    def _pass(self, hours: float) -> None:
        """Let time pass [h], with the doses that fall into it."""
        end_h = self._now_h + hours
        while self._now_h < end_h:
            due = self._config.n_doses is None or self._taken < self._config.n_doses
            if due and self._next_h <= self._now_h:
                self.compartments.take(self._dose_mg)
                self._taken += 1
                self._next_h += self._interval_h
                continue
            until_h = min(end_h, self._next_h if due else end_h, self._now_h + _LONGEST_STEP_H)
            step_h = until_h - self._now_h
            self.compartments.pass_time(step_h)
            towards = 1.0 - math.exp(-step_h / (24.0 * self._medicine.slow_days))
            self._slow = self._slow + towards * (self.strength - self._slow)
            self._now_h = until_h

    def act(self, tick_index: int) -> Drive:
        self._pass(self._tick_h)
        parts = ((self._medicine.effects, self.strength), (self._medicine.slow_effects, self._slow))
        drives = [Drive({name: (most * share).reshape(self._shape) for name, most in effects.items()})
                  for effects, share in parts]  # fmt: skip
        return drives[0] + drives[1]

    def read(self) -> tuple[Float, Float]:
        return self.concentration_mg_per_l, self.strength.reshape(self._shape)

    def observe(self, feedback: Feedback) -> None:
        """Do nothing: a drug does not learn."""

    def rest(self, duration_s: float) -> None:
        self._pass(duration_s / _HOUR_S)

    def memory(self) -> dict[str, Float]:
        parts = self.compartments
        amounts = (parts.gut_mg, parts.blood_mg_per_l, parts.effect_mg_per_l, parts.induction, self._slow)
        schedule = [self._now_h, self._next_h, float(self._taken), *self._by_hand_h]
        return {
            f"drug/{self._medicine.name}": np.stack(amounts, axis=1),
            f"drug/{self._medicine.name}/schedule": np.tile(schedule, (len(self._slow), 1)),  # that of everybody
        }

    def recall(self, memory: Mapping[str, Float]) -> None:
        parts, amounts = self.compartments, memory[f"drug/{self._medicine.name}"]
        parts.gut_mg, parts.blood_mg_per_l, parts.effect_mg_per_l, parts.induction, self._slow = amounts.T.copy()
        schedule = memory[f"drug/{self._medicine.name}/schedule"][0]
        self._now_h, self._next_h, self._taken = float(schedule[0]), float(schedule[1]), int(schedule[2])
        self._by_hand_h = tuple(schedule[3:].tolist())
