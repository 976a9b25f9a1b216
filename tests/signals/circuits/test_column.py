"""A cortical column: models.md rows 11 and 12, and the trap of Euler's rule. Tests of the model."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import signal

from neurosim.core.kernels.column import run_column
from neurosim.signals import Body

Float = NDArray[np.float64]
Record = Callable[..., dict[str, Float]]


def test_makes_alpha(record: Record) -> None:
    """Row 11: 10 Hz (+-0.7) with an input between 120 and 320 a second (Jansen & Rit 1995)."""
    x = record(("column",), 60, body=Body(), n=8)["column"][:, 0]
    f, psd = signal.welch(x, 200, nperseg=800)
    above = f > 2
    assert f[above][np.argmax(psd.mean(axis=0)[above])] == pytest.approx(10.0, abs=0.7)


def swing(level: float, state: Float, duration_s: float = 30.0) -> float:
    """Go on with a constant input from a state, and return the swing of the last two seconds [mV]."""
    n = round(duration_s / 5e-4)
    out = np.empty((n // 2, 1))
    run_column(np.full((n, 1), level), 3.25, 22.0, 135.0, 5e-4, 2, state, out)
    return float(np.ptp(out[-2000:]))


def test_oscillation_is_born_and_dies_where_the_bifurcations_are() -> None:
    """Row 12: Hopf points at 89.8 and 315.7 (Grimbert & Faugeras 2006), +-4, followed from inside."""
    for outside, inside in ((85.8, 93.8), (319.7, 311.7)):
        state = np.zeros((6, 1))
        swing(200.0, state, 5.0)
        stays = swing(inside, state), swing(inside, state)
        assert stays[1] == pytest.approx(stays[0], rel=0.05)
        dies = swing(outside, state), swing(outside, state)
        assert dies[1] < 0.8 * dies[0] < 0.2  # slowly, so near a bifurcation


def test_heun_stops_where_euler_at_a_millisecond_goes_on() -> None:
    """The trap of models.md 1.5: at an input of 400 the model rests, Euler's rule in steps of 1 ms oscillates."""
    state = np.zeros((6, 1))
    swing(200.0, state, 5.0)
    assert swing(400.0, state) < 1e-3

    def wave(v: float) -> float:
        return float(5.0 / (1.0 + np.exp(0.56 * (6.0 - v))))

    y, z, trace = np.zeros(3), np.zeros(3), []
    for k in range(20000):
        level = 200.0 if k < 5000 else 400.0
        push = np.array([
            3.25 * 100 * wave(y[1] - y[2]),
            3.25 * 100 * (level + 108.0 * wave(135.0 * y[0])),
            22.0 * 50 * 33.75 * wave(33.75 * y[0]),
        ])  # fmt: skip
        rate = np.array([100.0, 100.0, 50.0])
        y, z = y + 1e-3 * z, z + 1e-3 * (push - 2.0 * rate * z - rate**2 * y)
        trace.append(y[1] - y[2])
    assert np.ptp(trace[-2000:]) > 0.5
