"""The order of the tests, and a body of which only some streams are made."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable

# Before NumPy is loaded: threads of two workers that wait for each other take ten times as long as one thread.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import pytest
from numpy.typing import NDArray

from tools import bodies

Float = NDArray[np.float64]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let modules with many slow tests begin first, or one worker would be left with them at the end."""
    n_slow = Counter(item.path for item in items if item.get_closest_marker("slow"))
    items.sort(key=lambda item: -n_slow[item.path])


@pytest.fixture(scope="session")
def record() -> Callable[..., dict[str, Float]]:
    """Return a function that makes streams, and those of the same organs, ``(*batch, channel, time)``."""
    return bodies.record
