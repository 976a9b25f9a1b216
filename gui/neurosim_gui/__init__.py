"""The live window: the only place that knows Qt."""
