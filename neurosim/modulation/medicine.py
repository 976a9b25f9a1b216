"""A drug as a file: its kinetics, what it moves, and what is known of its effect."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from pydantic import Field

from neurosim.core.config import Config, load_named
from neurosim.core.drive import Offsets
from neurosim.modulation.pharmacokinetics import Pharmacokinetics


class Medicine(Config):
    """What a drug is in this simulation: a group average, no advice on doses."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="lower case, no spaces")
    title: str = Field(description="what it is, in one line")
    purpose: str = Field(description="what it is used for, in one line")
    references: tuple[str, ...] = Field((), description="where the numbers are from")
    evidence: str = Field("", description="what is known of its effect, with what speaks against it")
    caveats: tuple[str, ...] = Field((), description="what a user should know before believing it")
    kinetics: Pharmacokinetics = Field(description="what the body does to it")
    usual_dose_mg: float = Field(gt=0, description="a usual single dose", json_schema_extra={"unit": "mg"})
    usual_interval_h: float = Field(
        gt=0, description="from one usual dose to the next", json_schema_extra={"unit": "h"}
    )
    effect_half_life_h: float = Field(
        0.25, gt=0, description="with which the site of effect follows the blood", json_schema_extra={"unit": "h"}
    )
    half_effect: float = Field(
        1.0, gt=0, description="concentration of half the largest effect, in means of usual doses at the plateau"
    )
    effects: Offsets = Field(
        description="the offset of each latent while the site of effect holds the mean of usual doses at the plateau"
    )
    slow_effects: Offsets = Field({}, description="likewise, what follows only in weeks")
    slow_days: float = Field(17.0, gt=0, description="time constant of that", json_schema_extra={"unit": "days"})

    def strength(self, concentration: float) -> float:
        """Return an effect as a share of the usual one, at a concentration in means of usual doses at the plateau.

        Emax: ``c / (half_effect + c)``, scaled to 1 where c is 1.
        """
        return concentration * (1.0 + self.half_effect) / (self.half_effect + concentration)

    @property
    def usual_mg_per_l_at_70_kg(self) -> float:
        """Mean concentration of usual doses at the plateau [mg/l], in a body of 70 kg."""
        return self.kinetics.plateau_mg_per_l(self.usual_dose_mg, self.usual_interval_h, 70.0)

    @classmethod
    def example(cls) -> Self:
        """Return a drug with every kind of effect, for the laws."""
        return cls(
            name="example", title="An example", purpose="The laws",
            kinetics=Pharmacokinetics(half_life_h=35, tmax_h=5, volume_l_per_kg=1, induced_half_life_h=15),
            usual_dose_mg=200, usual_interval_h=12, effects={"theta_level": 0.2}, slow_effects={"mood": 0.1},
        )  # fmt: skip


def load_medicine(name: str | Path) -> Medicine:
    """Read a drug that ships with neurosim or a plug-in, or a TOML file.

    Parameters
    ----------
    name
        A name such as ``"methylphenidate"``, or the path of a file (ending in ``.toml``).

    Raises
    ------
    ConfigError
        With everything that is wrong in the file, each with its place and the remedy.
    """
    return load_named("drug", name, Medicine)
