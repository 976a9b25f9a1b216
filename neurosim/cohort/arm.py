"""The arms of a trial, and the one session that all of them run in."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import numpy as np
from pydantic import Field

from neurosim.cohort.lanes import LateActor, SplitActor, SplitRule, SplitSham, lanes_of_arms
from neurosim.core.actor import Actor, ActorConfig, AnyActor
from neurosim.core.config import Config
from neurosim.core.errors import ConfigError, Problem, did_you_mean
from neurosim.core.registry import kind_names
from neurosim.core.rule import AnyRule
from neurosim.core.spec import SignalSpec
from neurosim.core.timeline import TickGrid
from neurosim.feedback.protocol import TrainingProtocol
from neurosim.feedback.shams.sham import AnySham, parse_sham
from neurosim.session.plan import Plan, actors_of, plan_sessions
from neurosim.session.streams import choose_channels
from neurosim.signals.body.body import Body
from neurosim.subject.learner import Learner
from neurosim.subject.subject import Subject

#: Name of the arm whose people do as told but regulate nothing: the same seed without drive.
UNDRIVEN = "undriven"


class Arm(Config):
    """A group of people who are treated alike.

    The same people stand in every arm, with the same noise: what differs between arms is what the arms do.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_+.-]*$", description="as it stands in tables")
    sham: AnySham | None = Field(None, description="shown instead of real feedback")
    donor: str = Field("", description="the arm whose feedback is shown; each person gets that of the next one there")
    rule: AnyRule | None = Field(None, description="instead of the protocol's")
    extra_delay_s: float = Field(
        0.0, ge=0, le=10, description="by how much feedback comes later", json_schema_extra={"unit": "s"}
    )
    driven: bool = Field(True, description="whether learners regulate; else they do as told, and try nothing")
    actors: tuple[AnyActor, ...] | None = Field(None, description="who moves the body, instead of the subject's")


def arm_named(name: str) -> Arm:
    """Return an arm by its usual name: real, undriven, yoked (to real), or a sham such as ``shifted:shift_s=10``.

    Raises
    ------
    ConfigError
        For a name that is none of these.
    """
    usual = {
        "real": Arm(name="real"),
        UNDRIVEN: Arm(name=UNDRIVEN, driven=False),
        "yoked": Arm(name="yoked", donor="real"),
    }
    if name in usual:
        return usual[name]
    if name.partition(":")[0] not in kind_names("sham"):
        raise ConfigError(f"unknown arm '{name}'; {did_you_mean(name, (*usual, *kind_names('sham')))}", "arms")
    sham = parse_sham(name)
    return Arm(name=sham.kind, sham=sham)


def check_arms(arms: Sequence[Arm]) -> None:
    """Refuse arms that cannot stand beside each other.

    Raises
    ------
    ConfigError
        With everything that is wrong.
    """
    names = [arm.name for arm in arms]
    real = [arm.name for arm in arms if arm.sham is None and not arm.donor]
    problems = []
    for i, arm in enumerate(arms):
        if arm.name in names[:i]:
            problems.append(Problem(("arms", i, "name"), f"the arm '{arm.name}' stands twice; names must differ"))
        if arm.donor and arm.donor not in real:
            message = f"no arm '{arm.donor}' with real feedback; {did_you_mean(arm.donor, real)}"
            problems.append(Problem(("arms", i, "donor"), message))
        if arm.donor and arm.sham is not None:
            problems.append(Problem(("arms", i, "donor"), "an arm is yoked or has a sham of its own; leave one out"))
    if problems:
        raise ConfigError(problems)


def plan_arms(
    protocol: TrainingProtocol,
    subject: Subject,
    arms: Sequence[Arm],
    people: Sequence[int],
    seed: int,
    signals: Sequence[str] = (),
) -> Plan:
    """Prepare sessions whose lanes are the people of every arm, arm by arm.

    Parameters
    ----------
    protocol
        What is trained, where an arm has no rule of its own.
    subject
        The body, and who acts on it where an arm has no actors of its own.
    arms
        The arms.
    people
        The address of each person; the same in every arm.
    seed
        Root of all noise.
    signals
        Streams of the body that are wanted besides what the protocol uses.

    Raises
    ------
    ConfigError
        For arms that do not fit each other, and everything that `simulate_sessions` refuses.
    """
    check_arms(arms)
    n, grid = len(people), TickGrid(protocol.update_interval_s)
    if n < 2 and any(arm.donor for arm in arms):
        raise ConfigError("a yoked arm needs two people at least, who are shown each other's feedback", "people")
    of_arm = [subject if arm.actors is None else subject.model_copy(update={"actors": arm.actors}) for arm in arms]
    everyone = subject.model_copy(update={"actors": tuple(actor for person in of_arm for actor in person.actors)})
    those = narrowed(everyone, protocol)
    plan = plan_sessions(protocol, those, subjects=[*people] * len(arms), seed=seed, signals=signals)
    if any(arm.rule is not None for arm in arms):
        rules = tuple(protocol.rule if arm.rule is None else arm.rule for arm in arms)
        plan.protocol = plan.protocol.model_copy(update={"rule": SplitRule(rules=rules)})
    groups = []
    for who, alike in groupby(_acting(*pair, protocol, grid) for pair in zip(arms, of_arm, strict=True)):
        n_arms = len(list(alike))
        groups.append((n_arms, _prepared(*who, grid, seed, tuple(people) * n_arms, (n * n_arms,))))
    plan.actors = [SplitActor(groups, n)]
    plan.sham = _shown(arms, people, grid, seed)
    return plan


def plan_alone(protocol: TrainingProtocol, subject: Subject, arm: Arm, number: int, seed: int) -> Plan:
    """Prepare sessions of one person of an arm, the same to the bit as in its lane among all others.

    The body has the sensors that the protocol looks at, as there: with others its noise would be another one. What a
    donor earns is not known here; see `neurosim.cohort.person.plan_person`.

    Parameters
    ----------
    protocol, subject, arm, seed
        As of `plan_arms`.
    number
        The address of the person.

    Raises
    ------
    ConfigError
        For everything that `simulate_sessions` refuses.
    """
    if arm.actors is not None:
        subject = subject.model_copy(update={"actors": arm.actors})
    if arm.rule is not None:
        protocol = protocol.model_copy(update={"rule": arm.rule})
    body, grid = narrowed(subject, protocol), TickGrid(protocol.update_interval_s)
    plan = plan_sessions(protocol, body, sham=arm.sham, seed=seed, signals="all", address=number)
    plan.actors = _prepared(*_acting(arm, subject, protocol, grid), grid, seed, (number,), ())
    return plan


def _acting(
    arm: Arm, subject: Subject, protocol: TrainingProtocol, grid: TickGrid
) -> tuple[tuple[ActorConfig, ...], int]:
    """Return who acts in an arm, and how many ticks later they see everything."""
    acting = (a.idle() if isinstance(a, Learner) and not arm.driven else a for a in actors_of(subject, protocol))
    return tuple(acting), grid.n_ticks(arm.extra_delay_s)


def _prepared(
    acting: Sequence[ActorConfig], late: int, grid: TickGrid, seed: int, subjects: tuple[int, ...],
    batch_shape: tuple[int, ...],
) -> list[Actor]:  # fmt: skip
    ready = [actor.prepare(grid, seed, subjects, batch_shape) for actor in acting]
    return [LateActor(actor, late) for actor in ready] if late else ready


def _shown(arms: Sequence[Arm], people: Sequence[int], grid: TickGrid, seed: int) -> SplitSham | None:
    """Return what the arms are shown; None where all of them get real feedback."""
    if not any(arm.sham is not None or arm.donor for arm in arms):
        return None
    names, n = [arm.name for arm in arms], len(people)
    lanes = dict(zip(names, lanes_of_arms(n * len(arms), len(arms)), strict=True))
    next_one = (np.arange(n) + 1) % n
    return SplitSham([
        (
            lanes[arm.donor].start + next_one if arm.donor else lanes[arm.name],
            None if arm.sham is None else arm.sham.prepare(grid, seed, tuple(people), (n,)),
        )
        for arm in arms
    ])  # fmt: skip


def narrowed(subject: Subject, protocol: TrainingProtocol) -> Subject:
    """Return the subject with only the sensors that the protocol looks at: the others would cost most of the time."""
    body = subject.body
    if not isinstance(body, Body):
        raise ConfigError("a recording does not answer to feedback; name a subject with a simulated body", subject.name)
    eeg = {"ch_names": _looked_at("eeg", body.eeg.ch_names, protocol)}
    emg = {"muscles": {name: body.emg.muscles[name] for name in _looked_at("emg", tuple(body.emg.muscles), protocol)}}
    narrow = {"eeg": body.eeg.model_copy(update=eeg), "emg": body.emg.model_copy(update=emg)}
    return subject.model_copy(update={"body": body.model_copy(update=narrow)})


def _looked_at(stream: str, ch_names: tuple[str, ...], protocol: TrainingProtocol) -> tuple[str, ...]:
    """Return the channels of a stream that the protocol looks at; all of them where it looks at none."""
    spec = SignalSpec(1.0, ch_names, "uV")
    used = {name for gate in protocol.gates if gate.stream == stream for name in gate.also}
    for feature in protocol.features:
        for source in feature.sources.values():
            if source.stream == stream:
                used |= {ch_names[i] for i in choose_channels(source, spec)}
    return tuple(name for name in ch_names if name in used) or ch_names
