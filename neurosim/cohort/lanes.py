"""Actors, rules and shams of several arms side by side in one batch, each as if its arm ran alone.

The lanes of a batch are divided among the arms in order, as many for each. What comes in is cut into the parts of the
arms, and what they give is joined again; an actor, a rule or a sham sees nothing of the others.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from itertools import accumulate, pairwise
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from neurosim.core.actor import Actor
from neurosim.core.drive import Drive, total_drive
from neurosim.core.errors import ConfigError, Loc, Problem
from neurosim.core.feedback import Cue, Feedback
from neurosim.core.rule import Allotted, AnyRule, Rule, RuleConfig
from neurosim.core.spec import Bool, Float, SignalSpec, Values
from neurosim.core.timeline import TickGrid
from neurosim.feedback.shams.sham import Sham


def lanes_of_arms(n_lanes: int, n_arms: int) -> list[slice]:
    """Return the lanes of each arm.

    Examples
    --------
    >>> lanes_of_arms(6, 2)
    [slice(0, 3, None), slice(3, 6, None)]
    """
    n = n_lanes // n_arms
    return [slice(i * n, (i + 1) * n) for i in range(n_arms)]


def _part(feedback: Feedback, lanes: slice | NDArray[np.int64]) -> Feedback:
    return feedback.map(lambda x: x[lanes])


class SplitActor(Actor):
    """The actors of each arm, on the lanes of their arm.

    Neighbouring arms whose people are alike share actors, who act on the lanes of all of them at once.

    Parameters
    ----------
    groups
        How many arms there are to some actors, in order, and those actors; there may be none.
    n
        Lanes of an arm.

    Attributes
    ----------
    groups
        The same.
    """

    def __init__(self, groups: Sequence[tuple[int, Sequence[Actor]]], n: int) -> None:
        self.groups, self._n = [(n_arms, list(actors)) for n_arms, actors in groups], n
        self._first = [0, *accumulate(n_arms for n_arms, _ in groups)]
        self._lanes = [slice(a * n, b * n) for a, b in pairwise(self._first)]

    def act(self, tick_index: int) -> Drive:
        drives = [total_drive(actor.act(tick_index) for actor in actors) for _, actors in self.groups]
        offsets: dict[str, Float | float] = {}
        for drive, lanes in zip(drives, self._lanes, strict=True):
            for name, offset in drive.offsets.items():
                whole = offsets.setdefault(name, np.zeros(self._n * self._first[-1]))
                assert isinstance(whole, np.ndarray)
                whole[lanes] = offset
        events = [
            replace(event, subject=lanes.start + i)
            for drive, lanes in zip(drives, self._lanes, strict=True)
            for event in drive.events
            for i in (range(lanes.stop - lanes.start) if event.subject is None else (event.subject,))
        ]
        return Drive(offsets, tuple(events))

    def observe(self, feedback: Feedback) -> None:
        for (_, actors), lanes in zip(self.groups, self._lanes, strict=True):
            part = _part(feedback, lanes)
            for actor in actors:
                actor.observe(part)

    def rest(self, duration_s: float) -> None:
        for _, actors in self.groups:
            for actor in actors:
                actor.rest(duration_s)

    def memory(self) -> dict[str, Float]:
        return {
            f"{arm}/{j}/{name}": x[lanes]
            for (n_arms, actors), first in zip(self.groups, self._first, strict=False)
            for arm, lanes in enumerate(lanes_of_arms(n_arms * self._n, n_arms), first)
            for j, actor in enumerate(actors)
            for name, x in actor.memory().items()
        }

    def recall(self, memory: Mapping[str, Float]) -> None:
        for (n_arms, actors), first in zip(self.groups, self._first, strict=False):
            for j, actor in enumerate(actors):
                own = f"{first}/{j}/"
                names = [name.removeprefix(own) for name in memory if name.startswith(own)]
                arms = range(first, first + n_arms)
                actor.recall({name: np.concatenate([memory[f"{arm}/{j}/{name}"] for arm in arms]) for name in names})


class LateActor(Actor):
    """An actor who sees everything so many ticks later.

    Parameters
    ----------
    actor
        The actor.
    n_ticks
        How much later.

    Attributes
    ----------
    actor
        The actor.
    """

    def __init__(self, actor: Actor, n_ticks: int) -> None:
        self.actor, self._n_ticks = actor, n_ticks
        self._waiting: deque[Feedback] = deque()

    def act(self, tick_index: int) -> Drive:
        return self.actor.act(tick_index)

    def observe(self, feedback: Feedback) -> None:
        if not self._waiting:  # as on the display of a session before anything has come through
            self._waiting.extend([feedback.map(np.zeros_like)] * self._n_ticks)
        self._waiting.append(feedback)
        self.actor.observe(self._waiting.popleft())

    def rest(self, duration_s: float) -> None:
        self._waiting.clear()
        self.actor.rest(duration_s)

    def memory(self) -> dict[str, Float]:
        return self.actor.memory()

    def recall(self, memory: Mapping[str, Float]) -> None:
        self.actor.recall(memory)


class SplitRule(RuleConfig):
    """The rule of each arm, on the lanes of its arm."""

    kind: Literal["split"] = "split"
    rules: tuple[AnyRule, ...] = Field(min_length=1, description="one for each arm, in order")

    @classmethod
    def examples(cls) -> list[Self]:
        """Return none: it is no kind that files can name."""
        return []

    @property
    def trained(self) -> str:
        return self.rules[0].trained

    def problems(self, features: Collection[str], allotted: Allotted) -> list[Problem]:
        return [problem for rule in self.rules for problem in rule.problems(features, allotted)]

    def by_baseline(self) -> list[tuple[Loc, str, float]]:
        return [found for rule in self.rules for found in rule.by_baseline()]

    def prepare(self, features: Mapping[str, SignalSpec], grid: TickGrid, batch_shape: tuple[int, ...]) -> Rule:
        """Prepare each rule for its arm.

        Raises
        ------
        ConfigError
            When their conditions differ: then the arms would have no table in common.
        """
        n = batch_shape[0] // len(self.rules)
        specs = {name: replace(spec, batch_shape=(n,)) for name, spec in features.items()}
        rules = [rule.prepare(specs, grid, (n,)) for rule in self.rules]
        if len({rule.condition_names for rule in rules}) > 1:
            told = "; ".join(", ".join(rule.condition_names) for rule in rules)
            raise ConfigError(f"the rules of all arms must have the same conditions, got {told}")
        return _SplitRule(rules, n)


class _SplitRule(Rule):
    def __init__(self, rules: Sequence[Rule], n: int) -> None:
        self._rules = list(rules)
        self._lanes = lanes_of_arms(n * len(rules), len(rules))
        self.condition_names = rules[0].condition_names
        self._join()

    def _join(self) -> None:
        self.thresholds = np.concatenate([rule.thresholds for rule in self._rules])

    def update(self, features: Values, valid: Bool, cue: Cue) -> Feedback:
        first, *others = (
            rule.update(features[lanes], valid[lanes], cue)
            for rule, lanes in zip(self._rules, self._lanes, strict=True)
        )
        self._join()
        return first.map(lambda *parts: np.concatenate(parts), *others)

    def reset(self) -> None:
        for rule in self._rules:
            rule.reset()
        self._join()


class SplitSham(Sham):
    """What each arm is shown.

    Parameters
    ----------
    arms
        For each arm the lanes it looks at, and its sham; with None it is shown just what those lanes are. Lanes of
        its own give real feedback or a sham of its own making, lanes of another arm a yoked one.
    """

    def __init__(self, arms: Sequence[tuple[slice | NDArray[np.int64], Sham | None]]) -> None:
        self._arms = list(arms)

    def update(self, tick_index: int, feedback: Feedback) -> Float:
        shown: list[Float] = []
        for lanes, sham in self._arms:
            shown.append(feedback.shown[lanes] if sham is None else sham.update(tick_index, _part(feedback, lanes)))
        return np.concatenate(shown)

    def rest(self, duration_s: float) -> None:
        for _, sham in self._arms:
            if sham is not None:
                sham.rest(duration_s)
