"""Separate processes that send and receive, with plain code of other libraries; and a device that a test plays."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from neurosim.core.spec import Float
from neurosim.signals.live.device import Channel, Device

#: What every program of a test begins with; liblsl keeps to this computer.
HEAD = """
import sys, time
import numpy as np
from mne_lsl.lsl import StreamInfo, StreamInlet, StreamOutlet, local_clock, resolve_streams
"""
LOOPBACK = "[multicast]\nResolveScope = machine\n[lab]\nKnownPeers = {127.0.0.1}\n[log]\nlevel = -3\n"

Run = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def name() -> str:
    """Return the name of a stream that no other test has."""
    return f"test-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Run]:
    """Return a function that runs a program in a process of its own, with arguments; all are ended after the test."""
    config = tmp_path / "lsl_api.cfg"
    config.write_text(LOOPBACK, encoding="utf-8")
    running: list[subprocess.Popen[str]] = []

    def run(code: str, *arguments: object, ready: bool = True) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", HEAD + code, *map(str, arguments)]
        environment = os.environ | {"LSLAPICFG": str(config)}
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
        running.append(process)
        if ready:
            assert process.stdout is not None
            assert any(line.strip() == "ready" for line in process.stdout)  # others print what they do
        return process

    yield run
    for process in running:
        process.kill()
        process.communicate()


class Played(Device):
    """A device without hardware: the test says what comes when, on a clock that only `pull` moves."""

    def __init__(self, fs: float = 100.0, channels: tuple[Channel, ...] = (Channel("O1", "eeg", "uV"),)) -> None:
        super().__init__("played", fs, channels)
        self.coming: list[tuple[float, Float, Float]] = []
        self.marks: list[tuple[float, str]] = []
        self.time_s = 1000.0

    def send(self, at_s: float, rows: Float, stamps: Float) -> None:
        """Let rows ``(time, channel)`` come at a moment [s]."""
        self.coming.append((1000.0 + at_s, rows, 1000.0 + stamps))

    def send_regularly(self, start: int, stop: int, chunk: int = 10) -> None:
        """Let samples that count upwards come, each chunk when its last sample is taken."""
        for first in range(start, stop, chunk):
            index = np.arange(first, min(first + chunk, stop))
            rows = np.repeat(index[:, None].astype(float), len(self.channels), axis=1)
            self.send((index[-1]) / self.fs, rows, index / self.fs)

    def pull(self, n_most: int, timeout_s: float) -> tuple[Float, Float]:
        until_s = self.time_s + timeout_s
        if not self.coming or self.coming[0][0] > until_s:
            self.time_s = until_s
            return np.zeros((0, len(self.channels))), np.zeros(0)
        at_s, rows, stamps = self.coming.pop(0)
        self.time_s = max(self.time_s, at_s)
        if len(stamps) > n_most:
            self.coming.insert(0, (at_s, rows[n_most:], stamps[n_most:]))
        return rows[:n_most], stamps[:n_most]

    def now(self) -> float:
        return self.time_s

    def flush(self) -> None:
        self.coming = [each for each in self.coming if each[0] > self.time_s]

    def events(self) -> list[tuple[float, str]]:
        marks, self.marks = self.marks, []
        return [(1000.0 + at_s, text) for at_s, text in marks]
