"""The artifact quiz: twenty scripted events, which the student calls by name; hits, misses and false alarms."""

from __future__ import annotations

from dataclasses import dataclass

from neurosim.core.drive import DriveEvent
from neurosim.core.noise import AddressedNoise
from neurosim.lessons.setting import Setting
from neurosim.session.recorder import Recorder
from neurosim.session.session import Session
from neurosim.session.tick import Sink
from neurosim.subject.script import Script, ScriptActor, ScriptStep

#: What is asked for, and how long it lasts [s].
KINDS = {"blink": 0.4, "jaw_clench": 1.5, "electrode_pop": 0.5, "forehead_tension": 1.5}
N_EVENTS = 20
_FIRST_S, _APART_S, _JITTER_S = 15.0, 5.0, 2.0

#: How long after an event has begun a call still counts [s].
WITHIN_S = 4.0


@dataclass(frozen=True)
class Call:
    """What a student called, and when [s]."""

    at_s: float
    kind: str


@dataclass(frozen=True)
class Score:
    """What came of it: events that were called rightly, by another name, or not at all, and calls of nothing."""

    hits: int
    wrong: int
    misses: int
    false_alarms: int

    def __str__(self) -> str:
        return (
            f"{self.hits} of {self.hits + self.wrong + self.misses} right, {self.wrong} by another name, "
            f"{self.misses} missed, {self.false_alarms} called for nothing"
        )


class Quiz:
    """Twenty events in an order that the seed draws, each kind as often as the others.

    Parameters
    ----------
    seed
        Root of order, times and noise.

    Examples
    --------
    >>> quiz = Quiz(1)
    >>> calls = [Call(event.onset_s + 1.0, event.kind) for event in quiz.events[1:]]
    >>> str(quiz.score([*calls, Call(3.0, "blink")]))
    '19 of 20 right, 0 by another name, 1 missed, 1 called for nothing'
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed
        names = [f"event {i}" for i in range(N_EVENTS)]
        order = AddressedNoise(seed, "quiz/order", (0,), names).uniform(0).reshape(-1)[:N_EVENTS].argsort()
        late = AddressedNoise(seed, "quiz/times", (0,), names).uniform(0).reshape(-1)[:N_EVENTS]
        kinds = [[*KINDS][int(i) % len(KINDS)] for i in order]
        self.events = tuple(
            DriveEvent(kind, round(_FIRST_S + _APART_S * i + _JITTER_S * float(late[i]), 3), None, KINDS[kind],
                       "Cz" if kind == "electrode_pop" else "")
            for i, kind in enumerate(kinds)
        )  # fmt: skip

    @property
    def duration_s(self) -> float:
        """How long it takes [s]."""
        return _FIRST_S + _APART_S * N_EVENTS + _JITTER_S + WITHIN_S

    def prepare(self) -> tuple[Session, list[Sink]]:
        """Return the session in which the events happen, nothing of them in its protocol, and what can record it."""
        plan = Setting(actor="nobody", seed=self.seed, artifacts="none", signals=("eeg",)).plan()
        session = plan.session()
        steps = tuple(
            ScriptStep(at_s=e.onset_s, event=e.kind, duration_s=e.duration_s, where=e.where) for e in self.events
        )
        actor = Script(steps=steps).prepare(session.grid, self.seed, (0,), ())
        assert isinstance(actor, ScriptActor)
        session.actors = (*session.actors, actor)
        return session, [Recorder(plan)]

    def score(self, calls: list[Call]) -> Score:
        """Return what came of the calls; for each event the first call in its time counts."""
        left = sorted(calls, key=lambda call: call.at_s)
        hits = wrong = misses = 0
        for event in self.events:
            call = next((c for c in left if event.onset_s <= c.at_s < event.onset_s + WITHIN_S), None)
            if call is None:
                misses += 1
                continue
            left.remove(call)
            hits, wrong = hits + (call.kind == event.kind), wrong + (call.kind != event.kind)
        return Score(hits, wrong, misses, len(left))
