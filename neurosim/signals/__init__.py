"""Where samples come from: simulated bodies and recordings."""

from __future__ import annotations

from neurosim.signals.body.body import Body, load_body
from neurosim.signals.eeg.eeg import EEG
from neurosim.signals.recordings.recorded import Recorded

__all__ = ["EEG", "Body", "Recorded", "load_body"]
