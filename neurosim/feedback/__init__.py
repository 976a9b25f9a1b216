"""From features to feedback: thresholds, rules, shams, training protocols."""

from __future__ import annotations

from neurosim.feedback.block import Block, Trials
from neurosim.feedback.protocol import Feature, Gate, TrainingProtocol, load_protocol
from neurosim.feedback.rules import Condition, Operant
from neurosim.feedback.shams.phase_randomised import PhaseRandomisedSham
from neurosim.feedback.shams.random import RandomSham
from neurosim.feedback.shams.replay import ReplaySham
from neurosim.feedback.shams.reversed import ReversedSham
from neurosim.feedback.shams.shifted import ShiftedSham
from neurosim.feedback.shams.yoked import YokedSham
from neurosim.feedback.thresholds import FixedThreshold, PercentileThreshold

__all__ = [
    "Block",
    "Condition",
    "Feature",
    "FixedThreshold",
    "Gate",
    "Operant",
    "PercentileThreshold",
    "PhaseRandomisedSham",
    "RandomSham",
    "ReplaySham",
    "ReversedSham",
    "ShiftedSham",
    "TrainingProtocol",
    "Trials",
    "YokedSham",
    "load_protocol",
]
