"""What acts on the nervous system from outside: stimulators, magnetic coils, drugs. They are actors like a learner."""

from neurosim.modulation.drug import Drug
from neurosim.modulation.magnetic import TRAINS, Coil, Train
from neurosim.modulation.medicine import Medicine, load_medicine
from neurosim.modulation.pharmacokinetics import Pharmacokinetics
from neurosim.modulation.pulses import Electrode, Pulses
from neurosim.modulation.stimulator import Stimulator

__all__ = [
    "TRAINS",
    "Coil",
    "Drug",
    "Electrode",
    "Medicine",
    "Pharmacokinetics",
    "Pulses",
    "Stimulator",
    "Train",
    "load_medicine",
]
