"""A cortical column: the trap of Euler's rule, a test of the model (rows 11 and 12: tests/modulation/test_rows.py)."""

from __future__ import annotations

import numpy as np

from tools.modulation_rows import column_swing


def test_heun_stops_where_euler_at_a_millisecond_goes_on() -> None:
    """The trap of models.md 1.5: at an input of 400 the model rests, Euler's rule in steps of 1 ms oscillates."""
    state = np.zeros((6, 1))
    column_swing(200.0, state, 5.0)
    assert column_swing(400.0, state) < 1e-3

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
