"""Recordings, bodies and events that the tests of body features share."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from neurosim.core.drive import NEUTRAL, Drive, DriveEvent
from neurosim.core.timeline import TickGrid
from neurosim.signals import Body

Array = NDArray[np.float64]

_DEFAULT = Path(__file__).parents[2].parent / "shared" / "data" / "recordings"
# Codes of annotations that are beats, after WFDB's ecgcodes.h.
_BEAT_CODES = (*range(1, 14), 25, 30, 34, 35, 38, 41)
_SKIP, _NUM, _SUB, _CHN, _AUX = 59, 60, 61, 62, 63


@pytest.fixture(scope="session")
def recording() -> Callable[[str, str], Path]:
    """Return the path of a recording, or skip with the reason when it is not there."""
    root = Path(os.environ.get("NEUROSIM_RECORDINGS", _DEFAULT))

    def find(folder: str, name: str) -> Path:
        path = root / folder / name
        if not path.exists():
            pytest.skip(f"no {folder}/{name} in {root}; set NEUROSIM_RECORDINGS")
        return path

    return find


@pytest.fixture(scope="session")
def mitdb_100(recording: Callable[[str, str], Path]) -> SimpleNamespace:
    """Return record 100 of the MIT-BIH database: lead MLII [mV], rate [Hz], beats by experts [s].

    Samples are in format 212, two of 12 bits in three bytes, with 200 steps a mV; annotations are pairs of 6 bits of
    code and 10 of time (WFDB's signal(5) and annot(5)).
    """
    three = np.fromfile(recording("ecg_mitdb_100", "100.dat"), dtype=np.uint8).reshape(-1, 3).astype(np.int32)
    steps = three[:, 0] | (three[:, 1] & 0x0F) << 8
    steps[steps > 2047] -= 4096
    words = np.fromfile(recording("ecg_mitdb_100", "100.atr"), dtype="<u2").astype(int).tolist()
    at, i = 0, 0
    found: list[tuple[int, int]] = []
    while i < len(words) and words[i]:
        code, value = words[i] >> 10, words[i] & 1023
        i += 1
        if code == _SKIP:
            at += (words[i] << 16) + words[i + 1]
            i += 2
        elif code == _AUX:
            i += (value + 1) // 2
        elif code not in (_NUM, _SUB, _CHN):
            at += value
            found.append((at, code))
    beats = np.array([sample / 360 for sample, code in found if code in _BEAT_CODES])
    abnormal = np.array([sample / 360 for sample, code in found if code in _BEAT_CODES and code != 1])
    return SimpleNamespace(ecg=(steps - 1024) / 200.0, fs=360.0, beats=beats, abnormal=abnormal)


@pytest.fixture(scope="session")
def reports() -> Callable[[Array, float], tuple[Array, Array]]:
    """Return a function that tells when events were [s] and when they were reported [s], from the time since."""

    def listed(since_s: Array, fs: float) -> tuple[Array, Array]:
        at = np.flatnonzero(np.diff(since_s) < 0) + 1
        return at / fs - since_s[at], at / fs

    return listed


@pytest.fixture(scope="session")
def live() -> Callable[..., tuple[dict[str, Array], Mapping[str, Any]]]:
    """Return a function that lets bodies live for a while under a drive, and gives some of their streams and specs."""

    def run(
        duration_s: int,
        streams: tuple[str, ...],
        n: int = 4,
        seed: int = 1,
        drive: Mapping[str, float] | None = None,
        events: Mapping[int, tuple[DriveEvent, ...]] | None = None,
        body: Body | None = None,
    ) -> tuple[dict[str, Array], Mapping[str, Any]]:
        source = (body or Body()).prepare(TickGrid(1.0), seed, tuple(range(n)), (n,))
        source.select(streams, tuple(e.kind for each in (events or {}).values() for e in each))
        steady = {name: np.full(n, value) for name, value in (drive or {}).items()}
        parts: dict[str, list[Array]] = {name: [] for name in streams}
        for k in range(duration_s):
            now = (events or {}).get(k, ())
            made = source.generate(k, Drive(steady, now) if steady or now else NEUTRAL)
            for name in streams:
                parts[name].append(made[name])
        return {name: np.concatenate(each, axis=-1) for name, each in parts.items()}, source.specs

    return run
