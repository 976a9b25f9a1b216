"""What a rule decides in one tick, and what the subject gets of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from neurosim.core.spec import Bool, Float


@dataclass(frozen=True, slots=True)
class Cue:
    """What the subject is told in a tick.

    Parameters
    ----------
    block
        Baseline, training, transfer or rest: what goes on now. Feedback is given in training only. Within a
        training block a trial may be transfer, and its baseline and pause are rest.
    instruction
        The words of the block, or of the trial's target.
    eyes
        ``"open"``, ``"closed"``, or None to leave them to the subject.
    target
        ``"up"`` or ``"down"`` where trials ask for one or the other; empty where the rule says it once for all.
    trial
        Number of the trial in the session, from 1; 0 outside trials.
    pacer_per_min
        Rate of the breathing pacer [1/min]; 0 for none.
    pacer_phase
        Where the pacer stands at the end of the tick, 0 to 1; it breathes in first.
    stressor
        What is done to the subject; empty for nothing.
    """

    block: str = "rest"
    instruction: str = ""
    eyes: str | None = None
    target: str = ""
    trial: int = 0
    pacer_per_min: float = 0.0
    pacer_phase: float = 0.0
    stressor: str = ""


@dataclass(frozen=True, slots=True)
class Feedback:
    """The outcome of a rule in one tick; every array but `holding` is ``(*batch,)``.

    Parameters
    ----------
    value, threshold
        The trained feature and what it is compared with, in the feature's unit. The threshold is NaN
        while it is not known yet.
    holding
        Which conditions hold in this tick ``(*batch, condition)``, each by itself, on valid input.
    joint
        All conditions that a reward needs hold in this tick, in training or transfer; `holding` of all of them at once.
    met
        They have held for the dwell and release times, on valid input. The reward rate is the share of it.
    reward
        A reward is given in this tick: `met`, and the refractory time since the last one is over.
    valid
        The input can be trusted.
    shown
        What the subject gets, 0 to 1: nothing in transfer blocks, the sham in sham arms.
    cue
        What the subject is told.
    """

    value: Float
    threshold: Float
    holding: Bool
    joint: Bool
    met: Bool
    reward: Bool
    valid: Bool
    shown: Float
    cue: Cue

    def map(self, function: Callable[..., Any], *others: Feedback) -> Feedback:
        """Return the same feedback with a function of each of its arrays, and of the same array of others.

        Examples
        --------
        >>> no = np.zeros(3, dtype=bool)
        >>> feedback = Feedback(np.arange(3.0), np.zeros(3), no[:, None], no, no, no, no, np.ones(3), Cue())
        >>> feedback.map(lambda x: x[:2]).value
        array([0., 1.])
        """
        columns = zip(*(feedback._arrays() for feedback in (self, *others)), strict=True)
        mapped: list[Any] = [function(*x) if isinstance(x[0], np.ndarray) else x[0] for x in columns]
        return Feedback(*mapped, *[self.cue])

    def _arrays(self) -> tuple[Float | Bool, ...]:
        return (
            self.value, self.threshold, self.holding, self.joint, self.met, self.reward, self.valid, self.shown
        )  # fmt: skip
