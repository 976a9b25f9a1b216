"""Recordings of real people in the place of the body: files of many kinds, described by a sidecar."""
