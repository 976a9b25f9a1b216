"""The lessons that ship with neurosim, one TOML file each."""
