"""Features of heart, breathing, muscles and skin."""
