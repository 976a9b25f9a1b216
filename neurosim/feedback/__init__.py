"""From features to feedback: thresholds, rules, shams, training protocols."""

from __future__ import annotations

from neurosim.feedback.block import Block, Stressor, Trials
from neurosim.feedback.observe import Observe
from neurosim.feedback.protocol import Feature, Gate, Input, TrainingProtocol, load_protocol
from neurosim.feedback.rules import Condition, Operant
from neurosim.feedback.sham import RandomSham
from neurosim.feedback.thresholds import FixedThreshold, PercentileThreshold

__all__ = [
    "Block",
    "Condition",
    "Feature",
    "FixedThreshold",
    "Gate",
    "Input",
    "Observe",
    "Operant",
    "PercentileThreshold",
    "RandomSham",
    "Stressor",
    "TrainingProtocol",
    "Trials",
    "load_protocol",
]
