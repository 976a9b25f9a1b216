"""What a drive does to the EEG beside the rate of bursts: slow potentials, and one side against the other."""

from __future__ import annotations

import numpy as np
import pytest

from neurosim.core.drive import Drive
from neurosim.core.spec import Float
from neurosim.core.timeline import TickGrid
from neurosim.signals import Body
from neurosim.signals.eeg.mixing import sphere_mixing

_GRID = TickGrid(1 / 8)


def record(drive: Drive, duration_s: float, stream: str = "eeg", subjects: tuple[int, ...] = (0,)) -> Float:
    source = Body().prepare(_GRID, 1, subjects, () if len(subjects) == 1 else (len(subjects),))
    source.select(("eeg", "truth/eeg_envelope"))
    ticks = [source.generate(k, drive)[stream] for k in range(_GRID.n_ticks(duration_s))]
    return np.concatenate(ticks, axis=-1)


def test_a_slow_potential_reaches_its_size_at_the_vertex_without_a_jump() -> None:
    """-10 uV at the strongest sensor, within 2 s; all else stays the same to the bit."""
    shift = record(Drive({"slow_potential": -10.0}), 4.0) - record(Drive(), 4.0)
    names = Body().prepare(_GRID, 1, (0,), ()).specs["eeg"].ch_names
    weights = sphere_mixing().rhythm_gain("smr", names)[:, 0]
    assert shift[:, -1] == pytest.approx(-10.0 * weights, abs=0.05)
    cz = shift[names.index("Cz")]
    assert cz[-1] == pytest.approx(-10.0, abs=0.05)
    half = np.flatnonzero(cz < -5.0)[0] / 256.0
    assert half == pytest.approx(0.5 * np.log(2.0), abs=1 / 16)  # a lag of 0.5 s, in steps of 1/32 s
    assert np.abs(np.diff(cz)).max() < 10.0 / 0.5 / 256.0 * 1.1  # the steepest slope of that lag


def test_asymmetry_moves_the_sides_apart_and_leaves_the_middle() -> None:
    people = tuple(range(12))
    plain, driven = (
        record(Drive(offsets), 60.0, "truth/eeg_envelope", people).mean(axis=(0, 2))
        for offsets in ({}, {"alpha_asymmetry": 0.6})
    )
    names = Body().prepare(_GRID, 1, (0,), ()).specs["truth/eeg_envelope"].ch_names
    change = dict(zip(names, driven / plain, strict=True))
    for rhythm in ("alpha", "mu"):
        assert change[f"{rhythm}_right"] > 1.05
        assert change[f"{rhythm}_left"] < 0.95
    for other in ("theta", "alpha_middle", "smr", "beta"):
        assert change[other] == 1.0
