"""What people bring to a training: which strategies work for them, how far, and how fast they find out."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from statistics import NormalDist

import numpy as np

from neurosim.core.noise import AddressedNoise
from neurosim.core.spec import Float
from neurosim.signals.body.traits import Traits

#: Rhythms learn as alpha does, and so does everything that is in no row of the table.
_USUAL = "alpha_drive"


@cache
def _rows() -> dict[str, dict[str, str]]:
    text = (files("neurosim.subject") / "data" / "learning.csv").read_text(encoding="utf-8")
    return {row["latent"]: row for row in csv.DictReader(text.splitlines())}


@dataclass(frozen=True)
class Learnable:
    """How a latent is learned (``learning.csv``).

    Attributes
    ----------
    speed
        Learning rate, in that of a rhythm of the EEG.
    explore
        How far people go in what they try, in that of a rhythm.
    non_responders
        Share of people whose strategies move hardly anything.
    """

    speed: float
    explore: float
    non_responders: float

    @classmethod
    def of(cls, latent: str) -> Learnable:
        """Return how a latent is learned."""
        row = _rows().get(latent, _rows()[_USUAL])
        return cls(*(float(row[name]) for name in ("speed", "explore", "non_responders")))


def efficacies(
    people: int, subjects: Sequence[int], spread: float, poor_share: float, poor_sd: float, alpha_correlation: float
) -> Float:
    """Return how far each subject's strategies move what they train ``(subject,)``.

    Parameters
    ----------
    people
        Root of who they are.
    subjects
        The address of each.
    spread
        SD of the logarithm.
    poor_share, poor_sd
        Share of those whose strategies move hardly anything, and how little that is.
    alpha_correlation
        With the resting amplitude of alpha: of how far they move, and of what decides who hardly does.
    """
    traits = AddressedNoise(people, "learner/traits", subjects)
    alpha = Traits.draw(people, subjects).deviates["alpha_uv"] if alpha_correlation else np.zeros(len(subjects))
    rest = math.sqrt(1.0 - alpha_correlation**2)
    normal = alpha_correlation * alpha + rest * traits.normal(0, 1)[0]
    chance = np.array([_deviate(share) for share in traits.uniform(4).tolist()])
    poor = alpha_correlation * alpha + rest * chance < _deviate(poor_share)
    efficacy: Float = np.where(poor, poor_sd * np.abs(normal), np.exp(spread * normal))
    return efficacy


def _deviate(share: float) -> float:
    """Return the standard normal deviate with this share of people below it."""
    if 0.0 < share < 1.0:
        return NormalDist().inv_cdf(share)
    return math.copysign(math.inf, share - 0.5)


def good_directions(people: int, subjects: Sequence[int], axes: Sequence[str]) -> Float:
    """Return for each subject the unit vector of the strategies that work ``(subject, axis)``."""
    drawn = AddressedNoise(people, "learner/direction", subjects, axes).normal(0, 1).reshape(len(subjects), len(axes))
    return drawn / np.sqrt(dot(drawn, drawn))[:, None]


def dot(a: Float, b: Float) -> Float:
    """Dot product of rows in a fixed order of summation (law 2: BLAS and NumPy's sum depend on the shape)."""
    total = a[:, 0] * b[:, 0]
    for i in range(1, a.shape[1]):
        total = total + a[:, i] * b[:, i]
    return total
