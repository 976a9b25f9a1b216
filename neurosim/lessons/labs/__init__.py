"""The labs that ship with neurosim: lists of lessons with their minutes."""
