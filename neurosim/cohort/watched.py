"""Patients as they are under a technique: devices that act from outside, or a course of training, and then a look."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurosim.cohort.arm import narrowed
from neurosim.cohort.plan import DAY_S, assessed
from neurosim.cohort.treatments import Patient, Technique
from neurosim.core.actor import Actor, ActorConfig
from neurosim.core.drive import SITES, total_drive
from neurosim.core.spec import Float
from neurosim.core.timeline import TickGrid
from neurosim.feedback.protocol import TrainingProtocol
from neurosim.modulation.scores import seizures, time_in_long_bursts
from neurosim.session.memory import MemorySink
from neurosim.session.plan import Plan, plan_sessions
from neurosim.session.run import run
from neurosim.subject.learner import Learner
from neurosim.subject.subject import Subject

_SETTLE_S = 30.0  # of the second block, in which effects build up
_LAST_S = 60.0  # of the session, in which a state is averaged
_MONTH_S = 30.4 * DAY_S
_COURSE_TICK_S = 0.5  # a coil alone needs no finer ticks
_LOOK_S = 600.0  # without feedback after training: what is learned is small beside how a rhythm wanders
#: Ticks of training: as courses have, and longer ones where a strategy takes half a minute.
_TRAINING_TICKS_S = (0.125, 0.5)
#: What is looked at besides the protocol's features, where it is not the patient's state.
_STREAMS: dict[str, tuple[str, ...]] = {"seizures": ("ieeg",), "long_bursts": (), "pain": ()}
#: Latents that only tell how an electrode is set.
_SETTINGS = {f"{site}_{what}" for site in SITES for what in ("ma", "us", "hz")}


@dataclass(frozen=True)
class Signal:
    """What a session looks at.

    Attributes
    ----------
    name, unit
        The feature, or the state that the score follows from.
    before, after
        Its mean over the patients in the first block, and in the second once it has settled.
    time_s, trace
        Its course, second by second ``(time,)``.
    """

    name: str
    unit: str
    before: float
    after: float
    time_s: Float
    trace: Float


class Watched:
    """A session of two blocks, as the patients are under a technique.

    Parameters
    ----------
    who
        Whom the technique is for.
    plan
        The session, prepared.

    Attributes
    ----------
    moved
        How far those who act push each latent at the end, mean of the patients; settings of electrodes are left out.
    """

    def __init__(self, who: Patient, plan: Plan) -> None:
        self._who, self.protocol = who, plan.protocol
        session, self.memory = plan.session(), MemorySink()
        run(session, sinks=[self.memory])
        pushed = total_drive(actor.act(session.n_ticks) for actor in plan.actors).offsets.items()
        self.moved = {name: float(np.mean(x)) for name, x in pushed if name not in _SETTINGS and np.any(x)}
        self._specs = dict(session.source.specs)
        self._unit = session.pipeline.specs[self.protocol.rule.trained].unit
        self._tick_s, time_s = self.protocol.update_interval_s, self.memory.start_s()
        self._first_s = plan.protocol.blocks[0].duration_s
        self._before, self._after = time_s < self._first_s, time_s >= self._first_s + _SETTLE_S

    def _feature(self) -> Float:
        """Return the feature that the session looks at ``(tick, patient)``."""
        at = [f.name for f in self.protocol.features].index(self.protocol.rule.trained)
        trace: Float = self.memory.features()[..., at]
        return trace

    def trained(self) -> Signal:
        """Return the feature that the session looks at."""
        trace, trained = self._feature().mean(axis=1), self.protocol.rule.trained
        return self._course(trained, self._unit, trace, 1.0 / self._tick_s)

    def signal(self) -> Signal:
        """Return the feature of the session; of patients who are scored by their state, that state."""
        if not self._who.scored_by_state:
            return self.trained()
        return self._course(self._who.measure, "0 to 1", self._state().mean(axis=0), self._specs["truth/state"].fs)

    def _course(self, name: str, unit: str, trace: Float, rate: float) -> Signal:
        per_s = max(1, round(rate))
        course = trace[: len(trace) // per_s * per_s].reshape(-1, per_s).mean(axis=1)
        time_s = np.arange(len(course)) * per_s / rate
        before, after = course[time_s < self._first_s].mean(), course[time_s >= self._first_s + _SETTLE_S].mean()
        return Signal(name, unit, float(before), float(after), time_s, course)

    def _state(self) -> Float:
        """Return the state that the score follows from ``(patient, time)``."""
        at = self._specs["truth/state"].ch_names.index(self._who.measure)
        state: Float = self.memory.samples("truth/state")[:, at]
        return state

    def measure(self, rested: Watched | None) -> Float:
        """Return what the score follows from ``(patient,)``; bursts are held against the untreated before."""
        what = self._who.measure
        if what == "long_bursts":
            limit = np.percentile((rested or self)._feature()[self._before], 75, axis=0)
            beta, rate = self._feature()[self._after], 1.0 / self._tick_s
            shares = [time_in_long_bursts(x, t, rate) for x, t in zip(beta.T, limit, strict=True)]
            return 100.0 * np.array(shares, dtype=np.float64)
        if what == "pain":
            rating: Float = self._feature()[self._after].mean(axis=0)
            return rating
        if what == "seizures":
            potential, fs = self.memory.samples("ieeg")[:, 0], self._specs["ieeg"].fs
            rates: Float = np.array([seizures(x, fs) for x in potential]) * (1e4 / potential.shape[-1])
            return rates
        last = round(_LAST_S * self._specs["truth/state"].fs)
        mean: Float = self._state()[:, -last:].mean(axis=-1)
        return mean


def under(who: Patient, technique: Technique | None, subject: Subject, n: int, seed: int) -> Watched:
    """Watch patients under devices, after all that these did before; with None, untreated.

    Parameters
    ----------
    who
        Whom the technique is for.
    technique
        One that acts from outside.
    subject
        The people.
    n, seed
        How many, and the root of all noise.
    """
    wanted = who.watched(technique)
    protocol = wanted.with_blocks(*wanted.blocks[:2])
    if who.scored_by_state:  # a state needs no fine ticks
        protocol = protocol.model_copy(
            update={"update_interval_s": max(protocol.update_interval_s, _TRAINING_TICKS_S[0])}
        )
    acting = narrowed(subject, protocol).model_copy(update={"actors": ()})
    plan = plan_sessions(protocol, acting, subjects=n, seed=seed, signals=_streams(who))
    plan.rest((technique.months if technique else 0.0) * _MONTH_S + DAY_S)
    if technique is not None and technique.sessions:
        _take_course(plan, protocol, technique.sessions, seed, n)
    return Watched(who, plan)


def trained(who: Patient, technique: Technique, subject: Subject, n: int, seed: int) -> tuple[Watched, Watched]:
    """Watch patients before and after a course of training, one session a day; the parameters are those of `under`.

    Both times they rest, and then try without feedback, on the same noise: what differs is what was learned. Belief in
    the training is left out of these learners, as what patients expect has a term of its own.
    """
    training = who.watched(technique)
    tick_s = float(np.clip(training.strategy_tau_s / 20.0, *_TRAINING_TICKS_S))
    training = training.model_copy(update={"update_interval_s": tick_s})
    acting, looks = _without_belief(narrowed(subject, training)), []
    for learns in (False, True):
        plan = plan_sessions(training, acting, subjects=n, seed=seed, signals=_streams(who))
        for _ in range(technique.sessions):
            if learns:
                run(plan.session())
            plan.rest(DAY_S)
        *baselines, transfer = assessed(training).blocks
        plan.protocol = training.with_blocks(*baselines, transfer.model_copy(update={"duration_s": _LOOK_S}))
        looks.append(Watched(who, plan))
    return looks[0], looks[1]


def _streams(who: Patient) -> tuple[str, ...]:
    return _STREAMS.get(who.measure, ("truth/state",))


def _without_belief(subject: Subject) -> Subject:
    actors = (a.model_copy(update={"expectation": 0.0}) if isinstance(a, Learner) else a for a in subject.actors)
    return subject.model_copy(update={"actors": tuple(actors)})


def _take_course(plan: Plan, protocol: TrainingProtocol, sessions: int, seed: int, n: int) -> None:
    """Give the devices a course, one session a day, without the body, which would only be looked at."""
    own = plan.actors[-len(protocol.devices) :]
    for config, actor in zip(protocol.devices, own, strict=True):
        actor.recall(_after_course(config, sessions, seed, n).memory())


def _after_course(config: ActorConfig, sessions: int, seed: int, n: int) -> Actor:
    grid = TickGrid(_COURSE_TICK_S)
    actor = config.prepare(grid, seed, tuple(range(n)), (n,))
    length_s = config.train.times_s()[-1] + 1.0 if hasattr(config, "train") else 0.0
    for _ in range(sessions):
        for k in range(grid.n_ticks(length_s)):
            actor.act(k)
        actor.rest(DAY_S)
    return actor
