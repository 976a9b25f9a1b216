"""What treatment does beyond its own minutes: effects that build up over days and weeks, in those who respond."""

from __future__ import annotations

import math
from typing import Self

import numpy as np
from pydantic import Field, field_validator

from neurosim.core.config import Config
from neurosim.core.drive import LATENTS, Drive
from neurosim.core.errors import did_you_mean
from neurosim.core.noise import AddressedNoise
from neurosim.core.spec import Float


class Lasting(Config):
    """Offsets of latents that build up while a treatment goes on and wear off when it ends.

    People differ: some do not respond at all, the others by a lognormal factor whose mean over everyone is 1.
    """

    effects: dict[str, float] = Field(description="mean offset of each latent in the end")
    days: float = Field(gt=0, description="time constant", json_schema_extra={"unit": "days"})
    unresponsive: float = Field(0.0, ge=0, lt=1, description="share of people in whom nothing changes")
    spread: float = Field(0.0, ge=0, le=2, description="SD of the logarithm among the others")

    @field_validator("effects")
    @classmethod
    def _known(cls, effects: dict[str, float]) -> dict[str, float]:
        for name in effects:
            if name not in LATENTS:
                raise ValueError(f"unknown latent '{name}'; {did_you_mean(name, LATENTS)}")
        return effects

    def response(self, seed: int, component: str, subjects: tuple[int, ...]) -> Float:
        """Return how much each subject responds ``(subject,)``, 1 on average."""
        noise = AddressedNoise(seed, f"{component}/response", subjects)
        size = np.exp(self.spread * noise.normal(0, 1)[0] - 0.5 * self.spread**2) / (1.0 - self.unresponsive)
        response: Float = np.where(noise.uniform(4) < self.unresponsive, 0.0, size)
        return response

    def after(self, level: Float, goal: float, seconds: float) -> Float:
        """Return how far an effect has built up after some time ``(subject,)``, with the treatment at a share of it."""
        left = math.exp(-seconds / (86400.0 * self.days))
        result: Float = goal + (level - goal) * left
        return result

    def drive(self, level: Float, response: Float, shape: tuple[int, ...]) -> Drive:
        """Return what it does to the body."""
        return Drive({name: (most * level * response).reshape(shape) for name, most in self.effects.items()})

    @classmethod
    def example(cls) -> Self:
        """Return one for the laws."""
        return cls(effects={"excitability": -0.13}, days=160, unresponsive=0.25, spread=0.5)
