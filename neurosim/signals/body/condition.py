"""What a condition changes in a healthy body: offsets that its severity scales."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic import Field, field_validator

from neurosim.core.config import Config
from neurosim.core.drive import LATENTS
from neurosim.core.errors import did_you_mean
from neurosim.signals.body.state import moved_quantities, resting_values
from neurosim.signals.body.traits import TRAITS

#: The largest severity: half as much again as in the group that was published.
MOST_SEVERE = 1.5


class Condition(Config):
    """A condition as offsets from a healthy body of the same age, in full at a severity of 1."""

    simulates: str = Field(description="what of the condition is there")
    leaves_out: str = Field(description="what is not")
    offsets: dict[str, float] = Field(
        description="how far latents rest from where they do in health, and how far off what they move is all the time"
    )
    traits: dict[str, float] = Field(
        {}, description="how far the average of traits is off: in their unit, or the logarithm of a factor (traits.csv)"
    )

    @field_validator("offsets")
    @classmethod
    def _known(cls, offsets: dict[str, float]) -> dict[str, float]:
        return _only(offsets, (*LATENTS, *moved_quantities()), "latent")

    @field_validator("traits")
    @classmethod
    def _known_traits(cls, traits: dict[str, float]) -> dict[str, float]:
        return _only(traits, TRAITS, "trait")

    def rest_at(self, severity: float, healthy: Mapping[str, float]) -> dict[str, float]:
        """Return where latents rest, and how far off average what they move is.

        Parameters
        ----------
        severity
            0 is healthy, 1 as in the group on average.
        healthy
            The same in health, as far as that is not the usual place.

        Examples
        --------
        >>> Condition(simulates="", leaves_out="", offsets={"arousal": 0.2}).rest_at(0.5, {"theta": 0.3})
        {'theta': 0.3, 'arousal': 0.6}
        """
        usual = resting_values() | dict(healthy)
        moved = {name: usual.get(name, 0.0) + severity * offset for name, offset in self.offsets.items()}
        return {**healthy, **moved}

    def traits_at(self, severity: float) -> dict[str, float]:
        """Return how far the averages of traits are off."""
        return {name: severity * offset for name, offset in self.traits.items()}


def _only(offsets: dict[str, float], known: Sequence[str], what: str) -> dict[str, float]:
    for name in offsets:
        if name not in known:
            raise ValueError(f"unknown {what} '{name}'; {did_you_mean(name, known)}")
    return offsets
