"""neurosim: a simulator for neurofeedback and biofeedback.

Synthetic EEG and physiology pass through a real-time pipeline and a threshold; the feedback closes the loop to a
simulated learner. Recordings go the same way. It simulates group averages; it is not medical advice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

# Names load when they are first used, so that `import neurosim` costs next to nothing (PEP 562).
_HOMES = {
    "Arm": "neurosim.cohort",
    "Body": "neurosim.signals",
    "BrainFlow": "neurosim.signals",
    "Chain": "neurosim.core.chain",
    "Drive": "neurosim.core.drive",
    "EEG": "neurosim.signals",
    "Feedback": "neurosim.core.feedback",
    "Fork": "neurosim.core.chain",
    "LSL": "neurosim.signals",
    "Learner": "neurosim.subject",
    "Population": "neurosim.subject",
    "Recorded": "neurosim.signals",
    "Script": "neurosim.subject",
    "Session": "neurosim.session",
    "SignalSpec": "neurosim.core.spec",
    "Subject": "neurosim.subject",
    "TrainingProtocol": "neurosim.feedback",
    "UserError": "neurosim.core.errors",
    "compare_thresholds": "neurosim.cohort",
    "continue_course": "neurosim.cohort",
    "load_body": "neurosim.signals",
    "load_protocol": "neurosim.feedback",
    "load_subject": "neurosim.subject",
    "make_report": "neurosim.report",
    "read_course": "neurosim.cohort",
    "read_session": "neurosim.session",
    "run": "neurosim.session",
    "run_course": "neurosim.cohort",
    "simulate": "neurosim.session",
    "simulate_sessions": "neurosim.session",
}

if TYPE_CHECKING:
    from neurosim.cohort import Arm, compare_thresholds, continue_course, read_course, run_course
    from neurosim.core.chain import Chain, Fork
    from neurosim.core.drive import Drive
    from neurosim.core.errors import UserError
    from neurosim.core.feedback import Feedback
    from neurosim.core.spec import SignalSpec
    from neurosim.feedback import TrainingProtocol, load_protocol
    from neurosim.report import make_report
    from neurosim.session import Session, read_session, run, simulate, simulate_sessions
    from neurosim.signals import EEG, LSL, Body, BrainFlow, Recorded, load_body
    from neurosim.subject import Learner, Population, Script, Subject, load_subject

__all__ = [
    "EEG",
    "LSL",
    "Arm",
    "Body",
    "BrainFlow",
    "Chain",
    "Drive",
    "Feedback",
    "Fork",
    "Learner",
    "Population",
    "Recorded",
    "Script",
    "Session",
    "SignalSpec",
    "Subject",
    "TrainingProtocol",
    "UserError",
    "__version__",
    "compare_thresholds",
    "continue_course",
    "load_body",
    "load_protocol",
    "load_subject",
    "make_report",
    "read_course",
    "read_session",
    "run",
    "run_course",
    "simulate",
    "simulate_sessions",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'neurosim' has no attribute '{name}'")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__
