"""Shams at the matched rate look like real feedback and depend on nothing the subject does."""

from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import ndtri

from neurosim.core.feedback import Cue, Feedback
from neurosim.core.timeline import TickGrid
from neurosim.feedback import PhaseRandomisedSham, RandomSham
from neurosim.feedback.shams.sham import ShamConfig

_N_SUBJECTS, _N_TICKS, _N_START = 200, 6000, 2000  # the first ticks, in which the rate is found out, are left out
_N_BASELINE = 7680  # two minutes
_GRID = TickGrid(1 / 64)
#: Correlation of the feature from tick to tick: that of a first-order process of 0.3 s.
_RHO = float(np.exp(-1 / 64 / 0.3))

SHAMS = {"random": RandomSham(), "phase_randomised": PhaseRandomisedSham()}
each_sham = pytest.mark.parametrize("kind", SHAMS)


def _feedback(value: NDArray[np.float64], met: NDArray[np.bool_], block: str = "training") -> Feedback:
    valid = np.ones(met.shape, dtype=np.bool_)
    met = met & (block == "training")
    return Feedback(value, np.zeros(met.shape), met[..., None], met, met, met, valid, met.astype(float), Cue(block))


@cache
def _run(kind: str, rate: float) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return what was met and what was shown instead (tick, subject); the feature is a first-order process."""
    rng = np.random.default_rng(round(100 * rate))
    sham = SHAMS[kind].prepare(_GRID, 1, range(_N_SUBJECTS), (_N_SUBJECTS,))
    n_baseline = _N_BASELINE if kind == "phase_randomised" else 0
    shown = np.zeros((_N_TICKS, _N_SUBJECTS), dtype=np.bool_)
    met = np.zeros_like(shown)
    z = rng.standard_normal(_N_SUBJECTS)
    threshold = -ndtri(rate)
    for k in range(-n_baseline, _N_TICKS):
        z = _RHO * z + np.sqrt(1.0 - _RHO**2) * rng.standard_normal(_N_SUBJECTS)
        block = "training" if k >= 0 else "baseline"
        now = sham.update(k + n_baseline, _feedback(np.exp(z), z > threshold, block))
        if k >= 0:
            met[k], shown[k] = z > threshold, now > 0.5
    return met[_N_START:], shown[_N_START:]


@each_sham
@pytest.mark.parametrize("rate", [0.2, 0.6, 0.8])
def test_rate_is_matched_within_its_sampling_error(kind: str, rate: float) -> None:
    met, shown = _run(kind, rate)
    difference = shown.mean(axis=0) - met.mean(axis=0)
    standard_error = difference.std(ddof=1) / np.sqrt(_N_SUBJECTS)
    assert standard_error < 0.01
    assert abs(difference.mean()) < 4 * standard_error
    assert shown.mean() == pytest.approx(rate, abs=0.02)


@each_sham
@pytest.mark.parametrize("rate", [0.2, 0.6, 0.8])
def test_independent_of_what_was_earned_at_every_lag(kind: str, rate: float) -> None:
    met, shown = (x - x.mean(axis=0) for x in _run(kind, rate))
    norm = np.sqrt((met**2).sum(axis=0) * (shown**2).sum(axis=0))
    for lag in (-64, -16, -4, 0, 4, 16, 64):
        ahead, behind = max(lag, 0), max(-lag, 0)
        n = len(met) - abs(lag)
        correlation = (met[behind : behind + n] * shown[ahead : ahead + n]).sum(axis=0) / norm
        standard_error = correlation.std(ddof=1) / np.sqrt(_N_SUBJECTS)
        assert standard_error < 0.01
        assert abs(correlation.mean()) < 4 * standard_error, lag


@each_sham
def test_each_subject_is_shown_something_else(kind: str) -> None:
    _, shown = _run(kind, 0.6)
    between = np.atleast_2d(np.corrcoef(shown.T.astype(np.float64)))[np.triu_indices(_N_SUBJECTS, 1)]
    # Correlated for 0.1 s at a time, 4000 ticks hold some 300 independent values.
    assert abs(between.mean()) < 0.005
    assert np.abs(between).max() < 0.4


def test_stretches_of_reward_are_as_long_as_asked() -> None:
    _, shown = _run("random", 0.6)
    starts = shown[1:] & ~shown[:-1]
    mean_ticks = shown[1:].sum() / starts.sum()
    # Time on ends with probability 1 - exp(-dt / 0.3 s) a tick: a geometric length.
    assert mean_ticks == pytest.approx(1 / (1 - np.exp(-1 / 64 / 0.3)), rel=0.03)


@each_sham
@pytest.mark.parametrize("block", ["baseline", "rest", "transfer"])
def test_nothing_is_shown_outside_training(kind: str, block: str) -> None:
    sham = SHAMS[kind].prepare(_GRID, 1, [0, 1], (2,))
    yes = np.ones(2, dtype=np.bool_)
    assert not any(sham.update(k, _feedback(np.full(2, k % 7.0), yes, block)).any() for k in range(1000))


@each_sham
def test_another_session_is_another_sham(kind: str) -> None:
    feature = np.random.default_rng(1).standard_normal(2000)

    def play(sham: ShamConfig, sessions: int) -> list[list[float]]:
        played, made = [], sham.prepare(_GRID, 1, [0], ())
        for _ in range(sessions):
            feedbacks = [_feedback(np.array(x), np.array(x > 0)) for x in feature]
            played.append([float(made.update(k, feedback)) for k, feedback in enumerate(feedbacks)])
            made.rest(86400.0)
        return played

    first, second = play(SHAMS[kind], 2)
    assert first != second
    assert 0.2 < np.mean(first) < 0.8
    assert play(SHAMS[kind], 2)[1] == second
