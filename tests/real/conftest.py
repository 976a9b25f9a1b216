"""Where real recordings are: the folder named by NEUROSIM_RECORDINGS, else one beside the project."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

_HERE = Path(__file__).parent
_DEFAULT = _HERE.parents[1].parent / "shared" / "data" / "recordings"


@pytest.fixture
def recording() -> Callable[[str, str], Path]:
    """Return the path of a recording, or skip with the reason when it is not there."""
    root = Path(os.environ.get("NEUROSIM_RECORDINGS", _DEFAULT))

    def find(folder: str, name: str) -> Path:
        path = root / folder / name
        if not path.exists():
            pytest.skip(f"no {folder}/{name} in {root}; set NEUROSIM_RECORDINGS")
        return path

    return find


@pytest.fixture
def sidecar() -> Callable[[str], str]:
    """Return the path of the sidecar of a recording's folder."""
    return lambda folder: str(_HERE / "sidecars" / f"{folder}.toml")
