"""Muscle, finger and skin together: they relax in their order, stay for hours, and keep the laws."""

from __future__ import annotations

import copy
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from neurosim.core.drive import NEUTRAL, Drive, DriveEvent
from neurosim.core.timeline import TickGrid
from neurosim.signals.body.body import Body, BodySource
from neurosim.signals.body.events import Artifact

Float = NDArray[np.float64]
Record = Callable[..., dict[str, Float]]
STREAMS = ("emg", "temperature", "skin_conductance")


def test_relaxing_lowers_the_forehead_warms_the_finger_and_dries_the_skin(record: Record) -> None:
    """Arousal -0.25 for 15 min: sizes by the gains of couplings.csv, in the order of its lags.

    exp(2.5 * -0.25) of the forehead's tension, exp(-0.25) of the tonic level, and the flow of blood times
    exp(6 * 0.25), which warms from 29.5 to (23 + 36 * 4.48) / 5.48 = 33.6 degC. Learners halve their forehead's EMG
    at most (models.md 3.1: 30 to 50 %).
    """
    duration_s, n = 900, 30
    still = record(STREAMS, duration_s, n=n)
    calm = record(STREAMS, duration_s, Drive({"arousal": -0.25}), n=n)

    def course(made: dict[str, Float], stream: str, fs: int, channel: int = 0) -> Float:
        x = made[stream][:, channel].reshape(n, duration_s, fs)
        means: Float = (np.sqrt((x**2).mean(axis=-1)) if stream == "emg" else x.mean(axis=-1)).mean(axis=0)
        return means

    forehead, shoulder = (course(calm, "emg", 1000, m) / course(still, "emg", 1000, m) for m in (0, 1))
    scl = course(calm, "truth/scl", 32) / course(still, "truth/scl", 32)
    warming = course(calm, "truth/skin_temperature", 4) - course(still, "truth/skin_temperature", 4)
    assert forehead[-300:].mean() == pytest.approx(np.exp(-0.625), rel=0.03)
    assert shoulder[-300:].mean() == pytest.approx(np.exp(-0.5), rel=0.03)
    assert scl[-300:].mean() == pytest.approx(np.exp(-0.25), rel=0.03)
    assert warming[-60:].mean() == pytest.approx(33.6 - 29.5, abs=0.4)

    shares = {"forehead": np.log(forehead), "scl": np.log(scl), "finger": warming}
    half_s = {name: int(np.argmax(np.abs(x) > 0.5 * abs(x[-60:].mean()))) for name, x in shares.items()}
    assert half_s["forehead"] < half_s["scl"] < half_s["finger"]
    assert half_s["forehead"] < 25
    assert 20 < half_s["scl"] < 60
    assert 90 < half_s["finger"] < 360


def test_two_hours_without_drift() -> None:
    """20 people for two hours in ticks of 8 s: finite, and the second hour as the first half hour, where it should."""
    source = Body(spread=1.0).prepare(TickGrid(8.0), 1, tuple(range(20)), (20,))
    source.select(STREAMS)
    means: dict[str, list[Float]] = {name: [] for name in source.specs}
    for k in range(900):
        for name, x in source.generate(k, NEUTRAL).items():
            assert np.isfinite(x).all()
            means[name].append(np.sqrt((x**2).mean(axis=-1)) if name == "emg" else x.mean(axis=-1))
    course = {name: np.stack(x).mean(axis=2) for name, x in means.items()}
    half_hour, hour = slice(0, 225), slice(450, 900)
    for name, tolerance in (("emg", 0.03), ("temperature", 0.01)):
        ratio = course[name][hour].mean(axis=0) / course[name][half_hour].mean(axis=0)
        np.testing.assert_allclose(ratio.mean(), 1.0, atol=tolerance, err_msg=name)
    scl = np.log(course["truth/scl"]).mean(axis=1)
    assert scl[hour].mean() - scl[0] == pytest.approx(-0.2, abs=0.03)  # 0.02 a minute times 10 min
    assert scl[675:].mean() - scl[450:675].mean() == pytest.approx(0.0, abs=0.015)


N_TICKS = 48
EVENTS = (
    DriveEvent("forehead_tension", 0.5, 20.0, 0.6),
    DriveEvent("startle", 0.3, 0.5),
    DriveEvent("detached_thermistor", 0.7, duration_s=1.0),
    DriveEvent("startle", 0.6, 0.7),
)


def drive(tick: int, subjects: tuple[int, ...], interval_s: float = 1 / 16) -> Drive:
    own = np.array(subjects) % 5 * 0.1
    events = tuple(e for e in EVENTS if tick * interval_s <= e.onset_s < (tick + 1) * interval_s)
    return Drive({"arousal": own, "trapezius": own, "frontalis": 0.3}, events)


def prepared(subjects: tuple[int, ...] = (7, 3, 11), interval_s: float = 1 / 16, sessions: int = 0) -> BodySource:
    artifacts = {"forehead_tension": Artifact(per_min=30.0), "detached_thermistor": Artifact(per_min=10.0)}
    body = Body(spread=1.0, artifacts=artifacts | {"ecg_in_emg": Artifact(amplitude=20.0)})
    source = body.prepare(TickGrid(interval_s), 5, subjects, (len(subjects),))
    source.select(STREAMS)
    for _ in range(sessions):
        source.rest(60.0)
    return source


def played(source: BodySource, subjects: tuple[int, ...] = (7, 3, 11), first: int = 0) -> dict[str, Float]:
    ticks = [source.generate(k, drive(k, subjects)) for k in range(first, N_TICKS)]
    return {name: np.concatenate([tick[name] for tick in ticks], axis=-1) for name in source.specs}


def same(got: dict[str, Float], expected: dict[str, Float]) -> None:
    assert got.keys() == expected.keys()
    for name, x in got.items():
        np.testing.assert_array_equal(x, expected[name], err_msg=name)


@pytest.mark.parametrize("piece", [1, 3, 7, 64])
def test_pieces_never_matter(piece: int) -> None:
    source = prepared()
    source.piece = piece
    same(played(source), played(prepared()))


@pytest.mark.parametrize("interval_s", [1 / 500, 0.1, 0.3, 3.0])
def test_ticks_never_matter(interval_s: float) -> None:
    held = Drive({"arousal": 0.2, "trapezius": 0.4, "frontalis": 0.1})

    def held_for(interval_s: float) -> dict[str, Float]:
        source = prepared(interval_s=interval_s)
        ticks = [source.generate(k, held) for k in range(round(3.0 / interval_s))]
        return {name: np.concatenate([tick[name] for tick in ticks], axis=-1) for name in source.specs}

    same(held_for(interval_s), held_for(1 / 16))


def test_company_never_matters() -> None:
    crowd = tuple(range(50))
    together = played(prepared(crowd), crowd)
    for subject in (3, 17):
        alone = played(prepared((subject,)), (subject,))
        same({name: x[0] for name, x in alone.items()}, {name: x[subject] for name, x in together.items()})


def test_a_copy_goes_on_alike_and_a_session_has_noise_of_its_own() -> None:
    whole = prepared()
    for k in range(20):
        whole.generate(k, drive(k, (7, 3, 11)))
    branch = copy.deepcopy(whole)
    same(played(branch, first=20), played(whole, first=20))
    first, second = played(prepared()), played(prepared(sessions=1))
    same(played(prepared(sessions=1)), second)
    for name in STREAMS:
        assert not np.isin(second[name], first[name]).any()


def test_one_stream_alone_is_the_same() -> None:
    everything = played(prepared())
    for name in STREAMS:
        source = prepared()
        source.select((name,))
        alone = played(source)
        same(alone, {stream: everything[stream] for stream in alone})
