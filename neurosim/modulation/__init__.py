"""What acts on the nervous system from outside: stimulators, magnetic coils, drugs. They are actors like a learner."""

from neurosim.modulation.pulses import Electrode, Pulses
from neurosim.modulation.stimulator import Stimulator

__all__ = ["Electrode", "Pulses", "Stimulator"]
