"""Samples that come while the session runs: LSL streams and amplifiers, in the place of the body."""
