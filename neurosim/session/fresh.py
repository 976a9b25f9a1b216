"""The name of a folder for a session that nobody has named."""

from __future__ import annotations

import time
from pathlib import Path


def fresh_folder(name: str) -> Path:
    """Return a folder name that is not taken: ``sessions/alpha_up-20260131T101500``."""
    first = Path("sessions") / f"{name}-{time.strftime('%Y%m%dT%H%M%S')}"
    path, number = first, 1
    while path.exists():
        number += 1
        path = first.with_name(f"{first.name}-{number}")
    return path
