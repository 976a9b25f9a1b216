"""Who acts: learners, scripts, later people and populations."""

from __future__ import annotations

from neurosim.subject.learner import Learner
from neurosim.subject.script import Script, ScriptStep
from neurosim.subject.subject import Subject, load_subject

__all__ = ["Learner", "Script", "ScriptStep", "Subject", "load_subject"]
