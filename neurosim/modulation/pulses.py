"""Pulses of current: their settings, the charge of a phase, and how much an electrode may give."""

from __future__ import annotations

import csv
import math
from functools import cache
from importlib.resources import files
from typing import Self

from pydantic import Field, model_validator

from neurosim.core.config import Config
from neurosim.core.drive import SITES
from neurosim.core.errors import did_you_mean

#: Shannon 1992, doi:10.1109/10.126616: below 1.85 no damage was seen in McCreery's experiments; 1.5 is the usual rule.
SHANNON_K = 1.85


@cache
def _electrodes() -> dict[str, dict[str, str]]:
    text = (files("neurosim.modulation") / "data" / "electrodes.csv").read_text(encoding="utf-8")
    return {row["site"]: row for row in csv.DictReader(text.splitlines())}


class Electrode(Config):
    """A contact that gives charge-balanced pulses.

    Examples
    --------
    >>> Electrode.at("stn").area_mm2
    6.0
    """

    area_mm2: float = Field(gt=0, description="area of the contact", json_schema_extra={"unit": "mm^2"})
    shannon_k: float = Field(
        SHANNON_K, gt=0, le=SHANNON_K, description="limit of log10(charge in uC) + log10(charge density in uC/cm^2)"
    )

    @classmethod
    def at(cls, site: str) -> Self:
        """Return the usual contact at a site (``data/electrodes.csv``)."""
        return cls(area_mm2=float(_electrodes()[site]["area_mm2"]))

    def density_uc_per_cm2(self, charge_uc: float) -> float:
        """Return the charge density of a phase [uC/cm^2]."""
        return charge_uc / (self.area_mm2 / 100.0)

    def shannon(self, charge_uc: float) -> float:
        """Return Shannon's k of a charge per phase: ``log10(charge) + log10(charge density)``."""
        if charge_uc <= 0.0:
            return -math.inf
        return math.log10(charge_uc) + math.log10(self.density_uc_per_cm2(charge_uc))

    @property
    def most_charge_uc(self) -> float:
        """The largest charge per phase within the limit [uC]."""
        return math.sqrt(10.0**self.shannon_k * self.area_mm2 / 100.0)


class Pulses(Config):
    """Charge-balanced rectangular pulses at a site; a charge past the electrode's limit is refused.

    Raises
    ------
    ConfigError
        When Shannon's limit is passed, with the figure and the largest current that is allowed.

    Examples
    --------
    >>> pulses = Pulses(site="stn", current_ma=2.5, width_us=60, frequency_hz=130)
    >>> round(pulses.charge_uc, 3)
    0.15
    """

    site: str = Field(description="where: " + ", ".join(SITES))
    current_ma: float = Field(ge=0, le=100, description="current", json_schema_extra={"unit": "mA"})
    width_us: float = Field(gt=0, le=2000, description="width of a phase", json_schema_extra={"unit": "us"})
    frequency_hz: float = Field(gt=0, le=20000, description="frequency", json_schema_extra={"unit": "Hz"})
    electrode: Electrode | None = Field(None, description="the contact; by default the usual one at that site")

    @model_validator(mode="after")
    def _safe(self) -> Self:
        if self.site not in SITES:
            raise ValueError(f"no site '{self.site}'; {did_you_mean(self.site, SITES)}")
        if self.width_us * self.frequency_hz > 0.5e6:
            most = 0.5e6 / self.frequency_hz
            raise ValueError(
                f"two phases of width_us must fit into a period: at most {most:.0f} us, got {self.width_us:g}"
            )
        contact, charge = self.contact, self.charge_uc
        if charge > contact.most_charge_uc * (1.0 + 1e-9):
            raise ValueError(
                f"{self.current_ma:g} mA for {self.width_us:g} us are {charge:.2f} uC a phase and "
                f"{contact.density_uc_per_cm2(charge):.0f} uC/cm^2, Shannon's k {contact.shannon(charge):.2f} above "
                f"{contact.shannon_k:g}: at most {1000.0 * contact.most_charge_uc / self.width_us:.1f} mA at this width"
            )
        return self

    @property
    def contact(self) -> Electrode:
        """The electrode that gives them."""
        return Electrode.at(self.site) if self.electrode is None else self.electrode

    @property
    def charge_uc(self) -> float:
        """Charge of a phase [uC]."""
        return self.current_ma * self.width_us / 1000.0
