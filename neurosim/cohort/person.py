"""One person of a course at one of its sittings, in a session of its own: the same to the bit as among the others."""

from __future__ import annotations

import numpy as np

from neurosim.cohort.arm import plan_alone
from neurosim.cohort.course import Course
from neurosim.cohort.plan import DAY_S
from neurosim.core.errors import UserError, did_you_mean
from neurosim.core.feedback import Feedback
from neurosim.core.spec import Float
from neurosim.feedback.shams.sham import Sham, parse_sham
from neurosim.session.memory import MemorySink
from neurosim.session.plan import Plan
from neurosim.session.run import run


def plan_person(course: Course, arm: str, number: int, sitting: int) -> Plan:
    """Prepare a person of a course as it came to a sitting: with its memory, under what its arm is shown.

    A yoked arm is shown what the donor earned in the same sitting; that session is run for it first.

    Parameters
    ----------
    course
        The course.
    arm
        Name of the arm.
    number
        Of the person, from 0.
    sitting
        Of the sitting, from 1: one that has been, or the next one.

    Raises
    ------
    UserError
        When there is no such arm, person or sitting.
    """
    plan, names = course.plan, [each.name for each in course.plan.arms]
    if arm not in names:
        raise UserError(f"no arm '{arm}'; {did_you_mean(arm, names)}")
    if not 0 <= number < plan.people:
        raise UserError(f"no person {number}: there are {plan.people}, counted from 0")
    come = [*course.sittings, *plan.to_come(course.sittings)]
    if not 1 <= sitting <= min(len(come), len(course.sittings) + 1):
        raise UserError(f"no sitting {sitting} that can be gone to: {len(course.sittings)} have been")
    place = names.index(arm)
    treated = plan.arms[place]
    prepared = plan_alone(plan.protocol, plan.person, treated, number, plan.seed)
    for before in come[1 : sitting - 1]:
        prepared.rest(before.days * DAY_S)
    if sitting > 1:
        memory = course.memories[sitting - 2]
        for i, actor in enumerate(prepared.actors):
            own = f"{place}/{i}/"
            actor.recall({n.removeprefix(own): x[number : number + 1] for n, x in memory.items() if n.startswith(own)})
        prepared.rest(come[sitting - 1].days * DAY_S)  # what is left behind wears off until then
    kind = come[sitting - 1].kind
    blocks = plan.protocol.blocks if kind == "training" else plan.assessed().blocks
    prepared.protocol = prepared.protocol.with_blocks(*blocks)
    if treated.donor:
        donor = plan_person(course, treated.donor, (number + 1) % plan.people, sitting)
        earned = MemorySink(signals=False)
        run(donor.session(), sinks=[earned])
        prepared.sham = _Earned(np.asarray(earned.column("shown"), dtype=np.float64))
        prepared.shown_instead = parse_sham("yoked")
    return prepared


class _Earned(Sham):
    """What a donor earned, tick by tick."""

    def __init__(self, shown: Float) -> None:
        self._shown = shown

    def rest(self, duration_s: float) -> None:
        """Do nothing: there is no state."""

    def update(self, tick_index: int, feedback: Feedback) -> Float:
        shown: Float = self._shown[tick_index]
        return shown
