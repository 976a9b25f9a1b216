"""Synthetic signals beside recordings of people: the same statistics, by the same independent code."""
