"""What treatment does beyond its own minutes: effects that build up over days and weeks, in those who respond."""

from __future__ import annotations

import math
from typing import Self

import numpy as np
from pydantic import Field

from neurosim.core.config import Config
from neurosim.core.drive import Drive, Offsets
from neurosim.core.noise import AddressedNoise
from neurosim.core.spec import Float


class Lasting(Config):
    """Offsets of latents that build up while a treatment goes on and wear off when it ends.

    People differ: some do not respond at all, the others by a lognormal factor whose mean over everyone is 1.
    """

    effects: Offsets = Field(description="mean offset of each latent in the end")
    days: float = Field(gt=0, description="time constant", json_schema_extra={"unit": "days"})
    unresponsive: float = Field(0.0, ge=0, lt=1, description="share of people in whom nothing changes")
    spread: float = Field(0.0, ge=0, le=2, description="SD of the logarithm among the others")

    def response(self, seed: int, component: str, subjects: tuple[int, ...]) -> Float:
        """Return how much each subject responds ``(subject,)``, 1 on average."""
        noise = AddressedNoise(seed, f"{component}/response", subjects)
        size = np.exp(self.spread * noise.normal(0, 1)[0] - 0.5 * self.spread**2) / (1.0 - self.unresponsive)
        response: Float = np.where(noise.uniform(4) < self.unresponsive, 0.0, size)
        return response

    @classmethod
    def example(cls) -> Self:
        """Return one for the laws."""
        return cls(effects={"excitability": -0.13}, days=160, unresponsive=0.25, spread=0.5)


class BuildUp:
    """How far what lasts has come in each subject, under a treatment that leaves something or nothing behind.

    Parameters
    ----------
    lasting
        What it leaves behind; None for nothing.
    response
        How much that is in each subject ``(subject,)``.
    batch_shape
        ``()`` or ``(n,)``.

    Attributes
    ----------
    level
        Share of the end that has been reached ``(subject,)``.
    """

    def __init__(self, lasting: Lasting | None, response: Float, batch_shape: tuple[int, ...]) -> None:
        self._lasting, self._response, self._shape = lasting, response, batch_shape
        self.level = np.zeros(len(response))

    @classmethod
    def of(
        cls, lasting: Lasting | None, seed: int, component: str, subjects: tuple[int, ...], batch_shape: tuple[int, ...]
    ) -> Self:
        """Return it before the treatment, in people who differ by the address of each."""
        everyone = np.ones(len(subjects))
        response = everyone if lasting is None else lasting.response(seed, component, subjects)
        return cls(lasting, response, batch_shape)

    def go_on(self, goal: float, seconds: float) -> None:
        """Let time pass [s] with the treatment at a share of it."""
        if self._lasting is not None:
            left = math.exp(-seconds / (86400.0 * self._lasting.days))
            self.level = goal + (self.level - goal) * left

    def drive(self) -> Drive:
        """Return what it does to the body."""
        if self._lasting is None or not self.level.any():
            return Drive()
        moved = self.level * self._response
        return Drive({name: (most * moved).reshape(self._shape) for name, most in self._lasting.effects.items()})
