"""What a class does beside lessons: the artifact quiz and the hidden subject."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from neurosim.core.errors import ConfigError, OutputError
from neurosim.lessons.hidden_subject import CANDIDATES, draw_subject, hidden_subject, read_subject_key
from neurosim.lessons.quiz import KINDS, N_EVENTS, WITHIN_S, Call, Quiz


def test_a_quiz_has_twenty_events_of_every_kind_alike_in_an_order_of_its_seed() -> None:
    quiz = Quiz(1)
    assert Counter(event.kind for event in quiz.events) == dict.fromkeys(KINDS, N_EVENTS // len(KINDS))
    assert [e.kind for e in quiz.events] == [e.kind for e in Quiz(1).events]
    assert [e.kind for e in quiz.events] != [e.kind for e in Quiz(2).events]
    starts = [event.onset_s for event in quiz.events]
    assert min(b - a for a, b in pairwise(starts)) >= 3.0


def test_the_events_of_a_quiz_happen_and_nothing_else_does() -> None:
    quiz = Quiz(1)
    session, _ = quiz.prepare()
    seen = [e for _ in range(int(40.0 / session.protocol.update_interval_s)) for e in session.step().events]
    told = [(e.kind, e.onset_s) for e in seen if e.kind in KINDS]
    assert sorted(set(told), key=lambda e: e[1]) == [(e.kind, e.onset_s) for e in quiz.events if e.onset_s < 40.0]


def test_hits_wrong_names_misses_and_false_alarms() -> None:
    quiz = Quiz(1)
    first, second, third, *_ = quiz.events
    other = next(kind for kind in KINDS if kind != second.kind)
    late = Call(third.onset_s + WITHIN_S + 0.01, third.kind)
    score = quiz.score([Call(2.0, "blink"), Call(first.onset_s + 0.5, first.kind), Call(second.onset_s + 1, other)])
    assert (score.hits, score.wrong, score.misses, score.false_alarms) == (1, 1, N_EVENTS - 2, 1)
    assert quiz.score([late]).hits <= 1  # it may count for the event after


def test_a_hidden_subject_is_not_named(tmp_path: Path) -> None:
    for number, candidate in enumerate(CANDIDATES):
        path = tmp_path / f"key-{number}"
        draw_subject(path, number)
        key = read_subject_key(path)
        assert key.drawn is candidate
        written = path.read_text(encoding="utf-8")
        assert candidate.subject not in written
        assert candidate.title not in written
        subject, _ = hidden_subject(key)
        assert (subject.name, subject.title) == ("hidden", "A hidden subject")
    with pytest.raises(OutputError, match="never overwritten"):
        draw_subject(tmp_path / "key-0")
    with pytest.raises(ConfigError, match="no candidate 99"):
        draw_subject(tmp_path / "new", 99)


def test_any_candidate_may_be_drawn(tmp_path: Path) -> None:
    drawn = set()
    for i in range(100):
        draw_subject(tmp_path / str(i))
        drawn.add(read_subject_key(tmp_path / str(i)).drawn.title)
    assert drawn == {candidate.title for candidate in CANDIDATES}  # each is missed with a chance of 1e-8
