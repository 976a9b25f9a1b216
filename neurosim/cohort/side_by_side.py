"""The same virtual patients untreated, with what they expect alone, and under each technique there is for them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from neurosim.cohort.treatments import Patient, Technique, find_patient
from neurosim.core.actor import Actor, ActorConfig
from neurosim.core.errors import ConfigError, did_you_mean
from neurosim.core.noise import pick_seed
from neurosim.core.spec import Float
from neurosim.core.timeline import TickGrid
from neurosim.feedback.protocol import TrainingProtocol
from neurosim.modulation.scores import seizures, time_in_long_bursts
from neurosim.session.memory import MemorySink
from neurosim.session.plan import Plan, plan_sessions
from neurosim.session.run import run
from neurosim.session.session import Session
from neurosim.subject.population import Population
from neurosim.subject.subject import Subject

if TYPE_CHECKING:
    from matplotlib.figure import Figure

NOTICE = "Simulation of group averages, not medical advice."
_SETTLE_S = 30.0  # of the second block, in which effects build up
_LAST_S = 60.0  # of the session, in which a state is averaged
_MONTH_S = 30.4 * 86400.0
_COURSE_TICK_S = 0.5  # a coil alone needs no finer ticks
#: What is looked at besides the protocol's features, where it is not the patient's state.
_STREAMS: dict[str, tuple[str, ...]] = {"seizures": ("ieeg",), "long_bursts": (), "pain": ()}


@dataclass(frozen=True)
class Arm:
    """What came of one way to treat the patients.

    Attributes
    ----------
    name, branch
        The technique; ``untreated`` and ``expectation alone`` belong to no branch.
    measured
        On the body of each ``(patient,)``.
    specific, nonspecific
        Change of the score of each ``(patient,)``: what the technique does, and what it shares with a sham.
    signal_name, signal_unit, before, after
        The feature that the session looks at, its unit, and its mean: untreated, and treated.
    time_s, trace
        The course of that feature, mean of the patients ``(time,)``.
    level, evidence
        How strong the evidence is, with what speaks against it.
    score_from
        ``what is measured``, or ``the literature`` for a course of training, of which only a session is run.
    """

    name: str
    branch: str
    measured: Float
    specific: Float
    nonspecific: float
    signal_name: str
    signal_unit: str
    before: float
    after: float
    time_s: Float = field(repr=False)
    trace: Float = field(repr=False)
    level: int | None = None
    evidence: str = ""
    score_from: str = "what is measured"


@dataclass(frozen=True)
class SideBySide:
    """The same patients under everything there is for them.

    Attributes
    ----------
    name, patient
        Who they are.
    arms
        Untreated, with what they expect alone, and under each technique.
    seed, n
        Root of all noise, and how many patients.
    """

    name: str
    patient: Patient
    arms: tuple[Arm, ...]
    seed: int
    n: int

    def scores(self, arm: Arm) -> Float:
        """Return the score of each patient ``(patient,)``, never below 0."""
        score: Float = np.maximum(self.patient.score.untreated + arm.specific + arm.nonspecific, 0.0)
        return score

    def summary(self) -> dict[str, Any]:
        """Return everything as plain data; what training does to a score is from the literature, not measured."""
        rows = []
        for arm in self.arms:
            scores = self.scores(arm)
            rows.append(
                {
                    "technique": arm.name, "branch": arm.branch, "measured": _plain(arm.measured.mean()),
                    "signal": arm.signal_name, "signal_unit": arm.signal_unit,
                    "signal_before": _plain(arm.before), "signal_after": _plain(arm.after),
                    "score": _plain(scores.mean()), "score_sd": _plain(scores.std()),
                    "change_nonspecific": _plain(arm.nonspecific), "change_specific": _plain(arm.specific.mean()),
                    "responders": _plain((scores <= 0.5 * self.patient.score.untreated).mean()),
                    "score_from": arm.score_from, "evidence_level": arm.level, "evidence": arm.evidence,
                    "course": {"step_s": _plain(arm.time_s[1] - arm.time_s[0]), "signal": [*map(_plain, arm.trace)]},
                }
            )  # fmt: skip
        return {
            "patient": self.name, "title": self.patient.title, "n": self.n, "seed": self.seed,
            "measured": self.patient.measured, "score": self.patient.score.name, "set": self.patient.set,
            "arms": rows, "notice": NOTICE,
        }  # fmt: skip

    def figure(self) -> Figure:
        """Return the scores of all arms, and the course of the signals, as a figure."""
        from neurosim.cohort.treatment_figure import draw_side_by_side

        return draw_side_by_side(self)


def _plain(value: float | np.floating[Any]) -> float:
    return float(f"{float(value):.5g}")


def treat(
    patient: str,
    *,
    techniques: tuple[str, ...] = (),
    n: int = 8,
    spread: float = 1.0,
    seed: int | None = None,
    done: Callable[[str], None] = lambda name: None,
) -> SideBySide:
    """Run the same virtual patients untreated and under each technique.

    A score is a map from what is measured on the body, set on published means. What patients make of expectation,
    attention and time is a term of its own. Where a published size holds it already (trials without a sham) it is told
    apart from it, else it comes on top.

    Parameters
    ----------
    patient
        Name of the subject, such as ``"parkinson"``.
    techniques
        Which ones; by default all.
    n
        How many patients, the same in every arm.
    spread
        How much they differ: 1 as people do.
    seed
        Root of all noise; None picks one.
    done
        Called with the name of each arm that is ready.

    Raises
    ------
    UserError
        For a patient or a technique that is not there.
    """
    who = find_patient(patient)
    for name in techniques:
        if name not in who.techniques:
            raise ConfigError(f"no technique '{name}' for {patient}; {did_you_mean(name, who.techniques)}")
    seed = pick_seed() if seed is None else seed
    subject = Population(n, seed, patient, spread).subject
    rested = _Watched(who, None, subject, n, seed)
    untreated = rested.measure(None)
    done("untreated")
    flat, nothing = rested.signal(), np.zeros(n)
    arms = [
        Arm("untreated", "", untreated, nothing, 0.0, *flat, evidence=""),
        Arm("expectation alone", "", untreated, nothing, who.nonspecific, *flat, evidence=""),
    ]
    for name in techniques or who.techniques:
        technique = who.techniques[name]
        treated = _Watched(who, technique, subject, n, seed)
        measured = treated.measure(rested)
        moved = who.score.change(untreated, measured) if technique.learned is None else np.full(n, technique.learned)
        if technique.uncontrolled:  # expectation is in the published size
            moved = moved - who.nonspecific
        level, evidence = technique.grade()
        own = technique.learned is not None or treated.protocol.name != rested.protocol.name
        feature, unit, before, after, time_s, trace = treated.signal()
        source = "what is measured" if technique.learned is None else "the literature"
        looks = (feature, unit, before if own else flat[2], after, time_s, trace)
        arms.append(Arm(name, technique.branch, measured, moved, who.nonspecific, *looks, level, evidence, source))
        done(name)
    return SideBySide(patient, who, tuple(arms), seed, n)


class _Watched:
    """A session of two blocks, as the patients are under a technique."""

    def __init__(self, who: Patient, technique: Technique | None, subject: Subject, n: int, seed: int) -> None:
        self._who = who
        self._scored_by_state = who.measure in ("mood", "attention", "arousal")
        wanted = who.watched(technique)
        self.protocol = wanted.with_blocks(*wanted.blocks[:2])
        learns = technique is not None and technique.learned is not None
        acting = subject if learns else subject.model_copy(update={"actors": ()})
        streams = _STREAMS.get(who.measure, ("truth/state",))
        plan = plan_sessions(self.protocol, acting, subjects=n, seed=seed, signals=streams)
        plan.rest((technique.months if technique else 0.0) * _MONTH_S + 86400.0)
        if technique is not None and technique.sessions:
            _take_course(plan, self.protocol, technique.sessions, seed, n)
        session = Session(plan.protocol, plan.source, plan.actors)
        self.memory = MemorySink()
        run(session, sinks=[self.memory])
        self._specs = dict(session.source.specs)
        self._unit = session.pipeline.specs[self.protocol.rule.trained].unit
        self._tick_s, time_s = self.protocol.update_interval_s, self.memory.start_s()
        self._first_s = plan.protocol.blocks[0].duration_s
        self._before, self._after = time_s < self._first_s, time_s >= self._first_s + _SETTLE_S

    def trained(self) -> Float:
        """Return the feature that the session looks at ``(tick, patient)``."""
        at = [f.name for f in self.protocol.features].index(self.protocol.rule.trained)
        trace: Float = self.memory.features()[..., at]
        return trace

    def signal(self) -> tuple[str, str, float, float, Float, Float]:
        """Return what is looked at and its unit, its mean before and after, and its course second by second.

        It is the feature of the session; of patients who are scored by their state, that state.
        """
        if self._scored_by_state:
            trace, rate = self._state().mean(axis=0), self._specs["truth/state"].fs
        else:
            trace, rate = self.trained().mean(axis=1), 1.0 / self._tick_s
        name = self._who.measure if self._scored_by_state else self.protocol.rule.trained
        per_s = max(1, round(rate))
        course = trace[: len(trace) // per_s * per_s].reshape(-1, per_s).mean(axis=1)
        time_s = np.arange(len(course)) * per_s / rate
        before, after = course[time_s < self._first_s].mean(), course[time_s >= self._first_s + _SETTLE_S].mean()
        unit = "0 to 1" if self._scored_by_state else self._unit
        return name, unit, float(before), float(after), time_s, course

    def _state(self) -> Float:
        """Return the state that the score follows from ``(patient, time)``."""
        at = self._specs["truth/state"].ch_names.index(self._who.measure)
        state: Float = self.memory.samples("truth/state")[:, at]
        return state

    def measure(self, rested: _Watched | None) -> Float:
        """Return what the score follows from ``(patient,)``; bursts are held against the untreated before."""
        what = self._who.measure
        if what == "long_bursts":
            limit = np.percentile((rested or self).trained()[self._before], 75, axis=0)
            beta, rate = self.trained()[self._after], 1.0 / self._tick_s
            shares = [time_in_long_bursts(x, t, rate) for x, t in zip(beta.T, limit, strict=True)]
            return 100.0 * np.array(shares, dtype=np.float64)
        if what == "pain":
            rating: Float = self.trained()[self._after].mean(axis=0)
            return rating
        if what == "seizures":
            potential, fs = self.memory.samples("ieeg")[:, 0], self._specs["ieeg"].fs
            rates: Float = np.array([seizures(x, fs) for x in potential]) * (1e4 / potential.shape[-1])
            return rates
        last = round(_LAST_S * self._specs["truth/state"].fs)
        mean: Float = self._state()[:, -last:].mean(axis=-1)
        return mean


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
        actor.rest(86400.0)
    return actor
