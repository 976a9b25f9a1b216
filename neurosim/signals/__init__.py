"""Where samples come from: simulated bodies, recordings and live streams."""

from __future__ import annotations

from neurosim.signals.body.body import Body, load_body
from neurosim.signals.eeg.eeg import EEG
from neurosim.signals.live.brainflow import BrainFlow
from neurosim.signals.live.lsl import LSL
from neurosim.signals.recordings.recorded import Recorded

__all__ = ["EEG", "LSL", "Body", "BrainFlow", "Recorded", "load_body"]
