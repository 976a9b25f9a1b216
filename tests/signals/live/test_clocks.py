"""Streams of several devices: each is moved to this computer's clock, and clocks that run apart are told."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from neurosim.core.drive import NEUTRAL
from neurosim.core.spec import Float
from neurosim.core.timeline import TickGrid
from neurosim.session import simulate
from neurosim.signals.asked import asked_source
from neurosim.signals.live.device import Channel
from neurosim.signals.live.feed import Feed
from neurosim.signals.live.lsl import LSLDevice
from neurosim.signals.live.source import LiveSource

from .conftest import LOOPBACK, Played, Run

GRID = TickGrid(1 / 64)
FS = {"eeg": 128.0, "respiration": 32.0}
#: Each sample is its own time stamp, modulo 100 s, in thousandths; stamps are regular.
SEND = """
name, kind, fs, chunk, late = sys.argv[1], sys.argv[2], float(sys.argv[3]), int(sys.argv[4]), float(sys.argv[5])
info = StreamInfo(name, kind, 1, fs, "float64", name)
info.set_channel_names(["O1" if kind == "EEG" else "belt"])
info.set_channel_types(kind.lower())
info.set_channel_units("microvolts" if kind == "EEG" else "L")
outlet = StreamOutlet(info)
print("ready", flush=True)
time.sleep(late)
t0 = local_clock()
for first in range(0, int(60 * fs), chunk):
    stamps = t0 + (first + np.arange(chunk)) / fs
    time.sleep(max(0.0, stamps[-1] - local_clock()))
    outlet.push_chunk(1000.0 * (stamps[:, None] % 100.0), timestamp=stamps[-1])
"""


class Inlet:
    """An inlet whose sender has a clock of its own: its stamps are `ahead_s` away from this computer's."""

    def __init__(self, kind: str, fs: float, begins_s: float, ahead_s: float) -> None:
        self._info = SimpleNamespace(
            name=kind, stype=kind, n_channels=1, dtype=np.float64, get_channel_names=lambda: [kind],
            get_channel_types=lambda: [kind], get_channel_units=lambda: ["uV"],
        )  # fmt: skip
        self._stamps, self._ahead_s = begins_s + np.arange(int(20 * fs)) / fs, ahead_s

    def get_sinfo(self, timeout: float) -> Any:
        return self._info

    def time_correction(self, timeout: float) -> float:
        return -self._ahead_s

    def pull_chunk(self, timeout: float, max_samples: int) -> tuple[Float, Float]:
        stamps, self._stamps = self._stamps[:max_samples], self._stamps[max_samples:]
        return stamps[:, None], stamps + self._ahead_s


def test_each_stream_is_moved_by_its_own_correction() -> None:
    """The EEG's sender is 1000 s ahead and the belt's 500 s behind; each sample is its time on our clock."""
    lsl = SimpleNamespace(local_clock=lambda: 30.0)
    inlets = [Inlet("eeg", 128.0, 10.0, 1000.0), Inlet("respiration", 32.0, 10.5, -500.0)]
    feeds = [Feed(LSLDevice(lsl, inlet, fs), 0.2, 3.0) for inlet, fs in zip(inlets, FS.values(), strict=True)]
    source = LiveSource(feeds, GRID, ())
    ticks = [source.generate(k, NEUTRAL) for k in range(64)]
    eeg, belt = (np.concatenate([tick[name] for tick in ticks], axis=-1)[0] for name in FS)
    np.testing.assert_allclose(eeg, 10.5 + np.arange(128) / 128.0, atol=1e-9)
    np.testing.assert_allclose(belt, 10.5 + np.arange(32) / 32.0, atol=1e-9)


def test_two_processes_of_different_rates_stand_at_one_time(
    name: str, other: Run, tmp_path: Path, monkeypatch: Any
) -> None:
    pytest.importorskip("mne_lsl", reason="needs the extra 'lsl'")
    config = tmp_path / "mine.cfg"
    config.write_text(LOOPBACK, encoding="utf-8")
    monkeypatch.setenv("LSLAPICFG", str(config))
    other(SEND, f"{name}a", "EEG", 128, 16, 0.0)
    other(SEND, f"{name}b", "Respiration", 32, 8, 0.7)
    source = asked_source(f"lsl:{name}a+{name}b:gap_s=5")
    result = simulate("alpha_up", source=source, duration_s=10.0, seed=1, signals="all")
    begins_s = []
    for stream, fs in FS.items():
        assert result.streams[stream].fs == fs
        taken_s = result.samples(stream)[0] / 1000.0
        np.testing.assert_allclose(np.diff(taken_s) % 100.0, 1.0 / fs, atol=1e-4)  # in order, and none is missing
        begins_s.append(float(taken_s[0]))
    # The belt begins last; the EEG begins with the sample that is nearest to that.
    apart_s = (begins_s[0] - begins_s[1] + 50.0) % 100.0 - 50.0
    assert abs(apart_s) <= 0.5 / 128.0 + 1e-3
    assert not [e for e in result.events if e.kind in ("gap", "silence", "drift")]


def test_clocks_that_run_apart_are_told() -> None:
    """The belt takes 0.2 % more samples a second than it says: 0.1 s in 50 s."""
    eeg, belt = Played(), Played(fs=25.0, channels=(Channel("belt", "respiration", "L"),))
    eeg.send_regularly(0, 8000)
    for first in range(0, 2000, 5):
        index = np.arange(first, first + 5)
        belt.send(index[-1] / 25.05, index[:, None].astype(float), index / 25.05)
    source = LiveSource([Feed(device, 0.2, 3.0) for device in (eeg, belt)], GRID, ())
    told = []
    for k in range(70 * 64):
        source.generate(k, NEUTRAL)
        told += [event for event in source.events() if event.kind == "drift"]
    assert len(told) == 2
    # It begins to be told once both rates are sure, after ten seconds.
    np.testing.assert_allclose([event.onset_s for event in told], [35.0, 60.0], atol=2.0)
    assert [event.text for event in told] == [
        f"the samples of played are by now {apart_s:.3f} s ahead of those of played; each counts its own"
        for apart_s in (0.05, 0.1)
    ]


def test_clocks_that_agree_are_not() -> None:
    eeg, belt = Played(), Played(fs=25.0, channels=(Channel("belt", "respiration", "L"),))
    eeg.send_regularly(0, 6000)
    belt.send_regularly(0, 1500, 5)
    source = LiveSource([Feed(device, 0.2, 3.0) for device in (eeg, belt)], GRID, ())
    for k in range(50 * 64):
        source.generate(k, NEUTRAL)
        assert not source.events()
