"""Causal signal processing: stages that pipelines are made of."""

from __future__ import annotations

from neurosim.dsp.alpha_frequency import AlphaFrequency
from neurosim.dsp.aperiodic import AperiodicAdjustedPower, AperiodicExponent
from neurosim.dsp.ar_envelope import AREnvelope
from neurosim.dsp.arithmetic import Log, Mean, Pick, Ratio
from neurosim.dsp.artifact_gates import KurtosisGate, MuscleGate, RMSGate
from neurosim.dsp.asymmetry import Asymmetry
from neurosim.dsp.beats import ECGBeats, PPGBeats
from neurosim.dsp.bound import envelope_bound
from neurosim.dsp.breaths import BreathingPhase, BreathingRate, Breaths
from neurosim.dsp.calibrated_envelopes import WeightedFIREnvelope
from neurosim.dsp.connectivity import Coherence, ImaginaryCoherence, PhaseLocking
from neurosim.dsp.demodulation import DemodulatedEnvelope, RectifiedEnvelope
from neurosim.dsp.electrode_quality import ElectrodeQuality
from neurosim.dsp.emg import EMGMedianFrequency, EMGRms
from neurosim.dsp.envelopes import FIREnvelope
from neurosim.dsp.eog_regression import EOGRegression
from neurosim.dsp.filters import BandPass, DCBlock, Smooth
from neurosim.dsp.gates import PeakToPeak
from neurosim.dsp.heart_and_breath import RSA, BreathHeartPhase
from neurosim.dsp.heart_rate import IBI, RMSSD, SDNN, HeartRate, TrustedBeats
from neurosim.dsp.heart_spectrum import CoherenceRatio, HRVPower
from neurosim.dsp.notch import Notch
from neurosim.dsp.oscillator import OscillatorEnvelope
from neurosim.dsp.phase_amplitude import PhaseAmplitudeCoupling
from neurosim.dsp.power import BandPower, Envelope
from neurosim.dsp.relative_power import RelativePower
from neurosim.dsp.rereference import AverageReference, Laplacian, Reference
from neurosim.dsp.resonance import PACES_PER_MIN, Resonance, assess_resonance, list_beats
from neurosim.dsp.skin import SCL, SCRAmplitude, SCRRate
from neurosim.dsp.sliding_fft import FFTEnvelope, WelchEnvelope
from neurosim.dsp.slow_potential import SlowPotential, TrialBaseline
from neurosim.dsp.spectrum import Spectrum, measure_spectrum
from neurosim.dsp.temperature import Temperature, TemperatureRate
from neurosim.dsp.zscore import ZScore

__all__ = [
    "IBI",
    "PACES_PER_MIN",
    "RMSSD",
    "RSA",
    "SCL",
    "SDNN",
    "AREnvelope",
    "AlphaFrequency",
    "AperiodicAdjustedPower",
    "AperiodicExponent",
    "Asymmetry",
    "AverageReference",
    "BandPass",
    "BandPower",
    "BreathHeartPhase",
    "BreathingPhase",
    "BreathingRate",
    "Breaths",
    "Coherence",
    "CoherenceRatio",
    "DCBlock",
    "DemodulatedEnvelope",
    "ECGBeats",
    "EMGMedianFrequency",
    "EMGRms",
    "EOGRegression",
    "ElectrodeQuality",
    "Envelope",
    "FFTEnvelope",
    "FIREnvelope",
    "HRVPower",
    "HeartRate",
    "ImaginaryCoherence",
    "KurtosisGate",
    "Laplacian",
    "Log",
    "Mean",
    "MuscleGate",
    "Notch",
    "OscillatorEnvelope",
    "PPGBeats",
    "PeakToPeak",
    "PhaseAmplitudeCoupling",
    "PhaseLocking",
    "Pick",
    "RMSGate",
    "Ratio",
    "RectifiedEnvelope",
    "Reference",
    "RelativePower",
    "Resonance",
    "SCRAmplitude",
    "SCRRate",
    "SlowPotential",
    "Smooth",
    "Spectrum",
    "Temperature",
    "TemperatureRate",
    "TrialBaseline",
    "TrustedBeats",
    "WeightedFIREnvelope",
    "WelchEnvelope",
    "ZScore",
    "assess_resonance",
    "envelope_bound",
    "list_beats",
    "measure_spectrum",
]
