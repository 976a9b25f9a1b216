"""The trials behind docs/training.md: slow tests judge them, and ``python docs/make_training.py`` draws them.

Each is made once a process. The seed is none of those that constants of the learner were chosen on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

import neurosim as ns
from neurosim.cohort import UNDRIVEN, Arm, Course, run_course
from neurosim.cohort.arm import arm_named
from neurosim.cohort.statistics import Interval, mean_interval
from neurosim.core.spec import Float
from neurosim.core.timeline import TickGrid
from neurosim.feedback import Block, Condition, Operant, PercentileThreshold
from neurosim.session.blocks import BlockSink
from neurosim.session.tick import Sink, Tick

SEED = 2027
FS = 128.0
N_ALPHA, N_DELAY, N_BODY = 60, 200, 40
PERSON = ns.Subject(
    name="adult", title="at O1 alone", body=ns.Body(eeg=ns.EEG(ch_names=("O1",), fs=FS)), actors=(ns.Learner(),)
)
#: Shams that ought to teach nothing; ``reversed`` teaches the opposite.
INERT = ("yoked", "random", "shifted", "phase_randomised", "replay")
#: The non-specific part of a training: they believe in it and try as much, but learn nothing from what they see.
BELIEF = Arm(name="belief", actors=(ns.Learner(learning_rate_hz=0.0),))
DELAYS_S = {"real": 0.0, "late": 0.25, "later": 0.5}
PERCENTILES = (97, 80, 65, 50, 35, 20, 3)


def change(course: Course, arm: str, measure: str = "trained_percent") -> Float:
    """Return what each person of an arm came to in the last block of training ``(person,)``."""
    people = course.people
    values: Float = people[people["arm"] == arm].sort_values("subject")[measure].to_numpy(dtype=float)
    return values


def difference(course: Course, arm: str, versus: str, measure: str = "trained_percent") -> Interval:
    """Return the row of the course's own table of differences."""
    table = course.differences
    rows = table[table["measure"] == measure]
    for one, other, sign in ((arm, versus, 1.0), (versus, arm, -1.0)):
        found = rows[(rows["arm"] == one) & (rows["versus"] == other)]
        if len(found):
            mean, *ends = (sign * float(found[name].iloc[0]) for name in ("mean", "low", "high"))
            return Interval(int(found["n"].iloc[0]), mean, min(ends), max(ends))
    raise KeyError((arm, versus))


class Kept(Sink):
    """Keeps EEG and truth of a block, of two arms.

    Parameters
    ----------
    block
        Its name.
    arms, n
        The arms of the trial, and people in each.
    """

    ARMS = ("real", UNDRIVEN)

    def __init__(self, block: str, arms: Sequence[str], n: int) -> None:
        self._block = block
        self._lanes = np.concatenate([arms.index(arm) * n + np.arange(n) for arm in self.ARMS])
        self._ticks: list[dict[str, NDArray[Any]]] = []
        self._n = n

    def write(self, tick: Tick) -> None:
        """Keep a tick of the block."""
        if tick.block.name == self._block:
            self._ticks.append({
                "eeg": tick.samples["eeg"][self._lanes, 0].astype(np.float32),
                "envelope": tick.samples["truth/eeg_envelope"][self._lanes, 1:4].astype(np.float32),
                "bursts": tick.samples["truth/eeg_bursts"][self._lanes, 1:4] > 0,
            })  # fmt: skip

    def of(self, stream: str, arm: str) -> NDArray[Any]:
        """Return a stream of an arm ``(person, ..., time)``; envelope and bursts have the three sources of alpha."""
        x = np.concatenate([tick[stream] for tick in self._ticks], axis=-1)
        whole: NDArray[Any] = x.reshape(len(self.ARMS), self._n, *x.shape[1:])[self.ARMS.index(arm)]
        return whole


@dataclass
class AlphaTrial:
    """Ten sessions of alpha training: the course, and EEG and truth of the first and of the last block."""

    course: Course
    first: Kept
    last: Kept


@cache
def alpha(sessions: int = 10, people: int = N_ALPHA) -> AlphaTrial:
    """Train people who differ by `alpha_up` as it ships, with real feedback and with every sham."""
    protocol = ns.load_protocol("alpha_up").model_copy(update={"update_interval_s": 1 / 8})
    kept: list[Kept] = []
    with TemporaryDirectory() as folder:
        donor = Path(folder) / "donor.tsv"
        _record_donor(protocol, donor)
        shams = [f"replay:path={donor}" if name == "replay" else name for name in INERT]
        arms = [arm_named(name) for name in ("real", *shams, "reversed", UNDRIVEN)]
        names = [arm.name for arm in arms]

        def watch(session: ns.Session, number: int) -> Sequence[Sink]:
            at = {0: "baseline", sessions - 1: "training 4"}
            kept.extend([Kept(at[number], names, people)] if number in at else [])
            return kept[-1:] if number in at else []

        done = run_course(
            protocol, subject=PERSON, subjects=people, sessions=sessions, arms=arms, seed=SEED, follow_up_days=(),
            sinks=watch,
        )  # fmt: skip
    return AlphaTrial(done, kept[0], kept[-1])


def _record_donor(protocol: ns.TrainingProtocol, path: Path) -> None:
    """Write what somebody else was shown in a session with real feedback."""
    memory = ns.simulate(protocol, subject=PERSON, seed=SEED + 1, keep="ticks").memory
    rows = zip(memory.start_s(), memory.column("shown"), strict=True)
    path.write_text("time_s\tshown\n" + "".join(f"{t:.6f}\t{x:g}\n" for t, x in rows), encoding="utf-8")


def _short() -> ns.TrainingProtocol:
    """Return `alpha_up` with twenty minutes of training, and feedback 0.25 s late by envelope and display."""
    protocol = ns.load_protocol("alpha_up")
    feature = protocol.features[0]
    stages = (feature.stages[0], feature.stages[1].model_copy(update={"target_delay_s": 0.125}))
    blocks = [Block(name="baseline", kind="baseline", duration_s=60.0)]
    blocks += [Block(name=f"training {i}", kind="training", duration_s=600.0) for i in (1, 2)]
    update = {"features": (feature.model_copy(update={"stages": stages}),), "display_delay_s": 0.125}
    return protocol.model_copy(update=update).with_blocks(*blocks)


@cache
def delay() -> Course:
    """Train average people with feedback that comes later: far below the ceiling, in two sessions."""
    arms = [Arm(name=name, extra_delay_s=late_s) for name, late_s in DELAYS_S.items()]
    return run_course(
        _short(), subject=PERSON, subjects=N_DELAY, sessions=2, arms=arms, spread=0.0, seed=SEED, follow_up_days=()
    )


@cache
def threshold() -> Course:
    """Train average people with thresholds from too hard to too easy."""
    arms = [Arm(name=f"p{p}", rule=_above(p)) for p in PERCENTILES]
    return run_course(
        _short(), subject=PERSON, subjects=N_ALPHA, sessions=3, arms=arms, spread=0.0, seed=SEED, follow_up_days=()
    )


def _above(percentile: float) -> Operant:
    limit = PercentileThreshold(percentile=percentile, window_s=60.0)
    return Operant(conditions=(Condition(feature="alpha", threshold=limit),))


def rewarded(course: Course) -> Mapping[str, float]:
    """Return the share of training that each arm was rewarded for [%]."""
    training = course.blocks[course.blocks["block_kind"] == "training"]
    return {str(arm): 100.0 * float(rate) for arm, rate in training.groupby("arm")["reward_rate"].mean().items()}


def _body(protocol: str, sessions: int, signals: Sequence[str] = (), **more: Any) -> Course:
    return run_course(
        protocol, subjects=N_BODY, sessions=sessions, arms=("real", "yoked", BELIEF), seed=SEED, follow_up_days=(),
        update_interval_s=1 / 4, signals=signals, **more,
    )  # fmt: skip


@cache
def warming() -> Course:
    """Six sessions of `hand_warming` as it ships."""
    return _body("hand_warming", 6)


@cache
def relaxing() -> Course:
    """Ten sessions of `emg_frontalis` as it ships."""
    return _body("emg_frontalis", 10)


def gain(course: Course, arm: str, sitting: int) -> Float:
    """Return what the feature rose by in a session ``(person,)``: from before training to its last block."""
    rows = course.blocks[(course.blocks["arm"] == arm) & (course.blocks["sitting"] == sitting)]

    def of(kind: str) -> Float:
        block = rows[rows["block_kind"] == kind]["block"].iloc[-1]
        values: Float = rows[rows["block"] == block].sort_values("subject")["feature"].to_numpy(dtype=float)
        return values

    return of("training") - of("baseline")


@dataclass
class BreathTrial:
    """Ten sessions of `hrv_coherence` as it ships, and how people breathed.

    Attributes
    ----------
    course
        The course.
    own_per_min, resonance_per_min
        How each person breathes by nature, and where their heart resonates ``(person,)``.
    rate_per_min
        Breaths a minute in the last block of training, in truth ``(session, arm, person)``.
    """

    course: Course
    own_per_min: Float
    resonance_per_min: Float
    rate_per_min: Float

    @property
    def naive(self) -> Float:
        """How far from their own resonance people breathe by nature ``(person,)`` [1/min]."""
        away: Float = np.abs(self.own_per_min - self.resonance_per_min)
        return away

    def distance(self, arm: str, session: int = -1) -> Float:
        """Return how far from their own resonance people breathe ``(person,)`` [1/min]."""
        names = [each.name for each in self.course.plan.arms]
        away: Float = np.abs(self.rate_per_min[session, names.index(arm)] - self.resonance_per_min)
        return away

    def difference(self, arm: str, versus: str) -> Interval:
        """Return the difference of that between two arms after the course [1/min]."""
        return mean_interval(self.distance(arm) - self.distance(versus))


@cache
def breathing(sessions: int = 10) -> BreathTrial:
    """Train naive people by the coherence ratio, without a pacer: nobody tells them how to breathe."""
    stream, seen = "truth/state", list[BlockSink]()
    channels: tuple[str, ...] = ()

    def watch(session: ns.Session, number: int) -> Sequence[Sink]:
        nonlocal channels
        channels = session.source.specs[stream].ch_names
        seen.append(BlockSink())
        return seen[-1:]

    course = _body("hrv_coherence", sessions, (stream,), sinks=watch)
    body = course.plan.person.body
    assert isinstance(body, ns.Body)
    traits = body.prepare(TickGrid(1.0), SEED, tuple(range(N_BODY)), (N_BODY,)).traits
    own = traits["breathing_rate_per_min"]
    moved = [channels.index(name) for name in ("breathing_rate", "breathing_shift")]
    last = [[b for b in sink.blocks if b.block.kind == "training"][-1].mean_truth(stream) for sink in seen]
    rate = own + np.array(last)[..., moved].sum(axis=-1).reshape(sessions, -1, N_BODY)
    return BreathTrial(course, own, traits["resonance_per_min"], rate)
