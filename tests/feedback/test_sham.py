"""The random sham looks like real feedback and depends on nothing the subject does."""

from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from neurosim.core.feedback import Cue, Feedback
from neurosim.core.timeline import TickGrid
from neurosim.feedback import RandomSham

_N_SUBJECTS, _N_TICKS, _N_START = 200, 6000, 2000  # the first ticks, in which the rate is found out, are left out
_GRID = TickGrid(1 / 64)


def _feedback(met: NDArray[np.bool_], block: str = "training") -> Feedback:
    zeros, valid = np.zeros(met.shape), np.ones(met.shape, dtype=np.bool_)
    return Feedback(zeros, zeros, met[..., None], met, met, met, valid, met.astype(np.float64), Cue(block))


@cache
def _run(rate: float) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return what was met, on and off for 0.3 s and more at a time, and what was shown instead (tick, subject)."""
    rng = np.random.default_rng(round(100 * rate))
    sham = RandomSham().prepare(_GRID, 1, range(_N_SUBJECTS), (_N_SUBJECTS,))
    met = np.zeros((_N_TICKS, _N_SUBJECTS), dtype=np.bool_)
    shown = np.zeros_like(met)
    state = rng.random(_N_SUBJECTS) < rate
    for k in range(_N_TICKS):
        renew = rng.random(_N_SUBJECTS) < 0.05
        state = np.where(renew, rng.random(_N_SUBJECTS) < rate, state)
        met[k] = state
        shown[k] = sham.update(k, _feedback(state)) > 0.5
    return met[_N_START:], shown[_N_START:]


@pytest.mark.parametrize("rate", [0.2, 0.6, 0.8])
def test_rate_is_matched_within_its_sampling_error(rate: float) -> None:
    met, shown = _run(rate)
    difference = shown.mean(axis=0) - met.mean(axis=0)
    standard_error = difference.std(ddof=1) / np.sqrt(_N_SUBJECTS)
    assert standard_error < 0.01
    assert abs(difference.mean()) < 4 * standard_error
    assert shown.mean() == pytest.approx(rate, abs=0.02)


@pytest.mark.parametrize("rate", [0.2, 0.6, 0.8])
def test_independent_of_what_was_earned_at_every_lag(rate: float) -> None:
    met, shown = (x - x.mean(axis=0) for x in _run(rate))
    norm = np.sqrt((met**2).sum(axis=0) * (shown**2).sum(axis=0))
    for lag in (-64, -16, -4, 0, 4, 16, 64):
        ahead, behind = max(lag, 0), max(-lag, 0)
        n = len(met) - abs(lag)
        correlation = (met[behind : behind + n] * shown[ahead : ahead + n]).sum(axis=0) / norm
        standard_error = correlation.std(ddof=1) / np.sqrt(_N_SUBJECTS)
        assert standard_error < 0.01
        assert abs(correlation.mean()) < 4 * standard_error, lag


def test_each_subject_is_shown_something_else() -> None:
    _, shown = _run(0.6)
    between = np.atleast_2d(np.corrcoef(shown.T.astype(np.float64)))[np.triu_indices(_N_SUBJECTS, 1)]
    # Correlated for 0.1 s at a time, 4000 ticks hold some 300 independent values.
    assert abs(between.mean()) < 0.005
    assert np.abs(between).max() < 0.4


def test_stretches_of_reward_are_as_long_as_asked() -> None:
    _, shown = _run(0.6)
    starts = shown[1:] & ~shown[:-1]
    mean_ticks = shown[1:].sum() / starts.sum()
    # Time on ends with probability 1 - exp(-dt / 0.3 s) a tick: a geometric length.
    assert mean_ticks == pytest.approx(1 / (1 - np.exp(-1 / 64 / 0.3)), rel=0.03)


@pytest.mark.parametrize("block", ["baseline", "rest", "transfer"])
def test_nothing_is_shown_outside_training(block: str) -> None:
    sham = RandomSham().prepare(_GRID, 1, [0, 1], (2,))
    assert not any(sham.update(k, _feedback(np.ones(2, dtype=np.bool_), block)).any() for k in range(200))


def test_another_session_is_another_sham() -> None:
    sham = RandomSham().prepare(_GRID, 1, [0], ())
    feedback = _feedback(np.ones((), dtype=np.bool_))
    first = [float(sham.update(k, feedback)) for k in range(500)]
    sham.rest(86400.0)
    second = [float(sham.update(k, feedback)) for k in range(500)]
    assert first != second
    again = RandomSham().prepare(_GRID, 1, [0], ())
    again.rest(1.0)
    assert [float(again.update(k, feedback)) for k in range(500)] == second
