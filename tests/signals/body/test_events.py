"""Artifacts: rates, sizes, switches, scripts, and the truth about them."""

from __future__ import annotations

import numpy as np
import pytest

from neurosim.core.config import validate
from neurosim.core.drive import EVENTS, NEUTRAL, Drive, DriveEvent
from neurosim.core.errors import ConfigError
from neurosim.core.event import SessionEvent
from neurosim.core.timeline import TickGrid
from neurosim.signals import Body
from neurosim.signals.body.body import BodySource
from neurosim.signals.body.events import ARTIFACTS, NO_ARTIFACTS, Artifact, EventProcess, parse_artifacts
from neurosim.signals.body.span import STEP_HZ
from neurosim.signals.body.tables import read_table


def happened(artifacts: dict[str, Artifact], duration_s: float, subjects: tuple[int, ...] = (0,)) -> list[DriveEvent]:
    process = EventProcess(artifacts, 1, subjects)
    process.start(0)
    return process.advance(0, round(duration_s * STEP_HZ))


def truth_only(body: Body, update_interval_s: float = 1.0, n: int | None = None) -> BodySource:
    subjects = (0,) if n is None else tuple(range(n))
    source = body.prepare(TickGrid(update_interval_s), 1, subjects, () if n is None else (n,))
    source.select({"truth/artifacts"})
    return source


def test_every_event_has_a_size_and_a_source() -> None:
    assert [row["event"] for row in read_table("events")] == list(EVENTS)
    assert all(row["source"] for row in read_table("events"))
    assert set(ARTIFACTS) | set(NO_ARTIFACTS) == set(EVENTS)


def test_rate_and_size_are_those_asked_for() -> None:
    """The rate counts the pause of 0.8 s after each blink; sizes are log-normal with the spread of the table."""
    events = happened({"blink": Artifact(per_min=20.0, amplitude=80.0)}, 1800.0, tuple(range(10)))
    per_min = len(events) / 10 / 30
    assert per_min == pytest.approx(20, rel=0.05)
    sizes = np.log([e.amplitude or 0.0 for e in events])
    assert np.exp(sizes.mean()) == pytest.approx(80.0, rel=0.03)
    assert sizes.std() == pytest.approx(0.3, rel=0.05)
    waits = np.diff([e.onset_s for e in events if e.subject == 3])
    assert waits.min() >= 0.8


def test_what_is_always_there_begins_at_once_and_does_not_end() -> None:
    (event,) = happened({"mains": Artifact()}, 60.0)
    assert (event.onset_s, event.duration_s, event.subject) == (0.0, np.inf, None)


def test_pieces_never_matter() -> None:
    artifacts = {"blink": Artifact(per_min=40.0), "saccade": Artifact(per_min=40.0)}
    whole = happened(artifacts, 60.0, (3, 4))
    process = EventProcess(artifacts, 1, (3, 4))
    process.start(0)
    cut = [e for k in range(0, 1920, 5) for e in process.advance(k, 5)]
    assert cut == whole
    alone = happened(artifacts, 60.0, (4,))
    assert [(e.kind, e.onset_s, e.amplitude) for e in whole if e.subject == 1] == [
        (e.kind, e.onset_s, e.amplitude) for e in alone
    ]


def test_truth_tells_what_a_script_does() -> None:
    """A blink at 1.2 s for 0.4 s: the steps of 1/32 s in it, no others, and in its own channel alone."""
    source = truth_only(Body())
    events = (DriveEvent("blink", 1.2),)
    truth = np.concatenate(
        [source.generate(k, Drive({}, events) if k == 1 else NEUTRAL)["truth/artifacts"] for k in range(4)], axis=-1
    )
    on = np.flatnonzero(truth[ARTIFACTS.index("blink")])
    np.testing.assert_array_equal(on, np.arange(int(np.ceil(1.2 * 32)), int(np.ceil(1.6 * 32))))
    assert np.delete(truth, ARTIFACTS.index("blink"), axis=0).max() == 0.0


def test_truth_and_events_of_a_single_subject_agree() -> None:
    source = truth_only(Body(artifacts={"blink": Artifact(per_min=20.0)}))
    told: list[SessionEvent] = []
    truth = []
    for k in range(120):
        truth.append(source.generate(k, NEUTRAL)["truth/artifacts"])
        told += source.events()
    onsets = np.flatnonzero(np.diff(np.concatenate(truth, axis=-1)[ARTIFACTS.index("blink")]) == 1) + 1
    assert len(told) > 20
    np.testing.assert_array_equal(onsets / 32, [event.onset_s for event in told])


def test_each_subject_of_a_batch_blinks_alone() -> None:
    source = truth_only(Body(artifacts={"blink": Artifact(per_min=20.0)}), n=3)
    truth = np.concatenate([source.generate(k, NEUTRAL)["truth/artifacts"] for k in range(60)], axis=-1)
    blinks = truth[:, ARTIFACTS.index("blink")]
    assert (blinks.sum(axis=-1) > 0).all()
    assert not (blinks[0] == blinks[1]).all()
    assert source.events() == ()


def test_parse() -> None:
    assert parse_artifacts("none") == {}
    assert set(parse_artifacts("typical")) == set(ARTIFACTS)
    assert parse_artifacts("blink=20, mains=5,saccade") == {
        "blink": Artifact(per_min=20.0),
        "mains": Artifact(amplitude=5.0),
        "saccade": Artifact(),
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("blnk", "unknown artifact 'blnk'; did you mean 'blink'"),
        ("blink=often", "blink.per_min: must be a number, got 'often'"),
        ("blink=-3", "blink.per_min: must be greater than or equal to 0"),
        ("startle", "unknown artifact 'startle'"),
    ],
)
def test_wrong_artifacts_are_told(text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        parse_artifacts(text)


def test_wrong_artifacts_in_a_file_are_told_with_their_place() -> None:
    with pytest.raises(ConfigError, match="artifacts: unknown artifact 'blnk'"):
        validate({"artifacts": "blnk"}, Body)
    with pytest.raises(ConfigError, match=r"artifacts\.blnk: unknown artifact 'blnk'; did you mean 'blink'"):
        Body(artifacts={"blnk": Artifact()}).prepare(TickGrid(1.0), 1, (0,), ())
    with pytest.raises(ConfigError, match=r"rest\.arousl: unknown latent 'arousl'; did you mean 'arousal'"):
        Body(rest={"arousl": 0.6}).prepare(TickGrid(1.0), 1, (0,), ())
