"""Where samples come from: simulated bodies and recordings."""

from __future__ import annotations

from neurosim.signals.body import Body
from neurosim.signals.eeg import EEG
from neurosim.signals.recorded import Recorded

__all__ = ["EEG", "Body", "Recorded"]
