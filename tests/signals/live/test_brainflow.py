"""Boards of BrainFlow: the synthetic one, and the one that plays a recording back."""

from __future__ import annotations

from collections import deque
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from neurosim.core.drive import NEUTRAL
from neurosim.core.errors import StreamError, UserError
from neurosim.core.timeline import TickGrid
from neurosim.session import simulate
from neurosim.signals.asked import asked_source
from neurosim.signals.live.brainflow import Board, BrainFlow
from neurosim.signals.live.feed import Feed
from neurosim.signals.live.source import LiveSource

pytest.importorskip("brainflow", reason="needs the extra 'brainflow'")
pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def shim() -> Any:
    from neurosim.signals.live.brainflow import load_brainflow

    return load_brainflow()


def test_the_synthetic_board_trains_a_session_with_its_own_channels_units_and_rate(shim: Any) -> None:
    source = asked_source("brainflow:synthetic:gap_s=5")
    result = simulate("alpha_up", source=source, duration_s=4.0, seed=1)
    described = shim.BoardShim.get_board_descr(-1)
    assert result.completed
    assert result.source == "brainflow:synthetic"
    spec = result.streams["eeg"]
    assert spec.fs == described["sampling_rate"]
    assert spec.ch_names == tuple(described["eeg_names"].split(","))
    assert {name: s.unit for name, s in result.streams.items()} == {
        "eeg": "uV", "ppg": "a.u.", "skin_conductance": "uS", "temperature": "degC",
    }  # fmt: skip
    x = result.samples()
    assert x.shape == (16, 1000)
    assert np.isfinite(x).all()
    assert x.std() > 1.0


def test_the_playback_board_gives_back_what_was_recorded(shim: Any, tmp_path: Path) -> None:
    """Sample by sample, as BrainFlow's own file has it: recorded with BrainFlow alone, read by us."""
    rows = shim.BoardShim.get_num_rows(-1)
    described = shim.BoardShim.get_board_descr(-1)
    rng = np.random.default_rng(1)
    n = 250 * 6
    data = np.zeros((rows, n))
    eeg = described["eeg_channels"]
    data[eeg] = np.rint(rng.normal(0.0, 300.0, (len(eeg), n))) / 16.0  # whole steps of a recording
    data[eeg[0]] = np.arange(n) / 16.0
    data[described["package_num_channel"]] = np.arange(n) % 256
    data[described["timestamp_channel"]] = 1.7e9 + np.arange(n) / 250.0
    from brainflow.data_filter import DataFilter

    DataFilter.write_file(data, str(tmp_path / "played.csv"), "w")
    settings = f"file={tmp_path / 'played.csv'}:master_board=synthetic:signals=eeg:gap_s=5"
    source = asked_source(f"brainflow:playback_file:{settings}")
    result = simulate("alpha_up", source=source, duration_s=4.0, seed=1)
    got = result.samples()
    index = np.rint(got[0] * 16).astype(int)
    np.testing.assert_array_equal(np.diff(index), 1)
    np.testing.assert_allclose(got, data[eeg][:, index], atol=1e-5)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("brainflow:sintetic", "brainflow:sintetic: BrainFlow knows no such board; did you mean 'synthetic'?"),
        ("brainflow:cyton:serial_port=/dev/nothing", "brainflow:cyton: does not answer ("),
        ("brainflow:synthetic:signals=mind", "brainflow:synthetic: has none of the signals asked for; it has accel,"),
        (
            "brainflow:playback_file:master_board=synthetic",
            "playback_file: plays a recording of BrainFlow; name it with file=",
        ),
        ("brainflow:synthetic:serialport=x", "'brainflow': serialport: unknown key; did you mean 'serial_port'?"),
        ("brainflow:synthetic:ip_port=70000", "source 'brainflow': ip_port: must be less than or equal to 65535"),
    ],
)
def test_what_is_wrong_is_told_in_one_line(text: str, message: str) -> None:
    with pytest.raises(UserError) as error:
        simulate("alpha_up", source=asked_source(text), duration_s=1.0, seed=1)
    assert message in str(error.value)
    assert len(str(error.value).splitlines()) == 1


def test_without_pkg_resources_the_remedy_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """BrainFlow looks for its libraries with it, and setuptools has it no more since 81."""
    import neurosim.signals.live.brainflow as ours

    def missing(name: str) -> None:
        raise ModuleNotFoundError("No module named 'pkg_resources'", name="pkg_resources")

    monkeypatch.setattr(ours, "import_module", missing)
    with pytest.raises(UserError, match=r"python -m pip install 'setuptools<81'"):
        ours.load_brainflow()


def test_markers_that_a_program_inserts_are_events_and_a_board_that_stops_ends_in_one_line(shim: Any) -> None:
    (device,) = BrainFlow(board="synthetic", signals="eeg").open()
    assert isinstance(device, Board)
    source = LiveSource([Feed(device, 0.2, 3.0)], TickGrid(1 / 64), ())
    source.generate(0, NEUTRAL)
    device.board.insert_marker(7.0)
    marks: list[tuple[str, float]] = []
    k = 1
    while not marks and k < 640:
        source.generate(k, NEUTRAL)
        marks = [(e.text, e.onset_s) for e in source.events() if e.kind == "marker"]
        k += 1
    ((text, onset_s),) = marks
    assert text == "7"
    assert 0.0 <= onset_s <= k / 64
    device.board.stop_stream()
    later = (source.generate(each, NEUTRAL) for each in range(k, k + 2000))
    with pytest.raises(StreamError, match="brainflow:synthetic: has given nothing for 3 s"):
        deque(later, maxlen=0)
