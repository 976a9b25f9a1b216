"""People who differ: traits drawn around a subject of the library, addressed by subject."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from neurosim.core.errors import ConfigError
from neurosim.core.timeline import TickGrid
from neurosim.signals.body.body import Body
from neurosim.subject.learner import Learner
from neurosim.subject.subject import Subject, load_subject

if TYPE_CHECKING:
    import pandas as pd

#: In 46 people over 12 sessions alpha's resting amplitude told in 9 of 10 who would learn: r of about 0.5, by design.
_ALPHA_CORRELATION = 0.5


@dataclass(frozen=True)
class Population:
    """So many people around a subject: each has a body and a talent of their own, and keeps them in every run.

    Traits are addressed by subject: person 17 of 50 is the same as person 17 of 1000, or alone.

    Parameters
    ----------
    n
        How many.
    seed
        Root of who they are; the noise of a run has a seed of its own.
    around
        A name, a TOML file or a subject: the average of the group.
    spread
        How much they differ: 1 as published, 0 not at all.

    Examples
    --------
    >>> traits = Population(40, seed=1, around="adult").traits()
    >>> bool(9.8 < traits["alpha_hz"].mean() < 10.8)
    True
    """

    n: int
    seed: int
    around: str | Path | Subject = "adult"
    spread: float = 1.0

    @cached_property
    def subject(self) -> Subject:
        """The subject whose batches are these people, for `neurosim.simulate`.

        Raises
        ------
        ConfigError
            For a subject that is unknown or wrong, or whose body is a recording.
        """
        average = self.around if isinstance(self.around, Subject) else load_subject(self.around)
        if not isinstance(average.body, Body):
            raise ConfigError("a recording has no population", average.name)
        body = average.body.model_copy(update={"spread": self.spread, "people_seed": self.seed})
        talent = {"people_seed": self.seed, "alpha_correlation": _ALPHA_CORRELATION}
        actors = tuple(a.model_copy(update=talent) if isinstance(a, Learner) else a for a in average.actors)
        return average.model_copy(update={"body": body, "actors": actors})

    def traits(self) -> pd.DataFrame:
        """Return a row for each person: what they are, in the units of the column names.

        Learners have ``efficacy``, how far their strategies move what they train; below 0.3 they hardly learn.
        """
        import pandas as pd

        subjects, grid = tuple(range(self.n)), TickGrid(1.0)
        assert isinstance(self.subject.body, Body)
        table = dict(self.subject.body.prepare(grid, 0, subjects, (self.n,)).traits)
        for actor in self.subject.actors:
            if isinstance(actor, Learner):
                table["efficacy"] = actor.prepare(grid, 0, subjects, (self.n,)).efficacy
        return pd.DataFrame(table, index=pd.Index(subjects, name="subject"))
