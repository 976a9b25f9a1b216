"""Recordings that others open: BDF+, tables, sidecars; read, recovered, replayed and exported."""
