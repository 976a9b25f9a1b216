"""Who acts: learners, a person at the keyboard, scripts, and populations of people who differ."""

from __future__ import annotations

from neurosim.subject.hidden_strategy import HiddenStrategy
from neurosim.subject.learner import Learner
from neurosim.subject.person import KeyEvent, Person
from neurosim.subject.population import Population
from neurosim.subject.script import Script, ScriptStep
from neurosim.subject.stressors import Stressors
from neurosim.subject.subject import Subject, load_subject

__all__ = [
    "HiddenStrategy",
    "KeyEvent",
    "Learner",
    "Person",
    "Population",
    "Script",
    "ScriptStep",
    "Stressors",
    "Subject",
    "load_subject",
]
