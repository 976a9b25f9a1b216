"""Feedback that looks alike and does not follow what the subject does now."""
