"""What the body does to a drug: absorption from the gut, elimination from one compartment, and the site of effect."""

from __future__ import annotations

import math
from typing import Self

import numpy as np
from pydantic import Field, model_validator

from neurosim.core.config import Config, in_unit
from neurosim.core.spec import Float


class Pharmacokinetics(Config):
    """One compartment with first-order absorption and elimination.

    After a single dose the concentration is ``F D ka / (V (ka - ke)) (exp(-ke t) - exp(-ka t))``. The rate ka of
    absorption follows from the time of the highest concentration, ``ln(ka / ke) / (ka - ke)``. A drug that speeds up
    its own elimination goes from one half-life to another, with a time constant of weeks of dosing.

    Examples
    --------
    >>> drug = Pharmacokinetics(half_life_h=2.5, tmax_h=2.0, bioavailability=1.0, volume_l_per_kg=22.0)
    >>> round(drug.elimination_per_h, 3), round(drug.absorption_per_h, 3)
    (0.277, 0.819)
    """

    half_life_h: float = in_unit("h", ..., "half-life of elimination", gt=0, le=1000)
    tmax_h: float = in_unit("h", ..., "from a single dose to the highest concentration", gt=0, le=48)
    bioavailability: float = Field(1.0, gt=0, le=1, description="share of a dose that reaches the blood")
    volume_l_per_kg: float = in_unit("l/kg", ..., "volume of distribution", gt=0)
    induced_half_life_h: float | None = in_unit("h", None, "half-life after weeks of dosing", gt=0)
    induction_days: float = in_unit("days", 17.0, "time constant of induction", gt=0)

    @model_validator(mode="after")
    def _absorbed_first(self) -> Self:
        most = self.half_life_h / math.log(2.0)
        if self.tmax_h >= most:
            raise ValueError(
                f"tmax_h must be below half_life_h / ln 2 = {most:.3g} h: absorption is the faster process"
            )
        return self

    @property
    def elimination_per_h(self) -> float:
        """Rate constant of elimination before induction [1/h]."""
        return math.log(2.0) / self.half_life_h

    @property
    def absorption_per_h(self) -> float:
        """Rate constant of absorption [1/h], found from the time of the highest concentration."""
        ke = self.elimination_per_h
        low, high = ke * (1.0 + 1e-9), ke * 1e6
        for _ in range(200):  # tmax falls with ka, so that halving finds it
            ka = math.sqrt(low * high)
            low, high = (ka, high) if math.log(ka / ke) / (ka - ke) > self.tmax_h else (low, ka)
        return ka

    def accumulation(self, interval_h: float) -> float:
        """Return how many times higher the plateau of regular doses is than the first dose: 1 / (1 - exp(-ke T))."""
        return 1.0 / (1.0 - math.exp(-self.elimination_per_h * interval_h))

    def plateau_mg_per_l(self, dose_mg: float, interval_h: float, weight_kg: float) -> float:
        """Return the mean concentration of regular doses once it is steady [mg/l], before induction."""
        volume_l = self.volume_l_per_kg * weight_kg
        return self.bioavailability * dose_mg / (volume_l * self.elimination_per_h * interval_h)


class Compartments:
    """Amounts that move on exactly: a step of any length is the closed solution, so that steps add up.

    Parameters
    ----------
    kinetics
        The drug.
    weight_kg
        Of the body.
    clearance
        How fast each subject eliminates it, in units of the group average ``(subject,)``.
    effect_per_h
        Rate constant with which the site of effect follows the blood [1/h].

    Attributes
    ----------
    gut_mg, blood_mg_per_l, effect_mg_per_l
        What is still to be absorbed, and the concentrations in the blood and at the site of effect ``(subject,)``.
    induction
        How far induction has gone ``(subject,)``, 0 to 1.
    """

    def __init__(self, kinetics: Pharmacokinetics, weight_kg: float, clearance: Float, effect_per_h: float) -> None:
        self._kinetics, self._clearance, self._effect = kinetics, clearance, effect_per_h
        self._ka = kinetics.absorption_per_h
        self._per_mg = kinetics.bioavailability / (kinetics.volume_l_per_kg * weight_kg)
        self.gut_mg, self.blood_mg_per_l, self.effect_mg_per_l, self.induction = np.zeros((4, len(clearance)))

    def take(self, dose_mg: float) -> None:
        """Swallow a dose [mg]."""
        self.gut_mg = self.gut_mg + dose_mg

    @property
    def elimination_per_h(self) -> Float:
        """Rate constant of elimination of each subject now ``(subject,)`` [1/h]."""
        usual = self._kinetics.elimination_per_h
        induced = self._kinetics.induced_half_life_h
        most = usual if induced is None else math.log(2.0) / induced
        rate: Float = self._clearance * (usual + (most - usual) * self.induction)
        return rate

    def pass_time(self, hours: float) -> None:
        """Let time pass [h]; within a step induction stands still."""
        ka, k = self._ka, self._effect
        ke = self.elimination_per_h
        ke = np.where(np.abs(ke - ka) < 1e-9 * ka, ke * (1.0 + 1e-6), ke)  # the closed form needs them apart
        ke = np.where(np.abs(ke - k) < 1e-9 * k, ke * (1.0 + 1e-6), ke)
        gone_a, gone_e, gone_k = math.exp(-ka * hours), np.exp(-ke * hours), math.exp(-k * hours)
        absorbed = self._per_mg * self.gut_mg * ka / (ka - ke)
        at_once = self.blood_mg_per_l + absorbed
        to_effect_e, to_effect_a = k * (gone_e - gone_k) / (k - ke), k * (gone_a - gone_k) / (k - ka)
        self.effect_mg_per_l = self.effect_mg_per_l * gone_k + at_once * to_effect_e - absorbed * to_effect_a
        self.blood_mg_per_l = at_once * gone_e - absorbed * gone_a
        self.gut_mg = self.gut_mg * gone_a
        taking = (self.gut_mg > 0.0) | (self.blood_mg_per_l > 0.0)
        towards = 1.0 - math.exp(-hours / (24.0 * self._kinetics.induction_days))
        self.induction = self.induction + towards * (np.where(taking, 1.0, 0.0) - self.induction)
