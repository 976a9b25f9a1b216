"""Causal signal processing: stages that pipelines are made of."""

from __future__ import annotations

from neurosim.dsp.arithmetic import InRange, Log, Mean, Pick, Ratio
from neurosim.dsp.body.beats import ECGBeats, PPGBeats
from neurosim.dsp.body.breaths import BreathingPhase, BreathingRate, Breaths
from neurosim.dsp.body.emg import EMGMedianFrequency, EMGRms
from neurosim.dsp.body.heart_and_breath import RSA, BreathHeartPhase
from neurosim.dsp.body.heart_rate import IBI, RMSSD, SDNN, HeartRate, TrustedBeats
from neurosim.dsp.body.heart_spectrum import CoherenceRatio, HRVPower
from neurosim.dsp.body.resonance import PACES_PER_MIN, Resonance, assess_resonance, list_beats
from neurosim.dsp.body.skin import SCL, SCRAmplitude, SCRRate
from neurosim.dsp.body.temperature import Temperature, TemperatureRate
from neurosim.dsp.cleaning.artifact_gates import KurtosisGate, MuscleGate, RMSGate
from neurosim.dsp.cleaning.electrode_quality import ElectrodeQuality
from neurosim.dsp.cleaning.eog_regression import EOGRegression
from neurosim.dsp.cleaning.gates import PeakToPeak
from neurosim.dsp.cleaning.heartbeat import HeartbeatSubtraction
from neurosim.dsp.cleaning.notch import Notch
from neurosim.dsp.cleaning.rereference import AverageReference, Laplacian, Reference
from neurosim.dsp.envelopes.ar_envelope import AREnvelope
from neurosim.dsp.envelopes.bound import envelope_bound
from neurosim.dsp.envelopes.demodulation import DemodulatedEnvelope, RectifiedEnvelope
from neurosim.dsp.envelopes.fir import FIREnvelope
from neurosim.dsp.envelopes.oscillator import OscillatorEnvelope
from neurosim.dsp.envelopes.power import BandPower, Envelope
from neurosim.dsp.envelopes.sliding_fft import FFTEnvelope, WelchEnvelope
from neurosim.dsp.envelopes.spectrum import Spectrum
from neurosim.dsp.envelopes.weighted_fir import WeightedFIREnvelope
from neurosim.dsp.envelopes.welch import measure_spectrum
from neurosim.dsp.filters import BandPass, DCBlock, Smooth
from neurosim.dsp.spectra.alpha_frequency import AlphaFrequency
from neurosim.dsp.spectra.aperiodic import AperiodicAdjustedPower, AperiodicExponent
from neurosim.dsp.spectra.asymmetry import Asymmetry
from neurosim.dsp.spectra.connectivity import Coherence, ImaginaryCoherence, PhaseLocking
from neurosim.dsp.spectra.phase_amplitude import PhaseAmplitudeCoupling
from neurosim.dsp.spectra.relative_power import RelativePower
from neurosim.dsp.spectra.slow_potential import SlowPotential, TrialBaseline
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
    "HeartbeatSubtraction",
    "ImaginaryCoherence",
    "InRange",
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
