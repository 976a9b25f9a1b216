"""Causal signal processing: stages that pipelines are made of."""

from __future__ import annotations

from neurosim.dsp.arithmetic import Log, Mean, Pick, Ratio
from neurosim.dsp.filters import BandPass, DCBlock, Smooth
from neurosim.dsp.gates import PeakToPeak
from neurosim.dsp.power import BandPower, Envelope
from neurosim.dsp.zscore import ZScore

__all__ = [
    "BandPass",
    "BandPower",
    "DCBlock",
    "Envelope",
    "Log",
    "Mean",
    "PeakToPeak",
    "Pick",
    "Ratio",
    "Smooth",
    "ZScore",
]
