"""The whole body: laws over half a minute with everything on, the presets, and one state behind all signals."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import signal

from neurosim.core.drive import EVENTS, Drive, DriveEvent
from neurosim.core.registry import kind_names
from neurosim.core.timeline import TickGrid
from neurosim.signals.body.body import Body, load_body
from neurosim.signals.body.events import ARTIFACTS
from neurosim.signals.eeg.eeg import EEG

Float = NDArray[np.float64]
Record = Callable[..., dict[str, Float]]
DURATION_S = 30
#: Everything that can happen by itself, often enough to be seen; a scripted one of each comes on top.
BUSY = Body(
    eeg=EEG(ch_names=("Fp1", "F8", "Cz", "O1")),
    artifacts=", ".join(f"{kind}=4" for kind in ARTIFACTS),
    spread=1.0,
)
SCRIPT = tuple(DriveEvent(kind, 1.3 + 1.37 * i) for i, kind in enumerate(EVENTS))
HELD = {"arousal": 0.2, "eyes_closed": 1.0, "breathing_pace": 6.0, "alpha_drive": 0.5, "trapezius": 0.1}


def live(tick_s: float, subjects: tuple[int, ...], streams: tuple[str, ...] | None = None) -> dict[str, Float]:
    """Return what a busy body makes in ticks of some length ``(subject, channel, time)``."""
    grid = TickGrid(tick_s)
    source = BUSY.prepare(grid, 5, subjects, (len(subjects),))
    if streams:
        source.select(streams)
    made: dict[str, list[Float]] = {name: [] for name in source.specs}
    for k in range(grid.n_ticks(DURATION_S)):
        begin, end = k * tick_s, (k + 1) * tick_s
        now = tuple(event for event in SCRIPT if begin <= event.onset_s < end)
        for name, x in source.generate(k, Drive(HELD, now)).items():
            made[name].append(x)
    return {name: np.concatenate(parts, axis=-1) for name, parts in made.items()}


@pytest.fixture(scope="module")
def whole() -> dict[str, Float]:
    return live(1.0, (0, 1, 2))


@pytest.mark.parametrize("tick_s", [1 / 64, 0.3, 10.0, 30.0])
def test_any_ticks_give_the_same_bits(whole: dict[str, Float], tick_s: float) -> None:
    for name, x in live(tick_s, (0, 1, 2)).items():
        n = min(x.shape[-1], whole[name].shape[-1])
        np.testing.assert_array_equal(x[..., :n], whole[name][..., :n], err_msg=f"{name} in ticks of {tick_s} s")
        assert n >= 0.99 * whole[name].shape[-1]


def test_company_does_not_matter(whole: dict[str, Float]) -> None:
    for name, x in live(1.0, (2,)).items():
        np.testing.assert_array_equal(x[0], whole[name][2], err_msg=name)


@pytest.mark.parametrize(
    "streams", [("eeg",), ("ecg",), ("emg", "temperature"), ("truth/state", "truth/artifacts"), ("respiration",)]
)
def test_signals_nobody_asks_for_change_nothing(whole: dict[str, Float], streams: tuple[str, ...]) -> None:
    made = live(1.0, (0, 1, 2), streams)
    assert set(streams) <= set(made) < set(whole)
    for name, x in made.items():
        np.testing.assert_array_equal(x, whole[name], err_msg=name)


def test_every_artifact_stands_in_the_truth(whole: dict[str, Float]) -> None:
    """A scripted one of each kind, at its onset, to a step of 1/32 s."""
    truth = whole["truth/artifacts"]
    for event in SCRIPT:
        if event.kind in ARTIFACTS:
            step = math.ceil(event.onset_s * 32)
            assert (truth[:, ARTIFACTS.index(event.kind), step] == 1.0).all(), event.kind


def test_finite(whole: dict[str, Float]) -> None:
    for name, x in whole.items():
        assert np.isfinite(x).all(), name


@pytest.mark.parametrize("name", kind_names("body"))
def test_presets(record: Record, name: str) -> None:
    """Each says that it is a group average and no diagnosis, where its numbers are from, and lives."""
    body = load_body(name)
    assert "group average" in body.title
    assert "no diagnosis" in body.title
    assert body.references
    for stream, x in record(("eeg", "ecg", "emg", "temperature", "skin_conductance"), 4, body=body).items():
        assert np.isfinite(x).all(), stream


def band(x: Float, low_hz: float, high_hz: float) -> float:
    """Return the power in a band by Welch's method; 256 Hz."""
    hz, power = signal.welch(x, 256.0, nperseg=512)
    return float(power[..., (hz >= low_hz) & (hz < high_hz)].sum(axis=-1).mean())


def test_presets_differ_as_their_groups_do(record: Record) -> None:
    """Directions that the references of the presets give, in the signals themselves."""

    def made(name: str) -> dict[str, Float]:
        streams = ("eeg", "truth/ibi", "emg", "temperature", "skin_conductance")
        return record(streams, 90, body=load_body(name), n=6)

    adult, adhd, child, anxious, headache, raynaud = map(
        made, ("adult", "adhd_like", "child", "anxious", "tension_headache", "raynaud_like")
    )
    fz = 4

    def theta_beta(streams: dict[str, Float]) -> float:
        return band(streams["eeg"][:, fz], 4, 8) / band(streams["eeg"][:, fz], 13, 21)

    assert theta_beta(adhd) > 1.2 * theta_beta(child)
    assert theta_beta(child) > 1.2 * theta_beta(adult)
    assert child["truth/ibi"].mean() < 0.9 * adult["truth/ibi"].mean()  # children's hearts are faster
    assert anxious["truth/ibi"].mean() < adult["truth/ibi"].mean()
    assert anxious["skin_conductance"].mean() > adult["skin_conductance"].mean()
    assert headache["emg"][:, 0].std() > 1.3 * adult["emg"][:, 0].std()
    assert raynaud["temperature"].mean() < adult["temperature"].mean() - 2.0


def test_relaxing_moves_every_signal_its_way(record: Record) -> None:
    """It lowers EMG and skin conductance, slows the heart, warms the finger and raises alpha, all from one drive."""
    streams = ("eeg", "truth/ibi", "emg", "temperature", "skin_conductance", "ppg", "respiration")
    still, calm = (record(streams, 300, Drive({"arousal": a}), n=6) for a in (0.0, -0.25))
    o1 = 17
    half = 128 * 300
    assert band(calm["eeg"][:, o1, half:], 8, 13) > 1.1 * band(still["eeg"][:, o1, half:], 8, 13)
    assert calm["emg"].std() < 0.8 * still["emg"].std()
    assert calm["truth/ibi"].mean() > still["truth/ibi"].mean() + 0.03
    assert calm["temperature"][..., -1].mean() > still["temperature"][..., -1].mean() + 1.0
    assert calm["skin_conductance"].mean() < 0.9 * still["skin_conductance"].mean()
    assert np.ptp(calm["ppg"], axis=-1).mean() > np.ptp(still["ppg"], axis=-1).mean()


def test_circuits_are_made_when_they_are_named() -> None:
    """Everybody has a heart; an electrode in the brain has who is asked about it."""
    source = Body().prepare(TickGrid(1 / 64), 1, (0,), ())
    circuits = {"lfp", "ieeg", "pain", "column", "hand_emg"}
    assert circuits <= source.specs.keys()
    source.select_all_beside({"eeg", "lfp"})
    assert source.specs.keys() & circuits == {"lfp"}
    assert {"eeg", "ecg", "emg", "temperature", "skin_conductance", "truth/stn_rate"} <= source.specs.keys()
