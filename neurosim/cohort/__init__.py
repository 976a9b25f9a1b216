"""Trials: the same people in several arms, over many sessions, and what came of it."""

from __future__ import annotations

from neurosim.cohort.arm import UNDRIVEN, Arm
from neurosim.cohort.compare import compare_thresholds
from neurosim.cohort.course import Course, continue_course, read_course, run_course
from neurosim.cohort.person import plan_person
from neurosim.cohort.plan import CoursePlan, Sitting

__all__ = [
    "UNDRIVEN",
    "Arm",
    "Course",
    "CoursePlan",
    "Sitting",
    "compare_thresholds",
    "continue_course",
    "plan_person",
    "read_course",
    "run_course",
]
