"""How strong a rhythm is right now: envelopes and band power, and the bound on what can be known."""
