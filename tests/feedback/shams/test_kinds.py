"""What each of the other shams shows, and whose."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from neurosim.core.errors import ConfigError
from neurosim.core.timeline import TickGrid
from neurosim.feedback import Block, ReplaySham, ReversedSham, ShiftedSham, YokedSham, load_protocol
from neurosim.feedback.shams.sham import parse_sham
from neurosim.session import simulate
from neurosim.testing import check_sham
from neurosim.testing.feedbacks import law_feedbacks
from neurosim.testing.trial import Given

GRID = TickGrid(1 / 64)
BLOCKS = (Block(name="rest", kind="baseline", duration_s=8), Block(name="go", kind="training", duration_s=12))
PROTOCOL = load_protocol("smr_up").with_blocks(*BLOCKS)


def _session(**options: Any) -> Any:
    return simulate(PROTOCOL, subject="resting_adult", seed=1, **options)


@pytest.mark.parametrize("extra_s", [0.25, 0.5])
def test_a_short_shift_is_an_extra_delay_to_the_tick(extra_s: float) -> None:
    shifted = _session(sham=ShiftedSham(shift_s=extra_s)).memory
    plain = _session().memory
    n = round(64 * extra_s)
    shown, real = shifted.column("shown"), plain.column("shown")
    assert real.sum() > 50
    np.testing.assert_array_equal(shown[n:], real[:-n])
    assert not shown[:n].any()
    np.testing.assert_array_equal(shifted.column("met"), plain.column("met"))


def test_only_training_counts_as_shifted_time() -> None:
    sham = ShiftedSham(shift_s=1.0).prepare(GRID, 1, [17], ())
    steps = [(f, sham.update(k, f)) for k, f in enumerate(law_feedbacks(Given()))]
    pairs = [(float(f.shown), float(shown)) for f, shown in steps if f.cue.block == "training"]
    earned, shown = np.array(pairs).T
    np.testing.assert_array_equal(shown[64:], earned[:-64])
    assert earned[:-64].any()


def test_a_shift_of_less_than_half_a_tick_is_refused() -> None:
    with pytest.raises(ConfigError, match="shift_s: must be at least half a tick"):
        ShiftedSham(shift_s=0.001).prepare(GRID, 1, [0], ())


def test_reversed_is_shown_where_it_is_not_earned() -> None:
    result = _session(sham=ReversedSham(), artifacts="blink=60")
    table = result.features
    training = (table["kind"] == "training").to_numpy()
    earned, shown, valid = (table[name].to_numpy() for name in ("met", "shown", "valid"))
    np.testing.assert_array_equal(shown, training & valid & ~earned)
    assert 0.0 < shown[training].mean() < 1.0
    assert not valid.all()


def test_neighbours_are_each_others_donors() -> None:
    real = simulate(PROTOCOL, subject="resting_adult", seed=1, subjects=4, keep="ticks").memory.column("shown")
    sham = simulate(PROTOCOL, subject="resting_adult", seed=1, subjects=4, sham="yoked", keep="ticks")
    np.testing.assert_array_equal(sham.memory.column("shown"), real[:, [1, 0, 3, 2]])
    assert (real[:, 0] != real[:, 1]).any()


def test_named_donors_keep_real_feedback() -> None:
    sham = YokedSham(donors={7: 3, 9: 5}).prepare(GRID, 1, [3, 5, 7, 9], (4,))
    for k, feedback in enumerate(law_feedbacks(Given((3, 5, 7, 9), (4,)))):
        np.testing.assert_array_equal(sham.update(k, feedback), feedback.shown[[0, 1, 0, 1]])


def test_company_is_who_must_be_there() -> None:
    assert YokedSham(donors={7: 3, 9: 3}).company([7, 9]) == (3,)
    assert YokedSham().company([0, 1, 4]) == (5,)
    assert ShiftedSham().company([0, 1]) == ()


@pytest.mark.parametrize(
    ("settings", "subjects", "sentence"),
    [
        ({"donors": {1: 1}}, [0, 1], "nobody can be his own donor"),
        ({"donors": {1: 0}, "folder": "x"}, [0, 1], "not both"),
        ({"donors": {1: 8}}, [0, 1], "subject 8, a donor, is not in the batch"),
        ({}, [0, 1, 2], "subject 3, a donor, is not in the batch"),
        ({}, None, "one subject has no donor; name a recorded session with `folder`"),
        ({"folder": "nowhere"}, [0, 1], "nowhere: is no session folder"),
    ],
)
def test_donors_who_are_not_there(settings: dict[str, Any], subjects: list[int] | None, sentence: str) -> None:
    from neurosim.core.config import validate

    with pytest.raises(ConfigError, match=sentence):
        validate(settings | {"kind": "yoked"}, YokedSham).prepare(
            GRID, 1, subjects or [0], () if subjects is None else (len(subjects),)
        )


def test_a_recorded_donor_and_a_replay_of_the_same_folder(tmp_path: Path) -> None:
    donor = simulate(PROTOCOL, subject="resting_adult", seed=2, out=tmp_path / "donor")
    earned = donor.memory.column("shown")
    assert earned.sum() > 50
    for sham in (YokedSham(folder=str(tmp_path / "donor")), ReplaySham(path=str(tmp_path / "donor" / "features.tsv"))):
        result = _session(sham=sham)
        np.testing.assert_array_equal(result.memory.column("shown"), earned)
        assert (result.memory.column("met") != donor.memory.column("met")).any()


def test_who_had_a_sham_is_no_donor(tmp_path: Path) -> None:
    _session(sham="random", out=tmp_path / "donor")
    with pytest.raises(ConfigError, match="had a sham; a donor has real feedback"):
        YokedSham(folder=str(tmp_path / "donor")).prepare(GRID, 1, [0], ())
    (tmp_path / "donor" / "session.json").write_text("[1", encoding="utf-8")
    with pytest.raises(ConfigError, match="cannot be read: it is not what neurosim writes"):
        YokedSham(folder=str(tmp_path / "donor")).prepare(GRID, 1, [0], ())


def _table(folder: Path, text: str) -> Path:
    path = folder / "stream.tsv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_table_is_played_by_its_own_times(tmp_path: Path) -> None:
    path = _table(tmp_path, "time_s,level\n8.0,0.25\n10.0,1\n12.0,0\n14.0,0.5\n")
    sham = ReplaySham(path=str(path), at_end="loop")
    shown = _session(sham=sham).memory.column("shown").reshape(-1, 128)[:, 0]  # every two seconds
    # From 8 s on; the last value lasts as long as the one before, so that the table begins anew at 16 s: with nothing.
    np.testing.assert_array_equal(shown, [0, 0, 0, 0, 0.25, 1, 0, 0.5, 0, 0])


def test_a_replay_that_is_too_short_is_refused_before_it_begins(tmp_path: Path) -> None:
    path = _table(tmp_path, "time_s\tshown\n0\t1\n5\t0\n")
    with pytest.raises(ConfigError, match=r"sham: lasts 10\.0 s, the session 20\.0 s; shorten .* or let a replay loop"):
        _session(sham=ReplaySham(path=str(path)))
    assert _session(sham=ReplaySham(path=str(path)), duration_s=10.0).completed


def test_replay_keeps_the_laws(tmp_path: Path) -> None:
    path = _table(tmp_path, "time_s\tshown\n" + "".join(f"{k / 64:.6f}\t{k % 3 / 2}\n" for k in range(400)))
    check_sham(ReplaySham(path=str(path), at_end="loop"))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "has no column of times; call it onset or time_s"),
        ("when\tshown\n0\t1\n", "has no column of times"),
        ("time_s\ta\tb\n0\t1\t1\n", "has no column 'shown'; a sealed session has it after `neurosim reveal`"),
        ("time_s\tshown\n0\t1\n", "has fewer than two rows"),
        ("time_s\tshown\n0\t1\n1\tyes\n", "line 3: 'yes' is no number"),
        ("time_s\tshown\n0\t1\n1\tnan\n", "line 3: 'nan' is no number"),
        ("time_s\tshown\n0\t1\n1\t1.5\n", r"line 3: must be within 0 to 1, got 1\.5"),
        ("time_s\tshown\n0\t1\n1\n", "line 3: has 1 columns, the header has 2"),
        ("time_s\tshown\n0\t1\n2\t1\n1\t0\n", "line 4: the time does not rise; sort the table by time"),
        ("time_s\tshown\n-1\t1\n2\t1\n", "line 2: time counts from the start of the session, got -1"),
    ],
)
def test_a_malformed_table_is_one_clear_line(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(ConfigError, match=sentence) as caught:
        ReplaySham(path=str(_table(tmp_path, text))).prepare(GRID, 1, [0], ())
    assert len(str(caught.value).splitlines()) == 1
    assert str(tmp_path) in str(caught.value)


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(ConfigError, match="is not UTF-8 text"):
        ReplaySham(path=str(tmp_path / "a.tsv")).prepare(GRID, 1, [0], ())


def test_shams_are_named_with_their_settings() -> None:
    assert parse_sham("replay:path=C:\\a.tsv:at_end=loop") == ReplaySham(path="C:\\a.tsv", at_end="loop")
    for text, sentence in (
        ("shiftd", "unknown sham 'shiftd'; did you mean 'shifted'?"),
        ("shifted:10", "unknown sham 'shifted:10'"),
        ("shifted:shift_s=soon", "sham 'shifted': shift_s: must be a number, got 'soon'"),
        ("replay", "sham 'replay': path: is missing"),
    ):
        with pytest.raises(ConfigError, match=sentence.replace("?", r"\?")):
            parse_sham(text)
