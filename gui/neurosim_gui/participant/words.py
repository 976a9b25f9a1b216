"""What the trainee is told: what goes on, what to do, how long, and that it begins."""

from __future__ import annotations

import math
from dataclasses import dataclass

from neurosim.core.feedback import Cue
from neurosim.feedback.block import Block
from neurosim_gui.texts import text

_COUNTDOWN_S = 3.0
_MARKS = {"up": "▲ ", "down": "▼ "}


@dataclass(frozen=True)
class Words:
    """The words of a moment.

    Parameters
    ----------
    large
        Instead of the picture: a cross to look at, rest, try without feedback, a number that counts down.
    told
        What to do.
    left
        What goes on and how long.
    """

    large: str
    told: str
    left: str


def choose_words(cue: Cue, block: Block, left_s: float, following: Block | None, *, trains: bool = True) -> Words:
    """Choose the words.

    Parameters
    ----------
    cue, block
        What goes on.
    left_s
        Time left in the block [s].
    following
        The next block; None for the end.
    trains
        Whether the subject trains; where devices act alone there is nothing to follow and nothing to count down to.
    """
    kind = cue.block if trains else "baseline" if cue.block == "baseline" else "rest"
    follows = kind == "training" or cue.pacer_per_min > 0.0  # there is a picture to follow
    large = "" if follows else text(f"participant.{kind}")
    if trains and left_s <= _COUNTDOWN_S and following is not None and following.kind in ("training", "transfer"):
        large = f"{max(1, math.ceil(left_s))}"
    eyes = [text(f"participant.eyes_{cue.eyes}")] if cue.eyes else []
    quietly = text("participant.quietly") if cue.block == "baseline" else ""
    told = " ".join([_MARKS.get(cue.target, "") + (cue.instruction or quietly), *eyes]).strip()
    minutes, seconds = divmod(math.ceil(left_s), 60)
    return Words(large, told, text("participant.left", block=block.name, minutes=minutes, seconds=seconds))
