"""Skin conductance against published values, by NeuroKit2 and SciPy."""

from __future__ import annotations

from collections.abc import Callable

import neurokit2 as nk
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import signal, stats

from neurosim.core.config import validate
from neurosim.core.drive import NEUTRAL, Drive, DriveEvent
from neurosim.core.errors import ConfigError
from neurosim.signals.body.body import Body
from neurosim.signals.periphery.skin_conductance import SkinConductance

Float = NDArray[np.float64]
Record = Callable[..., dict[str, Float]]
FS = 32
STREAMS = ("skin_conductance",)
QUIET = SkinConductance(responses_per_min=0.0, noise_us=0.0, habituation_per_min=0.0)

# NeuroKit2 0.2.13 with current pandas and SciPy.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")


def neurokit_per_min(x: Float) -> float:
    phasic = nk.eda_phasic(x, sampling_rate=FS)["EDA_Phasic"].to_numpy()
    _, found = nk.eda_peaks(phasic, sampling_rate=FS)
    return len(found["SCR_Peaks"]) / (len(x) / FS / 60)


def test_level_and_rate_at_rest_and_under_stress(record: Record) -> None:
    """models.md row 27: 2 to 20 uS and 1 to 3 responses a minute at rest; counted by NeuroKit2. Stress raises both."""
    rest = record(STREAMS, 300, n=12)
    stress = record(STREAMS, 300, Drive({"arousal": 0.25}), n=12)
    assert rest["skin_conductance"].min() > 2
    assert rest["skin_conductance"].max() < 20
    at_rest, stressed = (
        np.mean([neurokit_per_min(x) for x in made["skin_conductance"][:, 0]]) for made in (rest, stress)
    )
    assert 1.0 < at_rest < 3.0
    assert stressed > 1.6 * at_rest  # responses that overlap count as one to NeuroKit2
    assert stress["truth/scl"][..., -FS:].mean() / rest["truth/scl"][..., -FS:].mean() == pytest.approx(
        np.exp(0.25), rel=0.03
    )


@pytest.mark.parametrize(("arousal", "expected"), [(0.0, 2.0), (0.25, 2.0 * np.e)])
def test_responses_come_as_a_poisson_process(record: Record, arousal: float, expected: float) -> None:
    """2 exp(4 (s - 0.5)) a minute; gaps and heights by Kolmogorov and Smirnov's test."""
    made = record(STREAMS, 900, Drive({"arousal": arousal}), n=40)["truth/scr"][:, 0, 60 * FS :]
    per_min = (made > 0).sum() / (made.size / FS / 60)
    # Arousal wanders by 0.03: the mean of exp(4 * 0.03 z) is 1.007; 40 x 14 min, so that chance is below 3 %.
    assert per_min == pytest.approx(1.007 * expected, rel=0.08)
    heights = made[made > 0]
    assert stats.kstest(np.log(heights / 0.3) / 0.6, "norm").pvalue > 0.01
    gaps_min = np.concatenate([np.diff(np.flatnonzero(row)) for row in made]) / FS / 60
    assert gaps_min.mean() * expected == pytest.approx(1.0, abs=0.15)
    assert gaps_min.std() / gaps_min.mean() == pytest.approx(1.0, abs=0.15)  # that of an exponential


def test_shape_of_a_response(record: Record) -> None:
    """models.md row 28: rise 0.5 to 5 s, analytic 1.18 s; half recovery 2 to 10 s after the peak, analytic 2.22 s."""
    event = DriveEvent("startle", 10.0, 0.5)
    streams = record(
        STREAMS, 40, lambda k: Drive({}, (event,)) if k == 10 else NEUTRAL, body=Body(skin_conductance=QUIET)
    )
    (onset,) = np.flatnonzero(streams["truth/scr"][0])
    assert onset / FS == pytest.approx(11.8, abs=1 / FS)
    phasic = (streams["skin_conductance"] - streams["truth/scl"])[0]
    (peak,), found = signal.find_peaks(phasic, height=0.1)
    assert found["peak_heights"][0] == pytest.approx(0.5, rel=0.001)
    assert (peak - onset) / FS == pytest.approx(1.18, abs=1 / FS)
    half = peak + np.argmax(phasic[peak:] < 0.25)
    assert (half - peak) / FS == pytest.approx(2.22, abs=1 / FS)


def test_neurokit_measures_the_same_shape(record: Record) -> None:
    """Six responses of 0.5 uS, each 20 s after the other: rise, height and half recovery as NeuroKit2 finds them."""

    def startle(k: int) -> Drive:
        return Drive({}, (DriveEvent("startle", float(k), 0.5),)) if k % 20 == 5 else NEUTRAL

    streams = record(STREAMS, 120, startle, body=Body(skin_conductance=QUIET))
    _, info = nk.eda_peaks((streams["skin_conductance"] - streams["truth/scl"])[0], sampling_rate=FS)
    assert len(info["SCR_Peaks"]) == 6
    np.testing.assert_allclose(info["SCR_Height"], 0.5, rtol=0.01)
    # It looks for onset and recovery from the peak before on, and so finds none for the first.
    np.testing.assert_allclose(info["SCR_RiseTime"][1:], 1.18, atol=0.05)
    np.testing.assert_allclose(info["SCR_RecoveryTime"][1:], 2.22, atol=0.05)


def test_shape_at_a_higher_rate_is_the_same(record: Record) -> None:
    def startle(k: int) -> Drive:
        return Drive({}, (DriveEvent("startle", 2.0, 0.5),)) if k == 2 else NEUTRAL

    slow, fast = (
        record(STREAMS, 15, startle, body=Body(skin_conductance=QUIET.model_copy(update={"fs": fs})))
        for fs in (32.0, 256.0)
    )
    np.testing.assert_allclose(
        (fast["skin_conductance"] - fast["truth/scl"])[0, ::8],
        (slow["skin_conductance"] - slow["truth/scl"])[0],
        atol=1e-12,
    )
    assert fast["truth/scr"].sum() == slow["truth/scr"].sum() == 0.5


def test_level_habituates_and_then_stays(record: Record) -> None:
    """2 % a minute at the beginning (models.md 3.3), 18 % in all: exp(0.2 (exp(-t / 10 min) - 1))."""
    scl = record(STREAMS, 3600, n=20)["truth/scl"][:, 0].mean(axis=0)
    # Sixty minutes of 20 people whose arousal wanders by 0.03, which the level follows with 30 s.
    minutes = np.arange(len(scl)) / FS / 60
    np.testing.assert_allclose(scl, 6.0 * np.exp(0.2 * (np.exp(-minutes / 10) - 1)), rtol=0.03)
    first = np.polyfit(minutes[: 2 * 60 * FS], np.log(scl[: 2 * 60 * FS]), 1)[0]
    assert first == pytest.approx(-0.018, abs=0.006)  # -0.02 at once, -0.016 after two minutes


def test_one_in_ten_does_not_respond(record: Record) -> None:
    """Dawson et al. 2007: about 10 % do not; neither by themselves nor when startled."""
    event = DriveEvent("startle", 10.0, 0.5)

    def drive(k: int) -> Drive:
        return Drive({"arousal": 0.4}, (event,) if k == 10 else ())

    people = record(STREAMS, 120, drive, body=Body(spread=1.0), n=300)["truth/scr"][:, 0]
    silent = ~people.any(axis=-1)
    assert 0.06 < silent.mean() < 0.14
    average = record(STREAMS, 120, drive, n=50)["truth/scr"][:, 0]
    assert average.any(axis=-1).all()
    at = round(11.8 * FS) + np.arange(-1, 2)
    assert (people[~silent][:, at].max(axis=-1) > 0.1).all()


def test_sensor_noise(record: Record) -> None:
    body = Body(skin_conductance=SkinConductance(responses_per_min=0.0))
    streams = record(STREAMS, 120, body=body)
    assert (streams["skin_conductance"] - streams["truth/scl"]).std() == pytest.approx(0.003, rel=0.05)


def test_a_rise_slower_than_the_fall_is_refused() -> None:
    with pytest.raises(ConfigError, match="rise_s must be below fall_s"):
        validate({"skin_conductance": {"rise_s": 3.0}}, Body)
