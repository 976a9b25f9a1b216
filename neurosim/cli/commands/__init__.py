"""The commands by room."""
