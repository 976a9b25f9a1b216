"""The training protocols that ship with neurosim, one TOML file each."""
