"""The latent state: dynamics as the tables say, one drive that moves everything, each with its own delay."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from neurosim.core.drive import LATENTS, NEUTRAL, Drive
from neurosim.signals.body.span import STEP_HZ, cuts, step_of, steps_of
from neurosim.signals.body.state import State, moved_quantities, resting_values
from neurosim.signals.body.tables import read_table

Float = NDArray[np.float64]


def course(drive: Drive, duration_s: float, subjects: tuple[int, ...] = (0,), **rest: float) -> dict[str, Float]:
    state = State(1, subjects, rest)
    state.start(0)
    values = state.advance(0, round(duration_s * STEP_HZ), drive)
    return {name: values[:, i] for name, i in state.index.items()}


def moved(drive: Drive, duration_s: float) -> dict[str, Float]:
    """Return what a drive changes, with the same noise."""
    driven, still = course(drive, duration_s), course(NEUTRAL, duration_s)
    return {name: (driven[name] - still[name])[:, 0] for name in driven}


def test_every_latent_of_a_drive_has_dynamics_and_the_other_way_round() -> None:
    assert {row["latent"] for row in read_table("latents")} == set(LATENTS)
    for row in (*read_table("latents"), *read_table("couplings")):
        assert row["source"], row


def test_couplings_start_at_latents_and_end_at_latents_or_quantities() -> None:
    quantities = set(moved_quantities())
    for row in read_table("couplings"):
        assert row["from"] in LATENTS
        assert row["to"] in LATENTS or row["to"] in quantities


def test_a_lag_is_a_first_order_lag_after_its_dead_time() -> None:
    """Against the analytic step response 1 - exp(-(t - dead) / tau), with the dead time and tau of the table."""
    y = moved(Drive({"eyes_closed": 1.0}), 60.0)["scl"]
    row = next(r for r in read_table("couplings") if (r["from"], r["to"]) == ("eyes_closed", "scl"))
    t = np.arange(1, len(y) + 1) / STEP_HZ - float(row["dead_time_s"])
    expected = float(row["gain"]) * np.where(t > 0, 1 - np.exp(-np.clip(t, 0, None) / float(row["tau_up_s"])), 0.0)
    np.testing.assert_allclose(y, expected, atol=1e-12)


def test_a_steady_drive_ends_where_the_gains_say() -> None:
    """Relaxing by 0.2 for half an hour: each quantity stands at the sum of its gains over all paths."""
    ends = {name: y[-1] for name, y in moved(Drive({"arousal": -0.2}), 1800.0).items()}
    vagal = -0.4 * -0.2
    assert ends["arousal"] == pytest.approx(-0.2, abs=0.002)
    assert ends["vagal_tone"] == pytest.approx(vagal, abs=0.002)
    assert ends["heart_period"] == pytest.approx(-250 * -0.2 + 300 * vagal, abs=2)
    assert ends["rsa"] == pytest.approx(2 * vagal, abs=0.01)
    assert ends["frontalis_tone"] == pytest.approx(2.5 * -0.2, abs=0.02)
    assert ends["scl"] == pytest.approx(-0.2, abs=0.01)
    assert ends["vasomotor_tone"] == pytest.approx(-0.2, abs=0.01)


def test_relaxing_moves_everything_in_its_order() -> None:
    """Alpha within seconds, the heart in about ten, the muscle and the skin later, the finger's vessels last."""
    y = moved(Drive({"arousal": -0.3}), 900.0)
    half_s = {name: np.argmax(np.abs(v) > 0.5 * np.abs(v[-1])) / STEP_HZ for name, v in y.items() if np.ptp(v) > 0}
    order = ["alpha", "heart_period", "frontalis_tone", "scl", "vasomotor_tone"]
    assert sorted(order, key=lambda name: half_s[name]) == order
    assert half_s["alpha"] < 10 < half_s["scl"] < half_s["vasomotor_tone"] < 180


def test_vessels_constrict_faster_than_they_dilate() -> None:
    y = course(Drive({"vasomotor_tone": 0.3}), 30.0)["vasomotor_tone"][:, 0]
    z = course(Drive({"vasomotor_tone": -0.3}), 30.0)["vasomotor_tone"][:, 0]
    assert y[-1] - 0.5 == pytest.approx(0.3 * (1 - np.exp(-1)), abs=0.04)
    assert z[-1] - 0.5 == pytest.approx(-0.3 * (1 - np.exp(-30 / 120)), abs=0.04)


def test_latents_stay_within_their_limits() -> None:
    values = course(Drive({"arousal": 5.0, "frontalis": 5.0}), 60.0)
    assert 0.999 < values["arousal"].max() <= 1.0
    assert values["frontalis"].max() == 1.0
    assert values["vagal_tone"].min() >= 0.0


def test_wandering_has_the_spread_of_the_table() -> None:
    """Standard deviation over 200 subjects at one moment; attention follows its own wandering within 0.5 s."""
    values = course(NEUTRAL, 120.0, tuple(range(200)))
    # A lag of 0.5 s takes little from a wandering of 20 s: sqrt(20 / 20.5).
    expected = 0.08 * np.sqrt(20 / 20.5)
    assert values["attention"][-1].std() == pytest.approx(expected, rel=0.15)
    assert values["attention"].mean() == pytest.approx(0.5, abs=0.01)


def test_a_body_that_rests_elsewhere_is_in_equilibrium_from_the_start() -> None:
    values = course(NEUTRAL, 3.0, tuple(range(400)), arousal=0.7)
    assert values["arousal"][0].mean() == pytest.approx(0.7, abs=0.01)
    assert values["vasomotor_tone"][0].mean() == pytest.approx(0.7, abs=0.01)
    # The vagus gives way by 0.4 of that: -250 * 0.2 - 300 * 0.4 * 0.2 ms.
    assert values["heart_period"][0].mean() == pytest.approx(-74, abs=3)
    assert set(resting_values()) == set(LATENTS)


@pytest.mark.parametrize("pieces", [[1] * 96, [7, 0, 89], [50, 46]])
def test_pieces_and_company_never_matter(pieces: list[int]) -> None:
    drive = Drive({"arousal": np.array([0.1, -0.2, 0.3])})
    whole = State(1, (4, 5, 6), {})
    whole.start(1)
    expected = whole.advance(0, 96, drive)
    cut = State(1, (4, 5, 6), {})
    cut.start(1)
    at, got = 0, []
    for n in pieces:
        got.append(cut.advance(at, n, drive))
        at += n
    np.testing.assert_array_equal(np.concatenate(got), expected)
    alone = State(1, (5,), {})
    alone.start(1)
    np.testing.assert_array_equal(alone.advance(0, 96, Drive({"arousal": -0.2}))[..., 0], expected[..., 1])


@pytest.mark.parametrize("fs", [32.0, 64.0, 250.0, 256.0, 1000.0, 128.125])
def test_steps_of_samples_are_exact(fs: float) -> None:
    """Sample i stands at i / fs, in the step floor(32 i / fs), however far out; cuts begin where steps do."""
    start = 3_600 * 20 * round(fs) + 5
    steps = steps_of(start, 1000, fs)
    assert steps[0] == step_of(start, fs)
    bounds = cuts(start, 1000, fs)
    assert [bounds[0], bounds[-1]] == [0, 1000]
    np.testing.assert_array_equal(np.repeat(np.arange(steps[0], steps[-1] + 1), np.diff(bounds)), steps)
