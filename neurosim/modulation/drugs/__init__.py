"""The drugs that ship with neurosim, one file each."""
