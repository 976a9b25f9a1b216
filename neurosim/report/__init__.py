"""Reports: a session as one page to keep, to print and to hand on."""

from __future__ import annotations

from neurosim.report.make import make_report

__all__ = ["make_report"]
