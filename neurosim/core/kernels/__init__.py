"""Recursions over time and addressed noise, compiled by Numba; import these modules only where they run."""
