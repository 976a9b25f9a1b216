"""Circuits that stimulation and drugs act on: basal ganglia, a focus of epilepsy, the gate of pain, a column of cortex."""
