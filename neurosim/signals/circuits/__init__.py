"""Circuits for stimulation and drugs: basal ganglia, an epileptic focus, the gate of pain, a cortical column."""
