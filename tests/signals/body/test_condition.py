"""Conditions: offsets from a healthy body, scaled by a severity."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from neurosim.core.config import validate
from neurosim.core.errors import ConfigError
from neurosim.core.registry import kind_names
from neurosim.core.timeline import TickGrid
from neurosim.signals.body.body import Body, load_body
from neurosim.subject import Subject, load_subject

Float = NDArray[np.float64]
Record = Callable[..., dict[str, Float]]
ILL = [name for name in kind_names("body") if load_body(name).condition is not None]
STREAMS = ("eeg", "truth/ibi", "emg", "temperature", "lfp", "ieeg", "pain", "truth/state")


def test_those_of_the_issue_are_there() -> None:
    assert {"parkinson", "epilepsy", "chronic_pain", "neuropathy", "depression", "adhd_like", "anxious"} <= set(ILL)


@pytest.mark.parametrize("name", ILL)
def test_without_severity_the_body_is_the_healthy_one(record: Record, name: str) -> None:
    """To the bit that of the same age without a condition; and the condition changes something."""
    ill = load_body(name)
    healthy = Body.model_validate(ill.model_dump(exclude={"condition", "severity"}, exclude_unset=True))
    cured = load_body(f"{name}:severity=0")
    plain, zero, full = (record(STREAMS, 8, body=body) for body in (healthy, cured, ill))
    for stream, x in plain.items():
        np.testing.assert_array_equal(zero[stream], x, err_msg=stream)
    assert any((full[stream] != x).any() for stream, x in plain.items())


@pytest.mark.parametrize("name", ILL)
def test_each_says_what_it_is(name: str) -> None:
    body = load_body(name)
    assert body.condition is not None
    assert body.condition.simulates
    assert body.condition.leaves_out
    assert body.references
    assert body.severity == 1.0


def moved(name: str, severity: float) -> dict[str, float]:
    """Return where the offsets of a condition put what they move, at the first step of a session, and its traits."""
    body = load_body(f"{name}:severity={severity}")
    assert body.condition is not None
    source = body.prepare(TickGrid(1.0), 1, (0,), ())
    state = source._state
    state.start(0)
    rest = state.resting()[0, :, 0]
    return {n: float(rest[state.index[n]]) for n in body.condition.offsets} | {
        n: float(np.log(source.traits[n][0])) for n in body.condition.traits
    }


@pytest.mark.parametrize("name", ILL)
def test_severity_scales_every_offset_alike(name: str) -> None:
    """Half the severity is half the way from health; what couplings and limits of latents do comes on top."""
    healthy, half, full, severe = (moved(name, severity) for severity in (0.0, 0.5, 1.0, 1.5))
    for what, place in full.items():
        assert half[what] - healthy[what] == pytest.approx(0.5 * (place - healthy[what]), abs=1e-9), what
        assert abs(severe[what] - healthy[what]) >= abs(place - healthy[what]) - 1e-9, what


def test_subject_hands_severity_on() -> None:
    by_name = load_subject("parkinson:severity=0.5")
    assert isinstance(by_name.body, Body)
    assert by_name.body.severity == 0.5
    table = {"name": "mild", "title": "Mild", "body": "parkinson", "severity": 0.5}
    assert validate(table, Subject).body == by_name.body
    assert validate(table | {"severity": 1.0}, Subject).body == load_subject("parkinson").body
    assert Subject(name="mild", title="Mild", body=load_body("parkinson:severity=0.5")).body == by_name.body


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("parkinson:severity=2", "less than or equal to 1.5"),
        ("adult:severity=0.5", "this body is healthy"),
        ("parkinson:severty=1", "unknown key; did you mean 'severity'"),
    ],
)
def test_nonsense_is_refused_in_a_line(name: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        load_body(name)


def test_unknown_offsets_are_told() -> None:
    table = {"condition": {"simulates": "x", "leaves_out": "y", "offsets": {"arousel": 0.1}}}
    with pytest.raises(ConfigError, match="unknown latent 'arousel'; did you mean 'arousal'"):
        validate(table, Body)


def test_more_of_a_condition_is_more_of_its_signs(record: Record) -> None:
    """Beta of the subthalamic nucleus, seizures and pain grow with the severity; none is there in health."""

    def sizes(name: str, stream: str, measure: Callable[[Float], float]) -> list[float]:
        bodies = (load_body(f"{name}:severity={severity}") for severity in (0.0, 0.5, 1.0, 1.5))
        return [measure(record((stream,), 60, body=body, n=8)[stream][:, 0]) for body in bodies]

    beta = sizes("parkinson", "truth/stn_rate", lambda x: float(x.std(axis=-1).mean()))
    assert beta == sorted(beta)
    assert beta[-1] > 3 * beta[0]
    swing = sizes("epilepsy", "ieeg", lambda x: float((x < -200.0).mean()))
    assert swing == sorted(swing)
    pain = sizes("chronic_pain", "truth/pain", lambda x: float(x.mean()))
    assert pain == sorted(pain)
    assert pain[0] < 0.05
    assert pain[-1] > 0.8
