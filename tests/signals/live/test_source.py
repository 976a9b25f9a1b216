"""A device in the place of the body, played by a clock of the test's own."""

from __future__ import annotations

import copy
from pathlib import Path

import numpy as np
import pytest

from neurosim.core.drive import NEUTRAL
from neurosim.core.errors import ConfigError, StreamError
from neurosim.core.event import SessionEvent
from neurosim.core.spec import Float
from neurosim.core.timeline import TickGrid
from neurosim.feedback import load_protocol
from neurosim.session.folder import FolderSink
from neurosim.session.plan import Plan
from neurosim.session.recording.reading import read_session
from neurosim.session.recording.replay import replay_session
from neurosim.session.run import run
from neurosim.session.tick import Sink, Tick
from neurosim.signals.live.device import Channel
from neurosim.signals.live.feed import Feed
from neurosim.signals.live.source import LiveSource

from .conftest import Played

GRID = TickGrid(1 / 64)


class Kept(Sink):
    def __init__(self) -> None:
        self.ticks: list[Tick] = []

    def write(self, tick: Tick) -> None:
        self.ticks.append(tick)


def source_of(*devices: Played, batch: tuple[int, ...] = (), patience_s: float = 3.0) -> LiveSource:
    return LiveSource([Feed(device, 0.2, patience_s) for device in devices], GRID, batch)


def whole(source: LiveSource, n_ticks: int, stream: str = "eeg") -> Float:
    return np.concatenate([source.generate(k, NEUTRAL)[stream] for k in range(n_ticks)], axis=-1)


def test_ticks_hold_the_samples_in_order_whatever_the_chunks() -> None:
    for chunk in (1, 7, 100):
        device = Played()
        device.send_regularly(0, 400, chunk)
        got = whole(source_of(device), 192)
        np.testing.assert_array_equal(got, np.arange(300.0)[None])


def test_every_subject_of_a_batch_gets_the_same() -> None:
    device = Played()
    device.send_regularly(0, 200)
    got = whole(source_of(device, batch=(3,)), 64)
    assert got.shape == (3, 1, 100)
    np.testing.assert_array_equal(got, np.broadcast_to(np.arange(100.0), (3, 1, 100)))


def test_samples_are_in_the_units_of_the_session() -> None:
    device = Played(channels=(Channel("O1", "eeg", "volts"), Channel("chest", "ecg", "uV"), Channel("x", "aux")))
    rows = np.random.default_rng(1).normal(size=(200, 3)) * [1e-5, 500.0, 1.0]
    device.send(1.99, rows, np.arange(200) / 100.0)
    source = source_of(device)
    ticks = [source.generate(k, NEUTRAL) for k in range(64)]
    assert {name: spec.unit for name, spec in source.specs.items()} == {"eeg": "uV", "ecg": "mV", "aux": "a.u."}
    for name, scale, column in (("eeg", 1e6, 0), ("ecg", 1e-3, 1), ("aux", 1.0, 2)):
        got = np.concatenate([tick[name] for tick in ticks], axis=-1)[0]
        np.testing.assert_array_equal(got, rows[:100, column] * scale)


def test_a_unit_that_is_not_known_and_names_that_are_the_same_are_told() -> None:
    device = Played(channels=(Channel("O1", "eeg", "furlongs"), Channel("O1", "eeg", "uV")))
    device.send_regularly(0, 100)
    source = source_of(device)
    source.generate(0, NEUTRAL)
    assert source.specs["eeg"].ch_names == ("O1", "O1-2")
    assert [(e.kind, e.text) for e in source.events()] == [("note", "eeg O1 comes in 'furlongs'; taken as uV")]


def test_a_stream_that_stops_becomes_nan_in_its_own_time_and_goes_on_when_it_is_back() -> None:
    device = Played()
    device.send_regularly(0, 650)
    device.send_regularly(850, 1100)
    source, got = source_of(device), []
    events: list[SessionEvent] = []
    for k in range(576):
        got.append(source.generate(k, NEUTRAL)["eeg"][0])
        events += source.events()
        # Nobody waits much longer than half a second for what should have come.
        assert device.time_s - 1000.0 < (k + 1) / 64 + 0.7
    index = np.arange(900.0)
    expected = np.where((index >= 650) & (index < 850), np.nan, index)
    np.testing.assert_array_equal(np.concatenate(got), expected)
    assert [(e.kind, e.onset_s, e.duration_s) for e in events] == [("silence", 6.5, 0.0), ("gap", 6.5, 2.0)]


def test_one_that_stays_away_ends_in_one_line() -> None:
    device = Played()
    device.send_regularly(0, 100)
    source = source_of(device)
    with pytest.raises(StreamError, match=r"^played: has given nothing for 3 s; is it switched on, and near enough\?$"):
        whole(source, 1000)


def test_one_that_never_begins_ends_in_one_line() -> None:
    with pytest.raises(StreamError, match="has given nothing for 10 s"):
        whole(source_of(Played()), 1)


def test_a_sender_that_gives_a_second_at_once_is_not_silent() -> None:
    device = Played()
    for second in range(8):
        index = np.arange(100 * second, 100 * (second + 1))
        device.send(second + 1.0, index[:, None].astype(float), index / 100.0)
    np.testing.assert_array_equal(whole(source_of(device), 7 * 64)[0], np.arange(700.0))


def test_non_finite_samples_stay_for_the_entrance_to_see() -> None:
    device = Played()
    rows = np.arange(100.0)[:, None]
    rows[10:20], rows[30] = np.nan, np.inf
    device.send(0.99, rows, np.arange(100) / 100.0)
    got = whole(source_of(device), 60)[0]
    assert np.isnan(got[10:20]).all()
    assert np.isposinf(got[30])


def test_branches_share_what_comes() -> None:
    device = Played()
    device.send_regularly(0, 400)
    source = source_of(device)
    whole(source, 64)
    branch = copy.deepcopy(source)
    ahead = np.concatenate([branch.generate(k, NEUTRAL)["eeg"] for k in range(64, 128)], axis=-1)
    behind = np.concatenate([source.generate(k, NEUTRAL)["eeg"] for k in range(64, 128)], axis=-1)
    np.testing.assert_array_equal(ahead, behind)
    np.testing.assert_array_equal(ahead[0], np.arange(100.0, 200.0))


def test_two_devices_begin_together_and_keep_their_rates() -> None:
    eeg, breath = Played(), Played(fs=25.0, channels=(Channel("belt", "respiration", "L"),))
    eeg.send_regularly(0, 500)
    breath.send_regularly(10, 125)  # it begins 0.4 s later
    source = source_of(eeg, breath)
    ticks = [source.generate(k, NEUTRAL) for k in range(128)]
    np.testing.assert_array_equal(np.concatenate([t["eeg"] for t in ticks], axis=-1)[0], np.arange(40.0, 240.0))
    np.testing.assert_array_equal(np.concatenate([t["respiration"] for t in ticks], axis=-1)[0], np.arange(10.0, 60.0))
    with pytest.raises(ConfigError, match="played: has 'eeg', which another stream has too"):
        source_of(Played(), Played())


def test_markers_are_events_at_their_time() -> None:
    device = Played()
    device.send_regularly(0, 200)
    source = source_of(device)
    source.generate(0, NEUTRAL)
    device.marks = [(0.5, "target")]
    for branch in (copy.deepcopy(source), source):  # both are told
        branch.generate(1, NEUTRAL)
        (event,) = branch.events()
        assert (event.kind, event.text) == ("marker", "target")
        assert event.onset_s == pytest.approx(0.5, abs=1e-6)


def test_after_a_rest_it_begins_with_what_comes_then() -> None:
    device = Played()
    device.send_regularly(0, 500)
    source = source_of(device)
    whole(source, 64)
    device.time_s += 1.0
    source.rest(86400.0)
    got = whole(source, 32)[0]
    assert got[0] >= 199.0
    np.testing.assert_array_equal(np.diff(got), 1.0)
    assert source.events() == ()


def test_a_replay_of_what_was_recorded_decides_the_same_to_the_bit(tmp_path: Path) -> None:
    """Law 7: samples are rounded to the recording's step before the pipeline sees them."""
    fs = 128.0
    device = Played(fs, (Channel("O1", "eeg", "V"), Channel("Fp1", "eeg", "V")))
    rng = np.random.default_rng(1)
    t = np.arange(int(60 * fs)) / fs
    alpha = 1e-5 * (1.0 + np.sin(2 * np.pi * 0.1 * t)) * np.sin(2 * np.pi * 10.0 * t)
    rows = rng.normal(0.0, 4e-6, (t.size, 2)) + alpha[:, None]
    rows[1000:1010, 0] = np.nan
    for first in range(0, t.size, 16):
        if not 3000 <= first < 3400:
            device.send(t[first + 15], rows[first : first + 16], t[first : first + 16])
    source = source_of(device, patience_s=30.0)
    plan = Plan(load_protocol("alpha_up").fit(58.0), source, "lsl:played", [], None, None, 1, (0,))
    session = plan.session()
    memory = Kept()
    assert run(session, sinks=[memory, FolderSink(tmp_path / "kept", plan, session)])

    recorded = read_session(tmp_path / "kept")
    for stream in source.specs:
        live = np.concatenate([tick.samples[stream] for tick in memory.ticks], axis=-1)
        np.testing.assert_array_equal(recorded.samples(stream), live)
    replayed = replay_session(tmp_path / "kept")
    assert (replayed.how, replayed.n_ticks, replayed.difference) == ("recording", len(memory.ticks), None)
    assert {"alpha", "valid", "reward", "shown"} <= set(replayed.compared)
    assert "gap" in set(recorded.events["trial_type"])
    assert not any(tick.feedback.valid for tick in memory.ticks[1510:1600])  # within the gap
    assert any(tick.feedback.reward for tick in memory.ticks)
    assert replayed.n_rewards == sum(bool(tick.feedback.reward) for tick in memory.ticks)
