"""Trials: many people, several arms, many sessions, and what came of it."""
