"""The temperature of a finger against its differential equation, solved by SciPy, and published ranges."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

from neurosim.core.drive import LATENTS, NEUTRAL, Drive, DriveEvent
from neurosim.signals.body.body import Body
from neurosim.signals.periphery.temperature import Temperature

Float = NDArray[np.float64]
Record = Callable[..., dict[str, Float]]
FS = 4
STREAMS = ("temperature", "truth/state")


def tone_of(streams: dict[str, Float]) -> Float:
    place = list(LATENTS).index("vasomotor_tone")
    tone: Float = streams["truth/state"][..., place, :]
    return tone


@pytest.mark.parametrize("drive", [{"arousal": -0.3}, {"arousal": 0.35}, {"vasomotor_tone": -0.2}])
def test_skin_follows_its_differential_equation(record: Record, drive: dict[str, float]) -> None:
    """20 minutes against SciPy's solver, which takes its own steps through the same tone; within 0.01 degC."""
    streams = record(STREAMS, 1200, Drive(drive))
    tone, skin = tone_of(streams)[::8], streams["truth/skin_temperature"][0]
    times = np.arange(1, len(skin)) / FS

    def slope(t: float, y: Float) -> Float:
        flow = np.exp(-6.0 * (np.interp(t, np.arange(len(tone)) / FS, tone) - 0.5))
        rate: Float = (flow * (36.0 - y) - (y - 23.0)) / 12.0 / 60.0
        return rate

    solved = solve_ivp(slope, (0.0, times[-1]), skin[:1], t_eval=times, max_step=1.0, rtol=1e-8)
    np.testing.assert_allclose(skin[1:], solved.y[0], atol=0.01)


@pytest.mark.parametrize(("flow", "expected_c"), [(0.1, 24.18), (1.0, 29.5), (10.0, 34.82)])
def test_rests_in_equilibrium(record: Record, flow: float, expected_c: float) -> None:
    """(23 + 36 r) / (1 + r): models.md 3.2 gives 24.2, 29.5 and 34.8 degC."""
    body = Body(temperature=Temperature(blood_flow=flow))
    streams = record(STREAMS, 600, body=body, n=50)
    assert streams["truth/skin_temperature"][:, 0, 0].mean() == pytest.approx(expected_c, abs=0.05)
    # Vessels constrict faster than they dilate, so that a wandering arousal costs a little warmth: 0.13 degC at r = 1.
    assert streams["truth/skin_temperature"][:, 0].mean() == pytest.approx(expected_c, abs=0.2)
    assert streams["temperature"][:, 0, 0].mean() == pytest.approx(expected_c, abs=0.05)


def test_range_and_rate_of_a_session(record: Record) -> None:
    """models.md row 25: 24 to 35 degC; relaxing over a session of 20 minutes warms by 0.1 to 0.5 degC a minute."""
    streams = record(STREAMS, 1200, lambda k: Drive({"arousal": -0.3 * min(k / 900, 1)}), n=20)
    skin = streams["truth/skin_temperature"][:, 0]
    assert skin.min() > 24
    assert skin.max() < 35
    mean = skin.mean(axis=0)
    in_two_minutes = (mean[480:] - mean[:-480]) / 2
    assert 0.1 < in_two_minutes.max() < 0.5
    assert 1.0 < mean[-1] - mean[0] < 5.0
    people = record(STREAMS, 1, body=Body(spread=1.0), n=300)["truth/skin_temperature"][:, 0, 0]
    assert ((people > 24) & (people < 35)).mean() > 0.95
    assert np.ptp(people) > 6


def test_fingers_cool_sooner_than_they_warm(record: Record) -> None:
    """Vessels constrict with 30 s and dilate with 120 s: half the way at least twice as fast."""
    half_s = []
    for offset in (0.1, -0.1):
        mean_tone = tone_of(record(STREAMS, 600, Drive({"vasomotor_tone": offset}), n=20)).mean(axis=0)
        way = np.abs(mean_tone - mean_tone[0])
        half_s.append(np.argmax(way > 0.05) / 32)
    assert half_s[1] > 2 * half_s[0]


def test_sensor_noise(record: Record) -> None:
    """What the sensor adds: a wander of 0.03 and white noise of 0.01 degC; successive differences tell them apart."""
    streams = record(STREAMS, 1800, body=Body(temperature=Temperature(sensor_s=1e-6)))
    noise = streams["temperature"][0] - streams["truth/skin_temperature"][0]
    assert noise.std() == pytest.approx(np.hypot(0.03, 0.01), rel=0.15)
    correlation = np.corrcoef(noise[40:], noise[:-40])[0, 1]
    assert correlation == pytest.approx(0.9 * np.exp(-1), abs=0.15)
    expected = 2 * 0.01**2 + 2 * 0.03**2 * (1 - np.exp(-0.25 / 10))
    assert np.diff(noise).var() == pytest.approx(expected, rel=0.1)


def test_sensor_lags_by_its_time_constant(record: Record) -> None:
    """On a steady rise a first-order lag is late by its time constant."""
    body = Body(temperature=Temperature(sensor_s=20.0, wander_c=0.0, noise_c=0.0))
    streams = record(STREAMS, 300, Drive({"vasomotor_tone": -0.4}), body=body)
    skin, shown = streams["truth/skin_temperature"][0], streams["temperature"][0]
    late = (skin[600:1000] - shown[600:1000]) / np.gradient(skin, 1 / FS)[560:960]  # the slope half a lag before
    assert np.median(late) == pytest.approx(20.0, rel=0.15)


def test_a_detached_thermistor_shows_the_room(record: Record) -> None:
    """Towards 23 degC with 20 s while it hangs in the air, back with the sensor's 5 s; the skin knows nothing of it."""
    event = DriveEvent("detached_thermistor", 10.0, duration_s=60.0)
    streams = record(STREAMS, 120, lambda k: Drive({}, (event,)) if k == 10 else NEUTRAL)
    shown, skin = streams["temperature"][0], streams["truth/skin_temperature"][0]
    for t in (20, 40, 69):
        assert shown[t * FS] == pytest.approx(23.0 + (skin[40] - 23.0) * np.exp(-(t - 10) / 20), abs=0.2)
    assert shown[75 * FS] == pytest.approx(skin[300] - (skin[300] - shown[280]) * np.exp(-1), abs=0.3)
    assert shown[110 * FS :] == pytest.approx(skin[110 * FS :], abs=0.15)
    assert np.abs(np.diff(skin)).max() < 0.01
