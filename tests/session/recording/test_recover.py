"""A recording whose process was killed by SIGKILL: what is left, as MNE, the validator and pandas see it."""

from __future__ import annotations

import multiprocessing
import random
import signal
import sys
import time
from functools import cache
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import IO

import mne
import numpy as np
import pytest

from neurosim.cli.app import app
from neurosim.core.dataset import find_session
from neurosim.core.errors import UserError
from neurosim.session import Sink, Tick, read_session, simulate
from neurosim.session.recording.recover import recover
from tests.session.test_folder import problems_by_validator

#: Faster than real time, and slow enough that the recording is nowhere near its end when it is killed.
_SPEED = 8.0
#: Records are whole seconds; beside that, what the tables hold back is a second too.
_AT_MOST_LOST_S = 2.0


@cache
def _processes() -> ForkServerContext:
    """Return what starts processes from one that has imported what they need: that would take longer than they live."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__, "scipy.signal"])
    return context


class _Told(Sink):
    """Says after each tick how far the session is."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def write(self, tick: Tick) -> None:
        self._file.write(f"{tick.start_s + 1 / 64}\n")
        self._file.flush()


def _record(root: Path, form: str, told: Path) -> None:
    with told.open("w", encoding="utf-8") as file:
        simulate("alpha_up", seed=1, duration_s=600.0, speed=_SPEED, keep="blocks", out=root, signals=["ecg", "emg"],
                 artifacts="typical", sinks=lambda session: [_Told(file)], form=form)  # fmt: skip


def _killed_after(root: Path, form: str, wait_s: float, more_s: float = 0.0) -> float:
    """Record, kill the process so far into the session (and a moment later), and return how far it says it was [s]."""
    told = root.parent / f"{root.name}.txt"
    told.touch()

    def so_far_s() -> float:
        whole = told.read_text(encoding="utf-8").rpartition("\n")[0]  # the last line may be cut
        return float(whole.rpartition("\n")[2] or 0.0)

    process = _processes().Process(target=_record, args=(root, form, told))
    process.start()
    deadline = time.monotonic() + 200
    while so_far_s() < wait_s and process.is_alive() and time.monotonic() < deadline:
        time.sleep(0.02)
    time.sleep(more_s)
    assert process.is_alive()
    process.kill()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    return so_far_s()


def _check(root: Path, form: str, until_s: float) -> None:
    read = {"bdf+": mne.io.read_raw_bdf, "edf+": mne.io.read_raw_edf}[form]
    raw = read(find_session(root).file(f"eeg.{form[:3]}"), preload=True, verbose="error")
    assert raw.times[-1] + 1 / 256 >= until_s - _AT_MOST_LOST_S
    found = recover(root)
    assert [session.places.root for session in found] == [root]
    assert found[0].duration_s >= until_s - _AT_MOST_LOST_S
    assert recover(root) == []
    assert problems_by_validator(root) == []
    session = read_session(root)
    assert session.facts["status"] == "recovered"
    assert session.features["alpha"].notna().all()
    for stream, spec in session.streams.items():
        assert session.samples(stream).shape[-1] / spec.fs >= until_s - _AT_MOST_LOST_S - 1 / spec.fs
    # An event is written as it happens, and may lie in the second that the signals lack; MNE leaves that one out.
    onsets = session.events.onset[session.events.onset < session.to_raw().times[-1]]
    np.testing.assert_allclose(session.to_raw().annotations.onset[: len(onsets)], onsets, atol=1e-6)
    assert session.to_raw().annotations.description[0] == "block: baseline"


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL on Windows")
@pytest.mark.parametrize("form", ["bdf+", "edf+"])
def test_killed_once(tmp_path: Path, form: str) -> None:
    root = tmp_path / "s"
    _check(root, form, _killed_after(root, form, 9.3))


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL on Windows")
def test_killed_twenty_times_at_random_moments(tmp_path: Path) -> None:
    moments = random.Random(1)
    for i in range(20):
        root, form = tmp_path / f"s{i}", ("bdf+", "edf+")[i % 2]
        _check(root, form, _killed_after(root, form, moments.uniform(2.0, 20.0), moments.uniform(0.0, 0.1)))


def test_the_command_and_what_needs_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    simulate("alpha_up", seed=1, duration_s=5.0, out=tmp_path / "s")
    with pytest.raises(SystemExit) as ended:
        app(["recover", str(tmp_path / "s")])
    assert ended.value.code == 0
    assert "closed properly; there is nothing to recover" in capsys.readouterr().out
    with pytest.raises(UserError, match="is no session folder"):
        recover(tmp_path)


def test_half_a_line_and_half_a_record_are_cut_off(tmp_path: Path) -> None:
    """What a crash of the whole machine can leave, which keeps no promise about the last write."""
    simulate("alpha_up", seed=1, duration_s=6.0, out=tmp_path / "s")
    places = find_session(tmp_path / "s")
    bdf, events = places.file("eeg.bdf"), places.file("events.tsv")
    bdf.write_bytes(bdf.read_bytes()[:-1000])
    events.write_bytes(events.read_bytes() + b"5.000000\t0.0")
    places.facts.write_text(places.facts.read_text(encoding="utf-8").replace('"closed"', '"running"'), encoding="utf-8")
    (found,) = recover(tmp_path / "s")
    assert found.duration_s == 6.0
    session = read_session(tmp_path / "s")
    assert session.samples().shape[-1] == 5 * 256
    assert len(session.events) == 9
    raw = mne.io.read_raw_bdf(bdf, preload=True)  # a warning would be an error: the count in the header is right
    assert raw.n_times == 5 * 256
    assert problems_by_validator(tmp_path / "s") == []
