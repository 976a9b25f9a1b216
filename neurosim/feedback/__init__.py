"""From features to feedback: thresholds, rules, shams, training protocols."""

from __future__ import annotations

from neurosim.feedback.block import Block, Stressor, Trials
from neurosim.feedback.conditions import Condition
from neurosim.feedback.graded import Graded
from neurosim.feedback.observe import Observe
from neurosim.feedback.protocol import Feature, Gate, Input, TrainingProtocol, load_protocol
from neurosim.feedback.rules import Operant
from neurosim.feedback.shams.phase_randomised import PhaseRandomisedSham
from neurosim.feedback.shams.random import RandomSham
from neurosim.feedback.shams.replay import ReplaySham
from neurosim.feedback.shams.reversed import ReversedSham
from neurosim.feedback.shams.shifted import ShiftedSham
from neurosim.feedback.shams.yoked import YokedSham
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
    "PhaseRandomisedSham",
    "RandomSham",
    "ReplaySham",
    "ReversedSham",
    "ShiftedSham",
    "StaircaseThreshold",
    "Stressor",
    "TrainingProtocol",
    "Trials",
    "YokedSham",
    "load_protocol",
]
