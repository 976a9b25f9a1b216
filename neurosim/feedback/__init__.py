"""From features to feedback: thresholds, rules, shams, training protocols."""

from __future__ import annotations

from neurosim.feedback.block import Block, Stressor, Trials
from neurosim.feedback.conditions import Condition
from neurosim.feedback.graded import Graded
from neurosim.feedback.observe import Observe
from neurosim.feedback.protocol import Feature, Gate, Input, TrainingProtocol, load_protocol
from neurosim.feedback.rules import Operant
from neurosim.feedback.sham import RandomSham
from neurosim.feedback.thresholds import (
    BaselineThreshold,
    ControllerThreshold,
    FixedThreshold,
    ManualThreshold,
    OneShotThreshold,
    PercentileThreshold,
    StaircaseThreshold,
)

__all__ = [
    "BaselineThreshold",
    "Block",
    "Condition",
    "ControllerThreshold",
    "Feature",
    "FixedThreshold",
    "Gate",
    "Graded",
    "Input",
    "ManualThreshold",
    "Observe",
    "OneShotThreshold",
    "Operant",
    "PercentileThreshold",
    "RandomSham",
    "StaircaseThreshold",
    "Stressor",
    "TrainingProtocol",
    "Trials",
    "load_protocol",
]
