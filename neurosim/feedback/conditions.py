"""The conditions of a rule: a feature, its threshold, and what happens when it is not kept."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from neurosim.core.config import Config
from neurosim.core.errors import Problem
from neurosim.core.rule import Allotted
from neurosim.feedback.thresholds import AnyThreshold


class Condition(Config):
    """A feature must be above its threshold (what is trained), or below it (an inhibit).

    What happens when it does not hold: ``require`` gives no reward, and neither do ``mute``, which shows nothing, and
    ``freeze``, which leaves what is shown as it was; ``flag`` only takes note.
    """

    name: str = Field("", description="how tables and commands call it; by default as the feature")
    feature: str = Field(description="name of the feature")
    direction: Literal["above", "below"] = Field("above", description="side of the threshold that counts")
    threshold: AnyThreshold = Field(description="what the feature is compared with")
    hysteresis: float = Field(0.0, ge=0, description="how far back past the threshold it may fall, in its unit")
    action: Literal["require", "mute", "freeze", "flag"] = Field(
        "require", description="while it does not hold: no reward, nothing shown, shown as it was, or only a note"
    )
    release_s: float = Field(
        0.0, ge=0, description="how long that lasts once it holds again", json_schema_extra={"unit": "s"}
    )

    @property
    def called(self) -> str:
        """The name, or the feature's."""
        return self.name or self.feature

    def problems(self, allotted: Allotted) -> list[Problem]:
        """Return what cannot be with the blocks of a session."""
        problems = [Problem(("threshold", *p.loc), p.message) for p in self.threshold.problems(allotted)]
        if self.release_s > allotted.stretch_s:
            problems.append(too_long("release_s", self.release_s, allotted))
        return problems


def too_long(key: str, time_s: float, allotted: Allotted) -> Problem:
    """Return the problem of a time that no stretch of training can hold [s]."""
    message = f"must not be longer than the shortest stretch of training ({allotted.stretch_s:g} s), got {time_s:g} s"
    return Problem((key,), message)
