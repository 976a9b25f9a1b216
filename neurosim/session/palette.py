"""Colours by what they stand for; readable in print, on a projector and with any colour vision."""

from __future__ import annotations

TEXT = "#14181C"
FAINT = "#5A6672"
GRID = "#DDE3E8"
SIGNAL = "#1170EE"
FEATURE = "#A66900"
REWARD = "#13735F"
INVALID = "#8A1F0F"
TRUTH = "#6D1177"
