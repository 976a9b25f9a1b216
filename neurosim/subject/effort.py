"""How much of themselves people put into a training: they tire, and their thoughts wander off."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from neurosim.core.noise import AddressedNoise
from neurosim.core.spec import Float


class Effort:
    """Share of full effort, 0 to 1: less with time on task, none in a lapse of attention.

    Fatigue F follows the task, ``dF/dt = (1 - F) / tired``, and rest, ``dF/dt = -F / rested``; it takes the share
    ``fatigue F`` of the effort. A lapse comes at random and lasts exponentially long.

    Parameters
    ----------
    fatigue
        Share of the effort that is lost when fully tired.
    tired_s, rested_s
        Time constants of getting tired and of recovery [s].
    lapses_per_min, lapse_s
        Rate of lapses while attentive, and their mean length [s].
    dt
        Length of a tick [s].
    seed, subjects
        Root of all noise, and the address of each subject.
    """

    def __init__(
        self,
        fatigue: float,
        tired_s: float,
        rested_s: float,
        lapses_per_min: float,
        lapse_s: float,
        dt: float,
        seed: int,
        subjects: Sequence[int],
    ) -> None:
        self._most = fatigue
        self._tire, self._rest = (1.0 - math.exp(-dt / tau_s) for tau_s in (tired_s, rested_s))
        self._begin, self._end = 1.0 - math.exp(-dt * lapses_per_min / 60.0), 1.0 - math.exp(-dt / lapse_s)
        self._chance = AddressedNoise(seed, "learner/lapses", subjects) if lapses_per_min else None
        self._n = len(subjects)
        self.start()

    def start(self) -> None:
        """Begin a session rested and attentive."""
        self._fatigue = 0.0
        self._away = np.zeros(self._n, dtype=np.bool_)

    def update(self, index: int, *, on_task: bool) -> Float:
        """Go on by a tick and return the effort ``(subject,)``.

        Parameters
        ----------
        index
            Address of the tick's noise.
        on_task
            Whether there is something to do.
        """
        goal, gain = (1.0, self._tire) if on_task else (0.0, self._rest)
        self._fatigue += gain * (goal - self._fatigue)
        if self._chance is not None:
            drawn = self._chance.uniform(index)
            self._away = np.where(self._away, drawn >= self._end, drawn < self._begin)
        return np.where(self._away, 0.0, 1.0 - self._most * self._fatigue)
