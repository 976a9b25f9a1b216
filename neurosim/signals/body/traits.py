"""In what people differ: traits drawn around a preset, addressed by subject (``traits.csv``)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from neurosim.core.noise import AddressedNoise
from neurosim.core.spec import Float
from neurosim.signals.body.tables import read_table

TRAITS = tuple(row["trait"] for row in read_table("traits"))


class Traits:
    """How far each subject stands from the group average, in standard normal deviates.

    Parameters
    ----------
    n
        How many subjects.
    deviates
        By trait ``(subject,)``; a trait that is not there is average.
    moved
        By trait: how far the average of the group is off, in the trait's unit or, of a factor, as its logarithm.

    Attributes
    ----------
    values
        What the organs made of it: every trait that was asked for, in its own unit ``(subject,)``.

    Examples
    --------
    >>> Traits(2, {"heart_period_ms": np.array([0.0, 1.0])})("heart_period_ms", 926.0)
    array([ 926., 1016.])
    """

    def __init__(
        self, n: int, deviates: dict[str, Float] | None = None, moved: Mapping[str, float] | None = None
    ) -> None:
        self.n, self.deviates, self._moved = n, deviates or {}, moved or {}
        self.values: dict[str, Float] = {}

    @classmethod
    def draw(
        cls, seed: int, subjects: Sequence[int], spread: float = 1.0, moved: Mapping[str, float] | None = None
    ) -> Traits:
        """Draw every trait of every subject.

        Parameters
        ----------
        seed
            Root of who they are.
        subjects
            The address of each.
        spread
            How much they differ: 1 as published, 0 not at all.
        moved
            As of the class.
        """
        normal = AddressedNoise(seed, "traits", subjects, TRAITS, channel_major=True).normal(0, 1)
        by_trait = normal.reshape(len(TRAITS), len(subjects))
        return cls(len(subjects), {name: spread * by_trait[i] for i, name in enumerate(TRAITS)}, moved)

    def __call__(self, trait: str, average: Float | float) -> Float:
        """Return a trait of each subject ``(subject,)`` around the average of their group."""
        values = np.broadcast_to(np.asarray(average, dtype=float), (self.n,))
        deviate, moved = self.deviates.get(trait), self._moved.get(trait)
        if deviate is not None or moved is not None:
            row = next(row for row in read_table("traits") if row["trait"] == trait)
            adds, sd, low, high = row["how"] == "add", float(row["sd"]), float(row["low"]), float(row["high"])
            if moved is not None:
                values = values + moved if adds else values * np.exp(moved)
            if deviate is not None and adds:
                values = np.clip(values + sd * deviate, low, high)
            elif deviate is not None:
                values = values * np.clip(np.exp(sd * deviate), low, high)
        self.values[trait] = values.copy()
        return self.values[trait]
