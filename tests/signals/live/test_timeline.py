"""Stamps become places: what is missing is there as NaN, what came twice is not, and the rate is measured."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from neurosim.core.errors import StreamError
from neurosim.signals.live.timeline import Timeline

FS = 250.0
Float = NDArray[np.float64]


def counting(start: int, stop: int) -> tuple[Float, Float]:
    """Return samples that say their own index, and when each is taken."""
    index = np.arange(start, stop, dtype=float)
    return index[:, None], 5000.0 + index / FS


def played(timeline: Timeline, rows: Float, stamps: Float, chunk: int) -> Float:
    parts = []
    for k in range(0, len(rows), chunk):
        parts.append(timeline.place(rows[k : k + chunk], stamps[k : k + chunk]))
        timeline.absorb()
    return np.concatenate(parts)[:, 0]


@pytest.mark.parametrize("chunk", [1, 7, 64, 500])
def test_a_jump_of_the_stamps_is_a_gap_of_as_many_samples(chunk: int) -> None:
    rows, stamps = counting(0, 1000)
    kept = np.r_[0:300, 400:1000]
    timeline = Timeline(FS, 1, gap_s=0.2)
    got = played(timeline, rows[kept], stamps[kept], chunk)
    index = np.arange(1000.0)
    expected = np.where((index >= 300) & (index < 400), np.nan, index)
    np.testing.assert_array_equal(got, expected)
    (note,) = timeline.notes
    assert (note.kind, note.index, note.n_times) == ("gap", 300, 100)


def test_what_jitters_less_than_a_gap_is_left_whole_and_its_rate_is_measured() -> None:
    """A device that runs at 250.5 Hz, stamped on arrival: jitter of 5 ms, and the line through it."""
    rng = np.random.default_rng(1)
    n = 250 * 60
    taken = 5000.0 + np.arange(n) / 250.5
    timeline = Timeline(FS, 1, gap_s=0.2)
    got = played(timeline, np.arange(n, dtype=float)[:, None], taken + rng.exponential(0.005, n), 10)
    np.testing.assert_array_equal(got, np.arange(n))
    assert not timeline.notes
    assert timeline.rate_hz == pytest.approx(250.5, rel=1e-3)
    # The line is late by the mean delay on arrival, and no more noisy than a tenth of it.
    assert timeline.time_of(n - 1) == pytest.approx(taken[-1] + 0.005, abs=1e-3)
    assert timeline.index_of(timeline.time_of(1234.5)) == pytest.approx(1234.5)


def test_a_chunk_that_comes_twice_is_taken_once_and_told() -> None:
    rows, stamps = counting(0, 200)
    timeline = Timeline(FS, 1, gap_s=0.2)
    got = [timeline.place(rows[:100], stamps[:100]), timeline.place(rows[80:100], stamps[80:100])]
    got.append(timeline.place(rows[90:200], stamps[90:200]))
    np.testing.assert_array_equal(np.concatenate(got)[:, 0], np.arange(200))
    assert [(note.kind, note.text[:2]) for note in timeline.notes] == [("duplicate", "20"), ("duplicate", "10")]


def test_samples_that_share_a_stamp_are_no_duplicates_where_they_differ() -> None:
    rows, stamps = counting(0, 100)
    timeline = Timeline(FS, 1, gap_s=0.2)
    got = played(timeline, rows, np.repeat(stamps[9::10], 10), 10)
    np.testing.assert_array_equal(got, np.arange(100))
    assert not timeline.notes


def test_a_silence_that_was_filled_is_one_gap_when_samples_come_again() -> None:
    rows, stamps = counting(0, 1000)
    timeline = Timeline(FS, 1, gap_s=0.2)
    got = [timeline.place(rows[:200], stamps[:200]), timeline.fill(50), timeline.fill(50)]
    got.append(timeline.place(rows[500:], stamps[500:]))
    index = np.arange(1000.0)
    np.testing.assert_array_equal(np.concatenate(got)[:, 0], np.where((index >= 200) & (index < 500), np.nan, index))
    assert [(note.kind, note.index, note.n_times) for note in timeline.notes] == [
        ("silence", 200, 0),
        ("gap", 200, 300),
    ]


def test_samples_that_come_after_their_place_was_filled_are_kept() -> None:
    rows, stamps = counting(0, 400)
    timeline = Timeline(FS, 1, gap_s=0.2)
    got = [timeline.place(rows[:200], stamps[:200]), timeline.fill(100), timeline.place(rows[200:], stamps[200:])]
    whole = np.concatenate(got)[:, 0]
    np.testing.assert_array_equal(whole[np.isfinite(whole)], np.arange(400))
    assert len(whole) == 500
    assert timeline.index_of(5000.0 + 399 / FS) == pytest.approx(499.0)  # what follows is in its new place


def test_a_clock_that_is_set_back_or_far_ahead_is_told_and_nothing_is_lost() -> None:
    rows, stamps = counting(0, 300)
    stamps[100:] -= 3000.0
    stamps[200:] += 1e9
    timeline = Timeline(FS, 1, gap_s=0.2)
    np.testing.assert_array_equal(played(timeline, rows, stamps, 30), np.arange(300))
    assert [note.kind for note in timeline.notes] == ["gap", "gap"]
    assert "clock" in timeline.notes[0].text


def test_a_rate_that_is_a_little_off_is_told_once_and_one_that_is_wrong_ends_it() -> None:
    n = int(40 * FS)
    timeline = Timeline(FS, 1, gap_s=0.2)
    played(timeline, np.arange(n, dtype=float)[:, None], np.arange(n) / (0.97 * FS), 10)
    assert [note.kind for note in timeline.notes] == ["rate"]
    assert "242.50 Hz measured, 250 Hz said" in timeline.notes[0].text

    changing = np.concatenate([np.arange(2500) / FS, 10.0 + np.arange(5000) / (0.5 * FS)])
    with pytest.raises(StreamError, match=r"says 250 samples a second and gives 1\d\d"):
        played(Timeline(FS, 1, gap_s=0.2), np.zeros((7500, 1)) + np.arange(7500)[:, None], changing, 10)


def test_stamps_that_are_no_numbers_are_refused() -> None:
    rows, stamps = counting(0, 10)
    stamps[3] = np.nan
    with pytest.raises(StreamError, match="time stamps that are no numbers"):
        Timeline(FS, 1, gap_s=0.2).place(rows, stamps)


def test_a_sender_that_is_held_up_keeps_its_rate_and_its_samples() -> None:
    """Its stamps step by 1.5 s, which is no gap where gaps are 5 s, and no other rate either."""
    rows, stamps = counting(0, 10_000)
    for at in (700, 1900, 4000):
        stamps[at:] += 1.5
    timeline = Timeline(FS, 1, gap_s=5.0)
    np.testing.assert_array_equal(played(timeline, rows, stamps, 4), np.arange(10_000))
    assert not timeline.notes
    assert timeline.rate_hz == pytest.approx(FS, rel=1e-6)


def test_a_slow_stream_is_no_row_of_stalls() -> None:
    n = 400
    timeline = Timeline(4.0, 1, gap_s=0.2)
    got = played(timeline, np.arange(n, dtype=float)[:, None], 10.0 + np.arange(n) / 4.02, 1)
    np.testing.assert_array_equal(got, np.arange(n))
    assert timeline.rate_hz == pytest.approx(4.02, rel=1e-6)
