"""What a feature is compared with: one kind a module."""

from __future__ import annotations

from neurosim.feedback.thresholds.baseline import BaselineThreshold, OneShotThreshold
from neurosim.feedback.thresholds.controller import ControllerThreshold
from neurosim.feedback.thresholds.fixed import FixedThreshold, ManualThreshold
from neurosim.feedback.thresholds.percentile import PercentileThreshold
from neurosim.feedback.thresholds.staircase import StaircaseThreshold
from neurosim.feedback.thresholds.threshold import AnyThreshold, Seen, Threshold, ThresholdConfig

__all__ = [
    "AnyThreshold",
    "BaselineThreshold",
    "ControllerThreshold",
    "FixedThreshold",
    "ManualThreshold",
    "OneShotThreshold",
    "PercentileThreshold",
    "Seen",
    "StaircaseThreshold",
    "Threshold",
    "ThresholdConfig",
]
