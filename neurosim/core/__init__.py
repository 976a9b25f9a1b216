"""The few central things that every other room builds on: signals, stages, sources, actors, rules, noise."""
