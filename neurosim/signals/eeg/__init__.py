"""The electroencephalogram: background, rhythms, how they reach the sensors, and what disturbs them."""
