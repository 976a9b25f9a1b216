"""What keeps artifacts out, or tells that they are there."""
