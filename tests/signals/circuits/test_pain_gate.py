"""The gate of pain against models.md 5.3 (computed there with SciPy) and against the equations, solved by SciPy."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

from neurosim.core.drive import Drive
from neurosim.signals import Body
from neurosim.signals.circuits.pain_gate import PainGate

Float = NDArray[np.float64]
Record = Callable[..., dict[str, Float]]
IN_PAIN = Body(rest={"nociception": 0.9})


def firing(record: Record, **drive: float) -> float:
    """Return the truth of pain after three quarters of a minute of stimulation."""
    return float(record(("pain",), 45, Drive(drive), body=IN_PAIN)["truth/pain"][0, -1])


def test_pain_and_none(record: Record) -> None:
    """models.md 5.3: .873 with nociception .9, .016 without."""
    assert firing(record) == pytest.approx(0.873, abs=0.005)
    assert record(("pain",), 5)["truth/pain"][0, -1] == pytest.approx(0.016, abs=0.005)


@pytest.mark.parametrize(
    ("hertz", "change"), [(2.0, -0.05), (10.0, -0.22), (30.0, -0.51), (50.0, -0.63), (100.0, -0.66)]
)
def test_relief_grows_with_frequency(record: Record, hertz: float, change: float) -> None:
    """Row 46, a test of the model: 50 Hz helps at least twice as much as 10 Hz; values of models.md 5.3 at 300 us."""
    relief = firing(record, nerve_ma=2.5, nerve_us=300.0, nerve_hz=hertz) / firing(record) - 1.0
    assert relief == pytest.approx(change, abs=0.03)


def test_fast_pulses_at_the_cord_are_not_felt_and_help(record: Record) -> None:
    """10 kHz stimulation is free of paresthesia (SENZA): no thick fibre is driven, pain falls all the same."""
    gate = PainGate()
    settings = (np.array([3.0]), np.array([30.0]), np.array([10000.0]))
    assert gate.thick(*settings, gate.cord_rheobase_ma)[0] == 0.0
    assert firing(record, cord_ma=3.0, cord_us=30.0, cord_hz=10000.0) < 0.5 * firing(record)


def test_threshold_follows_strength_and_duration(record: Record) -> None:
    """Lapicque: at the chronaxie half of the fibres need twice the rheobase, and 1.2 times at five chronaxies."""
    gate = PainGate(rheobase_ma=1.0, chronaxie_us=200.0)
    for width_us, current_ma in ((200.0, 2.0), (1000.0, 1.2), (50.0, 5.0)):
        reached = gate.thick(np.array([current_ma]), np.array([width_us]), np.array([1e-9 + 999.0]), 1.0)
        assert reached[0] == pytest.approx(0.5, abs=1e-6)


def test_gate_follows_its_differential_equations(record: Record) -> None:
    """Heun in steps of a millisecond against SciPy's solver, from the same rest, when nociception sets in."""
    streams = record(("pain",), 8, Drive({"nociception": 0.6}))

    def x(v: float, threshold: float) -> float:
        return float(1.0 / (1.0 + np.exp(-(v - threshold) / 0.12)))

    def slope(_: float, v: Float) -> list[float]:
        xi, xe, xt, xm = x(v[0], 0.5), x(v[1], 0.5), x(v[2], 0.5), x(v[3], 0.6)
        return [
            (-v[0] + 0.1 + 0.35 * xm) / 0.020,
            (-v[1] + 0.9 * 0.6 * (1.0 + 0.4 * xe)) / 0.030,
            (-v[2] + 0.55 * 0.6 + 0.25 * 0.1 + 0.55 * xe - 0.75 * xi - 0.15 * xm) / 0.020,
            (-v[3] + 0.9 * xt) / 0.050,
        ]

    solved = solve_ivp(slope, (0.0, 8.0), np.zeros(4), rtol=1e-9)
    assert streams["truth/pain"][0, -1] == pytest.approx(x(solved.y[2, -1], 0.5), abs=0.002)


def test_relief_wears_off_in_minutes_at_a_nerve_and_hours_at_the_cord(record: Record) -> None:
    """models.md 5.3: 10 to 30 min at a nerve, hours at the cord; the bare equations forget within 30 ms."""
    left = {}
    for site, current_ma in (("nerve", 2.5), ("cord", 6.0)):
        on = Drive({f"{site}_ma": current_ma, f"{site}_us": 350.0, f"{site}_hz": 60.0})
        pain = record(("pain",), 1860, lambda k, on=on: on if k < 60 else Drive(), body=IN_PAIN)["truth/pain"][0]
        left[site] = (0.873 - pain[-1]) / (0.873 - pain[59 * 4])
    assert left["nerve"] < 0.5 < left["cord"]
