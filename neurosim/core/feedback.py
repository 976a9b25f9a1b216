"""What a rule decides in one tick, and what the subject gets of it."""

from __future__ import annotations

from dataclasses import dataclass

from neurosim.core.spec import Bool, Float


@dataclass(frozen=True, slots=True)
class Cue:
    """What the subject is told.

    Parameters
    ----------
    block
        Kind of the block: baseline, training, transfer or rest. Feedback is given in training only.
    instruction
        The words of the block.
    eyes
        ``"open"``, ``"closed"``, or None to leave them to the subject.
    """

    block: str = "rest"
    instruction: str = ""
    eyes: str | None = None


@dataclass(frozen=True, slots=True)
class Feedback:
    """The outcome of a rule in one tick; every array is ``(*batch,)``.

    Parameters
    ----------
    value, threshold
        The trained feature and what it is compared with, in the feature's unit. The threshold is NaN
        while it is not known yet.
    met
        All conditions hold, for the dwell time, on valid input. The reward rate is the share of it.
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
    met: Bool
    reward: Bool
    valid: Bool
    shown: Float
    cue: Cue = Cue()
