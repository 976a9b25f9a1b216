"""The simulated body: one state, and the organs that make signals from it."""
