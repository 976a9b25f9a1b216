"""Windows for tests: drawn in memory, without a display, unless the environment names another platform."""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
