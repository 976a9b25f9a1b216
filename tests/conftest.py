"""A body of which only some streams are made."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from tools import bodies

Float = NDArray[np.float64]


@pytest.fixture(scope="session")
def record() -> Callable[..., dict[str, Float]]:
    """Return a function that makes streams, and those of the same organs, ``(*batch, channel, time)``."""
    return bodies.record
