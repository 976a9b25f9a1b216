"""Where samples come from: simulated bodies and recordings."""

from __future__ import annotations

from neurosim.signals.body.body import Body
from neurosim.signals.eeg.eeg import EEG
from neurosim.signals.recordings.recorded import Recorded

__all__ = ["EEG", "Body", "Recorded"]
