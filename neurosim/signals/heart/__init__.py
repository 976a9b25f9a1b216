"""Breathing and circulation: lungs, the beat-to-beat loop of the heart, and the signals of both."""
