"""EDF+D and BDF+D: what is missing between records is a gap in the recording and in the session."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from neurosim.core.errors import RecordingError
from neurosim.session import read_session, simulate
from neurosim.session.recording.replay import replay_session
from neurosim.signals import Recorded
from neurosim.signals.recordings.gaps import is_too_long, lay_out
from neurosim.signals.recordings.reading import read_recording


def write(
    files: Any, path: Path, begins_s: list[float], events: dict[int, bytes] | None = None, subtype: str = "EDF+D"
) -> tuple[Path, Any]:
    """Write records of a second that begin then: EEG at 100 Hz, a temperature at 1 Hz; texts by record."""
    n = len(begins_s)
    eeg, slow = files.RNG.integers(-300, 300, 100 * n), np.arange(n)
    texts = [b"%+.3f\x14\x14\0" % begin_s + (events or {}).get(i, b"") for i, begin_s in enumerate(begins_s)]
    width = 3 if path.suffix == ".bdf" else 2
    annotations = f"{path.suffix[1:].upper()} Annotations"
    channels = [("Oz", "uV", eeg), ("TEMP", "degC", slow), (annotations, "", files.text_steps(texts, width))]
    return files.write_edf(path, channels, n_records=n, subtype=subtype), eeg / 10.0


@pytest.mark.parametrize("ending", ["edf", "bdf"])
def test_records_stand_where_they_were_taken(tmp_path: Path, files: Any, ending: str) -> None:
    """Four records from 0.25 s on with 2.37 s between the second and the third; texts tell the time of the file."""
    events = {0: b"+1.25\x14before\x14\0", 3: b"+4.65\x150.5\x14after\x14\0"}
    begins_s = [0.25, 1.25, 4.62, 5.62]
    path, eeg = write(files, tmp_path / f"a.{ending}", begins_s, events, f"{ending.upper()}+D")
    recording = read_recording(path)
    x = recording.streams["eeg"].data[0]
    np.testing.assert_allclose(x[:200], eeg[:200], atol=1e-9)
    assert np.isnan(x[200:437]).all()
    np.testing.assert_allclose(x[437:], eeg[200:], atol=1e-9)
    slow = recording.streams["temperature"].data[0]
    np.testing.assert_allclose(slow, [0.0, 0.1, np.nan, np.nan, 0.2, 0.3], atol=1e-9)
    told = [(e.kind, round(e.onset_s, 9), round(e.duration_s, 9), e.description) for e in recording.events]
    assert told == [
        ("annotation", 1.0, 0.0, "before"), ("gap", 2.0, 2.37, "2.370 s without samples"),
        ("annotation", 4.4, 0.5, "after"),
    ]  # fmt: skip
    assert recording.notes == ("pauses 1 times, for 2.37 s in all (EDF+D)",)


def test_trigger_codes_of_a_status_channel_stand_at_their_times(tmp_path: Path, files: Any) -> None:
    path, _ = files.BUILDERS["bdf"](tmp_path)  # a code each half second; records at 0, 1, 5 and 6 s
    codes = [(e.onset_s, e.description) for e in read_recording(path).events if e.kind == "annotation"]
    assert codes == [(0.5, "1"), (1.0, "2"), (1.5, "3"), (5.0, "4"), (5.5, "5"), (6.0, "6"), (6.5, "7")]


def test_a_file_that_only_might_have_gaps_has_none(tmp_path: Path, files: Any) -> None:
    path, eeg = write(files, tmp_path / "a.edf", [0.0, 1.0, 2.0, 3.002])  # a fifth of a sample
    recording = read_recording(path)
    np.testing.assert_allclose(recording.data[0], eeg, atol=1e-9)
    assert (recording.events, recording.notes) == ((), ())


def test_a_table_of_events_in_bids_leaves_the_gaps(tmp_path: Path, files: Any) -> None:
    root = files.bids_dataset(tmp_path / "set")
    path = root / "sub-01" / "eeg" / "sub-01_task-rest_eeg.edf"
    path, _ = write(files, path, [0.0, 1.0, 2.0, 4.0], {0: b"+0.5\x14of the file\x14\0"})
    (root / "task-rest_channels.tsv").unlink()
    told = [(e.kind, e.onset_s, e.description) for e in read_recording(root).events]
    assert told == [
        ("annotation", 1.5, "closed"), ("annotation", 3.0, "open"), ("gap", 3.0, "1.000 s without samples"),
    ]  # fmt: skip


def test_one_that_does_not_tell_when_its_records_begin(tmp_path: Path, files: Any) -> None:
    path = files.write_edf(tmp_path / "a.edf", [("Oz", "uV", np.arange(400))], subtype="EDF+D")
    recording = read_recording(path)
    assert recording.data.shape == (1, 400)
    assert recording.notes == (
        "the file may have gaps between its records (EDF+D), and does not tell where; they are not kept",
    )


def test_times_that_cannot_be_meant_do_not_fill_the_memory(tmp_path: Path, files: Any) -> None:
    path, _ = write(files, tmp_path / "a.edf", [0.0, 1.0, 1e9, 1e9 + 1])
    with pytest.raises(RecordingError, match=r"the file pauses for 1e\+09 s, and lasts 4 s; cut the file"):
        read_recording(path)
    assert is_too_long(2_000_000, 10, 1e9, 1)  # not even for a rate at which that is no time


def test_a_record_that_claims_to_begin_before_the_last_one_ended() -> None:
    x, gaps = lay_out("it", np.arange(6.0)[None], [(0, 2), (2, 4), (4, 6)], [0.0, 1.0, 7.0], 1.0)
    np.testing.assert_array_equal(x[0], [0, 1, 2, 3, np.nan, np.nan, np.nan, 4, 5])
    assert [(gap.onset_s, gap.duration_s) for gap in gaps] == [(4.0, 3.0)]


def test_a_session_distrusts_the_gap_and_is_decided_again_from_its_recording(tmp_path: Path, files: Any) -> None:
    begins_s = [*map(float, range(20)), *(float(s) + 0.5 for s in range(24, 44))]
    path, _ = write(files, tmp_path / "a.edf", begins_s, {30: b"+34.5\x14seen\x14\0"})
    result = simulate("alpha_up", source=Recorded(path=str(path)), seed=1, out=tmp_path / "s")
    told = [(e.kind, e.onset_s, e.duration_s) for e in result.events if e.kind in ("gap", "annotation")]
    assert told == [("gap", 20.0, 4.5), ("annotation", 34.5, 0.0)]
    table = result.features
    assert not table.valid[(table.time_s > 20.05) & (table.time_s < 24.45)].any()
    assert table.valid[(table.time_s > 5) & (table.time_s < 19.9)].mean() > 0.5
    assert table.valid[table.time_s > 30].mean() > 0.5
    session = read_session(tmp_path / "s")
    assert np.isnan(session.samples()[0, 2000:2450]).all()
    assert session.events[session.events.trial_type == "gap"].duration.tolist() == [4.5]
    assert replay_session(tmp_path / "s").difference is None
